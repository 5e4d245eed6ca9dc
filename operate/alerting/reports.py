"""What parties owe and have not sent, and what they sent that could not be taken in."""

from collections.abc import Callable

from expectations.alerts.incidents import CRITICAL, WARNING, Fact, Incident
from extract.submissions.book import Submission
from extract.submissions.desk import Desk
from extract.submissions.lifecycle import ACCEPTED, QUARANTINED, SUPERSEDED, VALID
from extract.submissions.owed import PROGRESS, owed_rows
from operate import reporting, submissions
from operate.alerting import names
from operate.alerting.owners import Owners
from smed.plan import Plan
from smed.settings import Settings

LATE, HELD = "submission_late", "submission_quarantined"
TAKEN_IN = (VALID, ACCEPTED, SUPERSEDED)
NOTHING = "nothing received"


def incidents(
    settings: Settings, plan: Plan, is_open: Callable[[str, str], bool]
) -> list[Incident]:
    """One per form that a party owes of the newest period that is due, and per file held back.

    An older period was told of in its time, and goes on only if that is still open
    (``is_open(kind, subject)``): nobody wants to hear of what was owed before there was a home.
    No word of what a party wrote, nor who sent it, is in them.
    """
    owners = Owners(plan)
    with submissions.look_at_desk(settings, plan) as desk:
        today = desk.standing().today
        rows = [row for row in reporting.matrix(desk, today) if row["status"] == reporting.OVERDUE]
        newest = max((row["reporting_period"] for row in rows), default="")
        late = [
            _late(desk, owners, row)
            for row in rows
            if row["reporting_period"] == newest or is_open(LATE, _subject(row))
        ]
        sent = list(desk.book.submissions.values())
        held = [s for s in sent if s.state == QUARANTINED and not _was_mended(s, sent)]
        party_names = {party.party_code: party.party_name for party in plan.parties}
        return late + [_held(submission, party_names) for submission in held]


def _subject(row: dict) -> str:
    return ":".join([row["party_code"], row["form_code"], row["reporting_period"]])


def _late(desk: Desk, owners: Owners, row: dict) -> Incident:
    party, form, period = (row[n] for n in ("party_code", "form_code", "reporting_period"))
    owed = owed_rows(desk.plan, desk.standing(), form, party, period)
    code = "action_line_code" if form == PROGRESS else "kpi_code"
    codes = list(dict.fromkeys(item[code] for item in owed))
    champions = owners.of_lines(codes) if form == PROGRESS else ()
    facts = [
        Fact(row["party_name"], name, period, NOTHING, f"by {row['due_date']}")
        for name, _ in (names.kpis_of(desk.plan, owed_code) for owed_code in codes)
    ]
    return Incident(
        kind=LATE,
        severity=WARNING,
        subject=_subject(row),
        owners=tuple(dict.fromkeys([party, *champions])),
        title=f"{row['party_name']} has not sent its {form} form of {period},"
        f" due on {row['due_date']}",
        facts=tuple(facts),
        meanwhile="readers see what was reported before, and that this is overdue",
        action=f"smed template --kind {form} --party {party} --period {period};"
        f" fill it in, then: smed submit FILE --from {party}",
    )


def _was_mended(held: Submission, sent: list[Submission]) -> bool:
    """Whether the party sent the same form later, or anything if nobody could read which it was."""
    return any(
        later.party_code == held.party_code
        and later.event_number > held.event_number
        and later.state in TAKEN_IN
        and (not held.form_code or later.key == held.key)
        for later in sent
    )


def _held(submission: Submission, party_names: dict[str, str]) -> Incident:
    party, name = submission.party_code, submission.submission_id
    said = f"{submission.form_code or 'a form'} of {submission.reporting_period or 'no period'}"
    return Incident(
        kind=HELD,
        severity=CRITICAL,
        subject=name,
        owners=(party,),
        title=f"{party_names.get(party, party)}: {name} ({said}) is not taken in",
        meanwhile="readers see what was reported before",
        action=f"inbox/{party}/answers/{name}/answer.html says what to mend; then send it again",
    )
