"""People's and rules' decisions on submissions: raw, append-only, in files that are written once.

Grain: one event, numbered from 1 without a gap. A file holds the events that were decided
together, one a line, and is called after its first and its last number; files of older homes hold
one event each. The ledger holds the events without their details as an index; if it is lost it is
made anew from the files. Time never goes back in the log: where the clock does, an event is a
microsecond later than the one before, so that no two events share a time.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from extract.submissions.received import FOLDER
from smed import home
from smed.errors import HomeInvalid, RawAltered
from smed.files import write_once
from smed.ledger import Ledger
from smed.settings import Settings

LOG = logging.getLogger("smed.submissions")
KIND = "submission_event"
DIGITS = 8
TICK = timedelta(microseconds=1)
_NAME = re.compile(r"([0-9]{8,})(?:-([0-9]{8,}))?\.jsonl?")
_line = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def number_key(number: int) -> str:
    """The number of an event as files and the ledger name it."""
    return f"{number:0{DIGITS}d}"


def file_name(events: list[dict]) -> str:
    """What the file of events that were decided together is called, without its suffix."""
    return "-".join(number_key(events[n]["event_number"]) for n in (0, -1))


class EventLog:
    """The events of a home in their order. Who appends holds the lock of the submissions.

    What is appended lasts once ``write`` has been called. No event stays in memory then.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = home.now):
        self.folder = settings.raw / FOLDER / "events"
        self._ledger = Ledger(settings.home / "ledger.db")
        self._clock = clock
        self._unwritten: list[dict] = []
        self._unindexed: list[tuple[str, dict]] = []
        self._last_time: datetime | None = None
        # how many events there are, those that are not written yet included
        self.count = 0

    def read(self) -> Iterator[list[dict]]:
        """The events of each file, in their order; to be read through before any is appended.

        RawAltered where one is gone or cannot be read.
        """
        files = []
        for path in self.folder.glob("[0-9]*"):
            if found := _NAME.fullmatch(path.name):
                files.append((int(found[1]), int(found[2] or found[1]), path))
        for first, last, path in sorted(files):
            if first != self.count + 1:
                gone = self.folder / f"{number_key(self.count + 1)}.jsonl"
                raise RawAltered(
                    "an event is gone: the numbers have a gap",
                    str(gone),
                    "put it back from a backup; nothing is decided until then",
                )
            events = _read(path, first, last)
            self.count, self._last_time = last, datetime.fromisoformat(events[-1]["at"])
            yield events

    @property
    def first_unwritten(self) -> str:
        """The number of the first event that is not written yet, or will not be."""
        return number_key(self.count + 1 - len(self._unwritten))

    def time(self) -> datetime:
        """The time of the next event, in UTC."""
        now = self._clock()
        return now if self._last_time is None else max(now, self._last_time + TICK)

    def append(
        self,
        event: str,
        submission_id: str | None,
        actor: str,
        at: datetime | None = None,
        **facts,
    ) -> dict:
        """Adds the next event and returns it; ``facts`` are JSON-able, ``at`` comes of time."""
        self._last_time = at or self.time()
        self.count += 1
        appended = {
            "event_number": self.count,
            "event": event,
            "submission_id": submission_id,
            "actor": actor,
            "at": self._last_time.isoformat(),
            **facts,
        }
        self._unwritten.append(appended)
        return appended

    def write(self) -> list[dict]:
        """Writes what was appended since the last time, as one file; returns it."""
        events = self._unwritten
        if events:
            data = "".join(_line(event) + "\n" for event in events).encode()
            write_once(self.folder / f"{file_name(events)}.jsonl", data)
            self._unwritten = []
        return events

    def index(self, events: list[dict]) -> None:
        """Adds events to the ledger; what it cannot take now it gets the next time."""
        self._unindexed += [_indexed(event) for event in events]
        try:
            self._ledger.record_all(KIND, self._unindexed)
            self._unindexed = []
        except HomeInvalid as error:
            LOG.warning("%s", error)

    def indexed_count(self) -> int:
        """How many events the ledger holds: it gets them in their order."""
        try:
            return int(self._ledger.last_key(KIND) or 0)
        except HomeInvalid as error:
            LOG.warning("%s", error)
            # it is not to be written to either
            return self.count


def _indexed(event: dict) -> tuple[str, dict]:
    """An event without its lists: these are in its file."""
    facts = {k: v for k, v in event.items() if not isinstance(v, (list, dict))}
    return number_key(event["event_number"]), facts


def _read(path: Path, first: int, last: int) -> list[dict]:
    try:
        events = [json.loads(line) for line in path.read_bytes().splitlines()]
        numbers = [event["event_number"] for event in events]
        if numbers != list(range(first, last + 1)):
            raise ValueError(f"it holds {len(numbers)} of {last + 1 - first} events")
        return events
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RawAltered(
            f"cannot be read ({error})", str(path), "put it back from a backup"
        ) from error
