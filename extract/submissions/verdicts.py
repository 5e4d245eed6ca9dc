"""What becomes of a file that was read: held back, nothing new, waiting, or accepted."""

import logging
from dataclasses import dataclass

from extract.submissions.acceptance import (
    BY_RULE,
    RULE,
    accept,
    published_contradicted,
    review_reasons,
)
from extract.submissions.book import Submission
from extract.submissions.checked import Content
from extract.submissions.content import Checked, check_document
from extract.submissions.contradictions import contradictions
from extract.submissions.desk import Desk
from extract.submissions.documents import Document, Reading
from extract.submissions.effects import effects
from extract.submissions.findings import (
    BLOCKING,
    FILE,
    WARNING,
    Finding,
    finding,
    rules_version,
)
from extract.submissions.registry import registry_of

LOG = logging.getLogger("smed.submissions")


@dataclass(frozen=True)
class Verdict:
    """How it ended for a file: all findings, how many rows are in order and how many held back."""

    findings: list[Finding]
    rows_count: int
    held_count: int


def decide(desk: Desk, submission: Submission, is_allowed: bool, reading: Reading) -> Verdict:
    """Checks what was read, decides by rule, lands what was accepted, and tells who is concerned.

    ``is_allowed`` says whether its sender may send for the party.
    """
    findings, checked = _check(desk, submission, is_allowed, reading)
    rows = _rows(submission, reading.document, checked) if checked else []
    set_aside = list(checked.set_aside) if checked else []
    needs_review = tuple(checked.needs_review) if checked else ()
    facts = _facts(desk, submission, reading.document, rows, set_aside, findings)
    # where nothing was found there is nothing to mark
    document = reading.document if findings else None
    # before it counts itself
    shown = desk.shown_of(submission, document) if document else None
    touched: list[Submission] = []
    if any(found.severity == BLOCKING and found.scope == FILE for found in findings) or not rows:
        reason = "the file is held back; its findings say why"
        desk.record("quarantined", submission, RULE, reason=reason, **facts)
    elif (first := _same_content(desk, submission, facts)) is not None:
        facts["reason"] = f"the same content as {first.submission_id}"
        desk.record("duplicate", submission, RULE, **facts)
    else:
        touched = _accept_or_wait(desk, submission, rows, needs_review, findings, facts)
    for other in touched:
        desk.tell_later(other)
    desk.tell_later(submission, findings, document, shown)
    LOG.info("%s: %s", submission.submission_id, submission.state)
    told = [*findings, *contradictions(desk.book, submission)]
    return Verdict(told, len(rows), len(set_aside))


def _rows(submission: Submission, document: Document, checked: Checked) -> list[dict]:
    version = document.submission_version
    shared = {"submission_id": submission.submission_id, "submission_version": version}
    return [{**row, **shared} for row in checked.rows]


def _check(
    desk: Desk, submission: Submission, is_allowed: bool, reading: Reading
) -> tuple[list[Finding], Checked | None]:
    """All findings, and what the checks gave; None where the file is not even looked into."""
    party, name = submission.party_code, submission.original_name
    document, findings = reading.document, list(reading.findings)
    if not is_allowed:
        sender = submission.sender
        findings.append(finding("party.not_allowed", name, value=sender, expected=party))
        return findings, None
    if document is None:
        return findings, None
    registry, said = registry_of(desk.plan), document.party_code
    if said and (named := registry.party_named(said)) != party:
        rule = "party.mismatch" if named else "party.unknown"
        expected = party if named else registry.explanation_of(said) or f"it was sent for {party}"
        findings.append(finding(rule, name, value=said, expected=expected))
        return findings, None
    checked = check_document(document, desk.plan, desk.standing(), name, party, findings)
    findings += checked.findings
    if not checked.rows and not any(found.severity == BLOCKING for found in findings):
        findings.append(finding("version.nothing_reported", name))
    return findings, checked


def _facts(
    desk: Desk,
    submission: Submission,
    document: Document | None,
    rows: list[dict],
    set_aside: list[int],
    findings: list[Finding],
) -> dict:
    """What an event says of the file's content; its rows and findings are kept beside."""
    facts = {
        "rules_version": rules_version(),
        "rows_count": len(rows),
        "set_aside_count": len(set_aside),
        "findings_count": len(findings),
    }
    if document is not None:
        facts |= {
            "form_code": document.form_code,
            "reporting_period": document.reporting_period,
            "submission_version": document.submission_version,
        }
    done = effects(desk, submission, rows, facts) if rows else {}
    content = Content(rows, set_aside, [found.facts() for found in findings], **done)
    if document is not None:
        facts["content_sha256"] = content.sha256
    return facts | {"checked_name": desk.keep_checked(submission, content)}


def _same_content(desk: Desk, submission: Submission, facts: dict) -> Submission | None:
    key = (submission.party_code, facts["form_code"], facts["reporting_period"])
    return desk.book.same_content(submission.submission_id, key, facts["content_sha256"])


def _accept_or_wait(
    desk: Desk,
    submission: Submission,
    rows: list[dict],
    needs_review: tuple[str, ...],
    findings: list[Finding],
    facts: dict,
) -> list[Submission]:
    warnings = sum(found.severity == WARNING for found in findings)
    desk.record("validated", submission, RULE, **facts)
    reasons = review_reasons(desk, submission, rows, needs_review, warnings)
    if not reasons:
        return accept(desk, submission, RULE, BY_RULE, by_rule=True)
    desk.record("review_needed", submission, RULE, waits_for=reasons, reason="; ".join(reasons))
    touched = []
    contradicts = published_contradicted(desk, submission, rows)
    if contradicts:
        desk.record("contradicted", submission, RULE, contradicts=contradicts)
        touched += [desk.book.submissions[name] for name in {name for name, _ in contradicts}]
    return touched
