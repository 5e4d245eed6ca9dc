"""Guards ``goal_achievements``: is every country's score of a goal what its KPIs say?"""

import pandas as pd

from expectations import goal_scorecards, kpi_achievements
from expectations.held_back import held_back, recount_held_back
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, key_suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "goal_achievements"
KEY = ("goal_code", "country_code")
STATUSES = (
    *("achieved", "on_track", "acceleration_needed"),
    *("limited", "deterioration", "not_assessed"),
)


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table."""
    recounts = [
        agrees(
            TABLE,
            "kpi_counts",
            "its KPIs' statuses, counted, the mean of their scores, and those that are held back",
            "A goal's score in a country is made of the statuses that stand beside it. Look at "
            "the grouping of the model that scores goals.",
        )
    ]
    return [
        Suite(TABLE, TABLE, recounted, recounts, KEY, may_be_empty=True),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's goals x countries",
            notes="A country that vanishes from a goal changes the goal's mean without a trace. "
            "Look at the joins of the model.",
        ),
    ]


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per goal x country of the plan."""
    countries = pd.DataFrame({"country_code": list(plan.country_codes)}, dtype=object)
    return goal_scorecards.planned(tables, plan).merge(countries, how="cross")


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The goals' achievements beside their KPIs' statuses and scores."""
    frame = tables.now(TABLE)
    statements = tables.now(kpi_achievements.TABLE)
    keys = pd.MultiIndex.from_frame(frame[list(KEY)])
    found = statements.groupby([*KEY, "status"]).size().unstack(fill_value=0)
    recount = Recount(frame, plan)
    for status in STATUSES:
        counts = found[status] if status in found else pd.Series(0, index=found.index)
        due = pd.Series(counts.reindex(keys, fill_value=0).to_numpy(), index=frame.index)
        recount.same(f"{status}_count", frame[f"{status}_count"], due)
    means = statements.groupby(list(KEY))["score"].mean()
    due = pd.Series(means.reindex(keys).to_numpy(), index=frame.index)
    recount.same("score", frame["score"], due, frame["score"].notna())
    recount_held_back(recount, frame, held_back(tables), list(KEY), "kpi")
    return frame.assign(kpi_counts=recount.findings)
