"""Readers who open the published file all the time see whole releases only, and never go back."""

import json
import shutil

import duckdb

from publish.publication import DATA_DOCS, publish
from smed.settings import Settings
from tests.end_to_end.homes import Home
from tests.end_to_end.processes import PYTHON, Running, wait_until

READERS = 2
# the marker is written first and the results of the gate last: both must be of one release
READ = """
import sys, duckdb
seen, last, opened = set(), "", 0
print("begin", flush=True)
while last != sys.argv[2]:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        marker = connection.execute("select run_id from marts.a_marker").fetchone()[0]
        rows = connection.execute("select count(*) from marts.kpi_observations").fetchone()[0]
        runs = connection.execute("select distinct run_id from marts.quality_results").fetchall()
    assert runs == [(marker,)], (runs, marker)
    assert rows > 0
    assert marker >= last, (marker, last)
    last, opened = marker, opened + 1
    seen.add(marker)
print(f"opened {opened} times, saw {len(seen)} releases")
"""


class Publisher:
    """Publishes the candidate of a home again and again, each time marked as another run."""

    def __init__(self, home: Home):
        self.home = home
        self.settings = Settings(home=home.path)
        self.folder = home.path / "candidates" / home.manifest()["run_id"]
        self.run = json.loads((self.folder / "run.json").read_bytes())
        self.verdict = json.loads((self.folder / "verdict.json").read_bytes())

    def publish(self, run_id: str) -> int:
        """A release in which every table that names a run names this one."""
        candidate = self.folder / f"{run_id}.duckdb"
        shutil.copy(self.folder / "candidate.duckdb", candidate)
        with duckdb.connect(candidate) as connection:
            connection.execute("create table marts.a_marker as select ? as run_id", [run_id])
        results = [{**row, "run_id": run_id} for row in self.verdict["results"]]
        run = {**self.run, "run_id": run_id, "base": self.home.shown}
        verdict = {**self.verdict, "results": results}
        return publish(self.settings, run, candidate, verdict, self.folder / DATA_DOCS)


def test_readers_see_one_release_at_a_time_and_only_newer_ones(copy_of, refreshed_home):
    copy = copy_of(refreshed_home)
    publisher = Publisher(copy)
    runs = [f"run-{number}" for number in range(1, 5)]
    publisher.publish(runs[0])
    database = str(copy.path / "published" / "smed.duckdb")
    readers = [Running(PYTHON, "-c", READ, database, runs[-1]) for _ in range(READERS)]
    try:
        for reader in readers:
            reader.wait_for("begin")
        for run_id in runs[1:]:
            publisher.publish(run_id)
        for reader in readers:
            assert reader.wait(30) == 0, reader.said
            assert " times, saw " in reader.said
            assert "saw 1 releases" not in reader.said, "the readers must overlap the publishing"
    finally:
        for reader in readers:
            reader.__exit__()
    wait_until(lambda: not copy.leftovers(), seconds=1)
