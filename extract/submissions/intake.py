"""Intake: a file is copied, read in a child process, checked, decided on, landed and answered.

One bad file stops nothing: each gets its own outcome, and its sender an answer.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from extract.submissions import received
from extract.submissions.acceptance import (
    BY_RULE,
    RULE,
    accept,
    published_contradicted,
    review_reasons,
)
from extract.submissions.book import Submission, stated
from extract.submissions.content import check_document
from extract.submissions.desk import Desk
from extract.submissions.documents import Document, Reading
from extract.submissions.findings import BLOCKING, FILE, WARNING, Finding, finding, rules_version
from extract.submissions.lifecycle import QUARANTINED, RECEIVED
from extract.submissions.pool import ReaderPool

LOG = logging.getLogger("smed.submissions")
# so many files are copied before they are read together
BATCH = 64
ID_DIGITS = 10
LEFT, REFUSED, UNCHANGED = "left", "refused", "unchanged"


@dataclass(frozen=True)
class Incoming:
    """A file on its way in: whose inbox it lies in; ``actor`` None means the file's owner."""

    path: Path
    party_code: str
    actor: str | None = None


@dataclass
class Outcome:
    """What became of a file; ``kind`` is the submission's state, or left, refused, unchanged."""

    incoming: Incoming
    kind: str
    submission: Submission | None = None
    findings: list[Finding] = field(default_factory=list)
    rows_count: int = 0
    held_count: int = 0
    answer: str = ""
    message: str = ""
    # of the file as it was copied
    marks: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it was held back."""
        return self.kind not in (QUARANTINED, REFUSED, LEFT) and not self.held_count


def submission_id_of(party_code: str, sha256: str) -> str:
    """Names a file of a party; the same bytes from the same party have one name for ever."""
    return f"{party_code}-{sha256[:ID_DIGITS]}"


def take_in(desk: Desk, files: Iterable[Incoming]) -> Iterator[Outcome]:
    """Takes files in, in their order; yields the outcome of each."""
    files = iter(files)
    first = list(islice(files, BATCH))
    if not first:
        return
    with _Readers() as readers:
        batch = first
        while batch:
            kept = [_keep(desk, incoming) for incoming in batch]
            to_read = [k for k in kept if isinstance(k, _Kept)]
            readings = readers.read(to_read)
            for incoming, one in zip(batch, kept, strict=True):
                if isinstance(one, Outcome):
                    yield one
                else:
                    yield _decide(desk, incoming, one, next(readings))
            batch = list(islice(files, BATCH))


class _Readers:
    """The pool, begun when the first file is there to be read."""

    def __init__(self):
        self._pool: ReaderPool | None = None

    def __enter__(self) -> "_Readers":
        return self

    def __exit__(self, *error) -> None:
        if self._pool is not None:
            self._pool.__exit__(*error)

    def read(self, kept: list["_Kept"]) -> Iterator[Reading]:
        if not kept:
            return iter(())
        if self._pool is None:
            self._pool = ReaderPool().__enter__()
        return iter(self._pool.read_all((one.path, one.name) for one in kept))


@dataclass(frozen=True)
class _Kept:
    """A file that is held now and was not decided on before."""

    submission: Submission
    path: Path
    name: str
    is_allowed: bool
    marks: tuple[int, ...]


def _keep(desk: Desk, incoming: Incoming) -> "_Kept | Outcome":
    """Copies the file and says that it was received; an outcome where that is all."""
    name = incoming.path.name
    try:
        copy = received.keep(desk.settings, incoming.path)
    except received.StillWritten:
        words = "it is still being written: left for the next round"
        return Outcome(incoming, LEFT, message=words)
    except received.NotReceivable as error:
        found = finding(error.rule_code, name, value=error.value)
        return Outcome(incoming, REFUSED, findings=[found], message=found.message)
    actor = incoming.actor or _owner(copy.owner)
    submission_id = submission_id_of(incoming.party_code, copy.sha256)
    submission = desk.book.submissions.get(submission_id)
    if submission is not None and not _is_due(submission):
        return _unchanged(desk, incoming, submission, copy.marks)
    if submission is None:
        event = desk.record_received(copy, submission_id, incoming.party_code, actor)
        submission = desk.book.submissions[event["submission_id"]]
    people = desk.people
    may = people.may_send if incoming.actor else people.may_send_from_inbox
    allowed = may(actor, incoming.party_code)
    return _Kept(submission, copy.path, copy.original_name, allowed, copy.marks)


def _owner(uid: int) -> str:
    from extract.submissions.people import user_of

    return user_of(uid)


def _is_due(submission: Submission) -> bool:
    """Whether a crash came before it was checked, or it was refused by rules that have changed."""
    if submission.state == RECEIVED:
        return True
    return submission.state == QUARANTINED and submission.rules_version != rules_version()


def _unchanged(
    desk: Desk, incoming: Incoming, submission: Submission, marks: tuple[int, ...]
) -> Outcome:
    """The same file again: nothing happens, and the first answer stands."""
    kept = desk.book.checked(submission) if submission.checked_name else {}
    findings = [Finding(**facts) for facts in kept.get("findings", [])]
    words = (
        f"the same file was received on {submission.received_at[:10]} as"
        f" {submission.submission_id} ({submission.state}); nothing was done"
    )
    LOG.info("%s: duplicate of %s", incoming.party_code, submission.submission_id)
    return Outcome(
        incoming,
        QUARANTINED if submission.state == QUARANTINED else UNCHANGED,
        submission,
        findings,
        len(kept.get("rows", ())),
        len(kept.get("set_aside", ())),
        desk.tell(submission, findings),
        words,
        marks,
    )


def _decide(desk: Desk, incoming: Incoming, kept: _Kept, reading: Reading) -> Outcome:
    submission = kept.submission
    findings, checked = _check(desk, kept, reading)
    rows = [dict(row) for row in checked.rows] if checked else []
    set_aside = list(checked.set_aside) if checked else []
    needs_review = tuple(checked.needs_review) if checked else ()
    facts = _facts(desk, submission, reading.document, rows, set_aside, findings)
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
        desk.tell(other)
    state = submission.state
    answer = desk.tell(submission, findings, reading.document)
    LOG.info("%s: %s", submission.submission_id, state)
    counts = len(rows), len(set_aside)
    words = submission.reason
    return Outcome(incoming, state, submission, findings, *counts, answer, words, kept.marks)


def _check(desk: Desk, kept: _Kept, reading: Reading):
    """All findings, and what the checks gave; None where the file is not even looked into."""
    party, name, document = kept.submission.party_code, kept.name, reading.document
    findings = list(reading.findings)
    if not kept.is_allowed:
        findings.append(
            finding("party.not_allowed", name, value=kept.submission.sender, expected=party)
        )
        return findings, None
    if document is None:
        return findings, None
    if document.party_code and document.party_code != party:
        value = document.party_code
        findings.append(finding("party.mismatch", name, value=value, expected=party))
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
    content = {
        "rows": rows,
        "set_aside": set_aside,
        "findings": [found.facts() for found in findings],
    }
    facts = {
        "rules_version": rules_version(),
        "checked_name": desk.book.keep_checked(submission.submission_id, content),
        "rows_count": len(rows),
        "set_aside_count": len(set_aside),
        "findings_count": len(findings),
    }
    if document is not None:
        facts |= {
            "form_code": document.form_code,
            "reporting_period": document.reporting_period,
            "submission_version": document.submission_version,
            "content_sha256": _content_sha256(rows),
        }
    return facts


def _content_sha256(rows: list[dict]) -> str:
    """What the rows say, whatever their order and however the file was saved."""
    said = sorted(json.dumps(stated(row), sort_keys=True, default=str) for row in rows)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


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
    for other in list(desk.book.submissions.values()):
        waits = other is not submission and other.state == "valid" and other.key == submission.key
        if waits and other.submission_version <= submission.submission_version:
            desk.record("superseded", other, RULE, reason=f"by {submission.submission_id}")
            touched.append(other)
    return touched
