"""Guards ``kpi_observations``: is every figure that ought to be there, there, and plausible?

Bounds stand in the rows themselves (copied from the KPI's seed row) or in the plan's thresholds.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.recounts import Recount, agrees, beside
from expectations.suites import (
    Suite,
    card,
    is_not,
    is_true,
    key_suite,
    kpis_by,
    kpis_by_year,
)
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "kpi_observations"
VERSIONS = "kpi_revisions"
KEY = ("kpi_code", "country_code", "observation_year")
OWED = ("reported", "missing", "withdrawn")
ENDED = ("discontinued", "frozen")
HAS_VALUE = Column("value").is_not_null()


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    by_kpi = expectations_of_kpis(plan)
    return [
        Suite("kpi_observations", TABLE, rows, expectations_of_rows(plan), KEY, "kpi_code"),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's KPIs x countries x years",
            notes="A KPI, country or year that vanishes shows as an absence that nobody sees; one "
            "too many skews every count. Look at the joins of the model that makes expected rows.",
            partition="kpi_code",
        ),
        Suite("kpi_observations_by_kpi", TABLE, kpis, by_kpi, ("kpi_code",), "kpi_code"),
        Suite("kpi_observations_recounted", TABLE, recounted, [_version()], KEY, "kpi_code"),
    ]


def expectations_of_rows(plan: Plan) -> list[Expectation]:
    """What is expected of the observations, one by one."""
    return [*_of_contents(), *_of_origin(), *_of_range(), *_of_change(plan)]


def _of_contents() -> list[Expectation]:
    return [
        gxe.ExpectTableRowCountToBeBetween(
            min_value=1,
            severity="critical",
            notes="Every check of values passes on an empty table. Look whether dbt built the "
            "model from an empty plan.",
            meta=card("kpi_observations.row_count", "at least one row"),
        ),
        gxe.ExpectColumnUniqueValueCountToBeBetween(
            column="value",
            min_value=1,
            severity="critical",
            notes="A table of expected rows without a single figure is full, and says nothing. "
            "Look whether the pinned input files hold any row up to the as-of date.",
            meta=card("kpi_observations.has_values", "at least one value"),
        ),
    ]


def _of_origin() -> list[Expectation]:
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=column,
            row_condition=HAS_VALUE,
            severity="critical",
            notes=f"A figure without its {thing} cannot be read or traced. Look at the staging "
            "model of its source, and at the series' titles in the plan.",
            meta=card(
                f"kpi_observations.value_has_{thing}", f"a {thing} beside every value", "value"
            ),
        )
        for thing, column in (
            ("unit", "unit_code"),
            ("vintage", "vintage_date"),
            ("snapshot", "snapshot_id"),
        )
    ]


def _of_range() -> list[Expectation]:
    notes = (
        "A change of scale (0-1 for 0-100, months for days) or a typing error lands outside the "
        "KPI's plausible range. Look at the source's unit; if the figure is real, widen the range "
        "in kpis.csv with its reason."
    )
    # a KPI without bounds fails here rather than passing unseen: nothing is ignored ("neither")
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="value",
            column_B="plausible_min",
            or_equal=True,
            ignore_row_if="neither",
            row_condition=HAS_VALUE,
            severity="critical",
            notes=notes,
            meta=card(
                "kpi_observations.plausible_min", "at least plausible_min", "value", "lowest"
            ),
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="plausible_max",
            column_B="value",
            or_equal=True,
            ignore_row_if="neither",
            row_condition=HAS_VALUE,
            severity="critical",
            notes=notes,
            meta=card(
                "kpi_observations.plausible_max", "at most plausible_max", "value", "highest"
            ),
        ),
    ]


def _of_change(plan: Plan) -> list[Expectation]:
    limit = plan.threshold("revision_large_pct")
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="revision_pct",
            min_value=-limit,
            max_value=limit,
            row_condition=Column("revision_pct").is_not_null() & is_not("is_revision_acknowledged"),
            severity="critical",
            notes="A source that changes its scale without saying so looks like a revision of "
            "everything. Compare with the source's release notes; if the revision is real, add its "
            "vintage to acknowledged_revisions.csv. A change of unit is not counted as a revision.",
            meta=card(
                "kpi_observations.large_revision",
                f"at most {limit:g} % unless acknowledged",
                "revision_pct",
                "largest",
            ),
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="max_yearly_change_pct",
            column_B="yearly_change_size_pct",
            or_equal=True,
            ignore_row_if="neither",
            row_condition=Column("yearly_change_size_pct").is_not_null(),
            severity="warning",
            notes="A jump from one year to the next may be real (a crisis, a reform) or a break in "
            "the series. Look at the years around it and at the source's footnotes.",
            meta=card(
                "kpi_observations.yearly_change",
                "at most max_yearly_change_pct",
                "yearly_change_pct",
                "largest",
            ),
        ),
    ]


def expectations_of_kpis(plan: Plan) -> list[Expectation]:
    """What is expected of each KPI as a whole."""
    share = plan.threshold("reported_share_pct")
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="latest_year",
            column_B="newest_due_year",
            or_equal=True,
            ignore_row_if="neither",
            row_condition=is_true("is_living")
            & Column("latest_year").is_not_null()
            & Column("newest_due_year").is_not_null(),
            severity="warning",
            notes="The newest year that ought to be out by now is out for no country. Look whether "
            "the source is late or the extraction stands still. A discontinued or frozen source "
            "does not ring.",
            meta=card("kpi_observations.freshness", "the newest year that is due", "latest_year"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="reported_share_pct",
            min_value=share,
            row_condition=Column("reported_share_pct").is_not_null(),
            severity="warning",
            notes="The plan says which member states have the KPI; this is the share of their due "
            "years with a figure. Look who has not reported, and whether the source still serves.",
            meta=card(
                "kpi_observations.reported_share",
                f"at least {share:g} % of what members have",
                "reported_share_pct",
            ),
        ),
    ]


def _version() -> Expectation:
    return agrees(
        TABLE,
        "current_version",
        "what kpi_revisions holds as the current version, by the series' source as of today",
        "A figure under another country or year, of an old vintage or with another sign may be "
        "plausible; it is not what its series says. Look at the joins of the model, and at "
        "corrections.csv for a value that is meant to differ.",
    )


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The observations beside the current version of their series and the plan's own KPI."""
    frame = tables.now(TABLE)
    versions = tables.now(VERSIONS)
    versions = versions[versions["is_current"].eq(True)]
    cell = ["kpi_code", "country_code", "observation_year", "series_code"]
    columns = ["value", "unit_code", "snapshot_id", "vintage_date", "is_illustrative"]
    frame = beside(frame, versions, cell, {name: f"current_{name}" for name in columns})
    goals = {kpi.kpi_code: kpi.goal_code for kpi in plan.kpis}
    is_known = frame["current_is_illustrative"].notna() & ~frame["is_corrected"].eq(True)
    recount = Recount(frame, plan)
    recount.same("value", frame["value"], frame["current_value"], ~frame["is_corrected"].eq(True))
    for name in columns[1:]:
        recount.same(name, frame[name], frame[f"current_{name}"], is_known)
    recount.same("goal_code", frame["goal_code"], frame["kpi_code"].map(goals))
    sources = {row.series_code: row.source_code for row in plan.kpi_series}
    is_served = frame["series_code"].isin(sources)
    source_codes = frame["series_code"].map(sources)
    recount.same("source_code", frame["source_code"], source_codes, is_served)
    is_reported = frame["observation_status"].eq("reported")
    recount.holds("a value that is not called reported", is_reported, frame["value"].notna())
    as_of = pd.Series(pd.Timestamp(tables.as_of_date), index=frame.index)
    recount.same("as_of_date", pd.to_datetime(frame["as_of_date"]), as_of)
    return frame.assign(current_version=recount.findings)


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The observations, and the size of each yearly change: no expectation compares amounts."""
    frame = tables.now(TABLE)
    if "yearly_change_pct" in frame:
        frame["yearly_change_size_pct"] = frame["yearly_change_pct"].abs()
    return frame


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x country x year that ought to exist."""
    years = kpis_by_year(tables, plan)
    return years.merge(kpis_by("country_code", plan.country_codes, plan), on="kpi_code")


def kpis(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI of the plan: its years, the share reported of what members have."""
    frame = tables.now(TABLE)
    availability = pd.DataFrame(
        [
            (row.kpi_code, row.country_code, row.availability == "yes")
            for row in plan.kpi_availability
        ],
        columns=["kpi_code", "country_code", "is_available"],
    )
    frame = frame.merge(availability, how="left", on=["kpi_code", "country_code"])
    due = frame[frame["observation_status"].isin(OWED)]
    owed = due[due["is_available"].eq(True)]
    found = pd.DataFrame({"kpi_code": [kpi.kpi_code for kpi in plan.kpis]}).set_index("kpi_code")
    found["is_living"] = _by_kpi(frame.assign(a=~frame["source_state"].isin(ENDED)))["a"].any()
    found["latest_year"] = _by_kpi(frame[frame["value"].notna()])["observation_year"].max()
    found["newest_due_year"] = _by_kpi(due)["observation_year"].max()
    found["reported_share_pct"] = 100 * _by_kpi(owed.assign(a=owed["value"].notna()))["a"].mean()
    return found.reset_index()


def _by_kpi(frame: pd.DataFrame):
    return frame.groupby("kpi_code")
