"""What the events say when they are read in order: every submission, its state, what stands.

Nothing here decides: the same events always give the same book.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from extract.submissions.lifecycle import ACCEPTED, VALID, next_state
from extract.submissions.received import FOLDER
from smed.errors import HomeInvalid, RawAltered
from smed.files import write_once
from smed.settings import Settings

PROGRESS = "progress"
VALUE_KEYS = ("kpi_code", "country_code", "observation_year")
LINE_KEYS = ("action_line_code", "reporting_period")
# so many checks stay in memory, most of them for a moment
CHECKED_HELD = 32
# events that decide nothing
UNDECIDED = (
    *("received", "validated", "review_needed", "revalidated", "contradicted", "rows_retracted"),
)
_NOT_STATED = {
    *("sheet_name", "row_number", "cell_reference", "reporting_period"),
    *("submission_id", "submission_version", "party_code"),
}


@dataclass
class Submission:
    """One file of one party, as far as the events tell."""

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


def row_key(form_code: str, row: dict) -> tuple:
    """What a row is of."""
    return tuple(row[name] for name in (LINE_KEYS if form_code == PROGRESS else VALUE_KEYS))


def stated(row: dict) -> dict:
    """What a row says, without where it stands and whose it is."""
    return {name: value for name, value in row.items() if name not in _NOT_STATED}


class Book:
    """The state of every submission and of every value and line that was accepted."""

    def __init__(self, settings: Settings):
        self._folder = settings.raw / FOLDER / "checked"
        self._checked: dict[str, dict] = {}
        self.submissions: dict[str, Submission] = {}
        # those that wait or were accepted, by what they report
        self.live: dict[tuple[str, str, str], dict[str, Submission]] = {}
        # the standing row of each key, with submission_id, party_code and rank
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

    def keep_checked(self, submission_id: str, content: dict) -> str:
        """Keeps what a check gave (rows, set_aside, findings); returns the name to find it by."""
        data = json.dumps(content, default=str, sort_keys=True, ensure_ascii=False).encode()
        name = f"{submission_id}.{hashlib.sha256(data).hexdigest()[:12]}"
        write_once(self._folder / f"{name}.json", data)
        return name

    def checked(self, submission: Submission) -> dict:
        """What ``keep_checked`` kept, its dates as dates; not to be changed."""
        name = submission.checked_name
        if name not in self._checked:
            while len(self._checked) >= CHECKED_HELD:
                self._checked.pop(next(iter(self._checked)))
            self._checked[name] = self._read_checked(submission)
        return self._checked[name]

    def _read_checked(self, submission: Submission) -> dict:
        path = self._path(submission)
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise RawAltered(
                f"cannot be read ({error})", str(path), "put it back from a backup"
            ) from error
        content["rows"] = [
            {
                name: date.fromisoformat(value) if value and name.endswith("_date") else value
                for name, value in row.items()
            }
            for row in content["rows"]
        ]
        return content

    def _path(self, submission: Submission) -> Path:
        return self._folder / f"{submission.checked_name}.json"

    def apply(self, event: dict) -> None:
        """Takes the next event in; ActRefused if it may not follow."""
        name, number = event["event"], event["event_number"]
        submission = self.submissions.get(event["submission_id"])
        state = next_state(submission.state if submission else None, name, event["submission_id"])
        if name == "received":
            facts = {f: event[f] for f in Submission.__dataclass_fields__ if f in event}
            submission = Submission(sender=event["actor"], received_at=event["at"], **facts)
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
                value = event[name]
                setattr(submission, name, tuple(value) if isinstance(value, list) else value)
        if event["event"] not in UNDECIDED:
            submission.decided_at, submission.decided_by = event["at"], event["actor"]

    def _take_conflict(self, event: dict) -> None:
        key = (event["action_line_code"], event["reporting_period"])
        if event["claims"]:
            self.conflicts[key] = event["claims"]
        else:
            self.conflicts.pop(key, None)

    def _take_landing(self, landing: dict) -> None:
        submission = self.submissions[landing["submission_id"]]
        standing = self.standing_rows(submission.form_code)
        rows = {row["row_number"]: row for row in self.checked(submission)["rows"]}
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
            standing[key] = {
                **rows[number],
                "submission_id": submission.submission_id,
                "party_code": submission.party_code,
                "reporting_period": submission.reporting_period,
                "submission_version": submission.submission_version,
            }

    def _forget(self, submission: Submission, key: tuple) -> None:
        """A row of a submission stands no longer."""
        self.provides[submission.submission_id] -= 1
        self.reported[submission.key].discard(key)
