"""PostgreSQL beside a refresh: what it cannot take changes nothing of what is published."""

import json

import pytest

from expectations.alerts.incidents import ENGINEERS
from operate import postgres_serving
from operate.alerting import failures
from publish.status import read_status, write_status
from smed.settings import Settings
from tests.end_to_end.homes import finished
from tests.operate.receivers import free_port
from tests.publish.postgres_server import ask

FAILED = 1
SHOWN = "select obj_description('marts'::regnamespace)"


def _open(home) -> set[str]:
    alerts = json.loads(home.smed("alerts", "--json").stdout)["open"]
    return {alert["kind"] for alert in alerts}


def test_what_postgresql_missed_it_is_given_by_the_next_refresh_and_it_follows_a_rollback(
    copy_of, home_of_two_releases, postgres
):
    home = copy_of(home_of_two_releases[0])
    url = postgres.new_database()
    lives = {"SMED_POSTGRES_URL": url}
    down = {"SMED_POSTGRES_URL": f"postgresql://u:geheim@127.0.0.1:{free_port()}/d"}

    done = finished(home.refresh(**down), FAILED)
    assert done.stdout == "Nothing changed: release 2 stays.\n"
    last = done.stderr.splitlines()[-1]
    assert last.startswith("smed: PostgreSQL at 127.0.0.1:")
    assert "then run `smed refresh` again" in last
    assert (home.shown, home.status["outcome"]) == (2, "unchanged")
    assert home.status["served"] == {"release": None, "since": None, "error": last[6:]}
    shown = finished(home.smed("status", **down)).stdout
    assert "PostgreSQL" in shown
    assert "does not answer" in shown
    assert "serving_failed" in _open(home)
    for said in (done.stdout, done.stderr, shown, json.dumps(home.status)):
        assert "geheim" not in said

    # a refresh that finds nothing new, and one that is held, catch up
    finished(home.refresh(**lives))
    assert home.status["served"] | {"since": ""} == {"release": 2, "since": "", "error": None}
    assert "serving_failed" not in _open(home)
    finished(home.smed("rollback", "1", **lives))
    assert ask(url, SHOWN) == [(f"release 1 of run {home.manifest(1)['run_id']}",)]
    rows = home.manifest(1)["tables"]["marts.kpi_observations"]["rows"]
    assert ask(url, "select count(*) from marts.kpi_observations") == [(rows,)]

    done = finished(home.smed("rollback", "2", **down), FAILED)
    assert "Release 2 is published." in done.stdout
    assert "does not answer" in done.stderr
    assert (home.shown, home.status["served"]["release"]) == (2, 1)
    assert "release 1 since 20" in finished(home.smed("status", **lives)).stdout
    finished(home.refresh(**lives))
    assert (home.status["outcome"], home.status["served"]["release"]) == ("held", 2)


@pytest.fixture
def tried(settings) -> Settings:
    """A home in which something was tried, with PostgreSQL in its settings."""
    given = Settings.load(home=settings.home, postgres_url="postgresql://u:geheim@h/d")
    write_status(given, "published", "release 1", 45, [])
    return given


def _fail_with(monkeypatch, error: Exception) -> None:
    def fail(_settings):
        raise error

    monkeypatch.setattr("publish.postgres.serve", fail)


def test_what_nobody_foresaw_is_an_error_too_and_shows_none_of_its_words(tried, monkeypatch):
    _fail_with(monkeypatch, KeyError("geheim"))
    (said,) = postgres_serving.serve_quietly(tried)
    assert "(KeyError)" in said
    assert "geheim" not in said
    assert read_status(tried)["served"] == {"release": None, "since": None, "error": said}


def test_an_attempt_to_publish_keeps_what_is_known_of_postgresql(tried, monkeypatch):
    _fail_with(monkeypatch, OSError())
    postgres_serving.serve_quietly(tried)
    before = read_status(tried)["served"]
    write_status(tried, "failed", "no answer", 45, [])
    assert read_status(tried)["served"] == before


def test_the_engineers_are_told_once_by_the_error_and_not_by_the_task_too(tried, monkeypatch):
    _fail_with(monkeypatch, OSError())
    postgres_serving.serve_quietly(tried)
    facts = {"run_id": "r", "try_number": 1, "error": "x", "error_class": "X", "log_url": "-"}
    for task in (failures.SERVING_TASK, "refresh_marts.build_marts"):
        failures.note_task_failed(tried, task, facts)
    (told,) = failures.unserved_release(tried)
    assert told.owners == (ENGINEERS,)
    assert told.meanwhile == "readers of PostgreSQL see no release; the files are as published"
    assert "run: smed refresh" in told.action
    tasks = failures.failed_tasks(tried, has_failed_source=False, was_stopped=False)
    assert len(tasks) == 2
    (other,) = failures.failed_tasks(tried, False, False, is_unserved=True)
    assert other.subject == "refresh_marts.build_marts"


def test_who_no_longer_serves_from_postgresql_is_told_nothing_of_it(tried, monkeypatch):
    _fail_with(monkeypatch, OSError())
    postgres_serving.serve_quietly(tried)
    without = Settings.load(home=tried.home)
    assert failures.unserved_release(without) == []
    assert postgres_serving.serve_quietly(without) == []
    assert read_status(tried)["served"] is None
