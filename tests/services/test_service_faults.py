"""What may be wrong with a service: two schedulers, other code, other clocks, other versions.

After test_service.py: each test begins where the one before left the service.
"""

import json
import os
import re
import shutil
import time
from contextlib import contextmanager

import pytest

from operate import airflow_home, maintenance
from smed.settings import REPOSITORY, Settings
from tests.end_to_end.homes import Home
from tests.end_to_end.processes import wait_until
from tests.services import compose_file
from tests.services.containers import CODE
from tests.services.stack import START_SECONDS

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]
# dates as of which nothing was published before
DAYS = iter(("2022-06-30", "2022-12-31", "2023-06-30", "2023-12-31", "2024-06-30"))
WORKERS = ("worker-1", "worker-2")
REFRESH = "dags/refresh_marts"
OLDER_AIRFLOW, UNKNOWN = "3.2.0", "ffffffffffff"
OLD = "2020-01-01"
A_CLOCK_THAT_IS_OFF = """
from datetime import datetime, timedelta
import time_machine
time_machine.travel(datetime.now().astimezone() + timedelta(hours={hours})).start()
"""


def _trigger(stack) -> str:
    """A refresh as of a new day; its run."""
    stack.wait_until_idle()
    answer = stack.trigger("refresh_marts", as_of=next(DAYS))
    assert answer.status_code == 200, answer.text
    return answer.json()["dag_run_id"]


def _end_of(stack, run: str) -> str:
    """How a refresh ended."""
    path = f"{REFRESH}/dagRuns/{run}"
    return wait_until(
        lambda: state if (state := stack.ask(path)["state"]) in ("success", "failed") else "",
        pause=0.5,
    )


@contextmanager
def _only(stack, name: str, **changed):
    """One worker, which differs from those that the service has; they come back after it."""
    stack.wait_until_idle()
    for other in WORKERS:
        stack.containers[other].stop()
    worker = stack.containers[name] = stack.container(name, "worker", **changed).start()
    wait_until(lambda: worker.check_health().returncode == 0, pause=1)
    try:
        yield worker
    finally:
        stack.wait_until_idle()
        worker.stop()
        for other in WORKERS:
            stack.containers[other].start()
        wait_until(lambda: stack.containers["worker-1"].check_health().returncode == 0, pause=1)


def _schedulers(stack) -> int:
    found = stack.ask("jobs", job_type="SchedulerJob", is_alive=True)
    return sum(job["state"] == "running" for job in found["jobs"])


def test_two_schedulers_make_one_run_and_one_release(stack):
    second = stack.containers["scheduler-2"] = stack.container("scheduler-2", "scheduler").start()
    wait_until(lambda: _schedulers(stack) == 2, pause=1)
    shown, run = stack.home.shown, _trigger(stack)
    assert _end_of(stack, run) == "success"
    assert stack.home.shown == shown + 1
    tasks = stack.tasks("refresh_marts", run)
    assert {task["try_number"] for task in tasks.values()} == {1}
    # what an asset starts is started once too
    before = len(stack.runs("refresh_marts"))
    assert stack.trigger("extract_indicators").status_code == 200
    wait_until(lambda: len(stack.runs("refresh_marts")) > before, pause=1)
    stack.wait_until_idle()
    assert len(stack.runs("refresh_marts")) == before + 1
    # and one of them may go in the middle
    shown, run = stack.home.shown, _trigger(stack)
    wait_until(lambda: stack.tasks("refresh_marts", run)["build_marts"]["start_date"], pause=0.2)
    stack.containers["scheduler-1"].kill()
    assert _end_of(stack, run) == "success"
    assert stack.home.shown == shown + 1
    stack.containers["scheduler-1"].start()
    second.stop()


def _run_again(stack, run: str, task: str) -> dict:
    """Clears one task of a run, and nothing after it; the task when it has ended."""
    again = {"dry_run": False, "dag_run_id": run, "task_ids": [task], "only_failed": False}
    assert stack.post(f"{REFRESH}/clearTaskInstances", again).status_code == 200

    def ended() -> dict:
        found = stack.tasks("refresh_marts", run)[task]
        return found if found["state"] in ("success", "failed") else {}

    return wait_until(ended, pause=0.5)


