"""``smed`` as its users run it: a process of its own, with the tests' environment left out."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from smed.settings import REPOSITORY

SMED = str(Path(sys.executable).with_name("smed"))
PYTHON = sys.executable
LONGEST_SECONDS = 240.0
# what killed processes leave among the temporary files goes with the tests
SCRATCH = tempfile.TemporaryDirectory(prefix="smed-tests-")
# in a new network namespace even the loopback is down
LOOPBACK_ONLY = """
import fcntl, os, socket, struct, sys
IFF_UP, SIOCSIFFLAGS = 1, 0x8914
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def environment(**given: str) -> dict[str, str]:
    """The environment of a user who set nothing but what is given."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SMED_", "AIRFLOW_"))}
    return {**kept, "TMPDIR": SCRATCH.name, **given}


def run(*command: str, **given: str) -> subprocess.CompletedProcess:
    """Runs a command to its end in the repository."""
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )


def without_network() -> tuple[str, ...]:
    """What to put before a command so that only the loopback is there; empty if it cannot be."""
    for options in (("--net",), ("--net", "--map-root-user")):
        prefix = ("unshare", *options, PYTHON, "-c", LOOPBACK_ONLY)
        with suppress(OSError):
            if subprocess.run((*prefix, "true"), capture_output=True, check=False).returncode == 0:
                return prefix
    return ()


def wait_until(condition, seconds: float = LONGEST_SECONDS, pause: float = 0.02):
    """The first true value of ``condition``; AssertionError if none came in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing in {seconds} s of what {condition} waits for")
        time.sleep(pause)
    return found


def session_members(session: int) -> list[psutil.Process]:
    """The processes of a session that still run."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


class Running:
    """A command that runs in a session of its own; leaving the block ends all of it."""

    def __init__(self, *command: str, **given: str):
        self.said = ""
        self.process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment(**given),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_) -> None:
        for process in self.members():
            with suppress(psutil.Error):
                process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.said += line

    @property
    def pid(self) -> int:
        """Its process id, which is that of its session too."""
        return self.process.pid

    def members(self) -> list[psutil.Process]:
        """Its processes that still run."""
        return session_members(self.pid)

    def gate_child(self) -> psutil.Process | None:
        """The process of its gate, while there is one."""
        for process in self.members():
            with suppress(psutil.Error):
                if "expectations.gate_child" in process.cmdline():
                    return process
        return None

    def wait_for(self, pattern: str) -> None:
        """Waits until it has said something that matches."""

        def has_said() -> bool:
            if self.process.poll() is not None and not self._reader.is_alive():
                assert re.search(pattern, self.said), f"ended without {pattern!r}:\n{self.said}"
            return bool(re.search(pattern, self.said))

        wait_until(has_said, pause=0.002)

    def end_with(self, number: signal.Signals, seconds: float) -> int:
        """Sends it a signal; its status, AssertionError if it has not ended in time."""
        self.process.send_signal(number)
        return self.wait(seconds)

    def wait(self, seconds: float = LONGEST_SECONDS) -> int:
        """Its exit status, when everything that it said is read."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s:\n{self.said}") from None
        self._reader.join(seconds)
        return status
