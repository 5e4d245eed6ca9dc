"""Rehearses the gate: spoils a good candidate, one way after the other, and hears what rings.

A spoiled table is made anew from the clean one afterwards. Only the table that a mutation touches
is read again, and only the guards that look at it judge again: what the others see is as it was.

Imports Great Expectations (seconds of CPU): only the rehearsal's own process imports this module.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import pandas as pd

from expectations.examination import Examiner
from expectations.gate import GUARDS, judge
from expectations.mutations import CELLS, MARTS, STOPPED, SURVIVED, WARNED, Mutation, Trial
from expectations.tables import Tables
from expectations.verdict import STOPPING, QualityResult
from smed.plan import Plan

RUN_ID = "gate-test"
CLEAN = "clean"
Part = tuple[str, str]


@dataclass(frozen=True)
class DbtTest:
    """A data test of dbt: its compiled SQL, and the tables that it reads (``marts.sources``)."""

    name: str
    table_names: frozenset[str]
    sql: str


class Rehearsal:
    """A good candidate, beside the release that it is compared with, and all that guards it.

    ``connection`` uses the candidate, which is to be spoiled; the database ``clean`` holds the same
    tables, and ``release`` those of the release. ``known`` are the warnings that came with that.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        plan: Plan,
        dbt_tests: Iterable[DbtTest],
        known: Iterable[Part],
    ):
        self._connection = connection
        self._plan = plan
        self._dbt_tests = tuple(dbt_tests)
        self._known = frozenset(known)
        self._examiner = Examiner()
        self._previous = connection.cursor()
        self._previous.execute("use release")
        self._looked_at: dict[str, frozenset[str]] = {}
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}
        self._clean = {_part(row): row for row in self._judge_clean()}
        self._targets = connection.execute(CELLS[MARTS]).df().to_dict("records")

    def false_alarms(self) -> list[str]:
        """What rings although nothing is spoiled: every alarm but the release's own warnings."""
        rows = self._clean.values()
        rung = [
            f"{row['check_id']} of {row['partition_code']}: {row['observed_value']}"
            for row in rows
            if row["status"] in STOPPING
            or (row["status"] != "passed" and _part(row) not in self._known)
        ]
        return rung + [f"dbt test {name}" for name in self._failing_tests(self._dbt_tests)]

    def try_out(self, mutations: Iterable[Mutation]) -> Iterator[Trial]:
        """One trial per mutation, in their order."""
        for mutation in mutations:
            yield self._trial(mutation)
            table = mutation.table_name
            self._connection.execute(f"create or replace table {table} as from {CLEAN}.{table}")

    def _trial(self, mutation: Mutation) -> Trial:
        table = mutation.table_name
        try:
            self._connection.execute(mutation.sql(self._targets))
        except duckdb.Error as error:
            return Trial(mutation, SURVIVED, fault=f"cannot run ({str(error).splitlines()[0]})")
        if not self._is_changed(table):
            return Trial(mutation, SURVIVED, fault="changed nothing")
        tests = [test for test in self._dbt_tests if table in test.table_names]
        failing = [f"dbt test {name}" for name in self._failing_tests(tests)]
        new = [row for row in self._judge(table) if self._is_new(row)]
        rung = (*failing, *dict.fromkeys(row["check_id"] for row in new))
        stops = failing or any(row["status"] in STOPPING for row in new)
        outcome = STOPPED if stops else WARNED if new else SURVIVED
        return Trial(mutation, outcome, rung)

    def _is_new(self, row: QualityResult) -> bool:
        """Whether it rings, and louder than on the clean candidate."""
        if row["status"] == "passed":
            return False
        clean = self._clean.get(_part(row))
        seen = clean is not None and clean["status"] == row["status"]
        return not seen or row["failing_rows_count"] > clean["failing_rows_count"]

    def _is_changed(self, table: str) -> bool:
        try:
            (rows,) = self._connection.execute(
                f"select (select count(*) from (from {table} except all from {CLEAN}.{table}))"
                f" + (select count(*) from (from {CLEAN}.{table} except all from {table}))"
            ).fetchone()
        except duckdb.Error:  # the table or a column of it is gone
            return True
        return rows > 0

    def _failing_tests(self, tests: Iterable[DbtTest]) -> list[str]:
        failing = []
        for test in tests:
            try:
                is_failing = self._connection.execute(test.sql).fetchone() is not None
            except duckdb.Error:  # dbt would stop here too
                is_failing = True
            if is_failing:
                failing.append(test.name)
        return failing

    def _judge_clean(self) -> list[QualityResult]:
        rows = []
        for guard in GUARDS:
            tables = self._tables()
            rows += judge(self._examiner, tables, self._plan, RUN_ID, [guard])
            self._looked_at[guard.TABLE] = frozenset(tables.looked_at)
            self._frames |= tables.frames
        return rows

    def _judge(self, table: str) -> list[QualityResult]:
        guards = [guard for guard in GUARDS if table in self._looked_at[guard.TABLE]]
        name = table.removeprefix(f"{MARTS}.")
        kept = {key: frame for key, frame in self._frames.items() if key != ("candidate", name)}
        self._examiner.pages.clear()
        return judge(self._examiner, self._tables(kept), self._plan, RUN_ID, guards)

    def _tables(self, frames: dict | None = None) -> "OpenTables":
        return OpenTables(self._connection, self._previous, frames or self._frames)


class OpenTables(Tables):
    """The tables of open databases, some of them read before; says which were looked at."""

    def __init__(self, candidate, previous, frames: dict[tuple[str, str], pd.DataFrame]):
        self._look_into(
            {"candidate": candidate, "previous": previous},
            {"candidate": "the candidate", "previous": "the release"},
        )
        self.frames = self._frames = dict(frames)
        # as_of_date is asked of every guard's tables
        self.looked_at = {"inputs.builds"}

    def now(self, table: str) -> pd.DataFrame:
        """The candidate's mart; TableMissing if it is gone."""
        self.looked_at.add(f"{MARTS}.{table}")
        return super().now(table)


def _part(row: QualityResult) -> Part:
    return row["check_id"], row["partition_code"]
