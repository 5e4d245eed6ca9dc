"""The service of docker-compose.yml, its processes run by hand: see ``make test-services``.

In the order of the files: each test begins where the one before left the service.
"""

import json
import shutil
import subprocess
import time
from contextlib import suppress
from datetime import datetime

import psutil
import pytest
import requests

from smed.settings import REPOSITORY
from tests.end_to_end.homes import OLDER_DAY, copied, finished
from tests.end_to_end.processes import wait_until
from tests.services.stack import URL

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]
MOST_SECONDS_OF_CELERY = 30
# the pages, PostgreSQL, Redis: no log server, nothing else
PORTS = {8080, 5432, 6379}
SECONDS_WITHOUT_QUEUE = 5
# a task that waited in a queue that lost it: Airflow's own patience, and the rest of the run
SECONDS_OF_A_LOST_TASK = 600
LATER_DAY = "2021-12-31"
ENDED = ("success", "failed")
REVIEWS = "dags/review_submissions/dagRuns"


def _seconds(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()


def test_a_run_through_celery_ends_in_a_release(stack, capsys, tmp_path):
    assert stack.trigger("extract_indicators").status_code == 200
    wait_until(lambda: stack.home.shown, pause=0.5)
    run = wait_until(lambda: stack.runs("refresh_marts", "success"), pause=0.5)[-1]
    assert run["run_type"] == "asset_triggered"
    assert stack.home.manifest()["sources"] == "recorded"
    tasks = stack.tasks("refresh_marts", run["dag_run_id"]).values()
    assert {task["state"] for task in tasks} == {"success"}
    assert {task["executor"] or "CeleryExecutor" for task in tasks} == {"CeleryExecutor"}
    assert {task["hostname"] for task in tasks} <= {"worker-1", "worker-2"}
    # from the event that asks for it to its end, beside the same refresh as one command
    whole = _seconds(run["queued_at"], run["end_date"])
    began = time.monotonic()
    finished(copied(stack.home, tmp_path).refresh("--full"))
    alone = time.monotonic() - began
    with capsys.disabled():
        print(
            f"\nhealthy after {stack.seconds['healthy']:.0f} s; a refresh took {whole:.1f} s,"
            f" as a command {alone:.1f} s"
        )
    assert whole - alone < MOST_SECONDS_OF_CELERY


def test_docker_composes_own_parser_takes_the_file(stack):
    """Debian's docker-compose checks it against the schema; it needs no engine for that."""
    command = ("docker-compose", "--env-file", str(stack.folder / "env"), "config", "--quiet")
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_health_check_passes_where_its_process_runs(stack):
    for own_name, container in stack.containers.items():
        if "healthcheck" in container.service:
            done = container.check_health()
            assert done.returncode == 0, (own_name, done.stderr)
    for server in stack.foreign.values():
        assert server.check_health().returncode == 0


def test_a_worker_that_is_not_there_is_not_called_healthy(stack):
    assert stack.container("worker-7", "worker").check_health().returncode != 0


def test_nothing_listens_but_the_pages_and_the_stores(stack):
    listening = set()
    for process in stack.processes():
        with suppress(psutil.Error):
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN:
                    listening.add(connection.laddr.port)
    assert listening == PORTS


def test_nobody_gets_in_without_a_token(stack):
    for path in ("dags", "connections", "variables", "config", "dags/refresh_marts/dagRuns"):
        assert requests.get(f"{URL}/api/v2/{path}", timeout=30).status_code == 401
    url = f"{URL}/api/v2/dags/refresh_marts/dagRuns"
    assert requests.post(url, json={"logical_date": None}, timeout=30).status_code == 401
    login = {"username": "admin", "password": "admin"}
    assert requests.post(f"{URL}/auth/token", json=login, timeout=30).status_code == 401


def test_each_user_may_do_what_his_role_says(stack):
    assert stack.ask("dags", user="viewer")["total_entries"] > 0
    assert stack.trigger("refresh_marts", user="viewer").status_code == 403
    for user in ("viewer", "reviewer"):
        for path in ("connections", "variables", "config"):
            answer = requests.get(f"{URL}/api/v2/{path}", headers=stack.headers(user), timeout=30)
            assert answer.status_code == 403, (user, path)


def test_what_is_no_date_is_refused(stack):
    for as_of in ("31/12/2025", "'; drop table x", "../../etc/passwd", 7):
        assert stack.trigger("refresh_marts", as_of=as_of).status_code in (400, 422)


def _open_questions(stack) -> list[dict]:
    runs = stack.ask(REVIEWS)["dag_runs"]
    asked = [stack.ask(f"{REVIEWS}/{run['dag_run_id']}/hitlDetails") for run in runs]
    return [one for a in asked for one in a["hitl_details"] if not one["response_received"]]


def _answer(stack, question: dict, user: str) -> int:
    asked = question["task_instance"]
    path = f"{REVIEWS}/{asked['dag_run_id']}/taskInstances/{asked['task_id']}"
    url = f"{URL}/api/v2/{path}/{asked['map_index']}/hitlDetails"
    answer = {"chosen_options": ["Accept"], "params_input": {"reason": "asked the ministry"}}
    return requests.patch(url, headers=stack.headers(user), json=answer, timeout=30).status_code


def test_only_the_reviewer_accepts_what_waits(stack):
    worker = stack.containers["worker-1"]
    listed = json.loads(worker.run("smed", "submissions", "--json").stdout)["submissions"]
    (waiting,) = (row["submission_id"] for row in listed if row["waits_for"])
    assert stack.trigger("review_submissions").status_code == 200
    question = wait_until(lambda: _open_questions(stack), pause=1)[0]
    assert _answer(stack, question, "viewer") == 403
    assert _answer(stack, question, "reviewer") == 200

    def decided() -> dict:
        printed = worker.run("smed", "submissions", "--json").stdout
        rows = {row["submission_id"]: row for row in json.loads(printed)["submissions"]}
        return {} if rows[waiting]["waits_for"] else rows[waiting]

    assert wait_until(decided, pause=2)["decided_by"] == "reviewer"


def _is_building(stack, since: str) -> bool:
    holder = stack.home.path / ".lock-holder.json"
    facts = json.loads(holder.read_bytes())
    begun = datetime.fromisoformat(facts["since"]) >= datetime.fromisoformat(since)
    return begun and facts["work"] == "the task build_marts"


def test_a_worker_killed_in_a_build_costs_nothing_but_time(stack, capsys):
    stack.wait_until_idle()
    shown, before = stack.home.shown, stack.home.bytes_of("releases")
    run = stack.trigger("refresh_marts", as_of=OLDER_DAY).json()
    since = wait_until(
        lambda: stack.tasks("refresh_marts", run["dag_run_id"])["build_marts"]["start_date"],
        pause=0.2,
    )
    wait_until(lambda: _is_building(stack, since[:19] + "+00:00"), pause=0.05)
    victim = stack.tasks("refresh_marts", run["dag_run_id"])["build_marts"]["hostname"]
    stack.containers[victim].kill()

    def missed() -> dict:
        task = stack.tasks("refresh_marts", run["dag_run_id"])["build_marts"]
        return task if task["state"] in ("up_for_retry", "failed") else {}

    noticed = wait_until(missed, pause=0.5)
    assert noticed["state"] == "up_for_retry"
    assert stack.home.shown == shown
    assert stack.home.bytes_of("releases") == before
    # a person does not wait for the pause before the retry; the other worker is there
    again = {"dry_run": False, "dag_run_id": run["dag_run_id"], "task_ids": ["build_marts"]}
    again["only_failed"] = False
    assert stack.post("dags/refresh_marts/clearTaskInstances", again).status_code == 200
    wait_until(lambda: stack.home.shown == shown + 1, pause=0.5)
    assert stack.home.manifest()["as_of"] == OLDER_DAY
    built = stack.tasks("refresh_marts", run["dag_run_id"])["build_marts"]
    assert built["hostname"] != victim
    unchanged = {k: v for k, v in stack.home.bytes_of("releases").items() if k in before}
    assert unchanged == before
    with capsys.disabled():
        lost = _seconds(noticed["start_date"], noticed["end_date"])
        print(f"\nthe killed worker was missed {lost:.0f} s after its task had begun")
    # as docker does with what dies of itself
    stack.containers[victim].start()
    wait_until(lambda: stack.containers[victim].check_health().returncode == 0, pause=1)


def test_a_queue_that_was_lost_for_a_while_loses_no_run(stack):
    redis = stack.foreign["redis"]
    redis.kill()
    run = stack.trigger("send_alerts").json()["dag_run_id"]
    time.sleep(SECONDS_WITHOUT_QUEUE)
    redis.begin(*redis.command)
    state = wait_until(
        lambda: {r["dag_run_id"]: r["state"] for r in stack.runs("send_alerts", *ENDED)}.get(run),
        pause=1,
    )
    assert state == "success"


def test_a_queue_killed_with_all_it_held_in_a_build_tears_nothing(stack):
    stack.wait_until_idle()
    shown, before = stack.home.shown, stack.home.bytes_of("releases")
    run = stack.trigger("refresh_marts", as_of=LATER_DAY).json()["dag_run_id"]
    wait_until(lambda: stack.tasks("refresh_marts", run)["build_marts"]["start_date"], pause=0.2)
    redis = stack.foreign["redis"]
    redis.kill()
    shutil.rmtree(redis.folder / "appendonlydir")
    time.sleep(SECONDS_WITHOUT_QUEUE)
    assert stack.home.shown == shown
    redis.begin(*redis.command)

    def ended() -> str:
        found = {r["dag_run_id"]: r["state"] for r in stack.runs("refresh_marts", *ENDED)}
        return found.get(run, "")

    assert wait_until(ended, seconds=SECONDS_OF_A_LOST_TASK, pause=1) == "success"
    assert (stack.home.shown, stack.home.manifest()["as_of"]) == (shown + 1, LATER_DAY)
    assert {k: v for k, v in stack.home.bytes_of("releases").items() if k in before} == before


def test_the_stores_let_each_role_see_its_own(stack):
    postgres, secrets = stack.foreign["postgres"], stack.variables
    command = "from publish.postgres import serve; from smed.settings import Settings"
    done = stack.containers["worker-1"].run(
        "python", "-c", f"{command}; print(serve(Settings.load()))"
    )
    assert f"release={stack.home.shown}" in done.stdout, done.stderr

    def query(role: str, database: str, password: str, sql: str):
        words = ("--no-psqlrc", "-tA", "-h", "127.0.0.1", "-U", role, "-d", database, "-c", sql)
        return postgres.run("psql", *words, PGPASSWORD=secrets[password])

    reader = ("smed_reader", "smed", "READER_PASSWORD")
    assert int(query(*reader, "select count(*) from marts.goal_scorecards").stdout) > 0
    assert query(*reader, "create table marts.x (a int)").returncode != 0
    for role, password in (("smed_reader", "READER_PASSWORD"), ("smed", "WAREHOUSE_PASSWORD")):
        assert "permission denied" in query(role, "airflow", password, "select 1").stderr
    assert "password" in query("smed_reader", "smed", "REDIS_PASSWORD", "select 1").stderr
    assert "NOAUTH" in stack.foreign["redis"].run("redis-cli", "ping").stdout
