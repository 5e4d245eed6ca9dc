"""What is open since when, who was told on which day, and what is snoozed.

Everything follows from events, one write-once file each: what a run saw and said below
``alerts/events/`` of the home, people's snoozes below ``raw/alerts/``. Days are calendar days in
UTC: the first day of an incident is day 1.
"""

import difflib
import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from expectations.alerts.incidents import CRITICAL
from smed import home
from smed.errors import ActRefused, HomeInvalid
from smed.files import json_bytes, read_json, write_once
from smed.settings import Settings

LOG = logging.getLogger("smed.alerts")
LOCK_FILE = ".alerts.lock"
DIGITS = 8
EVENT = ("at", "opened", "recovered", "told", "digests")
SNOOZE = ("at", "fingerprint", "until", "actor")


@dataclass
class Record:
    """An incident that is open, or mended while not every owner knows it.

    ``facts`` are the incident's as they were last (kind, severity, subject, owners, title),
    ``told`` the day on which a message for each receiver was written last, ``messages`` the ids of
    all of these in their order (whether one arrived, the outbox knows), ``since`` the time (UTC) at
    which it was first found.
    """

    fingerprint: str
    facts: dict
    since: datetime
    is_recovered: bool = False
    told: dict[str, date] = field(default_factory=dict)
    messages: dict[str, list[str]] = field(default_factory=dict)
    snoozed_until: date | None = None
    snoozed_by: str = ""
    # not kept: whose word let it pass, where that ended it
    accepted: str = ""

    def day_number(self, today: date) -> int:
        """1 on the first day."""
        return max((today - self.since.date()).days + 1, 1)

    def is_snoozed(self, today: date) -> bool:
        """Whether nobody wants to hear of it until a later day."""
        return self.snoozed_until is not None and today < self.snoozed_until


class AlertLog:
    """The records of a home, folded from its events. Who appends holds the lock of the alerts."""

    def __init__(self, settings: Settings):
        self._events = settings.home / "alerts" / "events"
        self._snoozes = settings.raw / "alerts" / "snoozes"
        self.records: dict[str, Record] = {}
        self.digests: dict[str, date] = {}
        self.message_ids: set[str] = set()
        events = {**_read_all(self._events, EVENT), **_read_all(self._snoozes, SNOOZE)}
        for _, event in sorted(events.items()):
            self._fold(event)

    def append(self, now: datetime, **facts) -> None:
        """Keeps what a run saw and said, and counts it in."""
        event = {"at": now.isoformat(), **facts}
        write_once(self._events / self._next_name(), json_bytes(event))
        self._fold(event)

    def snooze(
        self, fingerprint: str, until: date, actor: str, now: datetime, longest_days: float
    ) -> Record:
        """Keeps a person's wish to hear nothing of an incident before a day.

        Raises ActRefused for an incident that is not open, or a day that is not to come; for one
        that is critical also for a day more than ``longest_days`` away.
        """
        record = self.records.get(fingerprint)
        if record is None or record.is_recovered:
            near = difflib.get_close_matches(fingerprint, self.records, n=3, cutoff=0.4)
            hint = f"did you mean {' or '.join(near)}?" if near else "`smed alerts` lists them"
            raise ActRefused("no alert is open under this fingerprint", fingerprint, hint)
        today = now.astimezone(UTC).date()
        if until <= today:
            raise ActRefused(
                f"{until} is not to come", fingerprint, "give the day on which to tell of it again"
            )
        latest = today + timedelta(days=longest_days)
        if record.facts["severity"] == CRITICAL and until > latest:
            raise ActRefused(
                f"what is critical may be silent for {longest_days:g} days at most, not until"
                f" {until}",
                fingerprint,
                f"give a day up to {latest}; it can be snoozed again then",
            )
        event = {
            "at": now.isoformat(),
            "fingerprint": fingerprint,
            "until": until.isoformat(),
            "actor": actor,
        }
        write_once(self._snoozes / self._next_name(), json_bytes(event))
        self._fold(event)
        return record

    def _next_name(self) -> str:
        """Both folders share one row of numbers, so that their order outlives a clock set back."""
        names = [path.stem for f in (self._events, self._snoozes) for path in f.glob("*.json")]
        return f"{max(map(int, names), default=0) + 1:0{DIGITS}d}.json"

    def _fold(self, event: dict) -> None:
        at = datetime.fromisoformat(event["at"])
        if "until" in event:
            # of an incident that is mended meanwhile nothing is left to snooze
            if record := self.records.get(event["fingerprint"]):
                record.snoozed_until = date.fromisoformat(event["until"])
                record.snoozed_by = event["actor"]
            return
        for fingerprint, facts in event["opened"].items():
            record = self.records.setdefault(fingerprint, Record(fingerprint, facts, at))
            record.facts, record.is_recovered = facts, False
        for fingerprint in event["recovered"]:
            if record := self.records.get(fingerprint):
                record.is_recovered = True
        for receiver, told in event["told"].items():
            self.message_ids |= {told["message_id"]} - {None}
            self._tell(receiver, told, at.date())
        self.digests |= dict.fromkeys(event["digests"], at.date())
        self.records = {f: r for f, r in self.records.items() if r.told or not r.is_recovered}

    def _tell(self, receiver: str, told: dict, day: date) -> None:
        for fingerprint in told["fingerprints"]:
            record = self.records.get(fingerprint)
            if record is not None and record.is_recovered:
                record.told.pop(receiver, None)
                record.messages.pop(receiver, None)
            elif record is not None:
                record.told[receiver] = day
                record.messages.setdefault(receiver, []).append(told["message_id"])


def holding(settings: Settings):
    """The lock under which records are read and written; it is held for moments only."""
    return home.writing(settings, "the alerts", LOCK_FILE, settings.alert_seconds)


def _read_all(folder: Path, keys: tuple[str, ...]) -> dict[str, dict]:
    """The events of a folder by name; one that is damaged does not silence all others."""
    events = {}
    for path in folder.glob("*.json"):
        try:
            events[path.stem] = read_json(path, keys)
        except HomeInvalid as error:
            LOG.warning("%s", error)
    return events