def _said(stack, run: str, task: str) -> str:
    folder = f"airflow/logs/dag_id=refresh_marts/run_id={run}/task_id={task}"
    return "\n".join(p.read_text() for p in sorted((stack.home.path / folder).glob("*.log")))


def test_a_worker_of_other_code_goes_on_with_nothing_and_the_right_one_does(stack):
    run = _trigger(stack)
    assert _end_of(stack, run) == "success"
    other = stack.folder / "other-code"
    for room in ("dags", "dbt_project", "expectations", "extract", "operate", "publish", "smed"):
        shutil.copytree(REPOSITORY / room, other / room)
    with (other / "publish" / "tables.py").open("a") as file:
        file.write("\n# one line more\n")
    before, shown = stack.home.bytes_of("releases"), stack.home.shown
    with _only(stack, "worker-3", code=other):
        checked = _run_again(stack, run, "check_marts")
        assert (checked["state"], checked["hostname"]) == ("failed", "worker-3")
        said = _said(stack, run, "check_marts")
        begun = stack.home.manifest()["code"]
        assert f"worker worker-3: this run was begun by smed {begun}, and here runs smed" in said
        assert (stack.home.bytes_of("releases"), stack.home.shown) == (before, shown)
    assert _run_again(stack, run, "check_marts")["state"] == "success"
    assert (stack.home.bytes_of("releases"), stack.home.shown) == (before, shown)
    shutil.rmtree(other)


def _clock_set(stack, hours: int) -> dict[str, str]:
    """The variables under which every Python lives at another hour."""
    folder = stack.home.path / f".clock{hours:+d}"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(A_CLOCK_THAT_IS_OFF.format(hours=hours))
    own = stack.services["worker"]["environment"]["SMED_HOME"]
    return {"PYTHONPATH": f"{own}/{folder.name}:{CODE}"}


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_an_hour_off_loses_nothing(stack, hours):
    raw, before = stack.home.bytes_of("raw"), stack.home.manifest()
    with _only(stack, f"worker-{4 + hours}", **_clock_set(stack, hours)) as worker:
        said = worker.run("python", "-c", "import time; print(time.time() / 3600)").stdout
        assert abs(float(said) - time.time() / 3600 - hours) < 0.1
        run = _trigger(stack)
        assert _end_of(stack, run) == "success"
    after = stack.home.manifest()
    assert after["release"] == before["release"] + 1
    assert after["published_at"] >= before["published_at"]
    assert ("and so is the next one" in _said(stack, run, "publish_marts")) == (hours < 0)
    assert {k: v for k, v in stack.home.bytes_of("raw").items() if k in raw} == raw


def test_an_older_database_is_migrated_at_the_start_and_a_newer_one_refused(stack):
    address = stack.services["prepare"]["environment"][airflow_home.ADDRESS]
    stack.query("create database airflow_of_before owner airflow")
    elsewhere = {airflow_home.ADDRESS: f"{address}_of_before"}

    def prepare() -> tuple[int, str]:
        container = stack.container("prepare-2", "prepare", **elsewhere)
        container.log.unlink(missing_ok=True)
        return container.start().wait(START_SECONDS), container.log.read_text()

    def revision() -> str:
        return stack.query("select version_num from alembic_version", "airflow_of_before")

    assert prepare()[0] == 0
    newest = revision()
    older = ("airflow", "db", "downgrade", "--to-version", OLDER_AIRFLOW, "--yes")
    done = stack.container("prepare-2", "prepare", **elsewhere).run(*older)
    assert (done.returncode, revision() != newest) == (0, True), done.stderr
    assert prepare()[0] == 0
    assert revision() == newest
    stack.query(f"update alembic_version set version_num = '{UNKNOWN}'", "airflow_of_before")
    entry, worker = compose_file.entrypoint(), stack.container("worker-5", "worker", **elsewhere)
    refused = [prepare()[1]]
    refused += [worker.run(*entry, *command).stderr for command in (("airflow", "scheduler"),)]
    for said in refused:
        (line,) = said.strip().splitlines()
        assert line.startswith("smed: postgresql+psycopg2://airflow:***@postgres:5432/airflow_of")
        assert "a newer apache-airflow-core has written Airflow's database" in line
        assert UNKNOWN in line
    health = worker.run("smed", "health").stdout
    assert "airflow: a newer apache-airflow-core has written Airflow's database" in health
    assert revision() == UNKNOWN


