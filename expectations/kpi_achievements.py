"""Guards ``kpi_achievements``: is every statement there, complete, and in its range?

Statements are judged here, not figures: a status that nobody can explain must not be published.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations import kpi_observations
from expectations.recounts import Recount, agrees, beside
from expectations.statements import statements
from expectations.suites import Suite, card, key_suite, kpis_by
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "kpi_achievements"
KEY = ("kpi_code", "country_code")
NOT_ASSESSED = "not_assessed"
CUT_BY_RATIO = ("on_track", "acceleration_needed", "limited")
AHEAD = "ahead of the baseline"
ASSESSED = Column("status") != NOT_ASSESSED


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    return [
        Suite("kpi_achievements", TABLE, rows, expectations_of_rows(plan), KEY, "kpi_code"),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's KPIs x countries",
            notes="A country that vanishes from a KPI changes the goal's mean without a trace. "
            "Look at the joins of the model that makes expected rows.",
            partition="kpi_code",
        ),
        Suite(f"{TABLE}_recounted", TABLE, recounted, _recounts(), KEY, "kpi_code"),
    ]


def _recounts() -> list[Expectation]:
    return [
        agrees(
            TABLE,
            "end_points",
            "the observations of its two years, and the plan's direction",
            "Every statement is made of two figures that readers can look up. One of another year "
            "or country makes a status that nobody can recompute. Look at the models that find "
            "end points.",
        ),
        agrees(
            TABLE,
            "status_fits",
            "what the ratio, the cuts and the score say",
            "A status that its own ratio contradicts was flipped, or judged with other cuts. Look "
            "at the model that judges, and at thresholds.csv.",
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The achievements beside their observations; see ``statements`` for the statuses."""
    frame = tables.now(TABLE)
    observed = tables.now(kpi_observations.TABLE)
    ends = Recount(frame, plan)
    directions = {kpi.kpi_code: kpi.direction for kpi in plan.kpis}
    goals = {kpi.kpi_code: kpi.goal_code for kpi in plan.kpis}
    ends.same("direction", frame["direction"], frame["kpi_code"].map(directions))
    ends.same("goal_code", frame["goal_code"], frame["kpi_code"].map(goals))
    for end in ("baseline", "latest"):
        named = {"observation_year": f"{end}_year", "value": "due", "is_illustrative": "invented"}
        there = observed.rename(columns=named)
        columns = {"due": f"{end}_due", "invented": f"{end}_invented"}
        frame = beside(frame, there, [*KEY, f"{end}_year"], columns)
    # a plan may freeze its baselines as they were first known
    is_frozen = frame["baseline_value"].eq(frame["baseline_value_first_known"])
    ends.same("baseline_value", frame["baseline_value"], frame["baseline_due"], ~is_frozen)
    ends.same("latest_value", frame["latest_value"], frame["latest_due"])
    invented = frame["baseline_invented"].eq(True) | frame["latest_invented"].eq(True)
    ends.holds("an invented figure, and not marked so", frame["is_illustrative"], invented)
    return frame.assign(end_points=ends.findings, status_fits=statements(frame, plan))


def expectations_of_rows(plan: Plan) -> list[Expectation]:
    """What is expected of the achievements, one by one."""
    return [
        _row_count(),
        *_complete(),
        _score(plan),
        _target_ahead(),
    ]


def _row_count() -> Expectation:
    return gxe.ExpectTableRowCountToBeBetween(
        min_value=1,
        severity="critical",
        notes="Every check of values passes on an empty table. Look whether dbt built the model "
        "from an empty plan.",
        meta=card("kpi_achievements.row_count", "at least one row"),
    )


def _complete() -> list[Expectation]:
    # a ratio is honestly null only where the baseline already met the target
    without_target = ASSESSED & Column("target_value").is_null()
    needs_ratio = without_target | Column("status").is_in(CUT_BY_RATIO)
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=column,
            row_condition=condition,
            severity="critical",
            notes="Whoever reads a status must be able to recompute it from its row. Look at the "
            "model's join of the end points.",
            meta=card(f"kpi_achievements.assessed_has_{thing}", f"a {column} beside a status"),
        )
        for thing, column, condition in (
            ("baseline", "baseline_value", ASSESSED),
            ("latest", "latest_value", ASSESSED),
            ("ratio", "progress_ratio", needs_ratio),
        )
    ]


def _score(plan: Plan) -> Expectation:
    extreme = plan.threshold("score_extreme")
    return gxe.ExpectColumnValuesToBeBetween(
        column="score",
        min_value=-extreme,
        max_value=extreme,
        row_condition=Column("score").is_not_null(),
        severity="critical",
        notes="Goal scores are means of these; one beyond the ends bends them all. Look at the "
        "interpolation between the cuts.",
        meta=card("kpi_achievements.score_range", f"from {-extreme:g} to {extreme:g}", "score"),
    )


def _target_ahead() -> Expectation:
    return gxe.ExpectColumnValuesToBeInSet(
        column="target_side",
        value_set=[AHEAD],
        row_condition=Column("target_side").is_not_null(),
        severity="warning",
        notes="A target that the baseline meets already reads achieved from the first day. Look "
        "into targets.csv whether the value, its unit and the KPI's direction are what its source "
        "says; if the target is real, it asks for less than there was.",
        meta=card(
            "kpi_achievements.target_ahead", "a target better than the baseline", "target_side"
        ),
    )


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The achievements, and ``target_side``: where the target lies, null where none is compared."""
    frame = tables.now(TABLE)
    if {"direction", "target_value", "baseline_value"} <= set(frame):
        sides = [_target_side(row) for row in frame.to_dict("records")]
        frame["target_side"] = pd.Series(sides, frame.index, dtype=object)
    return frame


def _target_side(row: dict) -> str | None:
    target, baseline = row["target_value"], row["baseline_value"]
    if pd.isna(target) or pd.isna(baseline):
        return None
    is_ahead = target > baseline if row["direction"] == "higher" else target < baseline
    if is_ahead:
        return AHEAD
    return f"target {target:.10g}, baseline {baseline:.10g}, {row['direction']} is better"


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x country of the plan."""
    return kpis_by("country_code", plan.country_codes, plan)
