"""Messages that wait until a channel takes them: below ``alerts/outbox/`` of the home.

A message is written once and stays until every channel of its receiver has taken it; then one
rename to ``alerts/delivered/`` marks that. A process that is killed in between sends it again, and
the message's id tells who reads it twice. Beside a message lies what was tried so far.
"""

import logging
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from expectations.alerts.channels import Attempt, Channel, send
from expectations.alerts.messages import Message
from expectations.alerts.routing import URLS_SETTING, Addresses
from smed import home
from smed.errors import HomeInvalid
from smed.files import disk_errors, json_bytes, read_json, replace_file, write_once
from smed.settings import Settings

LOG = logging.getLogger("smed.alerts")
LOCK_FILE = ".alerts-sending.lock"
_TRIED = ".tried.json"
NO_ADDRESS = f"has no address in {URLS_SETTING}"


@dataclass(frozen=True)
class Undelivered:
    """A message that waits: whose, why, how often it was tried, and since when (UTC)."""

    message_id: str
    receiver: str
    subject: str
    reason: str
    attempts: int
    since: str


class Outbox:
    """The messages of a home that wait."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._folder = settings.home / "alerts" / "outbox"
        self._delivered = settings.home / "alerts" / "delivered"

    def keep(self, message: Message) -> None:
        """Takes a message in, durably; a reminder that waits for the same receiver makes room."""
        for waiting in self.messages():
            if waiting.is_reminder and waiting.receiver == message.receiver:
                self.drop(waiting.message_id)
        write_once(self._path(message.message_id), json_bytes(message.to_dict()))

    def messages(self) -> list[Message]:
        """Those that wait, oldest first; one that is damaged does not keep back the others."""
        return [message for _, message in self._read() if message is not None]

    def _read(self) -> list[tuple[Path, Message | None]]:
        waiting = []
        for path in self._folder.glob("*.json"):
            if not path.name.endswith(_TRIED):
                try:
                    message = Message(**read_json(path))
                    # of two that were written in one second the first comes first
                    order = (message.written_at, path.stat().st_mtime_ns)
                except (HomeInvalid, TypeError, FileNotFoundError) as error:
                    if not path.exists():  # delivered by another process meanwhile
                        continue
                    LOG.warning("%s is no message: %s", path, error)
                    message, order = None, ("", 0)
                waiting.append((order, path, message))
        return [(path, message) for _, path, message in sorted(waiting, key=lambda w: w[:2])]

    def drop(self, message_id: str) -> None:
        """Takes a message out that nobody will miss."""
        with disk_errors(self._folder), suppress(FileNotFoundError):
            self._path(message_id).unlink()
        self._forget(message_id)

    def drop_unknown(self, known: Iterable[str]) -> None:
        """Takes out what a run wrote that was killed before it had noted it: it is told anew."""
        for path in self._folder.glob("*.json"):
            message_id = path.name.split(".")[0]
            if message_id not in known:
                self.drop(message_id)

    def undelivered(self) -> tuple[Undelivered, ...]:
        """What waits, and why."""
        return tuple(self._waiting(path, message) for path, message in self._read())

    def delivered_on(self) -> dict[str, date]:
        """The day on which the last channel of its receiver took a message, by the message's id."""
        parts = (path.stem.partition("-") for path in self._delivered.glob("[0-9]*T*-*.json"))
        return {name: date.fromisoformat(at.partition("T")[0]) for at, _, name in parts}

    def _waiting(self, path: Path, message: Message | None) -> Undelivered:
        if message is None:
            reason = f"is damaged: put {path} back from a backup, or remove it"
            return Undelivered(path.stem, "", "", reason, 0, "")
        tried = self._tried(message.message_id)
        return Undelivered(
            message.message_id,
            message.receiver,
            message.subject,
            tried["reason"] or "not tried yet",
            tried["attempts"],
            message.written_at,
        )

    def send(self, addresses: Addresses, now: datetime) -> tuple[str, ...]:
        """Tries everything that waits; returns the ids of what every channel has taken now.

        Raises HomeBusy if another process sends for longer than this one may take.
        """
        if not any(self._folder.glob("*.json")):
            return ()
        seconds = self._settings.alert_seconds
        ends_at = time.monotonic() + seconds
        with home.writing(self._settings, "sending alerts", LOCK_FILE, seconds):
            messages = {message.message_id: message for message in self.messages()}
            work = self._work(messages.values(), addresses)
            attempts: dict[str, list[Attempt]] = {}
            sent = []
            for attempt in send(work, max(ends_at - time.monotonic(), 0)):
                message = messages[attempt.message_id]
                attempts.setdefault(message.message_id, []).append(attempt)
                if self._count(message, attempts[message.message_id], addresses, now):
                    sent.append(message.message_id)
            return tuple(sent)

    def _work(
        self, messages: Iterable[Message], addresses: Addresses
    ) -> dict[Channel, list[Message]]:
        work: dict[Channel, list[Message]] = {}
        for message in messages:
            urls = addresses.urls.get(message.receiver, ())
            if not urls:
                self._note(message.message_id, [], "; ".join((NO_ADDRESS, *addresses.problems)))
            for channel in self._open_channels(message, urls):
                work.setdefault(channel, []).append(message)
        return work

    def _count(
        self, message: Message, attempts: list[Attempt], addresses: Addresses, now: datetime
    ) -> bool:
        """Notes an attempt at once; whether the message is delivered with it."""
        failed = [f"{a.channel.name} {a.reason}" for a in attempts if a.reason]
        taken = [attempt.channel.name for attempt in attempts if not attempt.reason]
        self._note(message.message_id, taken, "; ".join(failed) or None, len(attempts) == 1)
        if self._open_channels(message, addresses.urls[message.receiver]):
            return False
        # a reminder may have made room meanwhile
        with disk_errors(self._delivered), suppress(FileNotFoundError):
            self._delivered.mkdir(parents=True, exist_ok=True)
            name = f"{now:%Y%m%dT%H%M%S}-{message.message_id}.json"
            os.replace(self._path(message.message_id), self._delivered / name)
        self._forget(message.message_id)
        return True

    def _open_channels(self, message: Message, urls: Iterable[str]) -> list[Channel]:
        taken = self._tried(message.message_id)["taken"]
        channels = [Channel(message.receiver, n, url) for n, url in enumerate(urls, 1)]
        return [channel for channel in channels if channel.name not in taken]

    def _tried(self, message_id: str) -> dict:
        path = self._folder / f"{message_id}{_TRIED}"
        return read_json(path) if path.exists() else {"attempts": 0, "reason": None, "taken": []}

    def _note(
        self, message_id: str, taken: list[str], reason: str | None, is_another: bool = True
    ) -> None:
        tried = self._tried(message_id)
        facts = {
            "attempts": tried["attempts"] + is_another,
            "reason": reason,
            "taken": sorted({*tried["taken"], *taken}),
        }
        replace_file(self._folder / f"{message_id}{_TRIED}", json_bytes(facts))

    def _forget(self, message_id: str) -> None:
        with suppress(FileNotFoundError):
            (self._folder / f"{message_id}{_TRIED}").unlink()

    def _path(self, message_id: str) -> Path:
        return self._folder / f"{message_id}.json"
