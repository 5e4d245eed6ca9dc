"""The cells below a header, read column by column: what reads a cell depends on its column alone.

They stay columns of plain values until the last step, since that is how they leave the process
that reads them.
"""

from dataclasses import dataclass
from operator import itemgetter

from extract.submissions.collector import Collector
from extract.submissions.documents import Cell, Row
from extract.submissions.forms import Column
from extract.submissions.limits import Limits
from extract.submissions.records import Table
from extract.submissions.values import CellReader, Read

Placed = list[tuple[int, Column]]


@dataclass(frozen=True)
class ReadColumns:
    """Texts and values by column, each as long as ``numbers``.

    ``around`` is what stands before and after a row's number in the reference to a cell.
    """

    codes: list[str]
    numbers: list[int]
    texts: list[list[str]]
    values: list[list]
    around: list[tuple[str, str]]

    def count_characters(self) -> int:
        """How long all texts are together."""
        return sum(sum(map(len, texts)) for texts in self.texts)

    def rows(self) -> tuple[Row, ...]:
        """The same, row by row."""
        codes = self.codes
        return tuple(
            Row(number, dict(zip(codes, values, strict=True)), self, index)
            for index, (number, values) in enumerate(
                zip(self.numbers, zip(*self.values, strict=True), strict=True)
            )
        )

    def cells(self, index: int) -> dict[str, Cell]:
        """The cells of a row by their columns."""
        return {
            code: Cell(texts[index], values[index], self._reference(index, place))
            for place, (code, texts, values) in enumerate(
                zip(self.codes, self.texts, self.values, strict=True)
            )
        }

    def reference(self, index: int, column_code: str) -> str:
        """The place of a cell; "" where the file lacks the column."""
        if column_code not in self.codes:
            return ""
        return self._reference(index, self.codes.index(column_code))

    def _reference(self, index: int, place: int) -> str:
        before, after = self.around[place]
        return f"{before}{self.numbers[index]}{after}"


def filled(table: Table, columns: Placed, body: list[tuple[int, list]]) -> list[tuple[int, list]]:
    """The records with anything in the columns that are read, all of them wide enough."""
    places = [place for place, _ in columns]
    width = max(places, default=-1) + 1
    marked = {number for number, place in table.scan.marks if place in places}
    found = []
    for number, record in body:
        if len(record) < width:
            record = [*record, *[""] * (width - len(record))]
        if number in marked or any(record[place] != "" for place in places):
            found.append((number, record))
    return found


def read_columns(
    table: Table,
    columns: Placed,
    body: list[tuple[int, list]],
    decimal: str,
    limits: Limits,
    collector: Collector,
) -> ReadColumns:
    """Every cell by its column's type; what is wrong goes to the collector."""
    numbers = [number for number, _ in body]
    reader = CellReader(decimal, limits.characters)
    read = []
    for place, column in columns:
        found = reader.read([record[place] for _, record in body], column)
        _apply_marks(table, numbers, place, column, found, reader)
        read.append(found)
    _tell(table, numbers, columns, read, collector)
    return ReadColumns(
        [column.column_code for _, column in columns],
        numbers,
        [[text for text, _, _, _ in found] for found in read],
        [[value for _, value, _, _ in found] for found in read],
        [table.around(place) for place, _ in columns],
    )


def _apply_marks(
    table: Table, numbers: list[int], place: int, column: Column, found: list, reader: CellReader
) -> None:
    """Formulas and errors instead of the values that stand for them; per cent as it is shown."""
    scan = table.scan
    if not scan.marks and not scan.percents:
        return
    for index, number in enumerate(numbers):
        if mark := scan.marks.get((number, place)):
            found[index] = (mark[1], None, mark[0], "")
        elif (number, place) in scan.percents:
            found[index] = reader.read_percent(found[index], column)


def _tell(
    table: Table,
    numbers: list[int],
    columns: Placed,
    read: list[list[Read]],
    collector: Collector,
) -> None:
    """The findings of all cells, row by row."""
    faults = [
        (index, order, cell)
        for order, found in enumerate(read)
        for index, cell in enumerate(found)
        if cell[2]
    ]
    for index, order, (text, _, rule_code, expected) in sorted(faults, key=itemgetter(0, 1)):
        place, column = columns[order]
        collector.add(
            rule_code,
            value=text,
            expected=expected,
            sheet_name=table.sheet_name,
            row_number=numbers[index],
            column_label=column.column_label,
            reference=table.reference(numbers[index], place),
        )
