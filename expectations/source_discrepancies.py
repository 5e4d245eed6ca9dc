"""Guards ``source_discrepancies``: does it name every figure that two series disagree on?

Two series of one KPI in one unit are the exception, so the table may well be empty: looked at are
the observations, each beside what the table says of it.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations import kpi_observations
from expectations.kpi_observations import KEY
from expectations.recounts import Recount, agrees, beside
from expectations.suites import Suite, card
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "source_discrepancies"
VERSIONS = "kpi_revisions"
CELL = ["series_code", "country_code", "observation_year"]


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table."""
    differences = [
        agrees(
            TABLE,
            "difference",
            "the two series' current versions, and how far they lie apart",
            "Both figures are looked up again under their own series, and their distance "
            "recomputed. Look at the model's joins, and at corrections.csv.",
        )
    ]
    return [
        Suite(TABLE, TABLE, observations, expectations_of_rows(plan), KEY, "kpi_code"),
        Suite(
            f"{TABLE}_recounted", TABLE, recounted, differences, KEY, "kpi_code", may_be_empty=True
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The discrepancies beside the current versions of their other series."""
    frame = tables.now(TABLE)
    versions = tables.now(VERSIONS)
    versions = versions[versions["is_current"].eq(True)]
    versions = versions.rename(columns={"series_code": "other_series_code"})
    frame = beside(frame, versions, [*KEY, "other_series_code"], {"value": "other_due"})
    published = tables.now(kpi_observations.TABLE)
    frame = beside(frame, published, list(KEY), {"series_code": "used_series_due"})
    corrected = {(row.series_code, row.country_code) for row in plan.corrections}
    pairs = pd.Series(list(zip(frame["other_series_code"], frame["country_code"], strict=True)))
    is_corrected = pairs.isin(corrected).set_axis(frame.index)
    recount = Recount(frame, plan)
    recount.same("used_series_code", frame["used_series_code"], frame["used_series_due"])
    recount.same("other_value", frame["other_value"], frame["other_due"], ~is_corrected)
    used = frame["used_value"].where(frame["used_value"] != 0)
    difference = 100 * (frame["other_value"] - used) / used.abs()
    found = frame["relative_difference_pct"]
    recount.same("relative_difference_pct", found, difference, found.notna())
    return frame.assign(difference=recount.findings)


def expectations_of_rows(plan: Plan) -> list[Expectation]:
    """What is expected of the observations beside the discrepancies."""
    limit = plan.threshold("discrepancy_large_pct")
    return [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="is_named",
            column_B="has_other_series",
            ignore_row_if="neither",
            severity="critical",
            notes="When two sources have a value both are kept, and the reader sees both. Counted "
            "again from every series' current version in the used unit. Look at the model's join.",
            meta=card(f"{TABLE}.complete", "a row wherever another series has a value", "is_named"),
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="used_value",
            column_B="value",
            ignore_row_if="neither",
            row_condition=Column("used_value").is_not_null(),
            severity="critical",
            notes="What is called used must be what kpi_observations publishes. Look at the order "
            "of preference in kpi_series.csv and at the model that chooses a series.",
            meta=card(f"{TABLE}.used_value", "the value of kpi_observations", "used_value"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="relative_difference_pct",
            min_value=-limit,
            max_value=limit,
            row_condition=Column("relative_difference_pct").is_not_null(),
            severity="warning",
            notes="Two series may measure by different definitions; so far apart, one of them may "
            "be in another unit or scale. Compare both with their sources' own pages.",
            meta=card(
                f"{TABLE}.large_difference",
                f"at most {limit:g} % of the used value",
                "relative_difference_pct",
                "largest",
            ),
        ),
    ]


def observations(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per observation or discrepancy: whether another series has a value, and is named."""
    columns = [*KEY, "used_value", "relative_difference_pct"]
    named = tables.now(TABLE).filter(items=columns).assign(is_named=True)
    frame = tables.now(kpi_observations.TABLE).merge(named, how="outer", on=list(KEY))
    others = _others(tables, plan, frame).assign(has_other_series=True)
    frame = frame.merge(others, how="left", on=list(KEY))
    for column in ("is_named", "has_other_series"):
        frame[column] = frame[column].eq(True)
    return frame


def _others(tables: Tables, plan: Plan, used: pd.DataFrame) -> pd.DataFrame:
    """Keys of the observations of which another series has a value in the same unit."""
    versions = tables.now(VERSIONS)
    versions = versions[versions["is_current"].eq(True) & versions["value"].notna()]
    dropped = pd.DataFrame(
        [
            (row.series_code, row.country_code, row.observation_year, True)
            for row in plan.corrections
            if row.correction_action == "drop"
            and row.correction_status == "active"
            and row.first_seen_date <= tables.as_of_date
        ],
        columns=[*CELL, "is_dropped"],
    ).astype({"observation_year": int})
    versions = versions.merge(dropped, how="left", on=CELL)
    versions = versions[versions["is_dropped"].isna()]
    used = used[used["value"].notna()]
    both = used.merge(versions, on=[*KEY, "unit_code"], suffixes=("", "_other"))
    both = both[both["series_code"] != both["series_code_other"]]
    return both[list(KEY)].drop_duplicates()
