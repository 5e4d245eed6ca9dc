"""Up to which day of its database each series is done, so that only news is fetched.

Kept in the ledger under ``source_check`` and ``<database>/<series>``; with recorded figures the
stage stands beside the day. Losing it costs requests, never figures.
"""

from smed.home import now
from smed.ledger import Ledger

KIND = "source_check"


class SourceChecks:
    """What the ledger knows of the checks of each series."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger

    def done(self, database: str, series: str) -> dict:
        """``lastupdated``, ``stage``, ``outcome``, ``snapshot_id``; empty before the first time."""
        return self.ledger.latest(KIND, f"{database}/{series}") or {}

    def is_due(self, database: str, series: str, lastupdated: str, is_recorded: bool) -> bool:
        """Whether the database has moved since the series was done.

        Live, any other day counts: a source may set its date back. Recorded days only move on.
        """
        done = self.done(database, series).get("lastupdated")
        return lastupdated > (done or "") if is_recorded else lastupdated != done

    def record(
        self, database: str, series: str, stage: dict, outcome: str, snapshot_id: str | None
    ) -> None:
        """The series is done at a stage, ``{"stage", "lastupdated"}``."""
        facts = {**stage, "outcome": outcome, "snapshot_id": snapshot_id}
        facts["checked_at"] = now().isoformat()
        self.ledger.record(KIND, f"{database}/{series}", facts)
