"""Guards ``kpi_revisions``: is the history of every observation whole?"""

import pandas as pd

from expectations.recounts import Recount, agrees
from expectations.suites import Suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "kpi_revisions"
CELL = ["kpi_code", "country_code", "series_code", "observation_year"]
KEY = (*CELL, "version_number")


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    chains = [
        agrees(
            TABLE,
            "chain",
            "versions numbered from 1, each after the one that it names, the last one current",
            "What was known when can only be told from every version in its order. Look at the "
            "model that numbers versions, and whether a landed vintage is missing.",
        )
    ]
    return [Suite(TABLE, TABLE, versions, chains, KEY, "kpi_code")]


def versions(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The versions, and what breaks the chain of each observation."""
    frame = tables.now(TABLE).sort_values(list(KEY), kind="stable").reset_index(drop=True)
    cells = frame.groupby(CELL)
    recount = Recount(frame, plan)
    recount.same("version_number", frame["version_number"], cells.cumcount() + 1)
    before = cells["value"].shift()
    recount.same("previous_value", frame["previous_value"], before, frame["version_number"] > 1)
    is_last = cells.cumcount(ascending=False).eq(0)
    recount.same("is_current", frame["is_current"].eq(True), is_last)
    return frame.assign(chain=recount.findings)
