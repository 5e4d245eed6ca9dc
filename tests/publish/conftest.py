"""A small candidate that passed its gate."""

import copy
import json

import duckdb
import pytest

from publish.dbt_docs import DBT_MANIFEST

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

# what dbt writes of a build, as far as the documentation takes it up: a source, a model that reads
# it, one that hands its column on, a macro of the project and one of dbt's own
NODE = {
    "database": "candidate",
    "schema": "marts",
    "package_name": "toy",
    "created_at": 1.5,
    "root_path": "/made/here",
    "build_path": "/made/here/run",
    "compiled_path": "/made/here/compiled",
}
FIGURES = {
    **NODE,
    "resource_type": "model",
    "name": "figures",
    "alias": "figures",
    "description": "One row per key </script>",
    "columns": {"value": {"name": "value", "description": "In per cent; null if unknown"}},
    "depends_on": {"macros": ["macro.toy.own", "macro.dbt.other"], "nodes": ["source.toy.raw"]},
}
HANDED_ON = {
    **FIGURES,
    "schema": "work",
    "name": "scratch",
    "alias": "scratch",
    "description": "One row. Also the columns of figures",
    "columns": {},
    "depends_on": {"macros": [], "nodes": ["source.toy.raw", "model.toy.figures"]},
}
MANIFEST = {
    "metadata": {
        "dbt_schema_version": "v12",
        "dbt_version": "1",
        "project_name": "toy",
        "adapter_type": "duckdb",
        "quoting": {},
        "generated_at": "2026-01-01",
        "invocation_id": "made-here",
        "user_id": "made-here",
    },
    "nodes": {"model.toy.figures": FIGURES, "model.toy.scratch": HANDED_ON},
    "sources": {
        "source.toy.raw": {
            **NODE,
            "resource_type": "source",
            "name": "raw",
            "identifier": "raw",
            "schema": "inputs",
            "description": "What arrived",
            "columns": {"value": {"name": "value", "description": "As it came"}},
        }
    },
    "macros": {
        "macro.toy.own": {**NODE, "name": "own"},
        "macro.dbt.other": {**NODE, "name": "other", "package_name": "dbt"},
    },
    "exposures": {},
    "unit_tests": {},
    "parent_map": {"model.toy.scratch": ["source.toy.raw", "model.toy.figures"]},
    "child_map": {},
}


@pytest.fixture
def dbt_manifest():
    """A copy of the manifest to change."""
    return copy.deepcopy(MANIFEST)


@pytest.fixture
def make_candidate(tmp_path):
    """Makes a candidate whose one mart holds the given (key, value) rows; returns its path."""

    def make(rows=(("b", 2.5), ("a", None)), name="candidate"):
        path = tmp_path / name / "candidate.duckdb"
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.with_name(DBT_MANIFEST).write_text(json.dumps(MANIFEST))
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema marts; create schema plan; create schema work")
            connection.execute("create table marts.figures (key_code varchar, value double)")
            connection.execute("comment on table marts.figures is 'One row per key'")
            connection.execute("comment on column marts.figures.value is 'It''s in per cent'")
            connection.executemany("insert into marts.figures values (?, ?)", list(rows))
            connection.execute("create table plan.goals as select 'A' as goal_code")
            connection.execute("create table work.scratch as select 1.5 as value, 1 as n")
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
