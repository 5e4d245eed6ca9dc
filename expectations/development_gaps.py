"""Guards ``development_gaps``: is every year there, and are the two means plausible?"""

import pandas as pd
from great_expectations.expectations.row_conditions import Column

from expectations.means import in_plausible_range, plausible_means
from expectations.suites import Suite, key_suite, kpis_by_year
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "development_gaps"
KEY = ("kpi_code", "observation_year")
MEANS = ["asean6_value", "clmv_value"]


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    has_means = Column("gap_difference").is_not_null()
    of_rows = in_plausible_range(TABLE, "lowest_mean", "highest_mean", has_means)
    return [
        Suite(TABLE, TABLE, rows, of_rows, KEY, "kpi_code", may_be_empty=True),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's KPIs x years, nothing where it compares no groups",
            notes="Whether the gap narrows is told from year to year; a year that cannot be told "
            "is a row that says why. Look at the joins of the model.",
            partition="kpi_code",
        ),
    ]


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x year that ought to exist; none where the plan names no groups."""
    years = kpis_by_year(tables, plan)
    return years if plan.facts.leading_group_code is not None else years.iloc[:0]


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The gaps, the lower and the higher of the two means that each compares."""
    frame = plausible_means(tables, tables.now(TABLE))
    means = frame[MEANS]
    return frame.assign(
        lowest_mean=means.min(axis="columns", skipna=False),
        highest_mean=means.max(axis="columns", skipna=False),
    )
