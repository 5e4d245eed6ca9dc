"""The desk: where one process at a time decides on submissions, and lands what was accepted."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from extract.shared_raw import shared_desk
from extract.submissions.answers import MARKED_COPY, answer_facts, write_answer
from extract.submissions.book import Book, Submission
from extract.submissions.checked import Content
from extract.submissions.contradictions import contradictions
from extract.submissions.documents import Document
from extract.submissions.events import EventLog
from extract.submissions.findings import Finding
from extract.submissions.landing_rows import Lander
from extract.submissions.landings import Landings
from extract.submissions.lifecycle import ACCEPTED, VALID, next_state
from extract.submissions.owed import shown_cells
from extract.submissions.people import People, read_people
from extract.submissions.received import FOLDER, Received, describe
from extract.submissions.standing import Standing
from smed import home
from smed.errors import SmedError
from smed.files import FilesTogether, disk_errors
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
    landings: Landings
    people: People
    published: frozenset[str]
    other_values: dict[tuple, dict] = field(default_factory=dict)
    is_illustrative: bool = False
    _files: FilesTogether | None = None
    # submission -> folder of its answer, of what was decided last
    answers: dict[str, str] = field(default_factory=dict)
    _untold: dict[str, tuple] = field(default_factory=dict)

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
        return frozenset(key for key in self._published_keys if not self._is_reopened(key))

    @cached_property
    def _published_keys(self) -> set[tuple[str, str, str]]:
        """Found once: each file asks, and releases are made of very many."""
        known = self.book.submissions
        return {known[name].key for name in self.published if name in known}

    def _is_reopened(self, key: tuple[str, str, str]) -> bool:
        party, _, period = key
        return self.book.reopened.get((party, period), 0) > self.book.last_accepted.get(key, 0)

    @contextmanager
    def together(self) -> Iterator[FilesTogether]:
        """What the block decides is written as one: after a crash it was decided, or nothing was.

        The files that it is given last before an event does. What was decided before an error
        stands. Inside another such block it is that block's.
        """
        if self._files is not None:
            yield self._files
            return
        self._files = FilesTogether()
        try:
            yield self._files
        finally:
            files, self._files = self._files, None
            files.finish()
            self._write()

    def record_received(
        self, copy: Received, submission_id: str, party_code: str, actor: str
    ) -> None:
        """Records that a copy was received, after its provenance."""
        at = self.log.time()
        given = (copy, submission_id, party_code, actor)
        with self.together() as files:
            describe(self.settings, *given, at, self.is_illustrative, files)
            facts = {
                "party_code": party_code,
                "sha256": copy.sha256,
                "stored_name": copy.path.name,
                "original_name": copy.original_name,
                "is_illustrative": self.is_illustrative,
            }
            self.book.apply(self.log.append("received", submission_id, actor, at, **facts))

    def record(self, event: str, submission: Submission | None, actor: str, **facts) -> dict:
        """Records an event, takes it into the book, and lands what it lands.

        ActRefused, with nothing recorded, where the event may not come now.
        """
        name = submission.submission_id if submission else None
        next_state(submission.state if submission else None, event, name)
        with self.together():
            appended = self.log.append(event, name, actor, **facts)
            self.book.apply(appended)
            self.landings.add(appended)
        return appended

    def keep_checked(self, submission: Submission, content: Content) -> str:
        """Keeps what a check gave; returns the name to find it by."""
        first = self.log.first_unwritten
        return self.book.checks.keep(first, submission.submission_id, content)

    def _write(self) -> None:
        """Checks before the events that name them, events before what follows from them."""
        self.book.checks.write()
        if events := self.log.write():
            self.landings.land(events)
            self.log.index(events)
        self._tell_all()

    def tell_later(
        self,
        submission: Submission,
        findings: list[Finding] | None = None,
        document: Document | None = None,
        shown: dict[int, dict] | None = None,
    ) -> None:
        """Lets the answer be written, once, when what is decided now lasts; see ``tell``."""
        name, told = submission.submission_id, (submission, findings, document, shown)
        # the first that has cells to mark
        if name not in self._untold or (document and not self._untold[name][2]):
            self._untold[name] = told

    def _tell_all(self) -> None:
        untold, self._untold = self._untold, {}
        self.answers = {name: self.tell(*given) for name, given in untold.items()}

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
        kept = self.book.checked(submission) if submission.checked_name else Content([], [], [])
        if findings is None:
            findings = [Finding(**facts) for facts in kept.findings]
        findings = [*findings, *contradictions(self.book, submission)]
        facts = {
            **answer_facts(submission, findings),
            "party_name": self._party_name(submission.party_code),
            "rows_count": len(kept.rows),
            "rows_held_back": kept.set_aside,
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
        kept = self.book.checked(submission) if counts else Content([], [], [])
        return kept.effects

    def lacks_copy(self, submission: Submission) -> bool:
        """Whether a crash came before the copy with the marked cells was written.

        Only where the file could be read does it have a form, and only findings are marked.
        """
        if not submission.form_code or not submission.checked_name:
            return False
        if (self._answer_folder(submission) / MARKED_COPY).exists():
            return False
        return bool(self.book.checked(submission).findings)

    def _answer_folder(self, submission: Submission) -> Path:
        inbox = self.settings.home / INBOX / submission.party_code
        return inbox / ANSWERS / submission.submission_id

    def _party_name(self, party_code: str) -> str:
        names = {party.party_code: party.party_name for party in self.plan.parties}
        return names.get(party_code, party_code)


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
        shared_desk(settings),
        look_at_desk(settings, plan, published, other_values, clock, is_mine=True) as desk,
    ):
        try:
            yield desk
        finally:
            desk.log.index([])


@contextmanager
def look_at_desk(
    settings: Settings,
    plan: Plan,
    published: frozenset[str] = frozenset(),
    other_values: dict[tuple, dict] | None = None,
    clock: Callable[[], datetime] = home.now,
    is_mine: bool = False,
) -> Iterator[Desk]:
    """The desk for reading only: no lock, and nothing may be recorded, unless it is mine."""
    log = EventLog(settings, clock)
    book = Book(settings)
    with Lander() as lander:
        landings = Landings(settings, book, lander)
        indexed = log.indexed_count() if is_mine else 0
        for events in log.read():
            for event in events:
                book.apply(event)
            if is_mine:
                landings.make_up(events)
                log.index([event for event in events if event["event_number"] > indexed])
        yield Desk(
            settings,
            plan,
            log,
            book,
            landings,
            read_people(settings),
            published,
            other_values or {},
            home.kind_of(settings) == "recorded",
        )
