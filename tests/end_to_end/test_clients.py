"""Readers with another DuckDB than ours: each reads every mart of the published file.

A tier of its own, ``make test-clients``: it installs the clients from the package index.
"""

import json

import pytest

from tests.end_to_end.homes import finished
from tests.end_to_end.processes import PYTHON, run

# the oldest that there is for every Python of ours, the long-lived one, the last of 1.x, and 2.0
VERSIONS = ("1.1", "1.4", "1.5", "2.0")
READ = """
import json, sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    tables = connection.execute(
        "select schema_name || '.' || table_name, comment from duckdb_tables() order by all"
    ).fetchall()
    # every value of every row, and how many rows
    rows = {name: len(connection.execute(f"from {name}").fetchall()) for name, _ in tables}
    described = connection.execute(
        "select count(*) from duckdb_columns() where comment is not null"
    ).fetchone()[0]
facts = {"version": duckdb.__version__, "rows": rows, "described": described}
print(json.dumps({**facts, "comments": dict(tables)}))
"""
pytestmark = pytest.mark.clients


@pytest.fixture(scope="module", params=VERSIONS)
def client(request, tmp_path_factory) -> tuple[str, str]:
    """A version, and a folder that holds the client and nothing else."""
    folder = str(tmp_path_factory.mktemp("client"))
    options = ("--quiet", "--no-deps", "--only-binary", "duckdb", "--target", folder)
    finished(run(PYTHON, "-m", "uv", "pip", "install", *options, f"duckdb=={request.param}.*"))
    return request.param, folder


def test_it_reads_every_table_and_its_descriptions(client, refreshed_home):
    version, folder = client
    database = str(refreshed_home.path / "published" / "smed.duckdb")
    done = finished(run(PYTHON, "-c", READ, database, PYTHONPATH=folder))
    found = json.loads(done.stdout)
    tables = refreshed_home.manifest()["tables"]
    assert found["version"].startswith(f"{version}.")
    assert found["rows"] == {name: facts["rows"] for name, facts in tables.items()}
    assert found["comments"] == {name: facts["description"] for name, facts in tables.items()}
    assert found["described"] == sum(len(facts["columns"]) for facts in tables.values())
