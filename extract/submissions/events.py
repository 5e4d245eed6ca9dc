"""People's and rules' decisions on submissions: raw, append-only, one write-once file per event.

Grain: one event, numbered from 1 without a gap. The ledger holds the same events as an index; if
it is lost it is made anew from the files. Time never goes back in the log: where the clock does,
an event is a microsecond later than the one before, so that no two events share a time.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

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
INDEXED_AT_ONCE = 256
# of an event that this process wrote
_REMEMBERED = ("event_number", "event", "submission_id", "actor", "at")


class EventLog:
    """The events of a home in their order. Who appends holds the lock of the submissions."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = home.now):
        self.folder = settings.raw / FOLDER / "events"
        self._ledger = Ledger(settings.home / "ledger.db")
        self._clock = clock
        self._unindexed: list[tuple[str, dict]] = []
        self.events: list[dict] = self._load()

    def _load(self) -> list[dict]:
        names = sorted(path.stem for path in self.folder.glob("*.json"))
        if names != [self._key(number) for number in range(1, len(names) + 1)]:
            missing = sorted({self._key(n) for n in range(1, len(names) + 1)} - set(names))
            raise RawAltered(
                "an event is gone: the numbers have a gap",
                str(self.folder / f"{missing[0] if missing else names[-1]}.json"),
                "put it back from a backup; nothing is decided until then",
            )
        if not names:
            return []
        indexed = dict(self._indexed())
        events = []
        for name in names:
            event = indexed.get(name) or self._read(name)
            if name not in indexed:
                self._unindexed.append((name, event))
            events.append(event)
        return events

    def _indexed(self) -> list[tuple[str, dict]]:
        try:
            indexed = self._ledger.all(KIND)
        except HomeInvalid as error:
            LOG.warning("%s", error)
            return []
        # the ledger adds when it was told
        return [(k, {n: v for n, v in e.items() if n != "recorded_at"}) for k, e in indexed]

    def _read(self, name: str) -> dict:
        path = self.folder / f"{name}.json"
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise RawAltered(
                f"cannot be read ({error})", str(path), "put it back from a backup"
            ) from error

    @staticmethod
    def _key(number: int) -> str:
        return f"{number:0{DIGITS}d}"

    def time(self) -> datetime:
        """The time of the next event, in UTC."""
        now = self._clock()
        if not self.events:
            return now
        return max(now, datetime.fromisoformat(self.events[-1]["at"]) + TICK)

    def append(
        self,
        event: str,
        submission_id: str | None,
        actor: str,
        at: datetime | None = None,
        **facts,
    ) -> dict:
        """Writes the next event and returns it; ``facts`` are JSON-able, ``at`` comes of time."""
        number = len(self.events) + 1
        written = {
            "event_number": number,
            "event": event,
            "submission_id": submission_id,
            "actor": actor,
            "at": (at or self.time()).isoformat(),
            **facts,
        }
        write_once(self.folder / f"{self._key(number)}.json", _line(written))
        # what it landed and changed is in the book by now, or in the file
        self.events.append({name: written[name] for name in _REMEMBERED})
        self._unindexed.append((self._key(number), written))
        if len(self._unindexed) >= INDEXED_AT_ONCE:
            self.index()
        return written

    def index(self) -> None:
        """Brings the ledger up to date; what it cannot take now it gets the next time."""
        if not self._unindexed:
            return
        try:
            self._ledger.record_all(KIND, self._unindexed)
            self._unindexed = []
        except HomeInvalid as error:
            LOG.warning("%s", error)


def _line(event: dict) -> bytes:
    """An event as it is kept: one line of JSON."""
    return (json.dumps(event, sort_keys=True, ensure_ascii=False) + "\n").encode()
