"""``make up``: Airflow's real server over its REST API, and how it ends."""

import json
import signal
import stat
from contextlib import suppress
from http import HTTPStatus

import psutil
import pytest
import requests

from smed import home as floor
from smed.settings import Settings
from tests.end_to_end.homes import Home
from tests.end_to_end.processes import PYTHON, Running, run, session_members, wait_until
from tests.operate.receivers import free_port

SERVE = (PYTHON, "-m", "operate.server")
PARTS = {"metadatabase", "scheduler", "triggerer", "dag_processor"}
# standalone itself, its four parts
FEWEST_PROCESSES = 5
STOP_SECONDS = 20
LONGEST_DECISION_SECONDS = 270
DAGS = 5


class Server:
    """The server of one home; started when somebody needs it."""

    def __init__(self, home: Home):
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.running: Running | None = None
        self.session = 0

    def variables(self) -> dict[str, str]:
        """Its settings."""
        return {"SMED_HOME": str(self.home.path), "SMED_AIRFLOW_PORT": str(self.port)}

    def start(self) -> "Server":
        """Starts it unless it runs; returns when its processes are there."""
        if self.running is None or self.running.process.poll() is not None:
            self.running = Running(*SERVE, **self.variables())
            parent = psutil.Process(self.running.pid)
            self.session = wait_until(parent.children)[0].pid
            wait_until(lambda: len(self.members()) >= FEWEST_PROCESSES)
        return self

    def members(self) -> list[psutil.Process]:
        """Its processes, in the session that it made, whatever their groups."""
        return session_members(self.session)

    def end(self) -> None:
        """Ends whatever is left."""
        for process in self.members() if self.session else []:
            with suppress(psutil.Error):
                process.kill()
        if self.running is not None:
            self.running.__exit__()

    def ask(self, path: str, **parameters) -> dict:
        """A GET of the API by the user of the password file."""
        answer = requests.get(
            f"{self.url}/api/v2/{path}", headers=self._token(), params=parameters, timeout=30
        )
        answer.raise_for_status()
        return answer.json()

    def trigger(self, dag_id: str, **conf) -> requests.Response:
        """Triggers a DAG; again while Airflow's SQLite is busy with what the start scheduled."""
        run_ = {"logical_date": None, "conf": conf}
        url = f"{self.url}/api/v2/dags/{dag_id}/dagRuns"
        answers: list[requests.Response] = []

        def is_answered() -> bool:
            answers.append(requests.post(url, headers=self._token(), json=run_, timeout=30))
            return answers[-1].status_code != HTTPStatus.INTERNAL_SERVER_ERROR

        wait_until(is_answered, seconds=30, pause=1)
        return answers[-1]

    def patch(self, path: str, value: dict) -> requests.Response:
        """A PATCH of the API by the same user."""
        url = f"{self.url}/api/v2/{path}"
        return requests.patch(url, headers=self._token(), json=value, timeout=30)

    def _token(self) -> dict[str, str]:
        passwords = json.loads((self.home.path / "airflow" / "passwords.json").read_bytes())
        ((user, password),) = passwords.items()
        login = {"username": user, "password": password}
        answer = requests.post(f"{self.url}/auth/token", json=login, timeout=30)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def wait_until_healthy(self) -> None:
        """Waits for every part of Airflow and for the DAGs."""

        def is_healthy() -> bool:
            with suppress(requests.RequestException):
                health = requests.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
                return {part for part in health if health[part]["status"] == "healthy"} == PARTS
            return False

        wait_until(is_healthy, pause=0.5)
        wait_until(lambda: self.ask("dags")["total_entries"] == DAGS, pause=0.5)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of an empty home of recorded figures."""
    home = Home(tmp_path_factory.mktemp("server") / "home")
    floor.claim(Settings(home=home.path), "recorded")
    made = Server(home)
    yield made
    made.end()


def test_a_trigger_over_the_api_ends_in_a_release(server):
    server.start().wait_until_healthy()
    assert server.trigger("extract_indicators").status_code == 200

    def made_by_the_asset() -> list[dict]:
        runs = server.ask("dags/refresh_marts/dagRuns")["dag_runs"]
        return [r for r in runs if r["run_type"] == "asset_triggered" and r["state"] == "success"]

    wait_until(made_by_the_asset, pause=0.5)
    # the samples come in at the start, and may make a release of their own
    assert server.home.shown >= 1
    assert server.home.status["outcome"] in ("published", "unchanged")
    assert server.home.manifest()["sources"] == "recorded"


def _waiting(server) -> list[str]:
    said = json.loads(server.home.smed("submissions", "--json").stdout)["submissions"]
    return [row["submission_id"] for row in said if row["waits_for"]]


_REVIEWS = "dags/review_submissions/dagRuns"


def _open_questions(server) -> list[dict]:
    runs = server.ask(_REVIEWS)["dag_runs"]
    asked = [server.ask(f"{_REVIEWS}/{run['dag_run_id']}/hitlDetails") for run in runs]
    return [one for a in asked for one in a["hitl_details"] if not one["response_received"]]


def _answer(server, question: dict) -> None:
    asked = question["task_instance"]
    path = f"{_REVIEWS}/{asked['dag_run_id']}/taskInstances/{asked['task_id']}"
    answer = {"chosen_options": ["Accept"], "params_input": {"reason": "asked the ministry"}}
    done = server.patch(f"{path}/{asked['map_index']}/hitlDetails", answer)
    # as in ``trigger``: SQLite may be busy, and whoever is told so answers again
    assert done.status_code in (HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer_and_look(server) -> bool:
    """Answers what is asked, as a person does, and again if asked again; true if none waits."""
    for question in _open_questions(server):
        # Airflow's SQLite locks no rows: an answer before the task is parked may be lost in it
        if question["task_instance"]["state"] == "awaiting_input":
            _answer(server, question)
    return not _waiting(server)


def _reviews(server) -> list[tuple]:
    """How each task of each review stands: what to look at if nothing was decided."""
    runs = [run["dag_run_id"] for run in server.ask(_REVIEWS)["dag_runs"]]
    tasks = [server.ask(f"{_REVIEWS}/{run}/taskInstances")["task_instances"] for run in runs]
    return [
        (t["dag_run_id"], t["task_id"], t["state"], t["try_number"]) for ts in tasks for t in ts
    ]


@pytest.mark.timeout(600)
def test_a_person_accepts_over_the_api_what_waits(server):
    """One of the samples changes a definition; the server's user has not sent it."""
    server.start().wait_until_healthy()
    (waiting,) = wait_until(lambda: _waiting(server), pause=1)
    # the run that the start scheduled may have looked before it came
    assert server.trigger("review_submissions").status_code == 200
    question = wait_until(lambda: _open_questions(server), pause=1)[0]
    assert waiting in question["body"]
    try:
        # a task that found the home or SQLite busy is tried again after Airflow's pause
        wait_until(lambda: _answer_and_look(server), seconds=LONGEST_DECISION_SECONDS, pause=1)
    except AssertionError as error:
        raise AssertionError(f"{error}: {_reviews(server)}") from None
    said = json.loads(server.home.smed("submissions", "--json").stdout)["submissions"]
    (done,) = (row for row in said if row["submission_id"] == waiting)
    assert done["state"] in ("accepted", "published")
    assert (done["decided_by"], done["reason"]) == (floor.actor(), "asked the ministry")


