"""What is taken back: a submission, or some of its rows; a retraction is a row, not a deletion."""

from extract.submissions.acceptance import RULE, agree, withdrawal
from extract.submissions.book import Submission
from extract.submissions.desk import Desk
from extract.submissions.lifecycle import ACCEPTED, QUARANTINED
from smed.errors import ActRefused

UNCONTRADICTED = "no other champion contradicts it any more"


def take_back_rows(
    desk: Desk, submission: Submission, actor: str, reason: str, numbers: set[int]
) -> list[Submission]:
    """Retracts some rows, by their numbers in the file; all that stand is the submission itself.

    ActRefused, with those that stand, for a row of which nothing stands.
    """
    standing = _standing_numbers(desk, submission)
    if strange := sorted(numbers - standing):
        said = ", ".join(str(number) for number in sorted(standing)) or "none"
        raise ActRefused(
            f"nothing stands of row {', '.join(str(number) for number in strange)}",
            f"submission {submission.submission_id}",
            f"rows of it that stand: {said}",
        )
    if numbers == standing:
        return take_back(desk, submission, actor, reason)
    landing = withdrawal(submission.submission_id, sorted(numbers))
    named = ", ".join(str(number) for number in sorted(numbers))
    said = f"row {named} was taken back: {reason}"
    desk.record("rows_retracted", submission, actor, reason=said, landings=[landing])
    return []


def _standing_numbers(desk: Desk, submission: Submission) -> set[int]:
    if submission.state != ACCEPTED:
        return set()
    standing = desk.book.standing_rows(submission.form_code).values()
    return {r["row_number"] for r in standing if r["submission_id"] == submission.submission_id}


def take_back(desk: Desk, submission: Submission, actor: str, reason: str) -> list[Submission]:
    """Retracts a submission: tombstones for what stands of it; returns the others it touched.

    Where it was one of two that disagreed on a line, what the other one says counts again.
    """
    numbers = _standing_numbers(desk, submission)
    landings = [withdrawal(submission.submission_id, sorted(numbers))] if numbers else []
    desk.record("retracted", submission, actor, reason=reason, landings=landings)
    return _release_conflicts(desk, submission)


def _release_conflicts(desk: Desk, submission: Submission) -> list[Submission]:
    touched = []
    for key, claims in list(desk.book.conflicts.items()):
        left = {p: c for p, c in claims.items() if c[0] != submission.submission_id}
        if left == claims:
            continue
        agreed = agree(desk, left)
        name, number = next(iter(left.values()))
        other = desk.book.submissions[name]
        landings = [_again(name, number)] if agreed else []
        # a file of which nothing else stood is accepted with the row
        is_held = agreed and other.state == QUARANTINED
        desk.record(
            "conflict_settled" if agreed else "conflict",
            submission,
            RULE,
            action_line_code=key[0],
            reporting_period=key[1],
            claims={} if agreed else left,
            landings=[] if is_held else landings,
        )
        if is_held:
            desk.record("validated", other, RULE)
            facts = {"rules_version": other.rules_version, "landings": landings}
            desk.record("accepted", other, RULE, reason=UNCONTRADICTED, **facts)
        if agreed:
            touched.append(other)
    return touched


def _again(submission_id: str, row_number: int) -> dict:
    return {
        "submission_id": submission_id,
        "row_numbers": [row_number],
        "superseded": [],
        "is_retracted": False,
    }
