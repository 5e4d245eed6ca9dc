"""What rests on a figure that the gate on raw holds back: recounted from ``kpi_achievements``."""

import pandas as pd

from expectations import kpi_achievements
from expectations.means import members_of_groups
from expectations.recounts import Recount
from expectations.tables import Tables
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR


def held_back_members(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x group x member of it that is held back; the region is a group too."""
    return held_back(tables).merge(members_of_groups(plan), on="country_code")


def held_back(tables: Tables) -> pd.DataFrame:
    """One row per goal x KPI x country that is held back."""
    frame = tables.now(kpi_achievements.TABLE)
    return frame.loc[frame["is_held_back"].eq(True), ["goal_code", *kpi_achievements.KEY]]


def recount_held_back(
    recount: Recount,
    frame: pd.DataFrame,
    found: pd.DataFrame,
    on: list[str],
    code: str = "country",
    is_exact: pd.Series | bool = True,
) -> None:
    """``held_back_<code>_codes`` of a frame are those of ``found`` by the columns ``on``.

    Where that is not exact more may be named: the weights of a mean, which no mart shows.
    """
    column, codes = f"held_back_{code}_codes", f"{code}_code"
    listed = found.sort_values(codes).drop_duplicates([*on, codes])
    listed = listed.groupby(on)[codes].agg(LIST_SEPARATOR.join).rename("due").reset_index()
    due = frame[on].merge(listed, how="left", on=on)["due"].set_axis(frame.index)
    recount.same(column, frame[column], due, is_exact)
    named = [_codes(each) for each in frame[column]]
    misses = [not _codes(each) <= those for each, those in zip(due, named, strict=True)]
    recount.holds(f"{column} without one that is held back", ~pd.Series(misses, frame.index))


def _codes(joined) -> set[str]:
    return set(joined.split(LIST_SEPARATOR)) if isinstance(joined, str) else set()
