"""Guards ``goal_scorecards``: the page that ministers read must add up."""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.held_back import held_back, recount_held_back
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, card, key_suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "goal_scorecards"
KEY = ("goal_code",)
# a line of which nothing was reported may be overdue too
PARTS_OF_LINES = ("lines_completed_count", "lines_overdue_count")
# a count, and the count that it is a part of
PARTS = (
    ("countries_assessed_count", "plan_countries_count"),
    ("lines_accounted_count", "lines_count"),
)
# a count of the scorecard, and the plan's own
COUNTED_BY_PLAN = (
    ("kpis_count", "plan_kpis_count"),
    ("lines_count", "plan_lines_count"),
    ("lines_known_missing_count", "plan_lines_known_missing_count"),
)


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table."""
    return [
        Suite("goal_scorecards", TABLE, rows, expectations_of_rows(plan), KEY),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's goals",
            notes="A goal that vanishes is not missed by anybody who does not count. Look at the "
            "joins of the model.",
        ),
        Suite(
            f"{TABLE}_recounted",
            TABLE,
            recounted,
            [
                agrees(
                    TABLE,
                    "summary",
                    "what the marts below it add up to",
                    "The page that ministers read says nothing of its own: every count, mean and "
                    "rate stands in a mart below it. Look at the joins of the model.",
                )
            ],
            KEY,
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The scorecards beside goal_achievements, kpi_achievements and goal_progress."""
    frame = tables.now(TABLE)
    scores = tables.now("goal_achievements").groupby("goal_code")["score"]
    assessed = tables.now("kpi_achievements")
    assessed = assessed[assessed["status"].ne("not_assessed")]
    kpis = assessed.groupby("goal_code")["kpi_code"].nunique()
    goals = frame["goal_code"]
    recount = Recount(frame, plan)
    recount.same("kpis_assessed_count", frame["kpis_assessed_count"], goals.map(kpis).fillna(0))
    countries = goals.map(scores.count()).fillna(0)
    recount.same("countries_assessed_count", frame["countries_assessed_count"], countries)
    has_score = frame["achievement_score"].notna()
    recount.same(
        "achievement_score", frame["achievement_score"], goals.map(scores.mean()), has_score
    )
    _recount_lines(recount, tables, frame)
    recount_held_back(recount, frame, held_back(tables), list(KEY))
    worst = goals + " " + frame["worst_kpi_code"]
    found = worst.isin(assessed["goal_code"] + " " + assessed["kpi_code"])
    recount.holds("a worst KPI that was not assessed", found, frame["worst_kpi_code"].notna())
    is_delivered = frame["delivery_rate_pct"] >= plan.threshold("goal_delivered_pct")
    is_moving = frame["achievement_score"] >= plan.threshold("goal_moving_score")
    quadrant = is_delivered.map({True: "delivered", False: "not_delivered"})
    quadrant += is_moving.map({True: "_moving", False: "_not_moving"})
    recount.same("quadrant", frame["quadrant"], quadrant, frame["quadrant"].ne("unknown"))
    return frame.assign(summary=recount.findings)


def _recount_lines(recount: Recount, tables: Tables, frame: pd.DataFrame) -> None:
    progress = tables.now("goal_progress")
    current = progress[progress["is_current"].eq(True)].drop_duplicates("goal_code")
    current = current.set_index("goal_code")
    completed = current["completed_on_time_count"] + current["completed_late_count"]
    # of lines that nobody has ever reported on, nobody knows
    is_known = current["ever_reported_count"] > 0
    for column, due in (
        ("due_lines_count", current["due_lines_count"]),
        ("lines_completed_count", completed.where(is_known)),
        ("lines_overdue_count", current["past_due_count"].where(is_known)),
        ("lines_not_reported_count", current["lines_count"] - current["ever_reported_count"]),
        ("delivery_rate_pct", current["delivery_rate_pct"]),
    ):
        recount.same(column, frame[column], frame["goal_code"].map(due))


def expectations_of_rows(plan: Plan) -> list[Expectation]:
    """What is expected of the scorecards, one by one."""
    return [_row_count(), *_counts(), _rate(), _score(plan)]


def _row_count() -> Expectation:
    return gxe.ExpectTableRowCountToBeBetween(
        min_value=1,
        severity="critical",
        notes="Every check of values passes on an empty table. Look whether dbt built the model "
        "from an empty plan.",
        meta=card("goal_scorecards.row_count", "at least one row"),
    )


def _counts() -> list[Expectation]:
    parts = [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=whole,
            column_B=part,
            or_equal=True,
            ignore_row_if="neither",
            severity="critical",
            notes="A part larger than its whole means a join that multiplied or lost rows. Look at "
            "the grain of the model's inputs.",
            meta=card(f"goal_scorecards.{part}", f"at most {whole}", part, "highest"),
        )
        for part, whole in PARTS
    ]
    totals = [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A=column,
            column_B=planned,
            ignore_row_if="neither",
            severity="critical",
            notes="Counted in the plan's own rows, so that a scorecard cannot forget a part of its "
            "goal. Look at the joins between the plan and the marts.",
            meta=card(f"goal_scorecards.{column}", "as many as the plan has", column),
        )
        for column, planned in COUNTED_BY_PLAN
    ]
    return parts + totals


def _rate() -> Expectation:
    return gxe.ExpectColumnValuesToBeBetween(
        column="delivery_rate_pct",
        min_value=0,
        max_value=100,
        row_condition=Column("delivery_rate_pct").is_not_null(),
        severity="critical",
        notes="A share of lines in per cent. Beyond 100 lines were completed that were not due; "
        "below 1 everywhere it was left as a ratio. Look at the division in the model.",
        meta=card("goal_scorecards.delivery_rate", "from 0 to 100 %", "delivery_rate_pct"),
    )


def _score(plan: Plan) -> Expectation:
    extreme = plan.threshold("score_extreme")
    return gxe.ExpectColumnValuesToBeBetween(
        column="achievement_score",
        min_value=-extreme,
        max_value=extreme,
        row_condition=Column("achievement_score").is_not_null(),
        severity="critical",
        notes="A mean of scores cannot lie beyond their ends. Look at the weights of the mean.",
        meta=card(
            "goal_scorecards.score_range",
            f"from {-extreme:g} to {extreme:g}",
            "achievement_score",
        ),
    )


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The scorecards, and beside them what the plan itself counts for each goal.

    Sums and the plan's counts are computed here: an expectation compares columns of one frame.
    """
    frame = tables.now(TABLE)
    counted = {
        "plan_kpis_count": [kpi.goal_code for kpi in plan.kpis],
        "plan_lines_count": goals_of_lines(plan, plan.action_lines),
        "plan_lines_known_missing_count": goals_of_lines(plan, plan.action_lines_known_missing),
    }
    for column, goals in counted.items():
        frame[column] = [goals.count(goal) for goal in frame["goal_code"]]
    frame["plan_countries_count"] = len(plan.country_codes)
    if set(PARTS_OF_LINES) <= set(frame):
        frame["lines_accounted_count"] = frame[list(PARTS_OF_LINES)].sum(axis="columns")
    return frame


def goals_of_lines(plan: Plan, lines) -> list[str]:
    """The goal of each of some action lines, through its action and desired outcome."""
    goal_of_outcome = {row.outcome_code: row.goal_code for row in plan.desired_outcomes}
    goal_of_action = {row.action_code: goal_of_outcome[row.outcome_code] for row in plan.actions}
    return [goal_of_action[line.action_code] for line in lines]


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per goal of the plan."""
    return pd.DataFrame({"goal_code": [goal.goal_code for goal in plan.goals]})
