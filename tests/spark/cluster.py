"""A Spark cluster as deploy/spark/start.sh starts it: every process one of its own."""

import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
from pyhive import hive

from smed.settings import REPOSITORY
from tests.end_to_end.processes import wait_until

START = REPOSITORY / "deploy" / "spark" / "start.sh"
WORKERS = 2
START_SECONDS = 180.0


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """Master, two workers and a Thrift server; leaving the block ends them.

    ``memory`` is that of the server, and of each executor.
    """

    def __init__(self, folder: Path, memory: str = "2g"):
        self.folder = folder
        self.port = free_port()
        self._variables = {
            **{name: os.environ[name] for name in ("PATH", "SPARK_HOME")},
            "SPARK_MASTER_PORT": str(free_port()),
            "SPARK_THRIFT_PORT": str(self.port),
            "SPARK_DRIVER_MEMORY": memory,
            "SPARK_EXECUTOR_MEMORY": memory,
        }
        self.processes: dict[str, psutil.Popen] = {}

    def __enter__(self) -> "Cluster":
        try:
            self._start_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        for name in reversed(self.processes):
            self._end(name)

    def _start_all(self) -> None:
        self._start("master", "master")
        wait_until(lambda: self._has_said("master", "I have been elected leader"), START_SECONDS)
        for number in range(1, WORKERS + 1):
            self._start(f"worker-{number}", "worker")
        self.start_thrift()

    @property
    def variables(self) -> dict[str, str]:
        """What a refresh must be told of it."""
        return {"SMED_TARGET": "spark", "SMED_SPARK_PORT": str(self.port)}

    def start_thrift(self) -> None:
        """Starts the Thrift server, and waits until it answers and has both executors."""
        self._start("thrift", "thrift")
        wait_until(self.answers, START_SECONDS, pause=0.5)
        wait_until(lambda: len(self.executors()) == WORKERS, START_SECONDS, pause=0.5)

    def kill_thrift(self) -> None:
        """Kills the Thrift server at once."""
        self._end("thrift")

    def answers(self) -> bool:
        """Whether a statement on the Thrift server succeeds."""
        with suppress(Exception), hive.connect("127.0.0.1", self.port) as connection:
            connection.cursor().execute("select 1")
            return True
        assert self.processes["thrift"].poll() is None, self.log("thrift")[-4000:]
        return False

    def query(self, sql: str) -> list[tuple]:
        """The rows of a statement on the Thrift server."""
        with hive.connect("127.0.0.1", self.port) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return cursor.fetchall()

    def executors(self) -> list[psutil.Process]:
        """The processes that the workers started to compute in."""
        workers = [p for name, p in self.processes.items() if name.startswith("worker")]
        return [child for worker in workers for child in worker.children() if _is_executor(child)]

    def everything(self) -> list[psutil.Process]:
        """Every process of the cluster, executors included."""
        return [*self.processes.values(), *self.executors()]

    def log(self, name: str) -> str:
        """What a process has said so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _has_said(self, name: str, words: str) -> bool:
        assert self.processes[name].poll() is None, self.log(name)[-4000:]
        return words in self.log(name)

    def _start(self, name: str, role: str) -> None:
        state = self.folder / name
        state.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = psutil.Popen(
                ["sh", str(START), role],
                env={**self._variables, "SPARK_STATE": str(state)},
                cwd=state,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _end(self, name: str) -> None:
        process = self.processes[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def _is_executor(process: psutil.Process) -> bool:
    """The start script's own children stay with a worker as zombies, and have no command."""
    with suppress(psutil.Error):
        return any("CoarseGrainedExecutorBackend" in word for word in process.cmdline())
    return False
