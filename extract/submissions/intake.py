"""Intake: a file is copied, read in a child process, checked, decided on, landed and answered.

One bad file stops nothing: each gets its own outcome, and its sender an answer.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from extract.submissions import received
from extract.submissions.answers import RAISED
from extract.submissions.book import Submission
from extract.submissions.checked import Content
from extract.submissions.desk import Desk
from extract.submissions.documents import Document, Reading
from extract.submissions.findings import Finding, finding, rules_version
from extract.submissions.lifecycle import (
    QUARANTINED,
    RECEIVED,
    RETRACTED,
    RETURNED,
    STATE_WORDS,
    SUPERSEDED,
    VALID,
)
from extract.submissions.limits import Limits
from extract.submissions.pool import ReaderPool
from extract.submissions.verdicts import decide
from smed.files import FilesTogether
from smed.garbage import rare_collection
from smed.home import user_of
from smed.settings import Settings

LOG = logging.getLogger("smed.submissions")
# so many files are copied together, then decided on together: enough that what a decision costs
# beside the file itself is a small part; a kill costs at most their decisions, which are made again
BATCH = 100
# of files that are larger than most, or have more findings, fewer are held at once
ROWS_TOGETHER = 5_000
ID_DIGITS = 10
# what is over does not begin again by itself
OVER = (RETURNED, SUPERSEDED, RETRACTED)
LEFT, REFUSED, UNCHANGED = "left", "refused", "unchanged"


@dataclass(frozen=True)
class Incoming:
    """A file on its way in; ``actor`` None means the file's owner.

    From a party's inbox it counts as the party's; elsewhere its actor must be one of its senders.
    """

    path: Path
    party_code: str
    actor: str | None = None
    is_from_inbox: bool = False


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
    # what it changes and what it leaves as it was, as effects.py says
    effects: dict[str, list[dict]] = field(default_factory=dict)
    # of the file as it was copied
    marks: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it was held back."""
        return self.kind not in (QUARANTINED, REFUSED, LEFT) and not self.held_count


def submission_id_of(party_code: str, sha256: str) -> str:
    """Names a file of a party; the same bytes from the same party have one name for ever."""
    return f"{party_code}-{sha256[:ID_DIGITS]}"


def take_in(desk: Desk, files: Iterable[Incoming], batch_size: int = BATCH) -> Iterator[Outcome]:
    """Takes files in, in their order; yields the outcome of each once it lasts."""
    files = iter(files)
    with _Readers(desk.settings) as readers, rare_collection():
        while batch := list(islice(files, batch_size)):
            kept = _keep_all(desk, batch)
            readings = readers.read([one for one in kept if isinstance(one, _Kept)])
            pairs = zip(batch, kept, strict=True)
            while outcomes := _decide_together(desk, pairs, readings):
                yield from outcomes


def _keep_all(desk: Desk, batch: list[Incoming]) -> list["_Kept | Outcome"]:
    """Copies files; the copies last before an event says that they were received."""
    with desk.together() as files:
        kept = [_keep(desk, incoming, files) for incoming in batch]
    _tell_where(desk, [one for one in kept if isinstance(one, Outcome)])
    return kept


def _decide_together(
    desk: Desk,
    pairs: Iterator[tuple[Incoming, "_Kept | Outcome"]],
    readings: Iterator[Reading],
) -> list[Outcome]:
    """The outcomes of the next files, which last; empty if there is no file left."""
    outcomes: list[Outcome] = []
    weight = 0
    with desk.together():
        for incoming, one in pairs:
            if isinstance(one, Outcome):
                outcomes.append(one)
                continue
            reading = next(readings)
            outcomes.append(_decided(desk, incoming, one, reading))
            weight += len(reading.document.rows) if reading.document else 0
            weight += len(outcomes[-1].findings)
            if weight >= ROWS_TOGETHER:
                break
    _tell_where(desk, outcomes)
    return outcomes


