"""Old logs and old runs of Airflow go; nothing of what a home is for does."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from datetime import timedelta

import pytest

from operate import airflow_home, maintenance
from operate.health import examine
from smed import home
from smed.errors import HomeInvalid
from smed.settings import Settings
from tests.end_to_end.processes import PYTHON, Running

DAYS = 10
DAY_SECONDS = 86_400


def _log(settings, name: str, days: float) -> None:
    path = settings.home / maintenance.LOGS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a line\n")
    written = time.time() - days * DAY_SECONDS
    os.utime(path, (written, written))


def _ask(settings, statement: str) -> list[tuple]:
    path = settings.home / "airflow" / "airflow.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def kept(settings):
    """Settings under which logs stay for ten days."""
    return settings.model_copy(update={"log_days": DAYS})


@pytest.fixture
def no_runs(monkeypatch):
    """Airflow is not asked; why it could not, for a test to set."""
    reasons = [None]
    monkeypatch.setattr(maintenance, "_remove_runs", lambda *_: reasons[-1])
    return reasons


def test_a_log_that_cannot_go_keeps_no_run_and_is_told(kept, monkeypatch):
    def refuse(*_):
        raise HomeInvalid("Permission denied", "a log", "mend it")

    asked = []
    monkeypatch.setattr(maintenance, "_remove_logs", refuse)
    monkeypatch.setattr(maintenance, "_remove_runs", lambda *_: asked.append("runs"))
    (kept.home / "airflow").mkdir(parents=True)
    maintenance.clean_if_due(kept, {})
    maintenance.clean_if_due(kept, {})
    assert asked == ["runs"]
    assert "Permission denied" in maintenance.last_cleaned(kept)["error"]


def test_logs_go_by_their_age_and_their_folders_with_them(kept, no_runs):
    _log(kept, "dag_id=a/run_id=1/task_id=t/attempt=1.log", DAYS + 0.1)
    _log(kept, "dag_id=a/run_id=2/task_id=t/attempt=1.log", DAYS - 0.1)
    _log(kept, "dag_processor/2026-01-01/x.py.log", DAYS + 300)
    facts = maintenance.clean(kept, {})
    assert (facts["files"], facts["error"]) == (2, None)
    folder = kept.home / maintenance.LOGS
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == [
        "dag_id=a",
        "dag_id=a/run_id=2",
        "dag_id=a/run_id=2/task_id=t",
        "dag_id=a/run_id=2/task_id=t/attempt=1.log",
    ]


def test_it_is_done_once_a_day_and_a_clock_that_went_back_does_not_stop_it(
    kept, no_runs, monkeypatch
):
    maintenance.clean_if_due(kept, {})
    begun = home.now()
    for hours, is_done in ((23, False), (25, True), (-1, True)):
        _log(kept, "old.log", DAYS + 1)
        maintenance.replace_file(
            kept.home / maintenance.CLEANED_FILE,
            maintenance.json_bytes({"at": begun.isoformat(), "files": 0, "error": None}),
        )
        monkeypatch.setattr(home, "now", lambda h=hours: begun + timedelta(hours=h))
        maintenance.clean_if_due(kept, {})
        assert (kept.home / maintenance.LOGS / "old.log").exists() != is_done, hours


def test_what_fails_stops_nothing_and_the_health_says_it(kept, no_runs, monkeypatch):
    no_runs.append("`airflow db clean` ended with 1")
    _log(kept, "old.log", DAYS + 1)
    assert maintenance.clean(kept, {})["files"] == 1
    (found,) = (one for one in examine(kept) if one.part == "logs")
    assert "`airflow db clean` ended with 1" in found.message
    assert not found.affects_readers
    no_runs.append(None)
    maintenance.clean(kept, {})
    assert [one for one in examine(kept) if one.part == "logs"] == []


def test_the_health_check_asks_whether_it_was_done_lately(kept, no_runs, monkeypatch, capsys):
    monkeypatch.setenv("SMED_HOME", str(kept.home))
    assert maintenance.main() == 1
    assert "never" in capsys.readouterr().err
    maintenance.clean(kept, {})
    assert maintenance.main() == 0
    later = home.now() + maintenance.LATE
    monkeypatch.setattr(home, "now", lambda: later)
    assert maintenance.main() == 1


def test_it_ends_when_it_is_asked_to(kept):
    ready = maintenance.json_bytes({"at": home.now().isoformat(), "files": 0, "error": None})
    maintenance.replace_file(kept.home / maintenance.CLEANED_FILE, ready)
    code = (
        "from operate import maintenance; from smed.settings import Settings;"
        "print('begun', flush=True); maintenance.maintain(Settings.load())"
    )
    with Running(PYTHON, "-c", code, SMED_HOME=str(kept.home)) as running:
        running.wait_for("begun")
        time.sleep(1)
        assert running.end_with(signal.SIGTERM, seconds=10) == 0


def test_airflow_forgets_old_runs_but_the_last_that_was_scheduled(demo, copy_of):
    copy = copy_of(demo.home)
    settings = Settings(home=copy.path, log_days=DAYS)
    held = {folder: copy.bytes_of(folder) for folder in ("raw", "releases")}
    # each a day later than the one before
    day = "datetime('2020-01-01', id || ' days') || '.000000'"
    _ask(settings, f"update dag_run set start_date = {day}")
    counted = "select dag_id, count(*) from dag_run group by 1 order by 1"
    before = dict(_ask(settings, counted))
    assert len(before) == 3
    assert before["extract_indicators"] > 1  # the demo was stopped and started again
    # the demo's runs are all by hand
    _ask(settings, "update dag_run set run_type = 'scheduled' where dag_id = 'extract_indicators'")
    facts = maintenance.clean(settings, airflow_home.environment(settings))
    assert facts["error"] is None
    assert _ask(settings, counted) == [("extract_indicators", 1)]
    assert {folder: copy.bytes_of(folder) for folder in held} == held


def test_a_database_that_cannot_be_cleaned_is_said_without_its_address(demo, copy_of):
    settings = Settings(home=copy_of(demo.home).path)
    broken = {**airflow_home.environment(settings)}
    broken[airflow_home.ADDRESS] = "postgresql+psycopg2://airflow:t0p-secret@127.0.0.1:9/airflow"
    error = maintenance.clean(settings, broken)["error"]
    assert error.startswith("`airflow db clean` ended with ")
    assert "secret" not in error
