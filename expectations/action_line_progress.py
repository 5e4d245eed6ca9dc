"""Guards ``action_line_progress``: is every line there in every period, and is its share one?"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.periods import reporting_periods
from expectations.suites import Suite, card, key_suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "action_line_progress"
KEY = ("action_line_code", "reporting_period")
WHOLE_PCT = 100


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
    ]


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
