"""Reads many files in a few child processes, and outlives whatever happens to them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path

from extract.submissions.documents import Reading
from extract.submissions.findings import finding
from extract.submissions.limits import MIB, Limits
from extract.submissions.messages import Told
from extract.submissions.reader_process import READY
from extract.submissions.workbooks import CALAMINE, OPENPYXL
from smed.errors import MendSetup
from smed.settings import REPOSITORY

_MODULE = "extract.submissions.reader_process"
# what a child needs of the environment; secrets are not among it
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV")
# a child has its own clock; the parent's comes after it
_GRACE_SECONDS = 2
_START_SECONDS = 60
# files that are read ahead of the one that is waited for, per child
_AHEAD = 4
_LARGEST_ANSWER = 64 * MIB
# what its system says of a child that was ended, in the words of its rule
_ENDINGS = {
    signal.SIGALRM: "it took too long",
    signal.SIGXCPU: "it took too long",
    signal.SIGKILL: "it took too long",
    signal.SIGABRT: "it needed too much memory",
    signal.SIGSEGV: "it broke its reader",
}


@dataclass
class _Job:
    """One file on its way."""

    path: Path
    file_name: str
    engine: str = CALAMINE
    told: Told | None = None


class _Child:
    """One reading process and what it reads."""

    def __init__(self, limits: Limits):
        ours, theirs = Pipe()
        # not below this interpreter's signals or files: a fresh one, with one connection
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        theirs.close()
        self.connection: Connection = ours
        self.job: _Job | None = None
        self.files = 0
        self.deadline = 0.0
        self._say(limits.facts())
        self._expect_ready()

    def _expect_ready(self) -> None:
        """Raises MendSetup where no file is at fault: it could not even begin."""
        is_ready = False
        with suppress(EOFError, OSError):
            if self.connection.poll(_START_SECONDS):
                is_ready = self.connection.recv_bytes(len(READY)) == READY
        if not is_ready:
            raise MendSetup(
                f"the process that reads files does not start ({self.end()})",
                " ".join(self.process.args),
                "run it to see why; SMED_SUBMISSION_READER_MEMORY_MIB may be too low",
            )

    def _say(self, message: object) -> None:
        # where it died, that is seen where its answer is awaited
        with suppress(ConnectionError):
            self.connection.send_bytes(json.dumps(message).encode())

    def start(self, job: _Job, seconds: float) -> None:
        """Gives it a file, and so many seconds."""
        self.job, self.files = job, self.files + 1
        self.deadline = time.monotonic() + seconds
        self._say([str(job.path), job.file_name, job.engine])

    def answer(self) -> Told | None:
        """What it read; None if it died or answered nonsense."""
        try:
            return Told.from_bytes(self.connection.recv_bytes(_LARGEST_ANSWER))
        except (EOFError, OSError, ValueError, KeyError, TypeError):
            return None

    def end(self) -> str:
        """Ends it, whatever it does, and says in words how it ended."""
        self.connection.close()
        self.process.kill() if self.job else None
        try:
            status = self.process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        return _ENDINGS.get(-status, f"its reader ended with {status}")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *filter(None, sys.path)])}


class ReaderPool:
    """Child processes that read files under limits; a context manager that leaves none behind.

    A child that dies, or takes too long, costs one file: it is tried once more, alone in a fresh
    child under openpyxl, and comes back with the finding ``file.reader_died`` if that fails too.
    """

    def __init__(self, limits: Limits | None = None):
        self.limits = limits or Limits()
        self._children: list[_Child] = []

    def __enter__(self) -> "ReaderPool":
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        """Ends every child; the pool can be used again."""
        while self._children:
            self._children.pop().end()

    def read_all(self, files: Iterable[tuple[Path, str]]) -> Iterator[Reading]:
        """A reading of each (path, name), in their order, none kept once it is handed out."""
        coming = iter(files)
        waiting: deque[_Job] = deque()
        started = 0
        is_more = True
        try:
            while True:
                while is_more and len(waiting) < self.limits.readers * _AHEAD:
                    if (following := next(coming, None)) is None:
                        is_more = False
                    else:
                        waiting.append(_Job(*following))
                while waiting and waiting[0].told:
                    yield waiting.popleft().told.reading()
                    started -= 1
                if not waiting and not is_more:
                    return
                started = self._give_out(waiting, max(started, 0))
                self._collect()
        finally:
            # a caller that stops early leaves files half read
            for child in [child for child in self._children if child.job]:
                self._drop(child)

    def _give_out(self, waiting: deque[_Job], started: int) -> int:
        """Starts the next jobs wherever a child is free; returns how many have been started."""
        while started < len(waiting) and (child := self._free_child()):
            child.start(waiting[started], self._seconds())
            started += 1
        return started

    def _seconds(self) -> float:
        return self.limits.seconds + _GRACE_SECONDS

    def _free_child(self) -> _Child | None:
        for child in self._children:
            if child.job is None:
                return child
        if len(self._children) < self.limits.readers:
            self._children.append(_Child(self.limits))
            return self._children[-1]
        return None

    def _drop(self, child: _Child) -> str:
        self._children.remove(child)
        return child.end()

    def _collect(self) -> None:
        """Waits until a child answers, dies or has had its time."""
        busy = {child.connection: child for child in self._children if child.job}
        if not busy:
            return
        left = min(child.deadline for child in busy.values()) - time.monotonic()
        for connection in wait(list(busy), max(left, 0)):
            child = busy.pop(connection)
            job, told = child.job, child.answer()
            if told is None:
                self._retry(child)
                continue
            job.told, child.job = told, None
            if child.files >= self.limits.files_per_reader:
                self._drop(child)
        for child in [one for one in busy.values() if one.deadline <= time.monotonic()]:
            self._retry(child)

    def _retry(self, child: _Child) -> None:
        """The same file once more, in a fresh child of its own, by the other reader."""
        job, reason = child.job, self._drop(child)
        alone = _Child(self.limits)
        try:
            job.engine = OPENPYXL
            alone.start(job, self._seconds())
            told = alone.answer() if alone.connection.poll(self._seconds()) else None
        finally:
            alone.end()
        lost = finding("file.reader_died", job.file_name, value=reason)
        job.told = told or Told(None, None, (lost,))
