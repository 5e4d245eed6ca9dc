"""What a row of each seed about series may hold: which serve, and where their source keeps them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from smed.plan_cells import Code, Day, Integer, Number, Text
from smed.plan_rows import Row

SourceState = Literal["live", "frozen", "discontinued", "substituted", "submitted"]
# in a list of a source's codes of units
OWN_CURRENCY = "currency"


def _ranged(row: Row) -> Row:
    if row.plausible_min >= row.plausible_max:
        raise ValueError("plausible_min is not below plausible_max")
    return row


class WeightSeries(Row):
    """A series that serves as a weight, and where its source keeps it."""

    source_code: Code
    series_code: Code
    database_code: Code | None = None
    series_title: Text
    unit_code: Code
    source_state: SourceState
    state_from_date: Day
    note: str | None = None


class ComponentSeries(WeightSeries):
    """A series that serves only in others derived from it, and where its source keeps it.

    ``source_unit_codes`` are the codes of the unit under which the source sends it, in which
    OWN_CURRENCY stands for the economy's own; none if the source sends no unit.
    """

    source_unit_codes: (
        Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+(\|[A-Za-z0-9_]+)*$")] | None
    ) = None
    plausible_min: Number
    plausible_max: Number

    @model_validator(mode="after")
    def _consistent(self):
        return _ranged(self)


class DerivedSeries(Row):
    """A series that is the ratio of two components, each in its own unit."""

    series_code: Code
    numerator_series_code: Code
    denominator_series_code: Code
    unit_code: Code
    note: str | None = None


class AdbEconomy(Row):
    """ADB's own code of a member state, and the currency of its figures (ISO 4217)."""

    country_code: Code
    adb_economy_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    currency_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class KpiSeries(Row):
    """Which series serves a KPI, in order of preference, in which state from which date on.

    Its plausible range stands where its unit is another than the KPI's.
    """

    kpi_code: Code
    preference_number: Annotated[Integer, Field(ge=1)]
    source_code: Code
    series_code: Code
    database_code: Code | None = None
    series_title: Text
    unit_code: Code
    source_state: SourceState
    state_from_date: Day
    note: str | None = None
    plausible_min: Number | None = None
    plausible_max: Number | None = None

    @model_validator(mode="after")
    def _consistent(self):
        if (self.plausible_min is None) != (self.plausible_max is None):
            raise ValueError("plausible_min and plausible_max go together")
        return self if self.plausible_min is None else _ranged(self)


class FormerSeriesTitle(Row):
    """A title under which the source published a series before, and the unit it meant."""

    series_code: Code
    series_title: Text
    unit_code: Code
    first_seen_date: Day
