"""What a run and a person at the command line call: who is told what, and what still waits.

First the messages and what they say of whom are kept, then they are sent: a process that is
killed in between loses nothing, and the next one sends them.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from expectations.alerts.incidents import Incident
from expectations.alerts.notices import ALL, Checked, Decision, Notice, decide
from expectations.alerts.outbox import Outbox, Undelivered
from expectations.alerts.routing import (
    URLS_SETTING,
    Addresses,
    Connections,
    owner_name,
    read_addresses,
)
from expectations.alerts.states import AlertLog, Record, holding
from smed import home
from smed.errors import HomeBusy, MendSetup, SendBack, SettingInvalid
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.alerts")
__all__ = [
    "ALL",
    "Checked",
    "Connections",
    "Delivery",
    "OpenAlert",
    "Undelivered",
    "Word",
    "deliver",
    "open_alerts",
    "retry",
    "send_test",
    "snooze",
    "undelivered",
]


@dataclass(frozen=True)
class Delivery:
    """What became of a run's incidents.

    ``sent`` are the ids of messages that arrived, ``undelivered`` what waits in the outbox (of
    runs before, too), ``suppressed`` the fingerprints that nobody was told of (told today already,
    snoozed, due in a digest only, or nobody has an address), ``problems`` what is wrong with the
    settings. ``is_configured`` is False where nobody is to be told anything.
    """

    sent: tuple[str, ...]
    undelivered: tuple[Undelivered, ...]
    suppressed: tuple[str, ...]
    problems: tuple[str, ...]
    is_configured: bool


@dataclass(frozen=True)
class Word:
    """A person's that a finding is right: when it was given, and what readers of alerts read."""

    at: datetime
    said: str


@dataclass(frozen=True)
class OpenAlert:
    """An incident that is open: day 1 is the first day, the dates are in UTC.

    ``told_on`` is the day on which a message of it arrived last, by receiver; ``not_delivered`` are
    the receivers whose newest message of it has not.
    """

    fingerprint: str
    kind: str
    severity: str
    subject: str
    owners: tuple[str, ...]
    title: str
    since: str
    day_number: int
    snoozed_until: str | None
    snoozed_by: str | None
    told_on: dict[str, str]
    not_delivered: tuple[str, ...]


def deliver(
    settings: Settings,
    plan: Plan | None,
    incidents: Iterable[Incident],
    checked: Checked,
    connections: Connections | None = None,
    now: Callable[[], datetime] = home.now,
    words: Mapping[str, Word] | None = None,
) -> Delivery:
    """Tells the owners what is new, what goes on and what is mended; retries what waits.

    ``checked`` says by kind which subjects this run looked at (or ``ALL``): only those can have
    recovered. ``words`` are people's that let a thing pass, by fingerprint: what one of them ended
    while it was open has not recovered but is acknowledged. ``connections`` gives the address of
    an owner that the setting has none for. Raises SmedError only where the home cannot be written
    (the owners are told, but nobody remembers) or another process holds it; whoever calls it after
    a run logs that, since no alert changes the result of a run.
    """
    incidents = list(incidents)
    at = now().astimezone(UTC)
    addresses = read_addresses(settings, plan, connections)
    outbox = Outbox(settings)
    try:
        with holding(settings):
            log = AlertLog(settings)
            outbox.drop_unknown(log.message_ids)
            for name in log.records.keys() & (words or {}).keys():
                record, word = log.records[name], words[name]
                record.accepted = word.said if word.at >= record.since else ""
            decision = decide(log, incidents, checked, addresses, at.date())
            if not decision.changes_nothing:
                log.append(at, **_keep(settings, plan, outbox, decision, at))
    except (MendSetup, SendBack):
        _tell_at_once(settings, plan, incidents, addresses, at)
        raise
    return _sent(settings, outbox, addresses, at, decision.suppressed)


def _tell_at_once(
    settings: Settings,
    plan: Plan | None,
    incidents: Iterable[Incident],
    addresses: Addresses,
    at: datetime,
) -> None:
    """A home that cannot be written keeps no message; who must mend it is told all the same."""
    from expectations.alerts.channels import Channel, send
    from expectations.alerts.messages import write_message

    decision = decide(AlertLog(settings), incidents, {}, addresses, at.date())
    work = {}
    for receiver, notice in decision.notices.items():
        message = write_message(settings, plan, receiver, notice, decision.unreachable, at)
        for number, url in enumerate(addresses.urls.get(receiver, ()), 1):
            work[Channel(receiver, number, url)] = [message]
    for tried in send(work, settings.alert_seconds):
        if tried.reason:
            LOG.warning("%s: %s %s", tried.channel.receiver, tried.channel.name, tried.reason)


