"""Guards ``development_gaps``: is every year there, and are the two means plausible?"""

import numpy as np
import pandas as pd
from great_expectations.expectations.row_conditions import Column

from expectations.held_back import held_back_members, recount_held_back
from expectations.means import in_plausible_range, panel_means, plausible_means
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, key_suite, kpis_by_year
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "development_gaps"
KEY = ("kpi_code", "observation_year")
SIMPLE = "simple_mean"
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
        Suite(
            f"{TABLE}_recounted",
            TABLE,
            recounted,
            [
                agrees(
                    TABLE,
                    "arithmetic",
                    "the panel's means, the gap between them, and the members held back",
                    "The gap is a difference, a ratio and its logarithm of two means that anybody "
                    "can recompute, and it narrows only where both measures say so. Look at the "
                    "models that measure gaps and judge them.",
                )
            ],
            KEY,
            "kpi_code",
            may_be_empty=True,
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The gaps beside the means of their panels."""
    frame = tables.now(TABLE)
    leading, following = (frame[column] for column in MEANS)
    recount = Recount(frame, plan)
    weighted = {row.kpi_code for row in plan.kpis if row.aggregation_code != SIMPLE}
    is_simple = ~frame["kpi_code"].isin(weighted)
    groups = (plan.facts.leading_group_code, plan.facts.following_group_code)
    for column, group in zip(MEANS, groups, strict=True):
        due = panel_means(tables, frame, "observation_year", group)
        recount.same(column, frame[column], due, is_simple & frame[column].notna())
    recount.same("gap_difference", frame["gap_difference"], leading - following)
    has_ratio = frame["gap_ratio"].notna()
    recount.same("gap_ratio", frame["gap_ratio"], leading / following, has_ratio)
    recount.same("log_gap", frame["log_gap"], np.log(frame["gap_ratio"]).abs(), has_ratio)
    for status, is_moved in (("converging", pd.Series.lt), ("diverging", pd.Series.gt)):
        holds = is_moved(frame["log_gap"], frame["baseline_log_gap"])
        holds &= is_moved(frame["variation_coefficient"], frame["baseline_variation_coefficient"])
        is_called = frame["gap_status"].eq(status)
        recount.holds(f"called {status}, and one measure says otherwise", holds, is_called)
    held = held_back_members(tables, plan)
    recount_held_back(recount, frame, held, ["kpi_code"], is_exact=is_simple)
    return frame.assign(arithmetic=recount.findings)


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
