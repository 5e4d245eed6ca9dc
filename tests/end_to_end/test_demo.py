"""The demo: the real DAGs through Airflow in one process, on recorded figures."""

from pathlib import Path

import pytest

from operate import airflow_home
from operate.airflow_database import differences
from smed.settings import Settings
from tests.end_to_end.homes import contents, finished
from tests.end_to_end.processes import SMED, Running, run

# the first of the minor version before
OLDER_AIRFLOW = "3.2.0"


def test_it_makes_what_a_refresh_makes_though_it_was_killed_and_stopped_before(
    demo, refreshed_home
):
    """The first attempt was killed while Airflow made its database, the second asked to end."""
    through_airflow, without = demo.home.manifest(), refreshed_home.manifest()
    assert contents(through_airflow) == contents(without)
    assert through_airflow["content_sha256"] == without["content_sha256"]
    page = "dbt_docs/index.html"
    assert through_airflow["files"][page] == without["files"][page]
    assert demo.home.bytes_of("raw") == refreshed_home.bytes_of("raw")
    assert demo.home.leftovers() == []
    assert finished(demo.home.smed("verify"))


def test_it_ends_when_it_is_asked_to_even_inside_a_task_of_airflow(demo):
    assert demo.status_when_asked_to_end == 128 + 15


def test_it_needs_no_network(demo):
    if not demo.was_without_network:
        pytest.skip("no network namespace can be made here")
    assert demo.home.shown == 1


def test_nothing_in_it_tries_to_call_out(demo):
    """No tool's telemetry, no look for a newer version."""
    if not demo.was_without_network:
        pytest.skip("no network namespace can be made here")
    assert demo.calls_out == 0


def test_it_prints_paths_that_are_there(demo):
    paths = [line.strip() for line in demo.home.printed.splitlines() if "/published/" in line]
    assert len(paths) == 7
    assert all(Path(path).exists() for path in paths)


def test_a_second_run_says_that_nothing_changed(copy_of, demo):
    """On the database of an older Airflow, too, which is brought up to date without a word."""
    copy = copy_of(demo.home)
    airflow = airflow_home.environment(Settings(home=copy.path))
    older = ("db", "downgrade", "--to-version", OLDER_AIRFLOW, "--yes")
    finished(run(str(Path(SMED).with_name("airflow")), *older, **airflow))
    (found,) = differences(airflow[airflow_home.ADDRESS])
    assert not found.is_newer
    before = copy.bytes_of("releases")
    done = finished(copy.smed("demo"))
    assert "Nothing changed since the last run." in done.stdout
    assert differences(airflow[airflow_home.ADDRESS]) == []
    assert copy.bytes_of("releases") == before
    assert copy.status["outcome"] == "unchanged"


def test_one_that_fails_ends_soon_and_says_why_in_one_line(copy_of, demo):
    copy = copy_of(demo.home)
    path = copy.landed("SP.POP.TOTL")[0]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")
    with Running(SMED, "demo", "--home", str(copy.path)) as running:
        assert running.wait(seconds=60) == 1
    last = running.said.splitlines()[-1]
    assert last.startswith(f"smed: DAG refresh_marts: {path}: changed since it landed")
    assert "details are in" in last
    assert "Traceback" not in running.said
    assert copy.shown == 1
