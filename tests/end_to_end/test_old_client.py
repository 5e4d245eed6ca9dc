"""Readers with an older DuckDB: the published file is in a format that every 1.x client opens."""

import pytest

from tests.end_to_end.homes import finished
from tests.end_to_end.processes import PYTHON, run

OLD = "duckdb==1.4.*"
READ = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    tables = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() order by all"
    ).fetchall()
    rows = {
        name: connection.execute(f'select count(*) from {schema}."{name}"').fetchone()[0]
        for schema, name, _ in tables
    }
print(duckdb.__version__, len(rows), rows["goal_scorecards"])
"""


@pytest.fixture(scope="module")
def old_client(tmp_path_factory) -> str:
    """A folder that holds the old client; the test is skipped if the index cannot be reached."""
    folder = str(tmp_path_factory.mktemp("old-client"))
    options = ("--quiet", "--no-deps", "--no-cache-dir", "--retries", "0", "--timeout", "15")
    done = run(PYTHON, "-m", "pip", "install", *options, "--target", folder, OLD)
    if done.returncode != 0:
        pytest.skip(f"{OLD} cannot be installed here: {done.stderr.splitlines()[-1:]}")
    return folder


@pytest.mark.online
def test_an_older_client_reads_every_published_table(old_client, refreshed_home):
    database = str(refreshed_home.path / "published" / "smed.duckdb")
    done = finished(run(PYTHON, "-c", READ, database, PYTHONPATH=old_client))
    version, tables, goals = done.stdout.split()
    assert version.startswith("1.4.")
    assert int(tables) == len(refreshed_home.manifest()["tables"])
    assert int(goals) == refreshed_home.manifest()["tables"]["marts.goal_scorecards"]["rows"]