def _elsewhere(words: str) -> str:
    changed = re.sub(r"([ =])airflow'", r"\1airflow_of_before'", words)
    assert changed != words
    return changed


def test_the_commands_of_the_upgrade_put_a_database_back(stack):
    """Those of docs/upgrading.md, on a copy of the database."""
    text = (REPOSITORY / "docs" / "upgrading.md").read_text(encoding="utf-8")
    begin = "$ docker compose exec -T postgres "
    told = [line.removeprefix(begin) for line in text.splitlines() if line.startswith(begin)]
    dump, *restore = told
    assert [re.search(r"exec (\w+)", words)[1] for words in told] == [
        "pg_dump",
        "dropdb",
        "createdb",
        "pg_restore",
    ]
    server, runs = stack.foreign["postgres"], "select count(*) from dag_run"
    given = {"PGHOST": "127.0.0.1", "POSTGRES_PASSWORD": stack.variables["POSTGRES_PASSWORD"]}
    before = stack.query(runs)
    for words in (dump, *(_elsewhere(words) for words in restore)):
        done = server.run("sh", "-c", words, **given)
        assert done.returncode == 0, done.stderr
    assert stack.query(runs, "airflow_of_before") >= before


def _told(begin: str) -> list[list[str]]:
    """Commands of docs/runbook.md that begin so, without their beginning."""
    text = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")
    lines = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    return [line.removeprefix(begin).split() for line in lines if line.startswith(begin)]


def test_the_commands_of_the_runbook_put_a_home_into_another_volume(stack):
    stack.wait_until_idle()
    health, backup = _told("docker compose exec worker ")
    (restore,) = _told("docker compose run --rm --no-deps worker ")
    worker = stack.containers["worker-1"]
    said = worker.run(*health)
    assert (said.returncode, said.stderr) in ((0, ""), (1, ""), (3, "")), said
    done = worker.run(*backup)
    assert done.returncode == 0, done.stderr
    mounted = [volume.replace("home:", "restored:") for volume in worker.service["volumes"]]
    stack.make_volume("restored")
    again = stack.container("worker-9", "worker", mounted=mounted)
    done = again.run(*compose_file.entrypoint(), *restore)
    assert done.returncode == 0, done.stderr
    restored = Home(stack.folder / "restored")
    for folder in ("raw", "releases"):
        assert restored.bytes_of(folder) == stack.home.bytes_of(folder) != {}
    assert restored.shown == stack.home.shown


def test_each_party_has_a_folder_for_its_files(stack):
    assert (stack.home.path / "inbox" / "VNM").is_dir()


def test_old_logs_and_runs_go_and_the_facts_stay(stack):
    home, keeper = stack.home.path, stack.containers["maintenance-1"]
    assert json.loads((home / maintenance.CLEANED_FILE).read_bytes())["error"] is None
    keeper.stop()
    (home / maintenance.CLEANED_FILE).unlink()
    log = home / maintenance.LOGS / "dag_processor" / OLD / "x.py.log"
    log.parent.mkdir(parents=True)
    log.write_text("a line of long ago\n")
    os.utime(log, (0, 0))
    shutil.chown(log.parent, 50000)
    counted = f"select count(*) from dag_run where start_date < '{OLD}'"
    stack.query(
        f"update dag_run set start_date = timestamp '{OLD}' - id * interval '1 day'"
        " where dag_id = 'refresh_marts'"
    )
    assert int(stack.query(counted)) > 1
    held = {folder: stack.home.bytes_of(folder) for folder in ("raw", "releases")}
    keeper.start()
    last = wait_until(lambda: maintenance.last_cleaned(Settings(home=home)), pause=1)
    assert (last["error"], log.exists(), log.parent.exists()) == (None, False, False)
    assert int(stack.query(counted)) == 1  # the last run of the DAG
    assert keeper.check_health().returncode == 0
    assert {folder: stack.home.bytes_of(folder) for folder in held} == held
