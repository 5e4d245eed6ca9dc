"""What the models are measured against: hand-written SQL and pandas.

The SQL of ``hand_written/`` may assume what is true of the made-up figures alone; so may pandas,
which reads its frames through DuckDB, writes nothing, and leaves columns out that the models have.
"""

from pathlib import Path

HAND_WRITTEN = Path(__file__).parent / "hand_written"
KEYS = ["series_code", "country_code", "observation_year"]
ENTITY = ["kpi_code", "country_code"]
_KNOWN = """
select
    source.source as source_code, source.series as series_code, economy as country_code,
    snapshot_id, vintage_basis, is_recorded, retrieved_at,
    cast(substr(time, 3) as integer) as observation_year, value, vintage_date, titles.unit_code
from inputs.world_bank_observations as source
inner join intermediate.int_title_units_known as titles
    on source.series = titles.series_code and source.series_title = titles.series_title
"""
_OBSERVED = """
select
    kpi_code, country_code, observation_year, value, version_unit_code, direction, natural_limit,
    group_code, staleness_limit_years, baseline_tolerance_years
from intermediate.int_observations_matched
"""
_WEIGHTS = """
select series_code, country_code, observation_year, value as weight
from intermediate.int_observations_corrected
where is_current and series_code in (select series_code from plan.weight_series)
"""


def prepare(step: str, connection) -> dict:
    """The frames of a step, texts as categories."""
    asked = {
        "as_of": {"known": _KNOWN, "kpis": "select * from intermediate.int_kpis_expected"},
        "achievements": {"observed": _OBSERVED},
        "region": {
            "observed": _OBSERVED,
            "weights": _WEIGHTS,
            "kpis": "select kpi_code, aggregation_code from plan.kpis",
        },
    }[step]
    frames = {name: connection.execute(sql).df() for name, sql in asked.items()}
    for frame in frames.values():
        for column in frame.columns:
            if frame[column].dtype in ("str", "object"):
                frame[column] = frame[column].astype("category")
    return {**frames, **_facts(connection)}


def _facts(connection) -> dict:
    return {
        name: connection.execute(f"select * from {table}").df().iloc[0]
        for name, table in (
            ("build", "intermediate.int_builds_described"),
            ("thresholds", "intermediate.int_thresholds_pivoted"),
        )
    }


def as_of(known, kpis, build, thresholds):
    """The versions of each cell, and beside each KPI, economy and year the current one."""
    import numpy as np

    known = known[known.vintage_date <= build.as_of_date].sort_values([*KEYS, "vintage_date"])
    before = known.groupby(KEYS, observed=True, sort=False)[["value", "unit_code"]].shift()
    old, new = before.value, known.value
    is_changed = (new - old).abs() > old.abs() * thresholds.value_noise_ratio
    is_rebased = known.unit_code.astype(str) != before.unit_code.astype(str)
    known["change_type"] = np.select(
        [new.isna() & old.isna(), new.isna(), old.isna(), is_rebased, is_changed],
        ["", "withdrawn", "added", "rebased", "changed"],
        "",
    )
    versions = known[known.change_type != ""]
    cells = versions.groupby(KEYS, observed=True, sort=False)
    versions = versions.assign(
        version_number=cells.cumcount() + 1, previous_value=cells.value.shift()
    )
    latest = versions.drop_duplicates(KEYS, keep="last")
    years = known[["observation_year"]].drop_duplicates()
    grid = kpis.merge(years, how="cross")
    return versions, grid.merge(latest, on=KEYS, how="left", suffixes=("", "_version"))


