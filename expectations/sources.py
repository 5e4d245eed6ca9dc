"""Guards ``sources``: is every series listed, and as old as its figures?"""

import pandas as pd

from expectations import kpi_observations, kpi_revisions
from expectations.recounts import Recount, agrees
from expectations.suites import Suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "sources"
KEY = ("series_code",)


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    dates = [
        agrees(
            TABLE,
            "freshness",
            "one row a series that serves, with the state, vintage and year of its figures",
            "Readers tell from here how old a figure is and who says it. Look at the model's "
            "joins, and at data_sources.csv for a licence.",
        )
    ]
    return [Suite(TABLE, TABLE, recounted, dates, KEY, may_be_empty=True)]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per source or series with a figure: the sources beside the figures they gave."""
    versions = tables.now(kpi_revisions.TABLE)
    by_series = versions.groupby("series_code")
    current = versions[versions["is_current"].eq(True) & versions["value"].notna()]
    found = pd.DataFrame(
        {
            "newest_vintage": by_series["vintage_date"].max(),
            "newest_year": current.groupby("series_code")["observation_year"].max(),
        }
    ).reset_index()
    used = tables.now(kpi_observations.TABLE).drop_duplicates("series_code")
    found = found.merge(
        used[["series_code", "source_state"]].rename(columns={"source_state": "state_of_figures"}),
        how="left",
        on="series_code",
    )
    frame = found.merge(tables.now(TABLE).assign(is_listed=True), how="outer", on="series_code")
    has_figures = frame["newest_vintage"].notna()
    recount = Recount(frame, plan)
    recount.holds("not listed", frame["is_listed"].eq(True))
    recount.same("latest_year", frame["latest_year"], frame["newest_year"], has_figures)
    # a newer vintage may have told nothing new: a source or a party that says the same again
    last, newest = frame["last_vintage_date"], frame["newest_vintage"]
    due = last.where((last >= newest) & (last <= pd.Timestamp(tables.as_of_date)), newest)
    recount.same("last_vintage_date", last, due, has_figures)
    is_used = frame["state_of_figures"].notna()
    recount.same("source_state", frame["source_state"], frame["state_of_figures"], is_used)
    licences = {row.source_code: row.licence for row in plan.data_sources}
    licence = frame["source_code"].map(licences)
    recount.same("licence", frame["licence"], licence, frame["licence"].isna())
    return frame.assign(freshness=recount.findings)
