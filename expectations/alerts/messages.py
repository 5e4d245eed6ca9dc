"""What a receiver reads: one message per run, grouped and capped, as text and as HTML.

New things come first and in full, then what goes on in a line each (what is critical with what to
do), then what is mended. The subject names the worst and counts the rest.
"""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path

from expectations.alerts.incidents import CRITICAL, ENGINEERS, SECRETARIAT, Incident
from expectations.alerts.notices import Notice, Ongoing
from expectations.alerts.routing import URLS_SETTING, owner_name
from expectations.alerts.states import Record
from expectations.alerts.texts import counted, inert
from smed.plan import Plan
from smed.settings import Settings

TEMPLATES = Path(__file__).parent
MESSAGE_ID_DIGITS = 16
SUBJECT_LONGEST = 150
RECOVERED, ACKNOWLEDGED = "recovered", "acknowledged"
HEADINGS = {
    "quarantined": "Held back: the last good figures stay",
    "check_failed": "Checks that failed",
    "check_errored": "Checks that could not run",
    "submission_quarantined": "Submissions that could not be taken in",
    "submission_late": "Submissions that are late",
    "revision_large": "Large revisions",
    "source_discontinued": "Series that their source gave up",
    "source_drifting": "Series whose source has changed",
    "source_failed": "Series that could not be fetched, or not be used",
    "task_failed": "Work that failed",
    "refresh_overdue": "Refreshes that did not happen",
    "serving_failed": "Stores that show an older release",
}


@dataclass(frozen=True)
class Message:
    """A message as it is kept and sent; ``is_reminder`` if tomorrow's says the same again."""

    message_id: str
    receiver: str
    written_at: str
    subject: str
    text: str
    html: str
    is_critical: bool
    is_reminder: bool

    def to_dict(self) -> dict:
        """Plain types, fit for JSON."""
        return asdict(self)


def write_message(
    settings: Settings,
    plan: Plan | None,
    receiver: str,
    notice: Notice,
    unreachable: dict[str, list[str]],
    now: datetime,
) -> Message:
    """The message of one receiver; ``unreachable`` owners by fingerprint."""
    line = subject(receiver, notice, now.date())
    message_id = _message_id(receiver, now, notice)
    facts = {
        **_sections(settings, receiver, notice, now.date()),
        **_ownership(plan, receiver, notice, unreachable),
        "rows": settings.alert_rows,
        "counted": counted,
        "subject": line,
        "written_at": f"{now:%Y-%m-%d %H:%M} UTC",
        "run_id": next((incident.run_id for incident in notice.new if incident.run_id), ""),
        "message_id": message_id,
    }
    return Message(
        message_id,
        receiver,
        now.isoformat(),
        line,
        _template("message.txt.jinja").render(facts),
        _template("message.html.jinja").render(facts),
        any(incident.severity == CRITICAL for incident in notice.new),
        notice.is_reminder,
    )


def _sections(settings: Settings, receiver: str, notice: Notice, today: date) -> dict:
    """What the message tells, each part capped; ``more_...`` counts what is left out."""
    most = settings.alert_incidents
    return {
        "counts": _counts(notice),
        "groups": _grouped(_new(receiver, notice)[:most]),
        "more_new": max(len(notice.new) - most, 0),
        "still": [_going_on(ongoing, today) for ongoing in _still(receiver, notice)[:most]],
        "more_still": max(len(notice.still) - most, 0),
        "over": _over(notice.recovered).capitalize(),
        "recovered": _mended(notice.recovered)[:most],
        "more_recovered": max(len(notice.recovered) - most, 0),
    }


def _ownership(
    plan: Plan | None, receiver: str, notice: Notice, unreachable: dict[str, list[str]]
) -> dict:
    """Whose it is; who gets everything is told who could not be told, too."""
    gets_all = receiver in (SECRETARIAT, ENGINEERS)
    told = notice.fingerprints() if gets_all else ()
    missing = {owner for fingerprint in told for owner in unreachable.get(fingerprint, ())}
    if receiver == ENGINEERS and SECRETARIAT not in missing:
        missing = set()  # the secretariat hears of it and passes it on
    return {
        "receiver": owner_name(plan, receiver),
        "name_of": lambda code: owner_name(plan, code),
        "by_owner": _by_owner(plan, notice) if gets_all else "",
        "missing": sorted(owner_name(plan, owner) for owner in missing),
        "urls_setting": URLS_SETTING,
    }


def _message_id(receiver: str, now: datetime, notice: Notice) -> str:
    """The same for the same news of the same moment only."""
    news = [
        [told.fingerprint for told in part] for part in (notice.new, notice.still, notice.recovered)
    ]
    told = json.dumps([receiver, now.isoformat(), *news])
    return hashlib.sha256(told.encode()).hexdigest()[:MESSAGE_ID_DIGITS]


