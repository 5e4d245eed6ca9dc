"""What people decide: accept or return what waits, retract, reopen a period."""

from extract.submissions.acceptance import accept
from extract.submissions.book import Submission
from extract.submissions.desk import Desk
from extract.submissions.lifecycle import next_state
from extract.submissions.retraction import take_back, take_back_rows
from smed.errors import ActRefused, SettingInvalid


def review(
    desk: Desk, submission_id: str, actor: str, is_accepted: bool, reason: str
) -> Submission:
    """Accepts or returns a submission that waits; ActRefused for its own sender."""
    submission = desk.book.find(submission_id)
    _require_reviewer(desk, submission, actor)
    event = "accepted" if is_accepted else "returned"
    next_state(submission.state, event, submission.submission_id)
    with desk.together():
        touched: list[Submission] = []
        if is_accepted:
            touched = accept(desk, submission, actor, _reason(reason), by_rule=False)
        else:
            desk.record("returned", submission, actor, reason=_reason(reason))
        _tell_all(desk, [submission, *touched])
    return submission


def retract(
    desk: Desk, submission_id: str, actor: str, reason: str, rows: tuple[int, ...] = ()
) -> Submission:
    """Takes a submission back, or some of its rows; they count as withdrawn from today on.

    ActRefused for its own sender where readers see it: a published period has two pairs of eyes.
    """
    submission = desk.book.find(submission_id)
    party, sender = submission.party_code, submission.sender
    if submission.submission_id in desk.published:
        _require_reviewer(desk, submission, actor)
    if not (
        actor == sender
        or desk.people.may_send(actor, party)
        or desk.people.may_review(actor, party, sender)
    ):
        raise ActRefused(
            f"{actor} may neither send nor review for {party}",
            f"submission {submission.submission_id}",
            f"let {sender} or a reviewer retract it",
        )
    with desk.together():
        if rows:
            touched = take_back_rows(desk, submission, actor, _reason(reason), set(rows))
        else:
            touched = take_back(desk, submission, actor, _reason(reason))
        _tell_all(desk, [submission, *touched])
    return submission


def reopen(desk: Desk, party_code: str, reporting_period: str, actor: str, reason: str) -> None:
    """Lets the party's next file for a published period be accepted by rule."""
    mine = {
        key for key in desk.locked_periods() if (key[0], key[2]) == (party_code, reporting_period)
    }
    if not mine:
        raise ActRefused(
            "nothing of it is published and locked",
            f"{party_code} {reporting_period}",
            "a period that is not locked needs no reopening: submit the file",
        )
    senders = {
        s.sender
        for s in desk.book.submissions.values()
        if s.key in mine and s.submission_id in desk.published
    }
    if any(not desk.people.may_review(actor, party_code, sender) for sender in senders):
        raise ActRefused(
            f"{actor} sent it or may not review",
            f"{party_code} {reporting_period}",
            "let a reviewer reopen it who did not send it",
        )
    facts = {"party_code": party_code, "reporting_period": reporting_period}
    desk.record("period_reopened", None, actor, reason=_reason(reason), **facts)


def _require_reviewer(desk: Desk, submission: Submission, actor: str) -> None:
    if actor == submission.sender:
        raise ActRefused(
            f"{actor} sent it and may not decide on it",
            f"submission {submission.submission_id}",
            "let somebody else review it: two pairs of eyes",
        )
    if not desk.people.may_review(actor, submission.party_code, submission.sender):
        raise ActRefused(
            f"{actor} is no reviewer for {submission.party_code}",
            f"submission {submission.submission_id}",
            "people.csv in the home says who is",
        )


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise SettingInvalid("a reason is needed", "--reason", "say in a few words why")
    return reason


def _tell_all(desk: Desk, submissions: list[Submission]) -> None:
    for submission in submissions:
        desk.tell_later(submission)
