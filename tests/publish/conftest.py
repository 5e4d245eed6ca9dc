"""A small candidate that passed its gate."""

import duckdb
import pytest

RESULT = {
    "check_id": "kpi_observations.rows",
    "run_id": "run-1",
    "partition_code": "all",
    "table_name": "kpi_observations",
    "severity": "critical",
    "status": "passed",
    "observed_value": "2",
    "expected": "2",
    "rows_count": 2,
    "failing_rows_count": 0,
    "sample": "",
    "owner_code": "",
}
VERDICT = {"passed": True, "checks": 1, "warned": 0, "results": [RESULT]}


@pytest.fixture
def make_candidate(tmp_path):
    """Makes a candidate whose one mart holds the given (key, value) rows; returns its path."""

    def make(rows=(("b", 2.5), ("a", None)), name="candidate"):
        path = tmp_path / f"{name}.duckdb"
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema marts; create schema plan; create schema work")
            connection.execute("create table marts.figures (key_code varchar, value double)")
            connection.execute("comment on table marts.figures is 'One row per key'")
            connection.execute("comment on column marts.figures.value is 'It''s in per cent'")
            connection.executemany("insert into marts.figures values (?, ?)", list(rows))
            connection.execute("create table plan.goals as select 'A' as goal_code")
            connection.execute("create table work.scratch as select 1 as n")
        return path

    return make


@pytest.fixture
def make_run():
    """Makes the facts of a run."""

    def make(run_id="run-1", base=None):
        return {
            "run_id": run_id,
            "as_of": "2026-07-13",
            "sources": "recorded",
            "fingerprint": run_id,
            "inputs": [],
            "base": base,
        }

    return make
