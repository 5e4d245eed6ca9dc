"""Which rows land by which events: those decided together in one file a form and day."""

from collections.abc import Iterable
from pathlib import Path

from extract.submissions.book import Book, Submission
from extract.submissions.events import file_name
from extract.submissions.landing_rows import Lander, Landing, observations_folder
from smed.settings import Settings

# form, name in an older home, day from which it is known
Key = tuple[str, str | None, str]


class Landings:
    """Gathers what events land until their file is written."""

    def __init__(self, settings: Settings, book: Book, lander: Lander):
        self._folder = observations_folder(settings)
        self._book = book
        self._lander = lander
        self._gathered: dict[Key, Landing] = {}

    def add(self, event: dict) -> None:
        """Takes the rows of an event that the book has taken in."""
        for landing in event.get("landings", ()):
            submission = self._book.submissions[landing["submission_id"]]
            key = self._key(event, landing)
            gathered = self._gathered.setdefault(key, Landing(known_from=key[2]))
            content = self._book.checked(submission)
            wanted, superseded = set(landing["row_numbers"]), set(landing["superseded"])
            rows = (
                (row_json, row["row_number"] in superseded, landing["is_retracted"])
                for row, row_json in zip(content.rows, content.rows_json, strict=True)
                if row["row_number"] in wanted
            )
            gathered.add(submission.sha256, _shared(submission, event), rows)

    def land(self, events: list[dict]) -> None:
        """Lands what was gathered of a file of events."""
        for key, landing in list(self._gathered.items()):
            self._lander.land(self._path(key, events), landing)
            del self._gathered[key]

    def make_up(self, events: list[dict]) -> None:
        """Lands what a file of events lands, where a crash came in between."""
        if all(self._path(key, events).exists() for key in self._keys(events)):
            return
        for event in events:
            self.add(event)
        self.land(events)

    def _keys(self, events: list[dict]) -> Iterable[Key]:
        return {self._key(e, landing) for e in events for landing in e.get("landings", ())}

    def _key(self, event: dict, landing: dict) -> Key:
        submission = self._book.submissions[landing["submission_id"]]
        return submission.form_code, landing.get("stem"), event["at"][:10]

    def _path(self, key: Key, events: list[dict]) -> Path:
        form_code, stem, day = key
        return self._folder / form_code / f"{stem or f'{day}_{file_name(events)}'}.parquet"


def _shared(submission: Submission, event: dict) -> dict:
    """What all rows of a landing have in common."""
    return {
        "submission_id": submission.submission_id,
        "party_code": submission.party_code,
        "reporting_period": submission.reporting_period,
        "submitted_at": submission.received_at,
        "accepted_at": event["at"],
        "is_illustrative": submission.is_illustrative,
    }