def _tell_where(desk: Desk, outcomes: list[Outcome]) -> None:
    """Tells where the answers of what was just decided lie."""
    for outcome in outcomes:
        if outcome.submission is not None:
            outcome.answer = desk.answers.get(outcome.submission.submission_id, outcome.answer)


class _Readers:
    """The pool, begun when the first file is there to be read."""

    def __init__(self, settings: Settings):
        self._limits = Limits.from_settings(settings)
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
            self._pool = ReaderPool(self._limits).__enter__()
        return iter(self._pool.read_all((one.path, one.name) for one in kept))


@dataclass(frozen=True)
class _Kept:
    """A file that is held now and was not decided on, or not answered in full, before."""

    submission: Submission
    path: Path
    name: str
    is_allowed: bool
    marks: tuple[int, ...]


def _keep(desk: Desk, incoming: Incoming, files: FilesTogether) -> "_Kept | Outcome":
    """Copies the file and says that it was received; an outcome where that is all."""
    name = incoming.path.name
    try:
        copy = received.keep(desk.settings, incoming.path, files)
    except received.StillWritten:
        words = "it is still being written: left for the next round"
        return Outcome(incoming, LEFT, message=words)
    except received.NotReceivable as error:
        found = finding(error.rule_code, name, value=error.value)
        return Outcome(incoming, REFUSED, findings=[found], message=found.message)
    actor = incoming.actor or user_of(copy.owner)
    submission_id = submission_id_of(incoming.party_code, copy.sha256)
    submission = desk.book.submissions.get(submission_id)
    if submission is not None and not _is_due(submission) and not desk.lacks_copy(submission):
        return _unchanged(desk, incoming, submission, copy.marks)
    if submission is None:
        desk.record_received(copy, submission_id, incoming.party_code, actor)
        submission = desk.book.submissions[submission_id]
    people = desk.people
    may = people.may_send_from_inbox if incoming.is_from_inbox else people.may_send
    allowed = may(actor, incoming.party_code)
    return _Kept(submission, copy.path, copy.original_name, allowed, copy.marks)


def _is_due(submission: Submission) -> bool:
    """Whether a crash came before it was decided on, or rules that have changed refused it."""
    if submission.state == RECEIVED:
        return True
    if submission.state == VALID and not submission.waits_for:
        return True
    return submission.state == QUARANTINED and submission.rules_version != rules_version()


def _unchanged(
    desk: Desk,
    incoming: Incoming,
    submission: Submission,
    marks: tuple[int, ...],
    document: Document | None = None,
) -> Outcome:
    """The same file again: nothing happens, and the first answer stands.

    ``document`` is what was read anew where a crash came before its cells were marked.
    """
    kept = desk.book.checked(submission) if submission.checked_name else Content([], [], [])
    findings = [Finding(**facts) for facts in kept.findings]
    state = STATE_WORDS.get(submission.state, submission.state)
    words = (
        f"the same file was received on {submission.received_at[:10]} as"
        f" {submission.submission_id} ({state}); nothing was done"
    )
    if submission.state in OVER:
        words += f". If it is to count after all {RAISED}"
    shown = desk.shown_of(submission, document) if document else None
    desk.tell_later(submission, findings, document, shown)
    LOG.info("%s: duplicate of %s", incoming.party_code, submission.submission_id)
    return Outcome(
        incoming,
        QUARANTINED if submission.state == QUARANTINED else UNCHANGED,
        submission,
        findings,
        len(kept.rows),
        len(kept.set_aside),
        message=words,
        effects=desk.effects_of(submission),
        marks=marks,
    )


def _decided(desk: Desk, incoming: Incoming, kept: _Kept, reading: Reading) -> Outcome:
    submission = kept.submission
    # the same bytes may have come twice at once
    if not _is_due(submission):
        return _unchanged(desk, incoming, submission, kept.marks, reading.document)
    verdict = decide(desk, submission, kept.is_allowed, reading)
    return Outcome(
        incoming,
        submission.state,
        submission,
        verdict.findings,
        verdict.rows_count,
        verdict.held_count,
        message=submission.reason,
        effects=desk.effects_of(submission),
        marks=kept.marks,
    )
