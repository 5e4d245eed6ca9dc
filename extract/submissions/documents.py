"""A file as it was read: cells with their places, before anybody asks whether they are true."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

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


class Cells(Protocol):
    """Where the rows of a file stand, column by column."""

    def cells(self, index: int) -> dict[str, Cell]:
        """The cells of a row by their columns."""

    def reference(self, index: int, column_code: str) -> str:
        """The place of a cell; "" where the file lacks the column."""


class Row:
    """One row that is not empty; ``number`` as the sheet or the text file counts, from 1.

    ``value(column_code)`` is the value of a cell, None where the file lacks the column. A cell as
    a whole is made when it is asked for: most never are.
    """

    __slots__ = ("_index", "_source", "number", "value")

    def __init__(self, number: int, values: dict, source: Cells, index: int):
        self.number = number
        self.value = values.get
        self._source = source
        self._index = index

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return (self.number, self.cells) == (other.number, other.cells)

    def __hash__(self) -> int:
        return hash(self.number)

    @property
    def cells(self) -> dict[str, Cell]:
        """The cells by their columns."""
        return self._source.cells(self._index)

    def reference(self, column_code: str) -> str:
        """The place of a cell; "" where the file lacks the column."""
        return self._source.reference(self._index, column_code)


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
