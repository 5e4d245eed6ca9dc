"""Rehearses the gate on raw: spoils what landed, sifts it, and looks what is held back or named."""

import duckdb

from expectations.mutations import CELLS, QUARANTINED, RAW, SURVIVED, WARNED, Mutation, Trial
from expectations.raw_gate import sift
from expectations.rehearsal import is_changed, mend
from expectations.verdict import CRITICAL
from smed.plan import Plan

_FINDINGS = """
select check_id, severity, source_code, series_code, country_code, snapshot_id, failing_rows_count
from inputs.partition_checks
where not is_passed and not is_acknowledged
"""


class RawRehearsal:
    """What landed, and the gate that sifts it.

    ``connection`` uses a database with the schema ``inputs`` as tables, to be spoiled; ``clean``
    holds the same tables. ``known`` are the findings that the release was published with.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan):
        self._connection = connection
        self._plan = plan
        self._clean = self._sift()
        self._targets = connection.execute(CELLS[RAW]).df().to_dict("records")

    @property
    def findings_count(self) -> int:
        """How many findings stand although nothing is spoiled."""
        return len(self._clean)

    def held_back(self) -> list[str]:
        """What is held back although nothing is spoiled."""
        return sorted(f"{f[0]} of {f[3]} {f[4]}" for f in self._clean if f[1] == CRITICAL)

    def try_out(self, mutation: Mutation) -> Trial:
        """Spoils what landed, sifts it, and mends it again."""
        try:
            self._connection.execute(mutation.sql(self._targets))
            if not is_changed(self._connection, mutation.table_names):
                return Trial(mutation, SURVIVED, fault="changed nothing")
            new = sorted(self._sift() - self._clean)
        except duckdb.Error as error:
            return Trial(mutation, SURVIVED, fault=f"cannot run ({str(error).splitlines()[0]})")
        finally:
            mend(self._connection, mutation.table_names)
        rung = tuple(dict.fromkeys(finding[0] for finding in new))
        stops = any(finding[1] == CRITICAL for finding in new)
        return Trial(mutation, QUARANTINED if stops else WARNED if new else SURVIVED, rung)

    def _sift(self) -> set[tuple]:
        sift(self._connection, self._plan)
        return set(self._connection.execute(_FINDINGS).fetchall())
