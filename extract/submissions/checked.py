"""What checks gave: the rows of each file, those set aside, the findings; as it was decided on.

Grain: one line a file that was checked, the lines of one decision together in
``checked/<first event>.jsonl``; a line is found by its file, where it begins and how long it is.
In older homes each lies in a file of its own.
"""

import hashlib
import json
from datetime import date
from functools import cached_property
from operator import itemgetter
from pathlib import Path

from smed.errors import RawAltered
from smed.files import READ_ONLY, replace_file

# so many rows stay in memory: those of the files that are decided on together
HELD_ROWS = 5_000
# what a row does not say: where it stands and whose it is
NOT_STATED = frozenset(
    {"sheet_name", "row_number", "cell_reference", "reporting_period"}
    | {"submission_id", "submission_version", "party_code"}
)
_SEPARATOR = ":"
# made once: making an encoder costs more than using it
_stated_json = json.JSONEncoder(default=str).encode
_json = json.JSONEncoder(separators=(",", ":")).encode


def stated(row: dict) -> dict:
    """What a row says, without where it stands and whose it is."""
    return {name: value for name, value in row.items() if name not in NOT_STATED}


class Content:
    """The rows of one file, those set aside, and what was found. Not to be changed.

    A row holds what ``Checked.rows`` does, and its submission_id and submission_version.
    ``changes`` and ``left_out`` are what it did to what stood when it came (effects.py).
    """

    def __init__(
        self,
        rows: list[dict],
        set_aside: list[int],
        findings: list[dict],
        changes: list[dict] | None = None,
        left_out: list[dict] | None = None,
    ):
        self.rows = rows
        self.set_aside = set_aside
        self.findings = findings
        self.effects = {"changes": changes or [], "left_out": left_out or []}

    @cached_property
    def _encoded(self) -> tuple[str, list[str]]:
        """Each row is encoded once, for its hash, for what is kept and for what lands."""
        said = _all_stated_json(self.rows)
        sha256 = hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()
        return sha256, [
            f'{text[:-1]}, "row_number": {row["row_number"]}, "cell_reference": '
            f'{_json(row["cell_reference"])}, "sheet_name": {_json(row["sheet_name"])}}}'
            for text, row in zip(said, self.rows, strict=True)
        ]

    @property
    def sha256(self) -> str:
        """Of what the rows say, whatever their order and however the file was saved."""
        return self._encoded[0]

    @property
    def rows_json(self) -> list[str]:
        """Each row as a JSON object, without what it shares with its submission."""
        return self._encoded[1]

    def line(self, submission_id: str) -> bytes:
        """The same as it is kept."""
        head = {
            "submission_id": submission_id,
            "set_aside": self.set_aside,
            "findings": self.findings,
            # most files have none
            **{name: found for name, found in self.effects.items() if found},
        }
        return f'{_json(head)[:-1]},"rows":[{",".join(self.rows_json)}]}}\n'.encode()


def _all_stated_json(rows: list[dict]) -> list[str]:
    """What each row states as a JSON object with sorted keys."""
    said = []
    # few: a row differs from others in the columns that are there only where they are filled
    known: dict[tuple[str, ...], tuple[list[str], itemgetter]] = {}
    for row in rows:
        columns = tuple(row)
        if columns not in known:
            names = sorted(row.keys() - NOT_STATED)
            known[columns] = names, itemgetter(*names)
        names, values = known[columns]
        said.append(_stated_json(dict(zip(names, values(row), strict=True))))
    return said


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

    def read(self, name: str, shared: dict) -> Content:
        """What was kept under a name, its dates as dates; ``shared`` goes to every row.

        RawAltered where it is gone or is not what was kept.
        """
        if name not in self._held:
            self._hold(name, self._read(name, shared))
        return self._held[name]

    def _hold(self, name: str, content: Content) -> None:
        self._held[name] = content
        self._held_rows += len(content.rows)
        while self._held_rows > HELD_ROWS and len(self._held) > 1:
            self._held_rows -= len(self._held.pop(next(iter(self._held))).rows)

    def _read(self, name: str, shared: dict) -> Content:
        file, _, place = name.partition(_SEPARATOR)
        path = self._folder / (f"{file}.jsonl" if place else f"{name}.json")
        try:
            kept = json.loads(self._unwritten.get(name) or _bytes_of(path, place))
            if place and kept["submission_id"] != shared["submission_id"]:
                raise ValueError(f"it is of {kept['submission_id']}")
            rows = [{**_with_dates(row), **shared} for row in kept["rows"]]
            effects = {name: kept.get(name) for name in ("changes", "left_out")}
            return Content(rows, kept["set_aside"], kept["findings"], **effects)
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
