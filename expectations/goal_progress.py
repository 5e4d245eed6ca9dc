"""Guards ``goal_progress``: is every goal there in every period, with all of its lines?"""

import great_expectations.expectations as gxe
import pandas as pd

from expectations import action_line_progress, goal_scorecards
from expectations.periods import reporting_periods
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, card, key_suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "goal_progress"
KEY = ("goal_code", "reporting_period")
STATUSES = (
    *("completed_on_time", "completed_late", "overdue"),
    *("not_reported", "in_progress", "not_started"),
)


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
        Suite(
            f"{TABLE}_recounted",
            TABLE,
            recounted,
            [
                agrees(
                    TABLE,
                    "line_counts",
                    "the lines' own statuses, counted",
                    "Counted again from the lines: a count that is wrong makes a goal look more or "
                    "less delivered than its lines are. Look at the grouping of the model.",
                )
            ],
            KEY,
            may_be_empty=True,
        ),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's goals x half-years",
            notes="A goal without lines has counts of 0, not no row. Look at the joins of the "
            "model.",
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The goals' progress beside their lines, counted by status."""
    frame = tables.now(TABLE)
    lines = tables.now(action_line_progress.TABLE)
    found = lines.groupby([*KEY, "delivery_status"]).size().unstack(fill_value=0)
    keys = pd.MultiIndex.from_frame(frame[list(KEY)])
    recount = Recount(frame, plan)
    for status in STATUSES:
        counts = found[status] if status in found else pd.Series(0, index=found.index)
        due = pd.Series(counts.reindex(keys, fill_value=0).to_numpy(), index=frame.index)
        recount.same(f"{status}_count", frame[f"{status}_count"], due)
    rate = 100 * frame["due_completed_count"] / frame["due_lines_count"].where(lambda n: n > 0)
    has_rate = frame["delivery_rate_pct"].notna()
    recount.same("delivery_rate_pct", frame["delivery_rate_pct"], rate, has_rate)
    return frame.assign(line_counts=recount.findings)


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per goal x half-year that ought to exist."""
    goals = goal_scorecards.planned(tables, plan)
    return goals.merge(reporting_periods(tables, plan), how="cross")


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The goals' progress, and beside it how many lines the plan has."""
    frame = tables.now(TABLE)
    goals = goal_scorecards.goals_of_lines(plan, plan.action_lines)
    return frame.assign(plan_lines_count=[goals.count(goal) for goal in frame["goal_code"]])
