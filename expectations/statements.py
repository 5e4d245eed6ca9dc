"""What a status may say, told from its own row: shared by countries and groups."""

import pandas as pd

from expectations.recounts import Recount
from smed.plan import Plan

NOT_ASSESSED, ACHIEVED = "not_assessed", "achieved"
HIGHER, GROWTH = "higher", "growth"
ON_TRACK, ACCELERATION, LIMITED = "on_track", "acceleration_needed", "limited"
DETERIORATION = "deterioration"


def statements(frame: pd.DataFrame, plan: Plan) -> pd.Series:
    """For each achievement what contradicts its status: ratio, cuts, score or change; else null.

    What met its target is not judged by a ratio.
    """
    recount = Recount(frame, plan)
    change = frame["latest_value"] - frame["baseline_value"]
    recount.same("change_value", frame["change_value"], change, frame["change_value"].notna())
    growth = _growth(frame)
    has_growth = frame["growth_pct"].notna() & growth.notna()
    recount.same("growth_pct", frame["growth_pct"], growth, has_growth)
    sign = frame["direction"].eq(HIGHER).map({True: 1, False: -1})
    ratio = frame["progress_ratio"]
    by_growth = frame["ratio_basis_code"].eq(GROWTH) & ratio.notna()
    recount.same("progress_ratio", ratio, sign * frame["growth_pct"] / 100, by_growth)
    is_judged = ~frame["status"].isin([NOT_ASSESSED, ACHIEVED]) & ratio.notna() & _is_open(frame)
    recount.same("status", frame["status"], _by_cuts(frame, plan, by_growth), is_judged)
    half, noise = plan.threshold("score_half"), plan.threshold("value_noise_ratio")
    for status, lowest, highest in (
        (ON_TRACK, half, float("inf")),
        (ACCELERATION, 0.0, half),
        (LIMITED, -half, 0.0),
        (DETERIORATION, -float("inf"), -half),
    ):
        fits = frame["score"].between(lowest - noise, highest + noise)
        is_cut = by_growth & is_judged & frame["status"].eq(status)
        recount.holds(f"{status}, and the score of another status", fits, is_cut)
    return recount.findings


def _is_open(frame: pd.DataFrame) -> pd.Series:
    """Whether the baseline left something to be done: it met neither its target nor its limit."""
    higher = frame["direction"].eq(HIGHER)
    is_open = pd.Series(True, index=frame.index)
    for goal in ("target_value", "natural_limit"):
        further = frame[goal] - frame["baseline_value"]
        is_open &= frame[goal].isna() | (further.where(higher, -further) > 0)
    return is_open


def _growth(frame: pd.DataFrame) -> pd.Series:
    """Compound growth a year, in per cent."""
    baseline = frame["baseline_value"].where(frame["baseline_value"] > 0)
    years = frame["latest_year"] - frame["baseline_year"]
    return 100 * ((frame["latest_value"] / baseline) ** (1 / years.where(years > 0)) - 1)


def _by_cuts(frame: pd.DataFrame, plan: Plan, by_growth: pd.Series) -> pd.Series:
    # a cut shrinks with the others as a baseline nears its natural limit
    shrunk = frame["on_track_cut"] / plan.threshold("cagr_on_track_pct")
    lowest = (shrunk * plan.threshold("cagr_limited_pct")).where(
        by_growth, plan.threshold("target_limited_ratio")
    )
    ratio = frame["progress_ratio"]
    found = pd.Series(DETERIORATION, index=frame.index, dtype=object)
    found[ratio >= lowest] = LIMITED
    found[ratio >= frame["acceleration_cut"]] = ACCELERATION
    found[ratio >= frame["on_track_cut"]] = ON_TRACK
    return found