def trial_message(plan: Plan | None, receiver: str, now: datetime) -> Message:
    """What tells somebody that the address works, and nothing else."""
    text = f"This is a trial: alerts for {owner_name(plan, receiver)} arrive here."
    told = hashlib.sha256(f"{receiver}|{now.isoformat()}|trial".encode())
    return Message(
        told.hexdigest()[:MESSAGE_ID_DIGITS],
        receiver,
        now.isoformat(),
        "[SMED] trial: alerts arrive here",
        text,
        f"<p>{text}</p>",
        is_critical=False,
        is_reminder=True,
    )


def subject(receiver: str, notice: Notice, today: date) -> str:
    """One line that names the worst and counts the rest; without a critical one it counts."""
    new, still = _new(receiver, notice), _still(receiver, notice)
    if len(notice.fingerprints()) == 1:
        return _cut(f"[SMED] {_only(notice, today)}")
    if new and new[0].severity == CRITICAL:
        lead, worst, part = CRITICAL, new[0], "new"
    elif still and still[0].incident.severity == CRITICAL:
        lead = f"{CRITICAL}, day {still[0].record.day_number(today)}"
        worst, part = still[0].incident, "still failing"
    else:
        return _cut(f"[SMED] {', '.join(_counts(notice))}")
    rest = f"; {', '.join(_counts(notice, named=part))}"
    return _cut(f"[SMED] {lead}: {worst.brief or worst.title}", SUBJECT_LONGEST - len(rest)) + rest


def _only(notice: Notice, today: date) -> str:
    """Of one thing the subject says it all."""
    if notice.recovered:
        return f"{_over(notice.recovered)}: {notice.recovered[0].facts['title']}"
    lead, incident = "", notice.new[0] if notice.new else notice.still[0].incident
    if notice.still:
        lead = f", still failing, day {notice.still[0].record.day_number(today)}"
    said = incident.title
    if incident.brief and incident.facts:
        said = f"{incident.brief}: {incident.facts[0].value}, not {incident.facts[0].expected}"
    return f"{incident.severity}{lead}: {said}"


def _cut(line: str, longest: int = SUBJECT_LONGEST) -> str:
    return line if len(line) <= longest else line[: longest - 1] + "\u2026"


def _counts(notice: Notice, named: str = "") -> list[str]:
    """How many of each part; of the part ``named`` one critical thing is not counted."""
    new, still = notice.new, [ongoing.incident for ongoing in notice.still]
    parts = {"new": new, "still failing": still, _over(notice.recovered): notice.recovered}
    counts = []
    for part, told in parts.items():
        graver = told if told is not notice.recovered else []
        critical = sum(i.severity == CRITICAL for i in graver) - (part == named)
        count = len(told) - (part == named)
        grave = f" ({critical} critical)" if critical > 0 else ""
        if count:
            counts.append(f"{count} {'more ' if part == named else ''}{part}{grave}")
    return counts


def _by_owner(plan: Plan | None, notice: Notice) -> str:
    owners = Counter(
        owner for incident in notice.new for owner in incident.owners or (SECRETARIAT,)
    )
    return ", ".join(f"{owner_name(plan, owner)} {n}" for owner, n in owners.most_common())


def _grouped(incidents: list[Incident]) -> list[tuple[str, list[Incident]]]:
    """By kind, what is critical before all that only warns."""
    groups = groupby(incidents, key=lambda incident: (incident.severity, incident.kind))
    return [(HEADINGS[kind], list(alike)) for (_, kind), alike in groups]


def _new(receiver: str, notice: Notice) -> list[Incident]:
    return sorted(notice.new, key=lambda incident: _rank(receiver, incident))


def _still(receiver: str, notice: Notice) -> list[Ongoing]:
    """The gravest first, of these the oldest."""
    return sorted(
        notice.still,
        key=lambda ongoing: (_rank(receiver, ongoing.incident), ongoing.record.since),
    )


def _rank(receiver: str, incident: Incident) -> tuple[bool, bool]:
    """A party reads of its own figures that are held back before it reads of a release."""
    is_own = incident.kind == "quarantined" and receiver not in (SECRETARIAT, ENGINEERS)
    return incident.severity != CRITICAL, not is_own


def _going_on(ongoing: Ongoing, today: date) -> dict:
    incident, record = ongoing.incident, ongoing.record
    is_critical = incident.severity == CRITICAL
    return {
        "severity": incident.severity,
        "title": incident.title,
        "day": record.day_number(today),
        "since": record.since.date().isoformat(),
        "fingerprint": record.fingerprint,
        "meanwhile": incident.meanwhile if is_critical else "",
        "action": incident.action if is_critical else "",
    }


def _over(records: list[Record]) -> str:
    """How things ended: a person's word that one is right mends nothing."""
    ended = {bool(record.accepted): None for record in records} or {False: None}
    return " or ".join(ACKNOWLEDGED if accepted else RECOVERED for accepted in sorted(ended))


def _mended(records: list[Record]) -> list[dict]:
    oldest_first = sorted(records, key=lambda r: (r.facts["severity"] != CRITICAL, r.since))
    return [
        {
            "title": inert(record.facts["title"]),
            "since": record.since.date().isoformat(),
            "accepted": inert(record.accepted),
        }
        for record in oldest_first
    ]


@cache
def _template(name: str):
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=name.endswith(".html.jinja"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
