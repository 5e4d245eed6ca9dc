"""What the DAG files promise, as Airflow reads them."""

import json

import pytest

from smed.settings import DAGS
from tests.end_to_end.processes import PYTHON, run

TASKS = {
    "collect_submissions": {"take_in_files": []},
    "extract_indicators": {
        "find_due_series": [],
        "extract_series": ["find_due_series"],
        "announce": ["extract_series"],
        "confirm_all_extracted": ["extract_series"],
    },
    "review_submissions": {
        "find_waiting": [],
        "ask.describe": ["find_waiting"],
        "ask.wait_for_a_person": ["ask.describe"],
        "ask.decide": ["ask.wait_for_a_person", "find_waiting"],
    },
    "refresh_marts": {
        "build_marts": [],
        "check_marts": ["build_marts"],
        "publish_marts": ["check_marts"],
        "serve_release": ["publish_marts"],
        "send_alerts": ["build_marts", "publish_marts", "serve_release"],
    },
    "send_alerts": {"send_alerts": []},
}
GATES = (("extract_indicators", "confirm_all_extracted"), ("refresh_marts", "check_marts"))
ROWS = ("When", "Reads", "Writes", "If it fails", "Re-run")
# ten times what they take: it guards against an import of pandas or dbt, not against slowness
MOST_SECONDS = 0.5


@pytest.fixture(scope="module")
def airflow(tmp_path_factory) -> dict:
    """What a process that imports Airflow says of the DAG files."""
    done = run(
        *(PYTHON, "-m", "tests.dags.describe_dags"),
        AIRFLOW_HOME=str(tmp_path_factory.mktemp("airflow")),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def dags(airflow) -> dict:
    return airflow["dags"]


def test_there_are_exactly_these_dags_and_tasks(airflow, dags):
    assert airflow["errors"] == {}
    found = {
        dag_id: {name: task["after"] for name, task in dag["tasks"].items()}
        for dag_id, dag in dags.items()
    }
    assert found == TASKS
    assert {dag["file"] for dag in dags.values()} == {str(DAGS / f"{name}.py") for name in TASKS}


def test_each_dag_says_when_it_runs_and_what_to_do_when_it_fails(dags):
    for dag_id, dag in dags.items():
        title, *rows = [line for line in dag["doc_md"].splitlines() if line]
        assert title.startswith("### "), dag_id
        written = [row.split("|")[1:3] for row in rows if row.startswith("| **")]
        assert tuple(name.strip(" *") for name, _ in written) == ROWS, dag_id
        assert all(text.strip() for _, text in written), dag_id


def test_each_task_says_what_it_does(dags):
    silent = [
        f"{dag_id}.{name}"
        for dag_id, dag in dags.items()
        for name, task in dag["tasks"].items()
        if not task["doc_md"]
    ]
    assert silent == []


def test_gates_are_not_tried_again_and_what_may_heal_is(dags):
    for dag_id, dag in dags.items():
        for name, task in dag["tasks"].items():
            assert (task["retries"] == 0) == ((dag_id, name) in GATES), f"{dag_id}.{name}"


def test_every_task_is_noted_when_it_fails_and_when_it_works_again(dags):
    noted = {
        (task["on_failure"], task["on_success"], task["on_skipped"])
        for dag in dags.values()
        for task in dag["tasks"].values()
    }
    assert noted == {("note_failure", "note_success", "note_success")}


def test_alerts_are_sent_however_a_refresh_ends_and_change_nothing_of_how(dags):
    task = dags["refresh_marts"]["tasks"]["send_alerts"]
    assert (task["is_teardown"], task["fails_its_run"]) == (True, False)


def test_a_release_is_served_also_where_nothing_was_new_but_not_where_the_gate_stopped(dags):
    """Ended otherwise, the last task of the run would make one look well that the gate stopped."""
    task = dags["refresh_marts"]["tasks"]["serve_release"]
    assert task["trigger_rule"].endswith("NONE_FAILED")
    assert (task["is_teardown"], task["retries"]) == (False, 2)


def test_one_run_at_a_time_and_none_for_the_past(dags):
    assert {(dag["max_active_runs"], dag["catchup"]) for dag in dags.values()} == {(1, False)}


def test_an_asset_joins_them(dags):
    extraction, marts = dags["extract_indicators"], dags["refresh_marts"]
    collection = dags["collect_submissions"]
    assert extraction["tasks"]["announce"]["writes"] == ["raw_observations"]
    assert collection["tasks"]["take_in_files"]["writes"] == ["submissions"]
    # either of them is enough
    assert marts["runs_on"] == ["raw_observations", "submissions"]
    assert marts["tasks"]["publish_marts"]["writes"] == ["release"]
    # a series that failed does not keep the others from being published, nor the run from failing
    assert extraction["tasks"]["announce"]["trigger_rule"].endswith("ALL_DONE")
    assert extraction["tasks"]["confirm_all_extracted"]["trigger_rule"].endswith("NONE_FAILED")


def test_an_as_of_that_is_no_date_is_refused(dags):
    assert dags["refresh_marts"]["accepted_as_of"] == [None, "2025-12-31"]


def test_a_dag_file_costs_next_to_nothing_beyond_airflow(airflow):
    assert set(airflow["seconds"]) >= set(TASKS)
    assert max(airflow["seconds"].values()) < MOST_SECONDS
