"""Guards what readers see already: does the candidate take back, lose or overturn too much of it?

Only beside a release as of the same date or an earlier one (see ``Tables.comparable``).
"""

from functools import partial

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.row_conditions import Column

from expectations import (
    action_line_progress,
    goal_scorecards,
    kpi_achievements,
    kpi_observations,
    regional_observations,
    reporting_coverage,
)
from expectations.suites import Suite, card, is_not
from expectations.tables import Tables
from smed.plan import Plan

KPI, GOAL = "kpi_code", "goal_code"
# what a table counts that readers saw: by which column it is told apart, its key, what counts
COUNTED = {
    regional_observations.TABLE: (KPI, regional_observations.KEY, "value"),
    action_line_progress.TABLE: (GOAL, action_line_progress.KEY, "submission_id"),
    reporting_coverage.TABLE: (GOAL, reporting_coverage.KEY, "submission_id"),
}


def suites(table: str, plan: Plan) -> list[Suite]:
    """The suites that look at a table beside its last release; none for most tables."""
    if table == kpi_observations.TABLE:
        changes, lost = [_large_change(plan), _baseline_lost(plan)], [_coverage_drop(plan)]
        key = kpi_observations.KEY
        return [
            Suite("kpi_observations_since_release", table, observations, changes, key, KPI),
            Suite("kpi_observations_coverage", table, coverage, lost, (KPI,), KPI),
        ]
    if table == kpi_achievements.TABLE:
        flips = [_status_flips(plan)]
        return [Suite("kpi_achievements_since_release", table, statuses, flips, (KPI,), KPI)]
    found = []
    if table in COUNTED:
        by = COUNTED[table][0]
        frame = partial(kept, table=table)
        partition = KPI if by == KPI else None
        lost = [_lost(table, plan)]
        found.append(Suite(f"{table}_since_release", table, frame, lost, (by,), partition))
    if table == action_line_progress.TABLE:
        key, scale = action_line_progress.KEY, [_budget_scale(plan)]
        found.append(Suite(f"{table}_scale", table, budgets, scale, key, may_be_empty=True))
    return found


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


def _baseline_lost(plan: Plan) -> gxe.ExpectColumnValuesToNotBeInSet:
    return gxe.ExpectColumnValuesToNotBeInSet(
        column="is_baseline_value_lost",
        value_set=[True],
        severity="warning",
        notes="Every statement about a country rests on its baseline: another year serves now, or "
        "none. Look whether the source withdrew the value, and tell the KPI's champions.",
        meta=card(
            "kpi_observations.baseline_value_lost",
            f"no value of {plan.facts.baseline_year} that readers saw is gone",
            "value_before",
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


def _lost(table: str, plan: Plan) -> gxe.ExpectColumnValuesToBeBetween:
    limit = plan.threshold("coverage_drop_pct")
    return gxe.ExpectColumnValuesToBeBetween(
        column="lost_pct",
        max_value=limit,
        row_condition=Column("lost_pct").is_not_null(),
        severity="warning",
        notes="Means go with the members that they rest on, and reports with a submission that was "
        "taken back; so many at once ought to have a reason that somebody knows. Compare the two "
        "releases' inputs.",
        meta=card(
            f"{table}.lost_since_release",
            f"at most {limit:g} % of what the last release has lost",
            "lost_pct",
            "highest",
        ),
    )


def _budget_scale(plan: Plan) -> gxe.ExpectColumnValuesToBeBetween:
    limit = plan.threshold("submission_scale_factor")
    return gxe.ExpectColumnValuesToBeBetween(
        column="scale_ratio",
        max_value=limit,
        severity="critical",
        notes="A budget that was published in one scale does not appear in another: thousands of a "
        "currency for the currency itself. Look at the submissions of the line.",
        meta=card(
            "action_line_progress.budget_scale",
            f"less than {limit:g} times what was published, or a part of it as small",
            "scale_ratio",
            "highest",
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
    """One row per observation that the last release has too.

    Adds released_change_pct, null where the series or the unit is another or either value is
    missing or was 0, and is_baseline_value_lost, unless a person acknowledged that.
    """
    both = _beside(tables, kpi_observations.TABLE, kpi_observations.KEY)
    before = both["value_before"].where(both["value_before"] != 0)
    same = both["unit_code"].eq(both["unit_code_before"]) & both["series_code"].eq(
        both["series_code_before"]
    )
    change = 100 * (both["value"] - before) / before.abs()
    of_baseline = both["observation_year"].eq(plan.facts.baseline_year)
    lost = of_baseline & both["value_before"].notna() & both["value"].isna()
    lost &= ~both["is_revision_acknowledged"].eq(True)
    return both.assign(released_change_pct=change.where(same), is_baseline_value_lost=lost)


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


def kept(tables: Tables, plan: Plan, table: str) -> pd.DataFrame:
    """One row per KPI or goal of the plan, with ``lost_pct`` of what the last release counted.

    What the candidate has no row for is lost too, but for KPIs that the plan has no longer.
    """
    by, key, counted = COUNTED[table]
    codes = [kpi.kpi_code for kpi in plan.kpis]
    planned = pd.DataFrame({by: codes}) if by == KPI else goal_scorecards.planned(tables, plan)
    before = tables.before(table)
    before = before.loc[before[counted].notna(), list(dict.fromkeys((*key, by)))]
    now = tables.now(table)[[*key, counted]]
    both = before.merge(now, how="left", on=list(key))
    lost = 100 * both.assign(lost=both[counted].isna()).groupby(by)["lost"].mean()
    return planned.assign(lost_pct=planned[by].map(lost))


def budgets(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per line and half-year with a planned budget in the same currency in both releases.

    ``scale_ratio`` is the larger budget over the smaller.
    """
    both = _beside(tables, action_line_progress.TABLE, action_line_progress.KEY)
    now, before = both["budget_planned"], both["budget_planned_before"]
    same = both["currency_code"].eq(both["currency_code_before"]) & (now > 0) & (before > 0)
    ratio = (now / before).where(now > before, before / now)
    return both.assign(scale_ratio=ratio)[same]


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
