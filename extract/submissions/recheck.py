"""What today's rules say of what was accepted by earlier ones: told and recorded, never dropped."""

from extract.submissions.content import check_document
from extract.submissions.desk import Desk
from extract.submissions.findings import BLOCKING, rules_version
from extract.submissions.lifecycle import ACCEPTED
from extract.submissions.limits import Limits
from extract.submissions.pool import ReaderPool
from extract.submissions.received import FOLDER


def recheck(desk: Desk, actor: str) -> list[dict]:
    """Reads and checks what counts and was accepted by other rules; one row a submission.

    Keys: submission_id, accepted_by_rules, checked_by_rules, blocking_count, warnings_count,
    findings.
    """
    version = rules_version()
    due = [
        s
        for s in desk.book.submissions.values()
        if s.state == ACCEPTED and s.rules_version != version
    ]
    rows = []
    if not due:
        return rows
    with desk.together(), ReaderPool(Limits.from_settings(desk.settings)) as pool:
        files = [(desk.settings.raw / FOLDER / s.stored_name, s.original_name) for s in due]
        for submission, reading in zip(due, pool.read_all(files), strict=True):
            findings = list(reading.findings)
            if reading.document is not None:
                name, party = submission.original_name, submission.party_code
                given = (reading.document, desk.plan, desk.standing(), name, party)
                findings += check_document(*given, reading.findings).findings
            blocking = sum(found.severity == BLOCKING for found in findings)
            facts = {
                "accepted_by_rules": submission.rules_version,
                "checked_by_rules": version,
                "blocking_count": blocking,
                "warnings_count": len(findings) - blocking,
            }
            desk.record("revalidated", submission, actor, **facts)
            told = [found.facts() for found in findings]
            rows.append({"submission_id": submission.submission_id, **facts, "findings": told})
    return rows
