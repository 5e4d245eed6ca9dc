"""Guards ``kpi_achievements``: is every statement there, complete, and in its range?

Statements are judged here, not figures: a status that nobody can explain must not be published.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.suites import PRESENT, Suite, card, kpis_by_country, presence
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "kpi_achievements"
KEY = ("kpi_code", "country_code")
NOT_ASSESSED = "not_assessed"
STATUSES = (
    "achieved",
    "on_track",
    "acceleration_needed",
    "limited",
    "deterioration",
    NOT_ASSESSED,
)
CUT_BY_RATIO = ("on_track", "acceleration_needed", "limited")
CLOSED_LISTS = {
    "status": STATUSES,
    "linear_path_status": (*STATUSES, "not_applicable"),
    "un_chart_status": ("achieved", "on_track", "fair", "stagnation_or_regression", NOT_ASSESSED),
    "agreement": ("all", "majority", "split", NOT_ASSESSED),
    "reason_code": (
        "not_applicable",
        "no_vintage_held",
        "no_data",
        "discontinued",
        "stale",
        "no_baseline",
        "one_point",
        "break",
        "unit_mismatch",
        "zero_base",
    ),
}
ASSESSED = Column("status") != NOT_ASSESSED


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    return [
        Suite("kpi_achievements", TABLE, rows, expectations_of_rows(plan), KEY, "kpi_code"),
        Suite("kpi_achievements_keys", TABLE, keys, expectations_of_keys(), KEY, "kpi_code"),
    ]


def expectations_of_rows(plan: Plan) -> list[Expectation]:
    """What is expected of the achievements, one by one."""
    return [
        _row_count(),
        _status_known(),
        *_closed_lists(),
        _reasoned(),
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


def _status_known() -> Expectation:
    return gxe.ExpectColumnValuesToNotBeNull(
        column="status",
        severity="critical",
        notes="Null is never a status: a reader would take it for no news. Look for a case without "
        "an else in the model.",
        meta=card("kpi_achievements.status_known", "a status in every row", "reason_code"),
    )


def _closed_lists() -> list[Expectation]:
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column=column,
            value_set=list(words),
            severity="critical",
            notes="Readers and dashboards count the words of a closed list; a word beside it "
            "disappears from every count. Look at the model that writes it.",
            meta=card(f"kpi_achievements.{column}_listed", f"one of {', '.join(words)}", column),
        )
        for column, words in CLOSED_LISTS.items()
    ]


def _reasoned() -> Expectation:
    return gxe.ExpectColumnValuesToNotBeNull(
        column="reason_code",
        row_condition=Column("status") == NOT_ASSESSED,
        severity="critical",
        notes="An honest null says why. Look at the order of reasons in the model.",
        meta=card("kpi_achievements.not_assessed_has_reason", "a reason_code beside not_assessed"),
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
            ("score", "score", ASSESSED),
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


def expectations_of_keys() -> list[Expectation]:
    """What is expected of the table's keys beside the plan's."""
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="presence",
            value_set=[PRESENT],
            severity="critical",
            notes="A country that vanishes from a KPI changes the goal's mean without a trace. "
            "Look at the joins of the model that makes expected rows.",
            meta=card(
                "kpi_achievements.key_set", "exactly the plan's KPIs x countries", "presence"
            ),
        )
    ]


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The achievements as they are."""
    return tables.now(TABLE)


def keys(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x country, of the plan or of the table."""
    return presence(kpis_by_country(plan), tables.now(TABLE), KEY)
