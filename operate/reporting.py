"""Who has reported what: every party and period, from what was received and what is owed."""

from datetime import date

from extract.submissions.book import Submission
from extract.submissions.desk import Desk
from extract.submissions.forms import read_forms
from extract.submissions.lifecycle import ACCEPTED, PUBLISHED, QUARANTINED, SUPERSEDED, VALID
from extract.submissions.owed import owed_rows
from extract.submissions.periods import Period, period_of

REPORTED, LATE, WAITING = "reported", "late", "waiting"
REVIEW = "smed review {submission_id} --accept|--return --reason TEXT"
SEND_AGAIN = (
    "mend what inbox/{party_code}/answers/{submission_id}/answer.html says, then"
    " smed submit FILE --from {party_code}"
)
NOT_YET_DUE, DUE, OVERDUE = "not_yet_due", "due", "overdue"
# of several files the one that counts most speaks; of equals the later
WEIGHTS = {ACCEPTED: 3, VALID: 2, SUPERSEDED: 1}


def periods_until(desk: Desk, today: date) -> list[Period]:
    """The half-years from the plan's first to the running one: reports go on after its end."""
    found: list[Period] = []
    period = period_of(today)
    while period.end_date >= desk.plan.facts.plan_start_date:
        found.append(period)
        period = period.previous
    return found[::-1]


def matrix(desk: Desk, today: date) -> list[dict]:
    """One row per party, form and period in which something is owed or was sent.

    Keys: party_code, party_name, form_code, reporting_period, due_date, status, owed_count,
    submission_id, state (of the newest file), received_at.
    """
    newest = _newest(desk)
    standing = desk.standing()
    rows = []
    for party in sorted(desk.plan.parties, key=lambda party: party.party_code):
        for form_code in read_forms():
            for period in periods_until(desk, today):
                key = (party.party_code, form_code, period.code)
                owed = owed_rows(desk.plan, standing, form_code, party.party_code, period.code)
                submission = newest.get(key)
                if not owed and submission is None:
                    continue
                due_date = period.due_date(desk.plan)
                rows.append(
                    {
                        "party_code": party.party_code,
                        "party_name": party.party_name,
                        "form_code": form_code,
                        "reporting_period": period.code,
                        "due_date": due_date.isoformat(),
                        "owed_count": len(owed),
                        "status": _status(submission, period, due_date, today),
                        **_described(desk, submission),
                    }
                )
    return rows


def _newest(desk: Desk) -> dict[tuple[str, str, str], Submission]:
    """The file that speaks for each party, form and period: what counts before what waits."""
    found: dict[tuple[str, str, str], Submission] = {}
    for submission in desk.book.submissions.values():
        before = found.get(submission.key)
        if before is None or _weight(submission) >= _weight(before):
            found[submission.key] = submission
    return found


def _weight(submission: Submission) -> int:
    return WEIGHTS.get(submission.state, 0)


def _status(submission: Submission | None, period: Period, due_date: date, today: date) -> str:
    if submission is not None and submission.state in (ACCEPTED, SUPERSEDED):
        return LATE if submission.received_at[:10] > due_date.isoformat() else REPORTED
    if submission is not None and submission.state == VALID:
        return WAITING
    if today <= period.end_date:
        return NOT_YET_DUE
    return DUE if today <= due_date else OVERDUE


def _described(desk: Desk, submission: Submission | None) -> dict:
    if submission is None:
        return {"submission_id": None, "state": None, "received_at": None}
    return {
        "submission_id": submission.submission_id,
        "state": state_of(desk, submission),
        "received_at": submission.received_at,
    }


def state_of(desk: Desk, submission: Submission) -> str:
    """Its state, ``published`` where it stands in a release."""
    is_published = submission.submission_id in desk.published and submission.state == ACCEPTED
    return PUBLISHED if is_published else submission.state


def listed(desk: Desk) -> list[dict]:
    """One row per submission, in the order in which they came."""
    return [
        {
            "submission_id": s.submission_id,
            "party_code": s.party_code,
            "form_code": s.form_code,
            "reporting_period": s.reporting_period,
            "submission_version": s.submission_version,
            "state": state_of(desk, s),
            "sender": s.sender,
            "received_at": s.received_at,
            "original_name": s.original_name,
            "waits_for": list(s.waits_for) if s.state == VALID else [],
            "decided_by": s.decided_by,
            "reason": s.reason,
            "is_illustrative": s.is_illustrative,
        }
        for s in desk.book.submissions.values()
    ]


def unsettled(desk: Desk) -> list[dict]:
    """What is held back and was not sent again, and what waits for a second person.

    One row per submission, in the order in which they came: submission_id, party_code, party_name,
    form_code and reporting_period (empty where the file does not tell), state (``quarantined``,
    ``waiting``), since (UTC), reason, next_step, is_illustrative. No word in it is the sender's.
    """
    names = {party.party_code: party.party_name for party in desk.plan.parties}
    found = list(desk.book.submissions.values())
    return [
        {
            "submission_id": s.submission_id,
            "party_code": s.party_code,
            "party_name": names.get(s.party_code, s.party_code),
            "form_code": s.form_code,
            "reporting_period": s.reporting_period,
            "state": WAITING if s.waits else QUARANTINED,
            "since": s.received_at if s.waits else s.decided_at,
            "reason": f"it {'; it '.join(s.waits_for)}" if s.waits else s.reason,
            "next_step": (REVIEW if s.waits else SEND_AGAIN).format(
                submission_id=s.submission_id, party_code=s.party_code
            ),
            "is_illustrative": s.is_illustrative,
        }
        for number, s in enumerate(found)
        if s.waits or (s.state == QUARANTINED and not _is_replaced(s, found[number + 1 :]))
    ]


def _is_replaced(submission: Submission, later: list[Submission]) -> bool:
    """Whether its party sent the same report again; any, where the file did not tell which."""
    return any(
        other.party_code == submission.party_code
        and (not submission.form_code or other.key == submission.key)
        and other.state in (QUARANTINED, VALID, ACCEPTED)
        for other in later
    )


def conflicts(desk: Desk) -> list[dict]:
    """Action lines on which champions contradict each other: line, period, submissions by party."""
    return [
        {
            "action_line_code": line,
            "reporting_period": period,
            "submissions": {party: name for party, (name, _) in sorted(claims.items())},
        }
        for (line, period), claims in sorted(desk.book.conflicts.items())
    ]
