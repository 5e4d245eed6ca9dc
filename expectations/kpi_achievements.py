"""Guards ``kpi_achievements``: is every statement there, complete, and in its range?

Statements are judged here, not figures: a status that nobody can explain must not be published.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.suites import Suite, card, key_suite, kpis_by
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "kpi_achievements"
KEY = ("kpi_code", "country_code")
NOT_ASSESSED = "not_assessed"
CUT_BY_RATIO = ("on_track", "acceleration_needed", "limited")
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
    ]


def expectations_of_rows(plan: Plan) -> list[Expectation]:
    """What is expected of the achievements, one by one."""
    return [
        _row_count(),
        *_complete(),
        _score(plan),
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


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The achievements as they are."""
    return tables.now(TABLE)


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x country of the plan."""
    return kpis_by("country_code", plan.country_codes, plan)
