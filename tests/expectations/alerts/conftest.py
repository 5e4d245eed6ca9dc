"""A clock, homes with addresses, an SMTP server that keeps what it gets, ports that answer ill."""

import email
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from expectations.alerts.delivery import ALL, Delivery, deliver
from expectations.alerts.incidents import CRITICAL, Fact, Incident
from smed.plan import Plan, read_plan
from smed.settings import DBT_PROJECT, Settings
from tests.operate.receivers import free_port

FIRST_DAY = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = FIRST_DAY

    def __call__(self) -> datetime:
        return self.at

    def pass_days(self, days: int) -> None:
        self.at += timedelta(days=days)


@dataclass
class Mailbox:
    """What an SMTP server on the loopback got; ``url`` is its address for apprise."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    hold_seconds: float = 0

    def url(self, to: str = "focal@brunei.test") -> str:
        return f"mailto://127.0.0.1:{self.port}?from=smed@asean.test&to={to}&mode=insecure"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, a name of aiosmtpd
        if self.hold_seconds:
            time.sleep(self.hold_seconds)
        self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def subjects(self) -> list[str]:
        return [mail["subject"] for mail in self.mails]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=0)
    # a port that is free now, as the controller wants to know it before it listens
    controller.port = box.port = free_port()
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        held = []

        def take():
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        for connection in held:
            connection.close()


@pytest.fixture(scope="session")
def plan() -> Plan:
    return read_plan(DBT_PROJECT / "seeds")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class House:
    """A home whose owners have addresses, and the runs in it."""

    folder: Path
    plan: Plan
    clock: Clock
    urls: dict = field(default_factory=dict)
    more: dict = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings.load(home=self.folder, alert_urls=json.dumps(self.urls), **self.more)

    def run(self, *incidents: Incident, checked=None, **given) -> Delivery:
        """A run that looked at everything, unless ``checked`` says otherwise."""
        looked = dict.fromkeys(KINDS_LOOKED_AT, ALL) if checked is None else checked
        return deliver(self.settings, self.plan, incidents, looked, now=self.clock, **given)


KINDS_LOOKED_AT = ("quarantined", "check_failed", "source_discontinued", "revision_large")


@pytest.fixture
def house(tmp_path: Path, plan: Plan, clock: Clock) -> House:
    return House(tmp_path / "home", plan, clock)


def held_back(**given) -> Incident:
    """Brunei's figures of KPI-02 are held back, unless ``given`` says otherwise."""
    return Incident(
        **{
            "kind": "quarantined",
            "severity": CRITICAL,
            "subject": "world_bank:GB.XPD.RSDV.GD.ZS:BRN",
            "owners": ("BRN",),
            "title": "Brunei Darussalam: R&D expenditure is held back (a finite number)",
            "facts": (
                Fact("Brunei Darussalam", "KPI-02", "2020", "70,5", "a finite number", "per cent"),
            ),
            "meanwhile": "readers see the vintage of 2026-02-01",
            "action": "smed acknowledge world_bank.value.numeric:BRN --reason TEXT",
            "run_id": "run-1",
            **given,
        }
    )
