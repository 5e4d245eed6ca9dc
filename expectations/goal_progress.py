"""Guards ``goal_progress``: is every goal there in every period, with all of its lines?"""

import great_expectations.expectations as gxe
import pandas as pd

from expectations import goal_scorecards
from expectations.periods import reporting_periods
from expectations.suites import Suite, card, key_suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "goal_progress"
KEY = ("goal_code", "reporting_period")


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table."""
    lines = gxe.ExpectColumnPairValuesToBeEqual(
        column_A="lines_count",
        column_B="plan_lines_count",
        ignore_row_if="neither",
        severity="critical",
        notes="Counted in the plan's own rows: a line that is lost would make its goal look more "
        "delivered. Look at the join of lines to goals.",
        meta=card(f"{TABLE}.lines_count", "as many as the plan has", "lines_count"),
    )
    return [
        Suite(TABLE, TABLE, rows, [lines], KEY, may_be_empty=True),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's goals x half-years",
            notes="A goal without lines has counts of 0, not no row. Look at the joins of the "
            "model.",
        ),
    ]


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per goal x half-year that ought to exist."""
    goals = goal_scorecards.planned(tables, plan)
    return goals.merge(reporting_periods(tables, plan), how="cross")


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The goals' progress, and beside it how many lines the plan has."""
    frame = tables.now(TABLE)
    goals = goal_scorecards.goals_of_lines(plan, plan.action_lines)
    return frame.assign(plan_lines_count=[goals.count(goal) for goal in frame["goal_code"]])
