"""A database that a newer Airflow wrote is refused by name before anything of Airflow starts."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from operate import airflow_database, airflow_home
from operate.airflow_database import NoAnswer, differences, refuse_newer
from operate.health import NEEDS_ATTENTION, examine, exit_code
from smed.errors import VersionDiffers
from smed.settings import REPOSITORY
from tests.end_to_end.homes import Home, finished
from tests.end_to_end.processes import PYTHON, run

# the newest revision of what is installed, and that of Airflow 3.2, as Airflow's own list has them
NEWEST, OLDER = "d2f4e1b3c5a7", "1d6611b6ab7c"
UNKNOWN = "ffffffffffff"
AIRFLOWS_OWN = "from airflow.utils.db import _REVISION_HEADS_MAP as heads; print(*heads.values())"


@pytest.fixture
def noted(settings):
    """A function that makes the database of a home with what it notes of its version."""

    def note(**revisions: str) -> str:
        airflow_home.make_folder(settings)
        path = settings.home / "airflow" / "airflow.db"
        with closing(sqlite3.connect(path)) as connection:
            for table, revision in revisions.items():
                connection.execute(f"create table {table} (version_num text)")
                connection.execute(f"insert into {table} values (?)", (revision,))
            connection.commit()
        return airflow_home.address(settings)

    return note


def test_the_revisions_that_are_known_are_those_of_airflow(tmp_path):
    done = finished(run(PYTHON, "-c", AIRFLOWS_OWN, AIRFLOW_HOME=str(tmp_path)))
    own = done.stdout.split()
    assert {OLDER, NEWEST} < set(own)
    (core, *_) = airflow_database.KEEPERS
    for revision in own:
        found = airflow_database._compare(core[0], core[2], [revision])
        assert [one.is_newer for one in found] == ([] if revision == own[-1] else [False])


def test_one_of_this_version_or_none_at_all_is_right(settings, noted):
    assert differences(airflow_home.address(settings)) == []
    assert not (settings.home / "airflow").exists()
    assert differences(noted(alembic_version=NEWEST)) == []


def test_an_older_one_waits_for_the_next_start(settings, noted):
    where = noted(alembic_version=OLDER)
    refuse_newer(where)
    (found,) = differences(where)
    assert (found.is_newer, found.revision) == (False, OLDER)


@pytest.mark.parametrize(
    ("table", "keeper"),
    [
        ("alembic_version", "apache-airflow-core"),
        ("alembic_version_fab", "apache-airflow-providers-fab"),
    ],
)
def test_a_newer_one_is_refused_with_its_name(noted, table, keeper):
    where = noted(**{table: UNKNOWN})
    with pytest.raises(VersionDiffers, match=f"a newer {keeper} has .* revision {UNKNOWN}"):
        refuse_newer(where)


def test_server_and_demo_refuse_it_and_change_nothing(settings, noted):
    noted(alembic_version=UNKNOWN)
    home = Home(settings.home)
    path = settings.home / "airflow" / "airflow.db"
    before = path.read_bytes()
    server = run(PYTHON, "-m", "operate.server", SMED_HOME=str(settings.home))
    for done in (server, home.smed("demo")):
        last = finished(done, 1).stderr.splitlines()[-1]
        assert last.startswith(f"smed: sqlite:///{path}?timeout=60: a newer apache-airflow-core")
        assert UNKNOWN in last
        assert "docs/upgrading.md" in last
        assert "Traceback" not in done.stderr
    assert path.read_bytes() == before


def test_the_health_names_it(settings, noted):
    noted(alembic_version=UNKNOWN, alembic_version_fab=UNKNOWN)
    found = [one for one in examine(settings) if one.part == "airflow"]
    assert [one.affects_readers for one in found] == [False, False]
    assert exit_code(found) == NEEDS_ATTENTION


def test_a_database_that_does_not_answer_is_airflows_own_affair(settings, monkeypatch):
    address = "postgresql+psycopg2://airflow:t0p-secret@127.0.0.1:9/airflow"
    refuse_newer(address)
    with pytest.raises(NoAnswer):
        differences(address)
    monkeypatch.setenv(airflow_home.ADDRESS, address)
    settings.home.mkdir()
    (found,) = (one for one in examine(settings) if one.part == "airflow")
    assert found.message == "Airflow's database does not answer"


@pytest.mark.parametrize("where", ["no address", "postgresql+asyncpg://u@127.0.0.1:9/airflow"])
def test_an_address_that_cannot_be_asked_is_no_answer(where):
    with pytest.raises(NoAnswer):
        differences(where)


def test_nothing_of_airflow_is_imported_to_ask(settings, noted):
    code = (
        "import sys; from operate.airflow_database import differences;"
        f"print(len(differences({noted(alembic_version=UNKNOWN)!r})), 'airflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1 False\n"
