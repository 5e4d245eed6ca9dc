"""A file as it was read: cells with their places, before anybody asks whether they are true."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from extract.submissions.findings import Finding


class Cell(NamedTuple):
    """One cell: its text as it stood there, its value by the column's type, and its place.

    ``value`` is None where the cell is empty, holds a declared word for "missing", or could not
    be read (then a finding says so). ``reference`` is ``E7`` in a sheet, ``line 7, column 5`` in
    a CSV.
    """

    text: str
    value: str | float | int | date | None
    reference: str


@dataclass(frozen=True)
class Row:
    """One row that is not empty; ``number`` as the sheet or the text file counts, from 1."""

    number: int
    cells: dict[str, Cell]

    def value(self, column_code: str):
        """The value of a cell; None where the file lacks the column."""
        cell = self.cells.get(column_code)
        return None if cell is None else cell.value


@dataclass(frozen=True)
class Document:
    """What a file says of itself, and its rows. ``sheet_name`` is "" for a CSV."""

    form_code: str
    template_version: str
    party_code: str
    reporting_period: str
    submission_version: int
    sheet_name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Reading:
    """What a reader brings back: no document where a finding stops the whole file."""

    document: Document | None
    findings: tuple[Finding, ...] = field(default=())
