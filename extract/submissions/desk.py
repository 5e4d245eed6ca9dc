"""The desk: where one process at a time decides on submissions, and lands what was accepted."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from extract.submissions.answers import MARKED_COPY, write_answer
from extract.submissions.book import Book, Submission
from extract.submissions.contradictions import contradictions
from extract.submissions.documents import Document
from extract.submissions.events import EventLog
from extract.submissions.findings import BLOCKING, Finding
from extract.submissions.landing_rows import Lander, landed_path
from extract.submissions.lifecycle import ACCEPTED, VALID, next_state
from extract.submissions.owed import shown_cells
from extract.submissions.people import People, read_people
from extract.submissions.received import FOLDER, Received, describe
from extract.submissions.standing import Standing
from smed import home
from smed.errors import SmedError
from smed.files import disk_errors
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.submissions")
LOCK_FILE = ".submissions-lock"
# long enough for a few files of somebody else
WAIT_SECONDS = 15
INBOX = "inbox"
ANSWERS = "answers"


@dataclass
class Desk:
    """Everything that a decision looks at, and the log that it is written to.

    ``published`` are the ids of the submissions that a release was made of, ``other_values`` what
    other sources say: (KPI, country, year) -> series_code, value, unit_code.
    """

    settings: Settings
    plan: Plan
    log: EventLog
    book: Book
    lander: Lander
    people: People
    published: frozenset[str]
    other_values: dict[tuple, dict] = field(default_factory=dict)
    is_illustrative: bool = False

    def standing(self) -> Standing:
        """What is known now, for a check."""
        return Standing(
            accepted_values=self.book.values,
            accepted_lines=self.book.lines,
            other_values=self.other_values,
            published_periods=self.locked_periods(),
            published_ids=self.published,
            today=self.log.time().date(),
        )

    def locked_periods(self) -> frozenset[tuple[str, str, str]]:
        """(party, form, period) that were published and not reopened since."""
        keys = {
            self.book.submissions[name].key
            for name in self.published
            if name in self.book.submissions
        }
        return frozenset(key for key in keys if not self._is_reopened(key))

    def _is_reopened(self, key: tuple[str, str, str]) -> bool:
        party, _, period = key
        return self.book.reopened.get((party, period), 0) > self.book.last_accepted.get(key, 0)

    def record_received(
        self, copy: Received, submission_id: str, party_code: str, actor: str
    ) -> dict:
        """Writes that a copy was received, after its provenance."""
        at = self.log.time()
        given = (copy, submission_id, party_code, actor)
        describe(self.settings, *given, at, self.is_illustrative)
        written = self.log.append(
            "received",
            submission_id,
            actor,
            at,
            party_code=party_code,
            sha256=copy.sha256,
            stored_name=copy.path.name,
            original_name=copy.original_name,
            is_illustrative=self.is_illustrative,
        )
        self.book.apply(written)
        return written

    def record(self, event: str, submission: Submission | None, actor: str, **facts) -> dict:
        """Writes an event, takes it into the book, and lands what it lands.

        ActRefused, with nothing written, where the event may not come now.
        """
        name = submission.submission_id if submission else None
        next_state(submission.state if submission else None, event, name)
        written = self.log.append(event, name, actor, **facts)
        self.book.apply(written)
        self.land(written)
        return written

    def land(self, event: dict) -> None:
        """Lands what an event lands; harmless where it has landed."""
        for landing in event.get("landings", ()):
            submission = self.book.submissions[landing["submission_id"]]
            path = landed_path(self.settings, submission.form_code, landing["stem"])
            if path.exists():
                continue
            content = self.book.checked(submission)
            wanted, superseded = set(landing["row_numbers"]), set(landing["superseded"])
            rows = [
                {
                    **row,
                    "is_superseded": row["row_number"] in superseded,
                    "is_retracted": landing["is_retracted"],
                }
                for row in content["rows"]
                if row["row_number"] in wanted
            ]
            self.lander.land(
                submission.form_code, landing["stem"], _shared(submission, event), rows
            )

    def tell(
        self,
        submission: Submission,
        findings: list[Finding] | None = None,
        document: Document | None = None,
        shown: dict[int, dict] | None = None,
    ) -> str:
        """Writes the answer into the party's inbox (anew, where one is there); returns its folder.

        What is not given is what was kept of the check; ``document`` is needed to mark its cells,
        ``shown`` for its columns for reading only.
        Where it cannot be written, the folder is "": the decision stands all the same.
        """
        kept = self.book.checked(submission) if submission.checked_name else {}
        if findings is None:
            findings = [Finding(**facts) for facts in kept.get("findings", ())]
        findings = [*findings, *contradictions(self.book, submission, kept.get("rows", ()))]
        facts = {
            **answer_facts(submission, findings),
            "party_name": self._party_name(submission.party_code),
            "rows_count": len(kept.get("rows", ())),
            "rows_held_back": kept.get("set_aside", []),
            **self.effects_of(submission),
        }
        folder = self._answer_folder(submission)
        original = self.settings.raw / FOLDER / submission.stored_name
        try:
            with disk_errors(folder):
                write_answer(folder, facts, findings, original, document, shown)
        except SmedError as error:
            LOG.error("the decision stands, but its answer could not be written: %s", error)
            return ""
        return str(folder)

    def shown_of(self, submission: Submission, document: Document) -> dict[int, dict]:
        """What the form shows beside the rows of a document, as it stands now."""
        party, period = submission.party_code, document.reporting_period
        given = (self.plan, self.standing(), document.form_code, party, period)
        return shown_cells(*given, document.rows)

    def effects_of(self, submission: Submission) -> dict[str, list[dict]]:
        """What it changed of what stood when it came, and what it says nothing of (effects.py).

        Empty where nothing of it counts or waits.
        """
        counts = submission.state in (VALID, ACCEPTED) and submission.checked_name
        kept = self.book.checked(submission) if counts else {}
        return {name: kept.get(name, []) for name in ("changes", "left_out")}

    def lacks_copy(self, submission: Submission) -> bool:
        """Whether a crash came before the copy with the marked cells was written.

        Only where the file could be read does it have a form, and only findings are marked.
        """
        if not submission.form_code or not submission.checked_name:
            return False
        if (self._answer_folder(submission) / MARKED_COPY).exists():
            return False
        return bool(self.book.checked(submission).get("findings"))

    def _answer_folder(self, submission: Submission) -> Path:
        inbox = self.settings.home / INBOX / submission.party_code
        return inbox / ANSWERS / submission.submission_id

    def _party_name(self, party_code: str) -> str:
        names = {party.party_code: party.party_name for party in self.plan.parties}
        return names.get(party_code, party_code)


def _shared(submission: Submission, event: dict) -> dict:
    """What all rows of a landing have in common."""
    return {
        "submission_id": submission.submission_id,
        "party_code": submission.party_code,
        "reporting_period": submission.reporting_period,
        "submitted_at": submission.received_at,
        "accepted_at": event["at"],
        "is_illustrative": submission.is_illustrative,
        "sha256": submission.sha256,
    }


def answer_facts(submission: Submission, findings: list[Finding]) -> dict:
    """What an answer says beside its findings."""
    blocking = sum(found.severity == BLOCKING for found in findings)
    return {
        "submission_id": submission.submission_id,
        "party_code": submission.party_code,
        "form_code": submission.form_code,
        "reporting_period": submission.reporting_period,
        "submission_version": submission.submission_version,
        "original_name": submission.original_name,
        "sender": submission.sender,
        "received_at": submission.received_at,
        "state": submission.state,
        "waits_for": list(submission.waits_for) if submission.state == "valid" else [],
        "reason": submission.reason,
        "decided_at": submission.decided_at,
        "decided_by": submission.decided_by,
        "rules_version": submission.rules_version,
        "is_illustrative": submission.is_illustrative,
        "blocking_count": blocking,
        "warnings_count": len(findings) - blocking,
    }


@contextmanager
def open_desk(
    settings: Settings,
    plan: Plan,
    work: str,
    published: frozenset[str] = frozenset(),
    other_values: dict[tuple, dict] | None = None,
    clock: Callable[[], datetime] = home.now,
) -> Iterator[Desk]:
    """The desk, alone, under the lock of the submissions; what a crash left undone is done first.

    HomeBusy says who sits there already.
    """
    with (
        home.writing(settings, work, lock_file=LOCK_FILE, wait_seconds=WAIT_SECONDS),
        look_at_desk(settings, plan, published, other_values, clock) as desk,
    ):
        for event in desk.log.events:
            desk.land(event)
        try:
            yield desk
        finally:
            desk.log.index()


@contextmanager
def look_at_desk(
    settings: Settings,
    plan: Plan,
    published: frozenset[str] = frozenset(),
    other_values: dict[tuple, dict] | None = None,
    clock: Callable[[], datetime] = home.now,
) -> Iterator[Desk]:
    """The desk for reading only: no lock, and nothing may be recorded."""
    log = EventLog(settings, clock)
    book = Book(settings)
    for event in log.events:
        book.apply(event)
    with Lander(settings) as lander:
        yield Desk(
            settings,
            plan,
            log,
            book,
            lander,
            read_people(settings),
            published,
            other_values or {},
            home.kind_of(settings) == "recorded",
        )
