"""Where two champions say different things of one action line: what each of them is told."""

from collections.abc import Iterator

from extract.submissions.book import LINE_KEYS, Book, Submission
from extract.submissions.findings import Finding, finding
from extract.submissions.lifecycle import ACCEPTED, VALID

# by the state of what contradicts a published row
_TOLD = {VALID: "conflict.published", ACCEPTED: "conflict.overruled"}


def contradictions(book: Book, submission: Submission) -> list[Finding]:
    """The rows of a submission that another party contradicts now; empty for most."""
    contradicted = list(_contradicted(book, submission))
    if not contradicted:
        return []
    by_number = {row["row_number"]: row for row in book.checked(submission).rows}
    return [
        _finding(rule_code, submission, by_number[number], others)
        for rule_code, number, others in contradicted
        if number in by_number
    ]


def _contradicted(book: Book, submission: Submission) -> Iterator[tuple[str, int, str]]:
    """Rule, row number and the other parties."""
    for claims in book.conflicts.values():
        name, number = claims.get(submission.party_code, ("", 0))
        if name == submission.submission_id:
            others = sorted(party for party in claims if party != submission.party_code)
            yield "conflict.contradicted", number, ", ".join(others)
    for (first, number), second in book.contradicted.items():
        if first == submission.submission_id and book.submissions[second].state in _TOLD:
            rule_code = _TOLD[book.submissions[second].state]
            yield rule_code, number, book.submissions[second].party_code


def _finding(rule_code: str, submission: Submission, row: dict, others: str) -> Finding:
    return finding(
        rule_code,
        submission.original_name,
        value=row[LINE_KEYS[0]],
        expected=others,
        sheet_name=row["sheet_name"],
        row_number=row["row_number"],
        reference=row["cell_reference"],
    )
