"""Who must hear what today: new things, things that go on, things that are mended.

Pure: from the records, what a run found and the day follows what each receiver is told. Each
receiver hears of a thing at most once a day.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from expectations.alerts.incidents import CRITICAL, SECRETARIAT, WARNING, Incident
from expectations.alerts.routing import Addresses
from expectations.alerts.states import AlertLog, Record

ALL = "*"
# kind -> subjects that a run looked at, or ALL of that kind
Checked = Mapping[str, str | Collection[str]]
# told once: they go on by their nature, and a line a day would teach people not to read
TOLD_ONCE = ("source_discontinued", "revision_large")
# over as soon as they are told: there is nothing to mend
WITHOUT_RECOVERY = ("revision_large",)


@dataclass(frozen=True)
class Ongoing:
    """What goes on: the incident as it is today, and what is known of it since its first day."""

    incident: Incident
    record: Record

    @property
    def fingerprint(self) -> str:
        """The same for both."""
        return self.record.fingerprint


@dataclass
class Notice:
    """What one receiver hears: incidents that are new, that go on, records that are mended."""

    new: list[Incident] = field(default_factory=list)
    still: list[Ongoing] = field(default_factory=list)
    recovered: list[Record] = field(default_factory=list)

    @property
    def is_reminder(self) -> bool:
        """Whether it says nothing that tomorrow's notice will not say again."""
        return not self.new and not self.recovered

    def fingerprints(self) -> list[str]:
        """All that it tells of."""
        return [told.fingerprint for told in (*self.new, *self.still, *self.recovered)]


@dataclass
class Decision:
    """What a run means: ``notices`` by receiver, ``unreachable`` owners by fingerprint."""

    opened: dict[str, dict] = field(default_factory=dict)
    recovered: list[str] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    # mended, and nobody is left whom a notice of it could reach
    silent: dict[str, list[str]] = field(default_factory=dict)
    unreachable: dict[str, list[str]] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)

    @property
    def changes_nothing(self) -> bool:
        """Whether the records would stay as they are."""
        return not (self.opened or self.recovered or self.notices or self.silent)


def decide(
    log: AlertLog,
    incidents: Iterable[Incident],
    checked: Checked,
    addresses: Addresses,
    today: date,
) -> Decision:
    """What every receiver hears of a run."""
    # of one thing that was found twice the graver finding speaks
    found: dict[str, Incident] = {}
    for incident in sorted(incidents, key=lambda incident: incident.severity == CRITICAL):
        found[incident.fingerprint] = incident
    decision = Decision()
    receivers = _Receivers(log, addresses, today)
    for incident in sorted(found.values(), key=_order):
        record = log.records.get(incident.fingerprint)
        if record is None or record.is_recovered or record.facts != facts_of(incident):
            decision.opened[incident.fingerprint] = facts_of(incident)
        if not _tell(decision, incident, record, receivers):
            decision.suppressed.append(incident.fingerprint)
    for record in log.records.values():
        if record.fingerprint not in found and _is_mended(record, checked):
            _tell_recovery(decision, record, receivers)
    return decision


def facts_of(incident: Incident) -> dict:
    """What a record keeps of an incident."""
    return {
        "kind": incident.kind,
        "severity": incident.severity,
        "subject": incident.subject,
        "owners": list(incident.owners),
        "title": incident.title,
    }


def _order(incident: Incident) -> tuple:
    return incident.severity != CRITICAL, incident.kind, incident.subject


@dataclass(frozen=True)
class _Receivers:
    log: AlertLog
    addresses: Addresses
    today: date

    def of(self, incident: Incident) -> tuple[list[str], list[str]]:
        """Who is told of it, the secretariat with its owners, and whom nobody can tell."""
        gets_all = () if incident.part_of else (SECRETARIAT,)
        owners = (*incident.owners, *gets_all)
        reached = {owner: self.addresses.receiver(owner) for owner in owners}
        receivers = sorted({receiver for receiver in reached.values() if receiver})
        missing = [owner for owner, receiver in reached.items() if receiver != owner]
        return receivers, missing

    def waits_for_digest(self, receiver: str, severity: str) -> bool:
        """Whether the receiver wants to hear of it on a later day only."""
        days = self.addresses.digest_days.get(receiver)
        last = self.log.digests.get(receiver)
        if severity != WARNING or days is None or last is None:
            return False
        # a clock that was set back makes no receiver wait for a year
        return 0 <= (self.today - last).days < days


def _tell(
    decision: Decision, incident: Incident, record: Record | None, receivers: _Receivers
) -> bool:
    today = receivers.today
    is_worse = (
        record is not None
        and incident.severity == CRITICAL
        and record.facts["severity"] != CRITICAL
    )
    if record is not None and record.is_snoozed(today) and not is_worse:
        return False
    told = {} if record is None or is_worse else record.told
    reached, missing = receivers.of(incident)
    was_told = False
    for receiver in reached:
        if receivers.waits_for_digest(receiver, incident.severity) or told.get(receiver) == today:
            continue
        if receiver in told and incident.kind in TOLD_ONCE:
            continue
        notice = decision.notices.setdefault(receiver, Notice())
        if receiver in told:
            notice.still.append(Ongoing(incident, record))
        else:
            notice.new.append(incident)
        _count_digest(decision, receivers, receiver, incident.severity)
        was_told = True
    if missing and (was_told or incident.part_of):
        # who reads of the whole passes it on to the owners of its parts
        told_by = incident.part_of or incident.fingerprint
        decision.unreachable.setdefault(told_by, []).extend(missing)
    return was_told


def _count_digest(decision: Decision, receivers: _Receivers, receiver: str, severity: str) -> None:
    has_digest = severity == WARNING and receiver in receivers.addresses.digest_days
    if has_digest and receiver not in decision.digests:
        decision.digests.append(receiver)


def _is_mended(record: Record, checked: Checked) -> bool:
    """Whether this run looked at it and found nothing, or an earlier one did."""
    looked_at = checked.get(record.facts["kind"], ())
    return record.is_recovered or looked_at == ALL or record.facts["subject"] in looked_at


def _tell_recovery(decision: Decision, record: Record, receivers: _Receivers) -> None:
    if not record.is_recovered:
        decision.recovered.append(record.fingerprint)
    for receiver in record.told:
        if receivers.waits_for_digest(receiver, record.facts["severity"]):
            continue
        is_silent = record.facts["kind"] in WITHOUT_RECOVERY
        if is_silent or receivers.addresses.receiver(receiver) != receiver:
            decision.silent.setdefault(receiver, []).append(record.fingerprint)
            continue
        decision.notices.setdefault(receiver, Notice()).recovered.append(record)
        _count_digest(decision, receivers, receiver, record.facts["severity"])