def achievements(observed, build, thresholds):
    """The status of each KPI and economy, and whether it rests on its latest point."""
    import numpy as np

    valued = observed[observed.value.notna()].copy()
    away = valued.observation_year - build.plan_baseline_year
    near = valued[away.abs() <= valued.baseline_tolerance_years]
    order = away.abs() * 2 + (away >= 0)
    near = near.assign(order=order).sort_values("order").drop_duplicates(ENTITY)
    near = near[[*ENTITY, "value", "observation_year"]]
    valued = valued.sort_values([*ENTITY, "observation_year"])
    rank = valued.groupby(ENTITY, observed=True).cumcount(ascending=False)
    ends = valued[rank < 2].assign(rank=rank[rank < 2])
    ends = ends.merge(near, on=ENTITY, how="left", suffixes=("", "_0"))
    sign = np.where(ends.direction == "higher", 1, -1)
    years = (ends.observation_year - ends.observation_year_0).where(lambda y: y > 0)
    is_positive = (ends.value > 0) & (ends.value_0 > 0)
    ratio = (ends.value / ends.value_0).where(is_positive)
    r, share = (ratio ** (1 / years) - 1) * sign, ends.value_0 / ends.natural_limit
    limit = (
        1 - np.where(share <= 1, share, 2 - share.clip(upper=2)) ** thresholds.cagr_limit_exponent
    )
    limit = np.where(share.isna(), 1, limit)
    cuts = [
        thresholds[f"cagr_{cut}_pct"] / 100 * limit
        for cut in ("on_track", "acceleration", "limited")
    ]
    ends["status"] = np.select(
        [r.isna(), *(r >= cut for cut in cuts)],
        ["not_assessed", "on_track", "acceleration_needed", "limited"],
        "deterioration",
    )
    latest, earlier = ends[ends["rank"] == 0], ends[ends["rank"] == 1]
    both = latest.merge(earlier[[*ENTITY, "status"]], on=ENTITY, how="left", suffixes=("", "_1"))
    is_stale = build.as_of_year - both.observation_year > both.staleness_limit_years
    both.loc[is_stale, "status"] = "not_assessed"
    both["is_fragile"] = (both.status != "not_assessed") & (both.status != both.status_1)
    return both


def region(observed, weights, kpis, build, thresholds):
    """The means of each group and year, and the same over those that have a baseline too."""
    weights = weights[["country_code", "observation_year", "weight"]]
    base = observed[observed.observation_year == build.plan_baseline_year][[*ENTITY, "value"]]
    rows = observed.merge(kpis, on="kpi_code").merge(base, on=ENTITY, suffixes=("", "_0"))
    rows = rows.merge(weights, on=["country_code", "observation_year"], how="left")
    weights_0 = weights[weights.observation_year == build.plan_baseline_year]
    weights_0 = weights_0[["country_code", "weight"]]
    rows = rows.merge(weights_0, on="country_code", how="left", suffixes=("", "_0"))
    is_simple = rows.aggregation_code == "simple_mean"
    rows.loc[is_simple, ["weight", "weight_0"]] = 1
    rows["known"] = rows.weight.where(rows.value.notna())
    rows["term"] = rows.value * rows.weight
    is_panel = rows.value.notna() & rows.value_0.notna()
    rows["panel_weight"] = rows.weight.where(is_panel)
    rows["panel_term"] = rows.term.where(is_panel)
    rows["panel_weight_0"] = rows.weight_0.where(is_panel)
    rows["panel_term_0"] = (rows.value_0 * rows.weight_0).where(is_panel)
    rows["panel_value"], rows["panel_value_0"] = (
        rows.value.where(is_panel),
        rows.value_0.where(is_panel),
    )
    everyone = rows.assign(group_code=build.region_code)
    return [_means(part, thresholds) for part in (rows, everyone)]


def _means(rows, thresholds):
    groups = rows.groupby(["kpi_code", "group_code", "observation_year"], observed=True)
    sums = [
        "weight",
        "known",
        "term",
        "panel_weight",
        "panel_term",
        "panel_weight_0",
        "panel_term_0",
    ]
    means = groups[sums].sum()
    covered = means.known / means.weight
    means["value"] = (means.term / means.known).where(
        1 - covered <= thresholds.region_missing_weight_share
    )
    means["panel_mean"] = means.panel_term / means.panel_weight
    means["baseline_mean"] = means.panel_term_0 / means.panel_weight_0
    spread = groups[["panel_value", "panel_value_0"]]
    means[["variation", "baseline_variation"]] = (spread.std(ddof=0) / spread.mean()).to_numpy()
    return means


PANDAS = {"as_of": as_of, "achievements": achievements, "region": region}
