"""What a row of each seed may hold. The columns stand as in the files; an empty cell is None."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from smed.plan_cells import Code, Codes, Count, Day, Integer, Number, Reachable, Text, Year


class Row(BaseModel):
    """A row of a seed; unknown columns are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _ordered(row: Row, first: str, last: str) -> Row:
    if getattr(row, first) and getattr(row, last) and getattr(row, first) > getattr(row, last):
        raise ValueError(f"{first} is after {last}")
    return row


class PlanFacts(Row):
    """The plan itself: its dates, its baseline and how far back values are kept."""

    plan_code: Code
    plan_name: Text
    plan_start_date: Day
    plan_end_date: Day
    baseline_year: Year
    baseline_policy: Literal["latest", "first_known"]
    first_observation_year: Year
    section: str | None = None
    region_code: Code | None = None
    leading_group_code: Code | None = None
    following_group_code: Code | None = None

    @model_validator(mode="after")
    def _in_order(self):
        if self.plan_start_date >= self.plan_end_date:
            raise ValueError("plan_start_date is not before plan_end_date")
        if not self.plan_start_date.year <= self.baseline_year <= self.plan_end_date.year:
            raise ValueError("baseline_year is not a year of the plan")
        return _ordered(self, "first_observation_year", "baseline_year")


class Phase(Row):
    """A stretch of the plan; an action line belongs to the one in which it is due."""

    phase_code: Code
    phase_name: Text
    phase_start_date: Day
    phase_end_date: Day

    @model_validator(mode="after")
    def _in_order(self):
        return _ordered(self, "phase_start_date", "phase_end_date")


class Goal(Row):
    """A strategic goal."""

    goal_code: Code
    goal_name: Text


class DesiredOutcome(Row):
    """A desired outcome of a goal."""

    outcome_code: Code
    goal_code: Code
    outcome_name: Text


class Action(Row):
    """An action under a desired outcome."""

    action_code: Code
    outcome_code: Code
    action_name: Text


class ActionLine(Row):
    """An action line with the time frame and leads that the plan prints."""

    action_line_code: Code
    action_code: Code
    printed_action_code: Code
    line_number: Count
    action_line_name: Text
    theme_code: Code | None = None
    theme_name: str | None = None
    printed_time_frame: Text
    due_date: Day
    implementation_level: Literal["regional", "national"]
    lead_country_codes: Codes
    pathway_code: Code | None = None
    measure_type_code: Code | None = None


class ActionLineKnownMissing(Row):
    """An action line that exists by its number but whose text is not at hand."""

    action_line_code: Code
    action_code: Code
    line_number: Count


class Kpi(Row):
    """A key policy indicator and how it is judged."""

    kpi_code: Code
    goal_code: Code
    kpi_name: Text
    printed_kpi_name: Text
    printed_unit: str | None = None
    unit_code: Code
    direction: Literal["higher", "lower"]
    natural_limit: Annotated[Number, Field(gt=0)] | None = None
    plausible_min: Number
    plausible_max: Number
    max_yearly_change_pct: Annotated[Number, Field(gt=0)]
    staleness_limit_years: Count
    publication_lag_years: Count
    baseline_tolerance_years: Count
    aggregation_code: Literal["simple_mean", "weighted_mean"]
    weight_series_code: Code | None = None
    printed_source: str | None = None
    definition_note: str | None = None
    valid_from_date: Day | None = None
    valid_to_date: Day | None = None

    @model_validator(mode="after")
    def _consistent(self):
        if self.plausible_min >= self.plausible_max:
            raise ValueError("plausible_min is not below plausible_max")
        if self.aggregation_code == "weighted_mean" and self.weight_series_code is None:
            raise ValueError("a weighted_mean needs a weight_series_code")
        return _ordered(self, "valid_from_date", "valid_to_date")

    def is_valid_on(self, day: date) -> bool:
        """Whether the version of the plan that holds on a day has the KPI."""
        first, last = self.valid_from_date or day, self.valid_to_date or day
        return first <= day <= last

    def is_beyond_limit(self, value: float) -> bool:
        """Whether a value is better than the natural limit lets any be."""
        if self.natural_limit is None:
            return False
        if self.direction == "higher":
            return value > self.natural_limit
        return value < self.natural_limit


class KpiAvailability(Row):
    """Whether the plan says that a member state has a KPI."""

    kpi_code: Code
    country_code: Code
    availability: Literal["yes", "no", "unknown"]


class Country(Row):
    """A member state of the plan."""

    country_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    country_name: Text
    iso2_code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    group_code: Code


class CountryAlias(Row):
    """A name of a member state; or of who is no party, with why it is none."""

    country_code: Code | None = None
    printed_name: Text
    explanation: str | None = None


class CountryChampion(Row):
    """A member state that leads a goal."""

    goal_code: Code
    country_code: Code


class Party(Row):
    """Who sends submissions: a member state or an organisation."""

    party_code: Code
    party_name: Text
    party_type: Literal["member_state", "organisation"]
    country_code: Code | None = None


class LineProponent(Row):
    """A party that carries out an action line beside those that lead it."""

    action_line_code: Code
    party_code: Code


class Erratum(Row):
    """A slip of the printed plan with its canonical reading."""

    erratum_code: Code
    place: Text
    what: Text
    as_printed: Text
    canonical_reading: Text
    reason: Text


class Correction(Row):
    """A reviewed correction of an upstream value that is known to be wrong.

    In force as of the days from ``first_seen_date`` until before ``retired_from_date``.
    """

    correction_id: Code
    series_code: Code
    country_code: Code
    observation_year: Year
    expected_old_value: Number
    correction_action: Literal["drop", "override", "flag"]
    corrected_value: Number | None = None
    reason: Text
    reported_to: str | None = None
    correction_status: Literal["active", "retired"]
    first_seen_date: Day
    retired_from_date: Day | None = None

    @model_validator(mode="after")
    def _consistent(self):
        if (self.correction_action == "override") != (self.corrected_value is not None):
            raise ValueError("a corrected_value goes with the action override, and only with it")
        if (self.correction_status == "retired") != (self.retired_from_date is not None):
            raise ValueError("a retired_from_date goes with the status retired, and only with it")
        return _ordered(self, "first_seen_date", "retired_from_date")


class Target(Row):
    """A target that the plan's owners set for a KPI and country, with its source."""

    kpi_code: Code
    country_code: Code
    target_value: Reachable
    target_year: Year
    target_source: Text


class NamedRelease(Row):
    """A date as of which the plan is reviewed."""

    release_code: Code
    release_name: Text
    as_of_date: Day
    note: str | None = None


class Unit(Row):
    """A unit and how many digits of it mean something."""

    unit_code: Code
    unit_name: Text
    display_digits: Count


class DataSource(Row):
    """A publisher of series."""

    source_code: Code
    source_name: Text
    licence: str | None = None
    citation: str | None = None
    cadence_days: Annotated[Integer, Field(ge=1)]


class Threshold(Row):
    """A cut, tolerance or limit with its reason."""

    threshold_code: Code
    threshold_value: Number
    reason: Text


class AcknowledgedRevision(Row):
    """A large revision that a person has looked at, up to the largest change that they saw.

    Without a country it speaks of all values of the vintage, of none that is gone or elsewhere.
    """

    series_code: Code
    vintage_date: Day
    country_code: Code | None = None
    largest_revision_pct: Count
    reason: Text
