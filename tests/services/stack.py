"""The whole service: what ``docker compose up`` starts, in its order; and its API."""

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import requests

from extract.submissions.samples import read_samples
from operate.service import PEOPLE
from smed import home
from smed.settings import Settings
from tests.end_to_end.homes import Home
from tests.end_to_end.processes import wait_until
from tests.services import compose_file
from tests.services.containers import Container, start_postgres, start_redis

URL = "http://127.0.0.1:8080"
FOREIGN = {"postgres": start_postgres, "redis": start_redis}
# Superset has its own image and its own tests
NOT_RUN = {"superset"}
START_SECONDS = 240
# those that publish, and those after which the scheduler starts one that does, in its own time
PUBLISHING = ("extract_indicators", "collect_submissions", "review_submissions", "refresh_marts")
LOOKS, IDLE_SECONDS = 8, 600


class Stack:
    """Every container of the compose file; a home of recorded figures."""

    def __init__(self):
        self._scratch = tempfile.TemporaryDirectory(prefix="smed-services-")
        self.folder = Path(self._scratch.name)
        self.folder.chmod(0o755)
        self.variables = compose_file.make_env(self.folder / "env")
        self.services = compose_file.composed(self.variables)["services"]
        self.home = Home(self.folder / "home")
        home.claim(Settings(home=self.home.path), "recorded")
        self.containers: dict[str, Container] = {}
        self.foreign = {}
        self._tokens: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    def start(self) -> "Stack":
        """Starts all in the order of what each depends on."""
        started: set[str] = set(NOT_RUN)
        _give(self.home.path, self._user)
        self.make_volume("backup")
        begun = time.monotonic()
        while waiting := [name for name in self.services if name not in started]:
            ready = [n for n in waiting if set(self.services[n].get("depends_on", {})) <= started]
            assert ready, f"{waiting} wait for each other"
            for name in ready:
                self._start(name)
                started.add(name)
        wait_until(self.is_healthy, seconds=START_SECONDS, pause=0.5)
        self.seconds["healthy"] = time.monotonic() - begun
        return self

    def _start(self, name: str) -> None:
        service = self.services[name]
        if name in FOREIGN:
            self.foreign[name] = FOREIGN[name](service, self.folder / name, wait_until)
            return
        copies = service.get("deploy", {}).get("replicas", 1)
        for number in range(1, copies + 1):
            own = f"{name}-{number}"
            self.containers[own] = self.container(own, name).start()
        if service["restart"] == "no":
            status = self.containers[own].wait(START_SECONDS)
            assert status == 0, self.containers[own].log.read_text()[-4000:]
            self._let_samples_in()

    def _let_samples_in(self) -> None:
        """Adds to who may send whoever sent the samples of a home of recorded figures."""
        people = self.home.path / "people.csv"
        assert people.read_text() == PEOPLE
        with people.open("a") as file:
            file.writelines(f"{actor},*,sender\n" for actor in {s.actor for s in read_samples()})

    @property
    def _user(self) -> int:
        return int(self.services["worker"]["user"].split(":")[0])

    def make_volume(self, name: str) -> None:
        """An empty volume, as the image's folder that it is mounted over is empty."""
        folder = self.folder / name
        folder.mkdir()
        _give(folder, self._user)

    def container(self, own_name: str, service_name: str, **changed) -> Container:
        """Another container of a service, not started; ``changed`` as Container takes it."""
        given = (own_name, self.services[service_name], self.folder, list(self.services))
        return Container(*given, **changed)

    def query(self, sql: str, database: str = "airflow") -> str:
        """What PostgreSQL answers its superuser."""
        words = ("--no-psqlrc", "-tA", "-h", "127.0.0.1", "-U", "postgres", "-d", database)
        password = self.variables["POSTGRES_PASSWORD"]
        done = self.foreign["postgres"].run("psql", *words, "-c", sql, PGPASSWORD=password)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def is_healthy(self) -> bool:
        """Whether every part of Airflow has reported, and the DAGs are there."""
        with suppress(requests.RequestException, KeyError):
            report = requests.get(f"{URL}/api/v2/monitor/health", timeout=5).json()
            parts = [part for part in report.values() if part["status"] is not None]
            is_well = all(part["status"] == "healthy" for part in parts) and len(parts) == 4
            return is_well and self.ask("dags")["total_entries"] == 5
        return False

    def end(self) -> None:
        """Stops every container; what it held is removed."""
        for one in (*reversed(self.containers.values()), *self.foreign.values()):
            one.stop()
        self.containers, self.foreign = {}, {}
        self._scratch.cleanup()

    def texts(self) -> dict[str, str]:
        """What every process has written to its output and to Airflow's logs, by file."""
        files = [*self.folder.glob("*.log"), *(self.home.path / "airflow").rglob("*.log")]
        return {str(path): path.read_text(errors="replace") for path in files}

    def processes(self) -> list[psutil.Process]:
        """Everything that runs."""
        everyone = [*self.containers.values(), *self.foreign.values()]
        return [process for one in everyone for process in one.processes()]

    def headers(self, user: str = "admin") -> dict[str, str]:
        """What a user's requests carry once he has logged in."""
        if user not in self._tokens:
            login = {"username": user, "password": self.variables[f"{user.upper()}_PASSWORD"]}
            answer = requests.post(f"{URL}/auth/token", json=login, timeout=30)
            assert answer.ok, answer.text
            self._tokens[user] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[user]}"}

    def ask(self, path: str, user: str = "admin", **parameters) -> dict:
        """A GET of the API."""
        url = f"{URL}/api/v2/{path}"
        answer = requests.get(url, headers=self.headers(user), params=parameters, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, value: dict, user: str = "admin") -> requests.Response:
        """A POST of the API."""
        url = f"{URL}/api/v2/{path}"
        return requests.post(url, headers=self.headers(user), json=value, timeout=30)

    def trigger(self, dag: str, user: str = "admin", **conf) -> requests.Response:
        """Triggers a DAG."""
        return self.post(f"dags/{dag}/dagRuns", {"logical_date": None, "conf": conf}, user)

    def runs(self, dag: str, *states: str) -> list[dict]:
        """The runs of a DAG, in these states if any are given."""
        found = self.ask(f"dags/{dag}/dagRuns", order_by="-run_after", limit=100)["dag_runs"]
        return [run for run in found if not states or run["state"] in states]

    def wait_until_idle(self) -> None:
        """Waits until no run is under way that may publish, and none of what it did starts one."""
        looks: list[bool] = []

        def is_idle() -> bool:
            looks.append(not any(self.runs(dag, "queued", "running") for dag in PUBLISHING))
            return looks[-LOOKS:] == [True] * LOOKS

        wait_until(is_idle, seconds=IDLE_SECONDS, pause=1)

    def tasks(self, dag: str, run: str) -> dict[str, dict]:
        """The task instances of a run, by task."""
        found = self.ask(f"dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"]
        return {task["task_id"]: task for task in found}


def _give(folder: Path, user: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, 0, follow_symlinks=False)
    shutil.chown(folder, user)
