"""A reader of one kind, in a process of its own: reads until it has seen the last release.

A read is the marker that a release begins with, a mart, and the results of the gate that it ends
with. All must be of one release, and none older than the release read before.
"""

import json
import os
import sys
import time
from pathlib import Path

# the publisher needs a core too
PAUSE_SECONDS = 0.05
TABLES = ("a_marker", "kpi_observations", "quality_results")
OF_THREE = (
    "select (select run_id from {0}), (select count(*) from {1}),"
    " (select string_agg(distinct run_id, ',') from {2})"
)


# run of the marker, rows of the mart, runs that the results name
Read = tuple[str, int, list[str]]


def _row(found) -> Read:
    marker, rows, runs = found
    return marker, rows, runs.split(",")


def read_database(home: Path, _url: str) -> Read:
    """Through the link, by a connection of its own, as BI tools do without pooling."""
    import duckdb

    with duckdb.connect(str(home / "published" / "smed.duckdb"), read_only=True) as connection:
        # three statements: a connection stays with its file
        found = [connection.execute(f"from marts.{TABLES[0]}").fetchone()[0]]
        found += connection.execute(f"select count(*) from marts.{TABLES[1]}").fetchone()
        query = f"select string_agg(distinct run_id, ',') from marts.{TABLES[2]}"
        return _row(found + list(connection.execute(query).fetchone()))


def read_parquet(home: Path, _url: str) -> Read:
    """By the manifest, which names the release whose files then are read."""
    import duckdb

    manifest = json.loads((home / "published" / "manifest.json").read_bytes())
    folder = home / "releases" / str(manifest["release"]) / "parquet"
    with duckdb.connect() as connection:
        files = [f"'{folder}/{table}.parquet'" for table in TABLES]
        found = _row(connection.execute(OF_THREE.format(*files)).fetchone())
    assert found[0] == manifest["run_id"], (found, manifest["run_id"])
    assert found[1] == manifest["tables"][f"marts.{TABLES[1]}"]["rows"]
    return found


_kept = {}


def read_postgres(_home: Path, url: str) -> Read:
    """By one connection that stays open; each read is one statement."""
    from tests.publish.postgres_server import connected

    if not _kept:
        _kept["open"] = connected(url)
        _kept["connection"] = _kept["open"].__enter__()
    views = [f"marts.{table}" for table in TABLES]
    return _row(_kept["connection"].run(OF_THREE.format(*views))[0])


READERS = {"database": read_database, "parquet": read_parquet, "postgres": read_postgres}


def main() -> None:
    """Reads from ``home`` and ``url`` until the run ``last_run``; says what it saw."""
    kind, home, url, last_run = sys.argv[1:]
    seen, last, reads = set(), "", 0
    print("begin", flush=True)
    while last != last_run:
        marker, rows, runs = READERS[kind](Path(home), url)
        assert runs == [marker], f"torn: {runs} beside {marker}"
        assert rows > 0
        assert marker >= last, f"backward: {marker} after {last}"
        last, reads = marker, reads + 1
        seen.add(marker)
        time.sleep(PAUSE_SECONDS)
        if os.getppid() == 1:
            sys.exit("nobody waits for this reader any more")
    print(f"read {reads} times, saw {len(seen)} releases")


if __name__ == "__main__":
    main()
