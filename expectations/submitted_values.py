"""Guards ``submitted_values``: can every figure that a country sent be traced to its cell?"""

import pandas as pd

from expectations import kpi_observations
from expectations.recounts import Recount, agrees, beside
from expectations.suites import Suite
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "submitted_values"
SUBMITTED = "submitted"


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    traces = [
        agrees(
            TABLE,
            "trace",
            "the value that was sent, behind every submitted figure",
            "A figure that nobody can show the cell of cannot be defended. Look at the model of "
            "submitted values, and whether the submission is still landed.",
        )
    ]
    key = kpi_observations.KEY
    return [Suite(TABLE, TABLE, observations, traces, key, "kpi_code", may_be_empty=True)]


def observations(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The published figures of submitted series beside what was sent."""
    frame = tables.now(kpi_observations.TABLE)
    frame = frame[frame["source_state"].eq(SUBMITTED) & frame["value"].notna()]
    frame = frame[~frame["is_corrected"].eq(True)]
    sent = tables.now(TABLE).rename(columns={"submission_id": "snapshot_id"})
    frame = beside(frame, sent, [*kpi_observations.KEY, "snapshot_id"], {"value": "sent_value"})
    recount = Recount(frame, plan)
    recount.same("value", frame["value"], frame["sent_value"])
    return frame.assign(trace=recount.findings)
