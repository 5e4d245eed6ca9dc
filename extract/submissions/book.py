"""What the events say when they are read in order: every submission, its state, what stands.

Nothing here decides: the same events always give the same book.
"""

from collections import Counter
from dataclasses import dataclass, fields
from operator import itemgetter
from sys import intern

from extract.submissions.checked import Checks, Content
from extract.submissions.lifecycle import ACCEPTED, VALID, next_state
from extract.submissions.received import FOLDER
from smed.errors import HomeInvalid
from smed.settings import Settings

PROGRESS = "progress"
VALUE_KEYS = ("kpi_code", "country_code", "observation_year")
LINE_KEYS = ("action_line_code", "reporting_period")
# events that decide nothing
UNDECIDED = (
    *("received", "validated", "review_needed", "revalidated", "contradicted", "rows_retracted"),
)


@dataclass(slots=True)
class Submission:
    """One file of one party, as far as the events tell. There may be very many."""

    submission_id: str
    party_code: str
    sender: str
    sha256: str
    stored_name: str
    original_name: str
    received_at: str
    is_illustrative: bool
    event_number: int
    state: str | None = None
    form_code: str = ""
    reporting_period: str = ""
    submission_version: int = 0
    content_sha256: str = ""
    rules_version: str = ""
    checked_name: str = ""
    waits_for: tuple[str, ...] = ()
    decided_at: str = ""
    decided_by: str = ""
    reason: str = ""
    answer: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it reports: party, form, period."""
        return self.party_code, self.form_code, self.reporting_period

    @property
    def waits(self) -> bool:
        """Whether it waits for a second person."""
        return self.state == VALID

    @property
    def rank(self) -> tuple[str, int]:
        """Of two that state the same, the one that ranks higher counts; then the later one."""
        return self.reporting_period, self.submission_version


_FIELDS = tuple(field.name for field in fields(Submission))
_SHARED_BY_ROWS = ("submission_id", "party_code", "reporting_period", "submission_version")
_SHARED = {"party_code", "form_code", "reporting_period", "rules_version", "reason"}


_VALUE_KEY, _LINE_KEY = itemgetter(*VALUE_KEYS), itemgetter(*LINE_KEYS)


def row_key(form_code: str, row: dict) -> tuple:
    """What a row is of."""
    return _LINE_KEY(row) if form_code == PROGRESS else _VALUE_KEY(row)


def _as_held(name: str, value):
    """A fact of an event as a submission holds it: a text that many share is there once."""
    if isinstance(value, list):
        return tuple(map(intern, value))
    return intern(value) if name in _SHARED else value


class Book:
    """The state of every submission and of every value and line that was accepted."""

    def __init__(self, settings: Settings):
        self.checks = Checks(settings.raw / FOLDER / "checked")
        self.submissions: dict[str, Submission] = {}
        # those that wait or were accepted, by what they report
        self.live: dict[tuple[str, str, str], dict[str, Submission]] = {}
        # the standing row of each key
        self.values: dict[tuple, dict] = {}
        self.lines: dict[tuple, dict] = {}
        # (party, form, period) -> the keys of the rows that stand of it
        self.reported: dict[tuple[str, str, str], set[tuple]] = {}
        # how many standing rows each submission provides
        self.provides: Counter[str] = Counter()
        self.reopened: dict[tuple[str, str], int] = {}
        self.last_accepted: dict[tuple[str, str, str], int] = {}
        # (line, period) -> party -> (submission, row number) while they disagree
        self.conflicts: dict[tuple, dict[str, list]] = {}
        # (submission that is published, row number) -> the submission that says otherwise and waits
        self.contradicted: dict[tuple[str, int], str] = {}

    def standing_rows(self, form_code: str) -> dict[tuple, dict]:
        """The standing rows of a form by their key."""
        return self.lines if form_code == PROGRESS else self.values

    def find(self, submission_id: str) -> Submission:
        """A submission by its id, or by a beginning that only one has; HomeInvalid if none."""
        if submission_id in self.submissions:
            return self.submissions[submission_id]
        found = [s for name, s in self.submissions.items() if name.startswith(submission_id)]
        if len(found) != 1:
            raise HomeInvalid(
                f"{len(found) or 'no'} submissions are called so",
                submission_id,
                "take an id that `smed submissions` shows",
            )
        return found[0]

    def same_content(
        self, submission_id: str, key: tuple[str, str, str], content_sha256: str
    ) -> Submission | None:
        """An earlier one that still stands or waits and says exactly the same."""
        for other in self.live.get(key, {}).values():
            if other.submission_id != submission_id and other.content_sha256 == content_sha256:
                return other
        return None

    def checked(self, submission: Submission) -> Content:
        """What its check gave; RawAltered where that is gone."""
        shared = {name: getattr(submission, name) for name in _SHARED_BY_ROWS}
        return self.checks.read(submission.checked_name, shared)

    def apply(self, event: dict) -> None:
        """Takes the next event in; ActRefused if it may not follow."""
        name, number = event["event"], event["event_number"]
        submission = self.submissions.get(event["submission_id"])
        state = next_state(submission.state if submission else None, name, event["submission_id"])
        if name == "received":
            facts = {f: _as_held(f, event[f]) for f in _FIELDS if f in event}
            sender = intern(event["actor"])
            submission = Submission(sender=sender, received_at=event["at"], **facts)
            self.submissions[submission.submission_id] = submission
        elif name == "period_reopened":
            self.reopened[event["party_code"], event["reporting_period"]] = number
        if submission is not None:
            submission.state = state
            self._take_facts(submission, event)
            live = self.live.setdefault(submission.key, {})
            if state in (VALID, ACCEPTED):
                live[submission.submission_id] = submission
            else:
                live.pop(submission.submission_id, None)
        if name in ("conflict", "conflict_settled"):
            self._take_conflict(event)
        for first, number in event.get("contradicts", ()):
            self.contradicted[first, number] = event["submission_id"]
        for landing in event.get("landings", ()):
            self._take_landing(landing)
        if name == "accepted":
            self.last_accepted[submission.key] = number

    @staticmethod
    def _take_facts(submission: Submission, event: dict) -> None:
        taken = ("form_code", "reporting_period", "submission_version", "content_sha256")
        for name in (*taken, "rules_version", "checked_name", "waits_for", "reason", "answer"):
            if name in event:
                setattr(submission, name, _as_held(name, event[name]))
        if event["event"] not in UNDECIDED:
            submission.decided_at, submission.decided_by = event["at"], intern(event["actor"])

    def _take_conflict(self, event: dict) -> None:
        key = (event["action_line_code"], event["reporting_period"])
        if event["claims"]:
            self.conflicts[key] = event["claims"]
        else:
            self.conflicts.pop(key, None)

    def _take_landing(self, landing: dict) -> None:
        submission = self.submissions[landing["submission_id"]]
        standing = self.standing_rows(submission.form_code)
        rows = {row["row_number"]: row for row in self.checked(submission).rows}
        for number in landing["row_numbers"]:
            key = row_key(submission.form_code, rows[number])
            before = standing.get(key)
            if landing["is_retracted"]:
                if before and before["submission_id"] == submission.submission_id:
                    del standing[key]
                    self._forget(submission, key)
                continue
            if number in landing["superseded"]:
                continue
            if before:
                self._forget(self.submissions[before["submission_id"]], key)
            self.provides[submission.submission_id] += 1
            self.reported.setdefault(submission.key, set()).add(key)
            standing[key] = rows[number]

    def _forget(self, submission: Submission, key: tuple) -> None:
        """A row of a submission stands no longer."""
        self.provides[submission.submission_id] -= 1
        # most end so, and there may be very many
        if not self.provides[submission.submission_id]:
            del self.provides[submission.submission_id]
        self.reported[submission.key].discard(key)
