"""Guards ``regional_achievements``: is every group's statement there, and in its range?"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.held_back import held_back_members, recount_held_back
from expectations.kpi_achievements import ASSESSED
from expectations.means import in_plausible_range, panel_means, plausible_means
from expectations.recounts import Recount, agrees
from expectations.statements import statements
from expectations.suites import Suite, card, key_suite, kpis_by
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "regional_achievements"
KEY = ("kpi_code", "group_code")
ENDS = ["baseline_value", "latest_value"]


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    of_rows = expectations_of_rows(plan)
    return [
        Suite(TABLE, TABLE, rows, of_rows, KEY, "kpi_code", may_be_empty=True),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's KPIs x groups",
            notes="A group that vanishes leaves the question of the region unanswered, and nobody "
            "sees it. Look at the model that lists what is expected of groups.",
            partition="kpi_code",
        ),
        Suite(
            f"{TABLE}_recounted",
            TABLE,
            recounted,
            [
                agrees(
                    TABLE,
                    "panel_means",
                    "the means of the panel's members in both years, and the members held back",
                    "A group is compared over the same members in both years, and they are named: "
                    "its means must be theirs. Look at the models that pair and measure panels.",
                ),
                agrees(
                    TABLE,
                    "status_fits",
                    "what the ratio, the cuts and the score say",
                    "A status that its own ratio contradicts was flipped, or judged with other "
                    "cuts. Look at the model that judges, and at thresholds.csv.",
                ),
            ],
            KEY,
            "kpi_code",
            may_be_empty=True,
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The achievements beside the means of the members of their panels."""
    frame = tables.now(TABLE)
    recount = Recount(frame, plan)
    is_simple = frame["weight_series_code"].isna()
    for end in ("baseline", "latest"):
        due = panel_means(tables, frame, f"{end}_year")
        value = frame[f"{end}_value"]
        recount.same(f"{end}_value", value, due, is_simple & value.notna())
    recount_held_back(
        recount, frame, held_back_members(tables, plan), list(KEY), is_exact=is_simple
    )
    return frame.assign(panel_means=recount.findings, status_fits=statements(frame, plan))


def expectations_of_rows(plan: Plan) -> list[Expectation]:
    """What is expected of the groups' achievements, one by one."""
    extreme = plan.threshold("score_extreme")
    return [
        *in_plausible_range(TABLE, "lowest_mean", "highest_mean", ASSESSED),
        gxe.ExpectColumnValuesToBeBetween(
            column="score",
            min_value=-extreme,
            max_value=extreme,
            row_condition=Column("score").is_not_null(),
            severity="critical",
            notes="A group is scored as a member state is, and within the same ends. Look at the "
            "interpolation between the cuts.",
            meta=card(f"{TABLE}.score_range", f"from {-extreme:g} to {extreme:g}", "score"),
        ),
    ]


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x group of the plan."""
    return kpis_by("group_code", plan.group_codes, plan)


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The achievements, the lower and the higher of the two means that each compares."""
    frame = plausible_means(tables, tables.now(TABLE))
    ends = frame[ENDS]
    # skipping none: an end that is missing must fail
    return frame.assign(
        lowest_mean=ends.min(axis="columns", skipna=False),
        highest_mean=ends.max(axis="columns", skipna=False),
    )
