"""What checks gave: the rows of each file, those set aside, the findings; as it was decided on.

Grain: one line a file that was checked, the lines of one decision together in
``checked/<first event>.jsonl``; a line is found by its file, where it begins and how long it is.
In older homes each lies in a file of its own.
"""

import hashlib
import json
from datetime import date
from functools import cached_property
from pathlib import Path

from smed.errors import RawAltered
from smed.files import READ_ONLY, replace_file

# so many rows stay in memory: those of the files that are decided on together, and a few more
HELD_ROWS = 6_000
# what a row does not say: where it stands and whose it is
PLACES = ("sheet_name", "row_number", "cell_reference")
_NOT_STATED = {*PLACES, "reporting_period", "submission_id", "submission_version", "party_code"}
_SHARED = ("party_code", "reporting_period")
_SEPARATOR = ":"
# the words of an encoder, made once
_stated_json = json.JSONEncoder(sort_keys=True, default=str).encode
_json = json.JSONEncoder(default=str, separators=(",", ":")).encode


def stated(row: dict) -> dict:
    """What a row says, without where it stands and whose it is."""
    return {name: value for name, value in row.items() if name not in _NOT_STATED}


class Content:
    """The rows of one file, those set aside, and what was found."""

    def __init__(self, rows: list[dict], set_aside: list[int], findings: list[dict]):
        self.rows = rows
        self.set_aside = set_aside
        self.findings = findings

    @cached_property
    def _said(self) -> list[str]:
        """What each row says, encoded once for the hash, for what is kept and for what lands."""
        return [_stated_json(stated(row)) for row in self.rows]

    @property
    def sha256(self) -> str:
        """Of what the rows say, whatever their order and however the file was saved."""
        return hashlib.sha256("\n".join(sorted(self._said)).encode()).hexdigest()

    def as_json(self) -> list[str]:
        """Each row with its place."""
        return [
            f"{said[:-1]}, {_json({name: row[name] for name in PLACES})[1:]}"
            for said, row in zip(self._said, self.rows, strict=True)
        ]

    def line(self, submission_id: str) -> bytes:
        """The same as it is kept."""
        shared = {name: self.rows[0][name] for name in _SHARED} if self.rows else {}
        head = {
            "submission_id": submission_id,
            "shared": shared,
            "set_aside": self.set_aside,
            "findings": self.findings,
        }
        return f'{_json(head)[:-1]},"rows":[{",".join(self.as_json())}]}}\n'.encode()


class Checks:
    """The contents of a home by their names."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._held: dict[str, Content] = {}
        self._held_rows = 0
        self._unwritten: dict[str, bytes] = {}
        self._file = ""

    def keep(self, first_event: str, submission_id: str, content: Content) -> str:
        """Keeps what a check gave until ``write``; returns the name to find it by.

        ``first_event`` is the number of the first event that is not written yet.
        """
        line, begin = content.line(submission_id), sum(map(len, self._unwritten.values()))
        name = _SEPARATOR.join((first_event, str(begin), str(len(line))))
        self._file, self._unwritten[name] = first_event, line
        self._hold(name, content)
        return name

    def write(self) -> None:
        """Makes what was kept last; before the events that name it."""
        if self._unwritten:
            data = b"".join(self._unwritten.values())
            # a crash before its events leaves one that nothing names
            replace_file(self._folder / f"{self._file}.jsonl", data, READ_ONLY)
            self._unwritten = {}

    def read(self, submission_id: str, name: str) -> Content:
        """What was kept under a name, its dates as dates; not to be changed.

        RawAltered where it is gone or is not what was kept.
        """
        if name not in self._held:
            self._hold(name, self._read(submission_id, name))
        return self._held[name]

    def _hold(self, name: str, content: Content) -> None:
        self._held[name] = content
        self._held_rows += len(content.rows)
        while self._held_rows > HELD_ROWS and len(self._held) > 1:
            self._held_rows -= len(self._held.pop(next(iter(self._held))).rows)

    def _read(self, submission_id: str, name: str) -> Content:
        file, _, place = name.partition(_SEPARATOR)
        path = self._folder / (f"{file}.jsonl" if place else f"{name}.json")
        try:
            kept = json.loads(self._unwritten.get(name) or _bytes_of(path, place))
            if place and kept["submission_id"] != submission_id:
                raise ValueError(f"it is of {kept['submission_id']}")
            shared = kept.get("shared", {})
            rows = [{**_with_dates(row), **shared} for row in kept["rows"]]
            return Content(rows, kept["set_aside"], kept["findings"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RawAltered(
                f"cannot be read ({error})", str(path), "put it back from a backup"
            ) from error


def _bytes_of(path: Path, place: str) -> bytes:
    """A part of a file, or all of it."""
    if not place:
        return path.read_bytes()
    begin, length = map(int, place.split(_SEPARATOR))
    with path.open("rb") as file:
        file.seek(begin)
        return file.read(length)


def _with_dates(row: dict) -> dict:
    return {
        name: date.fromisoformat(value) if value and name.endswith("_date") else value
        for name, value in row.items()
    }
