"""A task that fails in a real run of Airflow: noted once, told in one message, and mended."""

import json
import shutil

import pytest

from tests.end_to_end.homes import finished
from tests.end_to_end.processes import PYTHON, run
from tests.operate.receivers import webhook
from tests.publish.postgres_server import ask, programs


@pytest.fixture(scope="module")
def database(request) -> str:
    """The address of an empty database; empty where there is no PostgreSQL."""
    return request.getfixturevalue("postgres").new_database() if programs() else ""


@pytest.fixture(scope="module")
def ran(tmp_path_factory, refreshed_home, database):
    """Both runs, what was noted of tasks, and the messages to the engineers."""
    folder = tmp_path_factory.mktemp("failing")
    home = folder / "home"
    shutil.copytree(refreshed_home.path, home, symlinks=True)
    with webhook() as (hook, url):
        connection = json.dumps({"conn_type": "generic", "password": url})
        done = run(
            *(PYTHON, "-m", "tests.dags.run_with_failures"),
            SMED_HOME=str(home),
            SMED_POSTGRES_URL=database,
            AIRFLOW_CONN_SMED_ALERTS_ENGINEERS=connection,
        )
        runs = json.loads(finished(done).stdout.splitlines()[-1])
        yield runs, hook.take(), done.stdout + done.stderr
    shutil.rmtree(folder)


def test_a_task_that_ran_twice_calls_back_once_and_the_run_has_failed(ran):
    runs, messages, _ = ran
    held = runs["held"]
    assert held["state"] == "failed"
    assert held["tasks"]["build_marts"] == ["failed", 2]
    assert held["tasks"]["send_alerts"][0] == "success"
    told = [text for text in messages if "refresh_marts.build_marts failed" in text]
    assert len(told) == 2, "once as new, once as mended"
    assert "failed at try 2" in told[0]
    assert "writes here since" in told[0]
    assert "/dags/refresh_marts/runs/" in told[0]


def test_when_it_works_again_that_is_told(ran):
    runs, messages, _ = ran
    free = runs["free"]
    # the figures are those of the release: what follows the build is skipped, alerts are not
    assert free["state"] == "success"
    assert free["tasks"]["build_marts"][0] == "skipped"
    assert free["tasks"]["send_alerts"][0] == "success"
    assert "mended" in messages[-1].lower() or "recovered" in messages[-1].lower()


def test_where_nothing_is_new_postgresql_is_given_what_it_missed(ran, database, postgres):
    held, free = ran[0]["held"]["tasks"], ran[0]["free"]["tasks"]
    # or the run in which the build failed would look well
    assert held["serve_release"][0] == "upstream_failed"
    assert free["publish_marts"][0] == "skipped"
    assert free["serve_release"][0] == "success"
    assert ask(database, "select count(*) > 0 from marts.goal_scorecards") == [(True,)]


def test_no_secret_of_a_connection_is_in_a_log(ran):
    assert "geheim" not in ran[2]
