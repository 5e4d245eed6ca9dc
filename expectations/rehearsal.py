"""Rehearses the gate: spoils a good candidate, one way after the other, and hears what rings.

A spoiled table is made anew from the clean one afterwards. Only the tables that a mutation touches
are read again, and only the suites that then see something else judge again: of what is as it was
Great Expectations would say what it said.

Imports Great Expectations (seconds of CPU): only the rehearsal's own process imports this module.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb
import pandas as pd

from expectations.examination import Examiner, looked_at
from expectations.gate import GUARDS, examined, suites_of
from expectations.mutations import (
    CELLS,
    DBT_TEST,
    MARTS,
    STOPPED,
    SURVIVED,
    WARNED,
    Mutation,
    Trial,
)
from expectations.results import Reporter
from expectations.suites import Suite
from expectations.tables import Tables
from expectations.verdict import STOPPING, QualityResult
from smed.plan import Plan

RUN_ID = "gate-test"
CLEAN = "clean"
BUILDS = "inputs.builds"
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
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}
        # by the suite's name
        self._looked_at: dict[str, set[str]] = {}
        self._seen: dict[str, pd.DataFrame] = {}
        self._clean = {_part(row): row for row in self._judge_clean()}
        self._targets = connection.execute(CELLS[MARTS]).df().to_dict("records")

    def false_alarms(self) -> list[str]:
        """What rings although nothing is spoiled: every alarm but the release's own warnings."""
        rung = [
            f"{row['check_id']} of {row['partition_code']}: {row['observed_value']}"
            for row in self._clean.values()
            if row["status"] in STOPPING
            or (row["status"] != "passed" and _part(row) not in self._known)
        ]
        return rung + [f"{DBT_TEST}{name}" for name in self._failing_tests(self._dbt_tests)]

    def try_out(self, mutation: Mutation) -> Trial:
        """Spoils the candidate, lets everything judge that looks at it, and mends it again."""
        try:
            self._connection.execute(mutation.sql(self._targets))
            if not is_changed(self._connection, mutation.table_names):
                return Trial(mutation, SURVIVED, fault="changed nothing")
            return self._trial(mutation)
        except duckdb.Error as error:
            return Trial(mutation, SURVIVED, fault=f"cannot run ({str(error).splitlines()[0]})")
        finally:
            mend(self._connection, mutation.table_names)

    def _trial(self, mutation: Mutation) -> Trial:
        touched = set(mutation.table_names)
        tests = [test for test in self._dbt_tests if touched & test.table_names]
        failing = [f"{DBT_TEST}{name}" for name in self._failing_tests(tests)]
        new = [row for row in self._judge(touched) if self._is_new(row)]
        rung = (*failing, *dict.fromkeys(row["check_id"] for row in new))
        stops = failing or any(row["status"] in STOPPING for row in new)
        return Trial(mutation, STOPPED if stops else WARNED if new else SURVIVED, rung)

    def _is_new(self, row: QualityResult) -> bool:
        """Whether it rings, and louder than on the clean candidate."""
        if row["status"] == "passed":
            return False
        clean = self._clean.get(_part(row))
        is_known = clean is not None and clean["status"] == row["status"]
        return not is_known or row["failing_rows_count"] > clean["failing_rows_count"]

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
        tables = OpenTables(self._connection, self._previous, {})
        plan, rows = self._plan.as_of(tables.as_of_date), []
        for suite in self._suites(tables, plan):
            tables.looked_at = {BUILDS}
            rows += examined(self._examiner, Reporter(RUN_ID, plan), [suite], tables, plan)
            self._looked_at[suite.name] = tables.looked_at
            self._seen[suite.name] = looked_at(suite, suite.frame(tables, plan))
        self._frames = tables.frames
        return rows

    def _judge(self, touched: set[str]) -> list[QualityResult]:
        spoiled = {("candidate", table.split(".")[1]) for table in touched}
        kept = {key: frame for key, frame in self._frames.items() if key not in spoiled}
        tables = OpenTables(self._connection, self._previous, kept)
        plan = self._plan.as_of(tables.as_of_date)
        suites = [
            suite
            for suite in self._suites(tables, plan)
            if touched & self._looked_at.get(suite.name, touched)
        ]
        if BUILDS not in touched:  # as of another date more may be expected of the same figures
            suites = [new for suite in suites for new in self._with_news(suite, tables, plan)]
        self._examiner.pages.clear()
        return examined(self._examiner, Reporter(RUN_ID, plan), suites, tables, plan)

    def _with_news(self, suite: Suite, tables: Tables, plan: Plan) -> list[Suite]:
        """The suite, if it sees anything else than on the clean candidate, else none."""
        try:
            seen = looked_at(suite, suite.frame(tables, plan))
        except Exception:  # what is wrong is the examiner's to say
            return [suite]
        if seen.equals(self._seen.get(suite.name)):
            return []
        return [replace(suite, frame=lambda tables, plan: seen)]

    def _suites(self, tables: Tables, plan: Plan) -> list[Suite]:
        return [suite for guard in GUARDS for suite in suites_of(guard, tables, plan)]


class OpenTables(Tables):
    """The tables of open databases, some of them read before; says which were looked at."""

    def __init__(self, candidate, previous, frames: dict[tuple[str, str], pd.DataFrame]):
        self._look_into(
            {"candidate": candidate, "previous": previous},
            {"candidate": "the candidate", "previous": "the release"},
        )
        self.frames = self._frames = dict(frames)
        self.looked_at: set[str] = set()

    def now(self, table: str) -> pd.DataFrame:
        """The candidate's mart; TableMissing if it is gone."""
        self.looked_at.add(f"{MARTS}.{table}")
        return super().now(table)


def is_changed(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> bool:
    """Whether a table differs from the clean one, be it in that a column or all of it is gone."""
    try:
        return any(
            _digest(connection, table) != _digest(connection, f"{CLEAN}.{table}")
            for table in tables
        )
    except duckdb.CatalogException:
        return True


def _digest(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int | None]:
    """The same for the same rows in any order, without matching them one by one."""
    return connection.execute(f"select count(*), sum(hash(held)) from {table} as held").fetchone()


def mend(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Makes tables anew from the clean ones."""
    for table in tables:
        connection.execute(f"create or replace table {table} as from {CLEAN}.{table}")


def _part(row: QualityResult) -> Part:
    return row["check_id"], row["partition_code"]
