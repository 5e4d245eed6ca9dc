"""Guards what readers see already: does the candidate take back, lose or overturn too much of it?

Only beside a release as of the same date or an earlier one (see ``Tables.comparable``).
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.row_conditions import Column

from expectations import kpi_achievements, kpi_observations
from expectations.suites import Suite, card, is_not
from expectations.tables import Tables
from smed.plan import Plan

KPI = "kpi_code"


def suites(table: str, plan: Plan) -> list[Suite]:
    """The suites that look at a table beside its last release; none for most tables."""
    if table == kpi_observations.TABLE:
        changes, lost = [_large_change(plan)], [_coverage_drop(plan)]
        key = kpi_observations.KEY
        return [
            Suite("kpi_observations_since_release", table, observations, changes, key, KPI),
            Suite("kpi_observations_coverage", table, coverage, lost, (KPI,), KPI),
        ]
    if table == kpi_achievements.TABLE:
        flips = [_status_flips(plan)]
        return [Suite("kpi_achievements_since_release", table, statuses, flips, (KPI,), KPI)]
    return []


def _large_change(plan: Plan) -> gxe.ExpectColumnValuesToBeBetween:
    limit = plan.threshold("revision_large_pct")
    return gxe.ExpectColumnValuesToBeBetween(
        column="released_change_pct",
        min_value=-limit,
        max_value=limit,
        row_condition=Column("released_change_pct").is_not_null()
        & is_not("is_revision_acknowledged"),
        severity="critical",
        notes="A large revision that was stopped must not slip in behind a small one that follows "
        "it. Look at every vintage since the last release; if the figure is real, add its vintage "
        "to acknowledged_revisions.csv. Only the same series in the same unit is compared.",
        meta=card(
            "kpi_observations.large_change_since_release",
            f"at most {limit:g} % unless acknowledged",
            "released_change_pct",
            "largest",
        ),
    )


def _coverage_drop(plan: Plan) -> gxe.ExpectColumnValuesToBeBetween:
    limit = plan.threshold("coverage_drop_pct")
    return gxe.ExpectColumnValuesToBeBetween(
        column="lost_pct",
        max_value=limit,
        row_condition=Column("lost_pct").is_not_null(),
        severity="critical",
        notes="A short or empty answer of a source must not empty what readers see. Look at the "
        "newest snapshot of the KPI's series; a real withdrawal passes once its vintage stands in "
        "acknowledged_revisions.csv.",
        meta=card(
            "kpi_observations.coverage_drop",
            f"at most {limit:g} % of the last release's values lost",
            "lost_pct",
        ),
    )


def _status_flips(plan: Plan) -> gxe.ExpectColumnValuesToBeBetween:
    limit = plan.threshold("status_flip_pct")
    return gxe.ExpectColumnValuesToBeBetween(
        column="flipped_pct",
        max_value=limit,
        row_condition=Column("flipped_pct").is_not_null(),
        severity="warning",
        notes="Statuses move one at a time; many at once point to a rebased series, a changed cut "
        "or an ended source. Compare the two releases' inputs before announcing progress.",
        meta=card(
            "kpi_achievements.status_flips",
            f"at most {limit:g} % of the countries' statuses changed",
            "flipped_pct",
        ),
    )


def observations(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per observation that the last release has too, with ``released_change_pct``.

    It is null where the series or the unit is another, or either value is missing or was 0.
    """
    both = _beside(tables, kpi_observations.TABLE, kpi_observations.KEY)
    before = both["value_before"].where(both["value_before"] != 0)
    same = both["unit_code"].eq(both["unit_code_before"]) & both["series_code"].eq(
        both["series_code_before"]
    )
    change = 100 * (both["value"] - before) / before.abs()
    return both.assign(released_change_pct=change.where(same))


def coverage(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI of the plan, with ``lost_pct`` of the last release's values.

    A value counts as lost when the candidate still expects its row and has no value there; a
    withdrawal that a person acknowledged does not count.
    """
    both = _beside(tables, kpi_observations.TABLE, kpi_observations.KEY)
    both = both[both["value_before"].notna()]
    withdrawn = both["observation_status"].eq("withdrawn")
    explained = withdrawn & both["is_revision_acknowledged"].eq(True)
    lost = both.assign(lost=both["value"].isna() & ~explained)
    return _by_kpi(plan, "lost_pct", 100 * lost.groupby(KPI)["lost"].mean())


def statuses(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI of the plan: ``flipped_pct`` of the countries in both releases."""
    both = _beside(tables, kpi_achievements.TABLE, kpi_achievements.KEY)
    flipped = both.assign(flipped=both["status"].ne(both["status_before"]))
    return _by_kpi(plan, "flipped_pct", 100 * flipped.groupby(KPI)["flipped"].mean())


def _beside(tables: Tables, table: str, key: tuple[str, ...]) -> pd.DataFrame:
    return tables.now(table).merge(tables.before(table), on=list(key), suffixes=("", "_before"))


def _by_kpi(plan: Plan, column: str, values: pd.Series) -> pd.DataFrame:
    kpis = pd.DataFrame({KPI: [kpi.kpi_code for kpi in plan.kpis]})
    return kpis.assign(**{column: kpis[KPI].map(values)})
