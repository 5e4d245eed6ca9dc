"""What a receiver reads: one message per run, grouped and capped, as text and as HTML.

New things come first and in full, then what goes on in a line each, then what is mended. The
subject says it all where one thing is told.
"""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from expectations.alerts.incidents import CRITICAL, ENGINEERS, SECRETARIAT, Incident
from expectations.alerts.notices import Notice
from expectations.alerts.routing import URLS_SETTING, owner_name
from expectations.alerts.states import Record
from expectations.alerts.texts import counted, inert
from smed.plan import Plan
from smed.settings import Settings

TEMPLATES = Path(__file__).parent
MESSAGE_ID_DIGITS = 16
SUBJECT_LONGEST = 150
HEADINGS = {
    "quarantined": "Held back: the last good figures stay",
    "check_failed": "Checks that failed",
    "check_errored": "Checks that could not run",
    "submission_quarantined": "Submissions that could not be taken in",
    "submission_late": "Submissions that are late",
    "revision_large": "Large revisions",
    "source_discontinued": "Series that their source gave up",
    "source_drifting": "Series whose source has changed",
    "source_failed": "Series that could not be fetched",
    "task_failed": "Work that failed",
    "refresh_overdue": "Refreshes that did not happen",
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
    line = subject(notice, now.date())
    message_id = _message_id(receiver, now, notice)
    facts = {
        **_sections(settings, notice, now.date()),
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


def _sections(settings: Settings, notice: Notice, today: date) -> dict:
    """What the message tells, each part capped; ``more_...`` counts what is left out."""
    most = settings.alert_incidents
    return {
        "counts": _counts(notice),
        "groups": _grouped(notice.new[:most]),
        "more_new": max(len(notice.new) - most, 0),
        "still": _lines(notice.still, most, today),
        "more_still": max(len(notice.still) - most, 0),
        "recovered": _lines(notice.recovered, most, today),
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


def subject(notice: Notice, today: date) -> str:
    """One line that says it all, or counts it."""
    told = len(notice.fingerprints())
    if told == 1 and notice.new:
        what = f"{notice.new[0].severity}: {notice.new[0].title}"
    elif told == 1 and notice.still:
        record = notice.still[0]
        what = f"still failing, day {record.day_number(today)}: {record.facts['title']}"
    elif told == 1:
        what = f"recovered: {notice.recovered[0].facts['title']}"
    else:
        what = ", ".join(_counts(notice))
    line = f"[SMED] {what}"
    return line if len(line) <= SUBJECT_LONGEST else line[: SUBJECT_LONGEST - 1] + "\u2026"


def _counts(notice: Notice) -> list[str]:
    critical = sum(incident.severity == CRITICAL for incident in notice.new)
    grave = f" ({critical} critical)" if critical else ""
    counts = {
        f"{len(notice.new)} new{grave}": notice.new,
        f"{len(notice.still)} still failing": notice.still,
        f"{len(notice.recovered)} recovered": notice.recovered,
    }
    return [text for text, told in counts.items() if told]


def _by_owner(plan: Plan | None, notice: Notice) -> str:
    owners = Counter(
        owner for incident in notice.new for owner in incident.owners or (SECRETARIAT,)
    )
    return ", ".join(f"{owner_name(plan, owner)} {n}" for owner, n in owners.most_common())


def _grouped(incidents: list[Incident]) -> list[tuple[str, list[Incident]]]:
    """By kind; those with something critical come first, as in the incidents."""
    kinds = dict.fromkeys(incident.kind for incident in incidents)
    return [(HEADINGS[kind], [i for i in incidents if i.kind == kind]) for kind in kinds]


def _lines(records: list[Record], most: int, today: date) -> list[dict]:
    oldest_first = sorted(records, key=lambda r: (r.facts["severity"] != CRITICAL, r.since))
    return [
        {
            "title": inert(record.facts["title"]),
            "day": record.day_number(today),
            "since": record.since.date().isoformat(),
            "fingerprint": record.fingerprint,
        }
        for record in oldest_first[:most]
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
