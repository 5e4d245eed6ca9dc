"""The gate as a process of its own, started early: it imports while dbt builds on another core."""

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from expectations.verdict import Verdict
from smed import errors
from smed.errors import CheckCouldNotRun
from smed.plan import Plan
from smed.settings import REPOSITORY

# far beyond any examination; a gate that hangs must not hold the home's lock for ever
ANSWER_SECONDS = 600.0
ENDING_SECONDS = 5.0
LAST_LINES = 5


class GateProcess:
    """Use as a context manager: ``start``, ``check``, ``finish``; leaving it ends the child.

    Entering it starts nothing: only who will check calls ``start``, as early as that is known.
    """

    def __init__(self, answer_seconds: float = ANSWER_SECONDS):
        self._answer_seconds = answer_seconds
        self._process: subprocess.Popen | None = None
        self._stderr = None
        self._owed = False
        self._late = False

    def __enter__(self) -> "GateProcess":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The child's process id while it is started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts the child, which begins to import; returns at once. Harmless if it is started."""
        if self._process is not None:
            return
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the child)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "expectations.gate_child"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            encoding="utf-8",
        )

    def check(
        self,
        candidate: Path,
        run_id: str,
        plan: Plan,
        previous: Path | None = None,
        docs: Path | None = None,
    ) -> Verdict:
        """The verdict on a candidate (see ``expectations.gate.check``).

        The child then goes on to write the Data Docs into ``docs``: call ``finish`` before using
        them. Raises CheckCouldNotRun, with the child's last words, if it died or does not answer.
        """
        self.start()
        self.finish()
        request = {
            "candidate": str(candidate.absolute()),
            "run_id": run_id,
            "plan": str(plan.folder.absolute()),
            "previous": str(previous.absolute()) if previous else None,
            "docs": str(docs.absolute()) if docs else None,
        }
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._died() from None
        verdict = Verdict.from_dict(self._answer()["verdict"])
        self._owed = True
        return verdict

    def finish(self) -> None:
        """Waits until the Data Docs of the last check are written."""
        if self._owed:
            self._owed = False
            self._answer()

    def close(self) -> None:
        """Ends the child, whatever it does, and waits for its end."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait(ENDING_SECONDS)
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            with contextlib.suppress(OSError):  # what was not sent cannot be flushed any more
                stream.close()
        self._process = None
        self._owed = False

    def _answer(self) -> dict:
        timer = threading.Timer(self._answer_seconds, self._give_up)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line.endswith("\n"):
            raise self._died()
        answer = json.loads(line)
        if "error" in answer:
            name, *words = answer["error"]
            raise getattr(errors, name)(*words)
        return answer

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _died(self) -> CheckCouldNotRun:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING_SECONDS)
        self._process.kill()  # it closed its output and lives on: of no use any more
        status = self._process.wait()
        if self._late:
            what = f"the gate gave no answer in {self._answer_seconds:g} s"
        else:
            what = f"the gate's process ended with status {status}"
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        said = " / ".join(line.strip() for line in lines[-LAST_LINES:])
        return CheckCouldNotRun(
            f"{what}: {said or 'it said nothing'}",
            "gate",
            "mend what it says, then run the command again; the release before stays",
        )