def test_nobody_gets_in_without_the_password(server):
    server.start().wait_until_healthy()
    for path in ("dags", "dags/refresh_marts/dagRuns", "connections", "variables"):
        assert requests.get(f"{server.url}/api/v2/{path}", timeout=30).status_code == 401
    dag_run = {"logical_date": None}
    url = f"{server.url}/api/v2/dags/refresh_marts/dagRuns"
    assert requests.post(url, json=dag_run, timeout=30).status_code == 401
    for user in ("admin", floor.actor()):
        login = {"username": user, "password": user}
        assert requests.post(f"{server.url}/auth/token", json=login, timeout=30).status_code == 401
    folder = server.home.path / "airflow"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "passwords.json").stat().st_mode) == 0o600


def test_an_as_of_that_is_no_date_is_refused_over_the_api(server):
    server.start().wait_until_healthy()
    assert server.trigger("refresh_marts", as_of="31/12/2025").status_code in (400, 422)


def test_it_listens_on_the_loopback_only(server):
    server.start().wait_until_healthy()
    listening = set()
    for process in server.members():
        with suppress(psutil.Error):
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN:
                    listening.add(tuple(connection.laddr))
    assert ("127.0.0.1", server.port) in listening
    assert {address for address, _ in listening} == {"127.0.0.1"}


def test_a_taken_port_is_named(server):
    server.start().wait_until_healthy()
    done = run(*SERVE, **server.variables())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"smed: SMED_AIRFLOW_PORT: port {server.port} cannot be used")
    assert len(done.stderr.splitlines()) == 1


def test_a_second_server_of_the_same_home_is_refused(server):
    """SQLite locks no rows: the schedulers of two machines would start the same task twice."""
    server.start().wait_until_healthy()
    other_port = {**server.variables(), "SMED_AIRFLOW_PORT": str(free_port())}
    for done in (run(*SERVE, **other_port), server.home.smed("demo")):
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"smed: {server.home.path}: a server of Airflow of ")
        assert f"(process {server.running.pid}) writes here since 20" in line


def test_ctrl_c_leaves_no_process_even_while_tasks_run(server):
    server.start().wait_until_healthy()
    server.trigger("extract_indicators")
    wait_until(
        lambda: server.ask("dags/~/dagRuns/~/taskInstances", state="running")["total_entries"]
    )
    assert server.running.end_with(signal.SIGINT, STOP_SECONDS) == 0
    assert server.members() == []


def test_a_killed_server_leaves_no_process_either(server):
    server.start()
    server.running.end_with(signal.SIGKILL, STOP_SECONDS)
    wait_until(lambda: not server.members(), seconds=STOP_SECONDS)
