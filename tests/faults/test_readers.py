"""Readers who read all the time, each in its way, see whole releases only and never go back."""

import json
import re
import shutil

import duckdb

from publish.postgres import serve
from publish.publication import DATA_DOCS, publish
from smed.settings import Settings
from tests.end_to_end.homes import Home
from tests.end_to_end.processes import PYTHON, Running, wait_until

KINDS = ("database", "database", "parquet", "postgres")
RELEASES = 6
READ = r"read (\d+) times, saw (\d+) releases"


class Publisher:
    """Publishes and serves the candidate of a home again and again, each time as another run."""

    def __init__(self, home: Home, url: str):
        self.home = home
        self.settings = Settings(home=home.path, postgres_url=url)
        self.folder = home.path / "candidates" / home.manifest()["run_id"]
        self.run = json.loads((self.folder / "run.json").read_bytes())
        self.verdict = json.loads((self.folder / "verdict.json").read_bytes())

    def publish(self, run_id: str) -> None:
        """A release in which every table that names a run names this one."""
        candidate = self.folder / f"{run_id}.duckdb"
        shutil.copy(self.folder / "candidate.duckdb", candidate)
        with duckdb.connect(candidate) as connection:
            connection.execute("create table marts.a_marker as select ? as run_id", [run_id])
        results = [{**row, "run_id": run_id} for row in self.verdict["results"]]
        run = {**self.run, "run_id": run_id, "base": self.home.shown}
        verdict = {**self.verdict, "results": results}
        publish(self.settings, run, candidate, verdict, self.folder / DATA_DOCS)
        assert serve(self.settings).was_loaded


def test_readers_see_one_release_at_a_time_and_only_newer_ones(copy_of, refreshed_home, postgres):
    copy, url = copy_of(refreshed_home), postgres.new_database()
    publisher = Publisher(copy, url)
    runs = [f"run-{number}" for number in range(1, RELEASES + 1)]
    publisher.publish(runs[0])
    command = (PYTHON, "-m", "tests.faults.readers")
    readers = [Running(*command, kind, str(copy.path), url, runs[-1]) for kind in KINDS]
    try:
        for reader in readers:
            reader.wait_for("begin")
        for run_id in runs[1:]:
            publisher.publish(run_id)
        for kind, reader in zip(KINDS, readers, strict=True):
            assert reader.wait(30) == 0, reader.said
            reads, seen = map(int, re.search(READ, reader.said).groups())
            assert seen > RELEASES // 2, f"{kind} must overlap the publishing"
            assert reads > seen
    finally:
        for reader in readers:
            reader.__exit__()
    wait_until(lambda: not copy.leftovers(), seconds=1)
