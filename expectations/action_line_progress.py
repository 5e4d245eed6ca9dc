"""Guards ``action_line_progress``: is every line there in every period, and is its share one?"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.periods import reporting_periods
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, card, key_suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "action_line_progress"
KEY = ("action_line_code", "reporting_period")
WHOLE_PCT = 100
AMOUNTS = ("budget_planned", "budget_spent", "personnel_planned", "personnel_actual")
COMPLETED = ("completed_on_time", "completed_late")
OPEN = ("in_progress", "not_started")


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    return [
        Suite(TABLE, TABLE, rows, expectations_of_rows(), KEY, may_be_empty=True),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's action lines x half-years",
            notes="A line that nobody reports on is a row that says so; one that vanishes raises "
            "the delivery rate of its goal. Look at the joins of the model that follows lines.",
        ),
        Suite(f"{TABLE}_recounted", TABLE, recounted, _recounts(), KEY, may_be_empty=True),
    ]


def _recounts() -> list[Expectation]:
    return [
        agrees(
            TABLE,
            "delivery",
            "a status that the line's own dates and shares say",
            "What is past its due date and not completed is overdue, and what is completed was "
            "reported so: nobody may look better than what was sent. Look at the models that "
            "follow lines.",
        ),
        agrees(
            TABLE,
            "amounts",
            "amounts of 0 or more, and in one scale",
            "A negative budget, or one spent hundreds of times over, is a slip of sign or unit. "
            "The intake lets neither pass: look how the submission that the row names came in.",
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The lines, what contradicts their delivery and what their amounts."""
    frame = tables.now(TABLE)
    status = frame["delivery_status"]
    is_completed = status.isin(COMPLETED)
    recount = Recount(frame, plan)
    recount.holds("completed, and never reported", frame["is_ever_reported"], is_completed)
    whole = frame["complete_pct"].eq(WHOLE_PCT) | frame["complete_pct"].isna()
    recount.holds("completed in part", whole, is_completed)
    due_date = frame["current_due_date"].fillna(frame["initial_due_date"])
    is_late = due_date.notna() & (due_date < frame[["period_end_date", "as_of_date"]].min(axis=1))
    is_open = status.isin(OPEN)
    recount.holds(f"{OPEN[0]} or {OPEN[1]}, and past its due date", ~is_late, is_open)
    lights = frame[[f"{name}_light" for name in ("schedule", "budget", "personnel", "quality")]]
    is_red = lights.eq("red").any(axis="columns")
    recount.holds("a green light over a red one", ~is_red, frame["overall_light"].eq("green"))
    amounts = Recount(frame, plan)
    for column in AMOUNTS:
        amounts.holds(f"negative {column}", frame[column].isna() | (frame[column] >= 0))
    most = plan.threshold("submission_scale_factor") * frame["budget_planned"]
    has_both = frame["budget_spent"].notna() & (frame["budget_planned"] > 0)
    amounts.holds("spent far beyond the plan", frame["budget_spent"] <= most, has_both)
    return frame.assign(delivery=recount.findings, amounts=amounts.findings)


def expectations_of_rows() -> list[Expectation]:
    """What is expected of the lines, one by one."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="complete_pct",
            min_value=0,
            max_value=WHOLE_PCT,
            row_condition=Column("complete_pct").is_not_null(),
            severity="critical",
            notes="What is done of a line, in per cent, as the party reports it. The intake lets "
            "nothing beyond pass: look how the submission that the row names came in.",
            meta=card(f"{TABLE}.complete_pct", f"from 0 to {WHOLE_PCT} %", "complete_pct"),
        )
    ]


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per action line x half-year that ought to exist."""
    lines = [line.action_line_code for line in plan.action_lines]
    frame = pd.DataFrame({"action_line_code": lines}, dtype=object)
    return frame.merge(reporting_periods(tables, plan), how="cross")


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The lines as they are."""
    return tables.now(TABLE)
