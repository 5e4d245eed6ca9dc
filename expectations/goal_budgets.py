"""Guards ``goal_budgets``: does the money of the lines add up to that of the goals?

A goal has as many rows as its lines reported currencies, none before somebody reports a budget: so
goals are looked at, each beside its lines.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation

from expectations import action_line_progress, goal_scorecards
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, card
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "goal_budgets"
KEY = ("goal_code",)
ROW = ("goal_code", "reporting_period", "currency_code")
AMOUNTS = ["budget_planned", "budget_spent"]


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table."""
    shares = [
        agrees(
            TABLE,
            "spent_share",
            "what was spent as a share of what was planned",
            "A share of two amounts of its own row, in per cent. Look at the division.",
        )
    ]
    return [
        Suite(TABLE, TABLE, goals, expectations_of_goals(plan), KEY),
        Suite(f"{TABLE}_recounted", TABLE, recounted, shares, ROW, may_be_empty=True),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The budgets beside the share that their amounts give."""
    frame = tables.now(TABLE)
    share = 100 * frame["budget_spent"] / frame["budget_planned"].where(lambda amount: amount > 0)
    recount = Recount(frame, plan)
    recount.same("spent_pct", frame["spent_pct"], share, frame["spent_pct"].notna())
    return frame.assign(spent_share=recount.findings)


def expectations_of_goals(plan: Plan) -> list[Expectation]:
    """What is expected of the budgets of each goal."""
    notes = (
        "Added up again from the lines: budgets that a join multiplied or lost look like any "
        "others. Look at the grouping by period and currency."
    )
    noise = plan.threshold("value_noise_ratio")
    return [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="lines_count",
            column_B="budgeted_lines_count",
            ignore_row_if="neither",
            severity="critical",
            notes=notes,
            meta=card(
                f"{TABLE}.lines_count",
                "as many lines in all periods as report a budget",
                "lines_count",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="difference_ratio",
            min_value=-noise,
            max_value=noise,
            severity="critical",
            notes=notes,
            meta=card(f"{TABLE}.amounts", "the sum of the lines' amounts", "difference_ratio"),
        ),
    ]


def goals(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per goal of the plan: its lines with a budget and amounts, and those of the lines.

    Amounts of all periods and currencies are added up: a sum to check, not one to read.
    """
    lines = tables.now(action_line_progress.TABLE)
    lines = lines[lines["currency_code"].notna() & lines[AMOUNTS].notna().any(axis="columns")]
    lines = lines.assign(lines_count=1)
    frame = goal_scorecards.planned(tables, plan)
    for prefix, found in (("", tables.now(TABLE)), ("budgeted_", lines)):
        found = found.assign(amount=found[AMOUNTS].sum(axis="columns"))
        sums = found.groupby("goal_code")[["lines_count", "amount"]].sum()
        for column in sums:
            frame[prefix + column] = frame["goal_code"].map(sums[column]).fillna(0)
    size = frame["budgeted_amount"].abs().where(lambda amount: amount > 0, 1)
    difference = frame["amount"] - frame["budgeted_amount"]
    return frame.assign(difference_ratio=difference / size)