def retry(
    settings: Settings,
    plan: Plan | None,
    connections: Connections | None = None,
    now: Callable[[], datetime] = home.now,
) -> Delivery:
    """Sends what waits in the outbox, and looks for nothing new."""
    addresses = read_addresses(settings, plan, connections)
    return _sent(settings, Outbox(settings), addresses, now().astimezone(UTC), [])


def _sent(
    settings: Settings, outbox: Outbox, addresses: Addresses, at: datetime, suppressed: list[str]
) -> Delivery:
    sent: tuple[str, ...] = ()
    try:
        sent = outbox.send(addresses, at)
    except HomeBusy as error:
        # they are kept, and shown as waiting
        LOG.warning("%s", error)
    for problem in addresses.problems:
        LOG.warning("%s", problem)
    return Delivery(
        sent,
        outbox.undelivered(),
        tuple(suppressed),
        addresses.problems,
        addresses.is_configured,
    )


def _keep(
    settings: Settings, plan: Plan | None, outbox: Outbox, decision: Decision, at: datetime
) -> dict:
    """Puts the messages into the outbox; returns the event that says so."""
    told = {}
    for receiver in sorted({*decision.notices, *decision.silent}):
        notice = decision.notices.get(receiver)
        message_id = None
        if notice is not None:
            from expectations.alerts.messages import write_message

            message = write_message(settings, plan, receiver, notice, decision.unreachable, at)
            outbox.keep(message)
            message_id = message.message_id
        fingerprints = [*(notice or Notice()).fingerprints(), *decision.silent.get(receiver, ())]
        told[receiver] = {"message_id": message_id, "fingerprints": fingerprints}
    return {
        "opened": decision.opened,
        "recovered": decision.recovered,
        "told": told,
        "digests": decision.digests,
    }


def open_alerts(settings: Settings, now: Callable[[], datetime] = home.now) -> list[OpenAlert]:
    """What is open, the gravest and oldest first."""
    today = now().astimezone(UTC).date()
    delivered = Outbox(settings).delivered_on()
    records = [r for r in AlertLog(settings).records.values() if not r.is_recovered]
    records.sort(key=lambda r: (r.facts["severity"] != "critical", r.since, r.fingerprint))
    return [_open_alert(record, today, delivered) for record in records]


def _open_alert(record: Record, today: date, delivered: dict[str, date]) -> OpenAlert:
    is_snoozed = record.is_snoozed(today)
    arrived = {
        receiver: max(delivered[name] for name in names if name in delivered).isoformat()
        for receiver, names in sorted(record.messages.items())
        if not delivered.keys().isdisjoint(names)
    }
    return OpenAlert(
        record.fingerprint,
        **{**record.facts, "owners": tuple(record.facts["owners"])},
        since=record.since.date().isoformat(),
        day_number=record.day_number(today),
        snoozed_until=record.snoozed_until.isoformat() if is_snoozed else None,
        snoozed_by=record.snoozed_by if is_snoozed else None,
        told_on=arrived,
        not_delivered=tuple(
            receiver
            for receiver, names in sorted(record.messages.items())
            if names[-1] not in delivered
        ),
    )


def undelivered(settings: Settings) -> tuple[Undelivered, ...]:
    """What waits in the outbox, oldest first."""
    return Outbox(settings).undelivered()


def snooze(
    settings: Settings,
    fingerprint: str,
    until: date,
    actor: str,
    longest_days: float,
    now: Callable[[], datetime] = home.now,
) -> OpenAlert:
    """Nobody hears of an open alert before the day ``until``; that it is mended, they do.

    Raises ActRefused for a fingerprint that is not open, a day that is not to come, or one that is
    more than ``longest_days`` away where the alert is critical.
    """
    home.require(settings)
    at = now().astimezone(UTC)
    with holding(settings):
        record = AlertLog(settings).snooze(fingerprint, until, actor, at, longest_days)
    return _open_alert(record, at.date(), Outbox(settings).delivered_on())


def send_test(
    settings: Settings, plan: Plan | None, owner: str, connections: Connections | None = None
) -> dict[str, str | None]:
    """Sends a message that says nothing; by channel (``1 mailtos``) why it was not taken, or None.

    Raises SettingInvalid for an owner without an address.
    """
    from expectations.alerts.channels import Channel, send
    from expectations.alerts.messages import trial_message

    addresses = read_addresses(settings, plan, connections)
    urls = addresses.urls.get(owner)
    if not urls:
        raise SettingInvalid(
            f"there is no address of {owner_name(plan, owner)}",
            URLS_SETTING,
            "; ".join(addresses.problems) or f"give one to {owner} there",
        )
    message = trial_message(plan, owner, home.now())
    work = {Channel(owner, number, url): [message] for number, url in enumerate(urls, 1)}
    return {tried.channel.name: tried.reason for tried in send(work, settings.alert_seconds)}
