"""Homes that several tests look at: each is made once, by real commands, and not written to."""

import hashlib
import json
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from extract.recordings import read_recordings
from smed.plan import read_plan
from smed.settings import DBT_PROJECT, REPOSITORY
from tests.end_to_end.processes import PYTHON, SMED, Running, run, wait_until, without_network
from tests.extract.kidb_api import KidbApi
from tests.extract.lying_api import LyingApi

OLDER_DAY = "2021-11-04"
# on the first day every series of the live home is there, on the second two of them moved
FIRST_LIVE_DAY, SECOND_LIVE_DAY = "2020-07-05", "2021-11-04"
HASTE = {
    "SMED_HTTP_ATTEMPTS": "2",
    "SMED_HTTP_WAIT_SECONDS": "0.01",
    "SMED_HTTP_WAIT_MAX_SECONDS": "0.05",
}

# the whole process, and what it imports, lives a year later
A_YEAR_AHEAD = """
from datetime import datetime, timedelta
import time_machine
time_machine.travel(datetime.now().astimezone() + timedelta(days=365)).start()
from operate.cli import main
main()
"""


@dataclass(frozen=True)
class Home:
    """A home and the commands that work in it; ``printed`` is what made it a fixture."""

    path: Path
    variables: dict[str, str] = field(default_factory=dict)
    printed: str = ""

    def smed(self, *arguments: str, **given: str):
        """Runs ``smed`` in this home to its end."""
        return run(SMED, *arguments, "--home", str(self.path), **{**self.variables, **given})

    def refresh(self, *arguments: str, **given: str):
        """A refresh from recorded figures."""
        return self.smed("refresh", "--sources", "recorded", *arguments, **given)

    def begin_refresh(self, *arguments: str, **given: str) -> Running:
        """The same, still running; a context manager."""
        command = (SMED, "refresh", "--sources", "recorded", *arguments, "--home", str(self.path))
        return Running(*command, **{**self.variables, **given})

    @property
    def shown(self) -> int | None:
        """The number of the published release."""
        published = self.path / "published"
        return int(published.resolve(strict=True).name) if published.is_symlink() else None

    def manifest(self, number: int | None = None) -> dict:
        """What a release, the published one by default, says of itself."""
        folder = self.path / "releases" / str(number) if number else self.path / "published"
        return json.loads((folder / "manifest.json").read_bytes())

    @property
    def status(self) -> dict:
        """``status.json``."""
        return json.loads((self.path / "status.json").read_bytes())

    def bytes_of(self, folder: str) -> dict[str, str]:
        """The sha256 of every file below a folder of the home.

        A process that is killed while it writes leaves a part under a name that nobody reads.
        """
        found = (self.path / folder).rglob("*")
        files = sorted(p for p in found if p.is_file() and not p.name.startswith(".part-"))
        return {
            str(path.relative_to(self.path)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }

    def landed(self, series: str) -> list[Path]:
        """The Parquet files of a series, oldest first."""
        folder = self.path / "raw" / "world_bank" / "observations" / series
        return sorted(folder.glob("*.parquet"))

    def leftovers(self) -> list[str]:
        """What a run that ended must not leave among the releases: drafts, logs of databases."""
        releases = self.path / "releases"
        found = [*releases.glob(".building-*"), *releases.rglob("*.wal")]
        return sorted(str(path.relative_to(self.path)) for path in found)


def contents(manifest: dict) -> dict[str, str]:
    """The content hash of each table that does not speak of the run itself."""
    tables = manifest["tables"].items()
    return {name: t["content_sha256"] for name, t in tables if name != "marts.quality_results"}


def finished(done, status: int = 0):
    """The finished command, if it ended with that status."""
    assert done.returncode == status, done.stderr + done.stdout
    return done


@contextmanager
def api_of(day: str) -> Iterator[LyingApi]:
    """An API on the loopback that stands as on a recorded day and can be told to lie."""
    lying = LyingApi(read_recordings(), day)
    with HTTPServer(threaded=True) as server:
        server.expect_request(re.compile("/v2/")).respond_with_handler(lying)
        server.expect_request(re.compile("/sdmx/")).respond_with_handler(KidbApi(_adb_economies()))
        lying.addresses = {
            "SMED_WORLD_BANK_URL": server.url_for("/v2"),
            "SMED_ADB_URL": server.url_for("/sdmx"),
        }
        yield lying


def _adb_economies() -> tuple[str, ...]:
    plan = read_plan(DBT_PROJECT / "seeds")
    return tuple(row.adb_economy_code for row in plan.adb_economies)


@dataclass(frozen=True)
class Demo:
    """A home that ``make demo`` made, in the way that ``without_network`` says."""

    home: Home
    folder: Path
    was_without_network: bool
    calls_out: int
    status_when_asked_to_end: int


def _demo(folder: Path) -> Demo:
    """As who follows the README makes it, who twice lost patience before."""
    folder = folder / "demo"
    folder.mkdir()
    (folder / ".venv").symlink_to(REPOSITORY / ".venv")
    home = Home(folder / "data")
    command = (SMED, "demo", "--home", str(home.path))
    with Running(*command) as running:
        wait_until((home.path / "airflow" / "airflow.db").exists)
        running.end_with(signal.SIGKILL, seconds=10)
    with Running(*command) as running:
        running.wait_for("vintages landed|running the DAG extract_indicators")
        wait_until((home.path / "raw").exists)
        status = running.end_with(signal.SIGTERM, seconds=10)
    prefix = without_network()
    # what is installed already is not installed again: without a network it could not be
    make = ("make", "--no-print-directory", "--old-file=.venv/.installed", "demo")
    report = folder / "calls_out"
    counting = ("unshare", "--uts", PYTHON, "-m", "tests.end_to_end.calls_out", str(report))
    done = finished(run(*prefix, *(counting if prefix else ()), *make, SMED_HOME=str(home.path)))
    calls_out = int(report.read_text()) if prefix else 0
    return Demo(replace(home, printed=done.stdout), folder, bool(prefix), calls_out, status)


def refresh_live(home: Home, api: LyingApi, status: int = 0):
    """A refresh that asks the API, as of its day."""
    done = home.smed(*("refresh", "--sources", "live", "--as-of", api.day), **api.addresses)
    return finished(done, status)


@pytest.fixture(scope="session")
def refreshed_home(tmp_path_factory) -> Iterator[Home]:
    """One release of the recorded figures. Only to be read."""
    home = Home(tmp_path_factory.getbasetemp() / "refreshed")
    yield replace(home, printed=finished(home.refresh()).stdout)
    shutil.rmtree(home.path, ignore_errors=True)


@pytest.fixture(scope="session")
def home_of_two_releases(tmp_path_factory) -> Iterator[tuple[Home, dict[str, str]]]:
    """Refreshed as of an older day, then as of the newest; and release 1 as it was before that.

    The second refresh ran in another zone, under a clock that is a year ahead.
    """
    home = Home(tmp_path_factory.getbasetemp() / "refreshed-twice")
    finished(home.refresh("--as-of", OLDER_DAY))
    before = home.bytes_of("releases/1")
    command = (PYTHON, "-c", A_YEAR_AHEAD, "refresh", "--sources", "recorded")
    finished(run(*command, "--home", str(home.path), TZ="Asia/Jakarta"))
    yield home, before
    shutil.rmtree(home.path, ignore_errors=True)


@pytest.fixture(scope="session")
def live_home(tmp_path_factory) -> Iterator[Home]:
    """One release of what an API answered on the loopback. Only to be read."""
    home = Home(tmp_path_factory.getbasetemp() / "live", HASTE)
    with api_of(FIRST_LIVE_DAY) as api:
        refresh_live(home, api)
    yield home
    shutil.rmtree(home.path, ignore_errors=True)


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """The demo, run once to its end. Only to be read."""
    made = _demo(tmp_path_factory.getbasetemp())
    yield made
    shutil.rmtree(made.folder, ignore_errors=True)


def copied(home: Home, folder: Path) -> Home:
    """A copy of a home below ``folder``, to be written to."""
    copy = replace(home, path=folder / home.path.name)
    shutil.copytree(home.path, copy.path, symlinks=True)
    return copy


def change_plan(folder: Path, **changes: list[str] | tuple[str, str]) -> str:
    """A copy of the shipped seeds below ``folder``: rows added, or a text replaced, by seed."""
    plan = folder / "seeds"
    shutil.copytree(DBT_PROJECT / "seeds", plan)
    for seed, changed in changes.items():
        path = plan / f"{seed}.csv"
        text = path.read_text(encoding="utf-8")
        if isinstance(changed, tuple):
            assert changed[0] in text
            text = text.replace(*changed)
        else:
            text += "".join(f"{row}\n" for row in changed)
        path.write_text(text, encoding="utf-8")
    return str(plan)


@pytest.fixture
def copy_of(tmp_path):
    """Copies a home, to be written to; the copy goes with the test."""
    copies = []

    def copy(home: Home) -> Home:
        copies.append(copied(home, tmp_path))
        return copies[-1]

    yield copy
    for made in copies:
        shutil.rmtree(made.path)


@pytest.fixture
def empty_home(tmp_path) -> Iterator[Home]:
    """A home that nobody has used."""
    home = Home(tmp_path / "empty")
    yield home
    shutil.rmtree(home.path, ignore_errors=True)


@pytest.fixture
def changed_plan(tmp_path):
    """``change_plan`` for one test."""
    return partial(change_plan, tmp_path)
