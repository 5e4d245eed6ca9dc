"""What the checks of one document found, while they look."""

from collections.abc import Iterable

from extract.submissions.documents import Document, Row
from extract.submissions.findings import BLOCKING, FILE, Finding, finding
from extract.submissions.forms import Form


class Notes:
    """Collects findings with their places, and knows which rows they hold back.

    ``found`` is what the reader said before: it holds rows back, and no cell is judged twice.
    """

    def __init__(self, document: Document, form: Form, file_name: str, found: Iterable[Finding]):
        self.findings: list[Finding] = []
        self.held: set[int] = set()
        self.is_file_held = False
        self._document = document
        self._file_name = file_name
        self._labels = {column.column_code: column.column_label for column in form.columns}
        self._unread: set[tuple[int | None, str]] = set()
        self._rows_with_unread: set[int | None] = set()
        for one in found:
            self._hold(one)
            if one.severity == BLOCKING:
                self._unread.add((one.row_number, one.column_label))
                self._rows_with_unread.add(one.row_number)

    def is_unread(self, row: Row, column_code: str) -> bool:
        """Whether the reader could not make sense of a cell."""
        return (row.number, self._labels[column_code]) in self._unread

    def has_unread(self, row: Row) -> bool:
        """Whether the reader could not make sense of some cell of a row."""
        return row.number in self._rows_with_unread

    def add(self, rule_code: str, row: Row, column_code: str, *, value=None, expected="") -> None:
        """Notes that a rule is broken in a cell; ``value`` where it is not the cell's text."""
        cell = row.cells.get(column_code)
        text = cell.text if cell else ""
        self._note(
            finding(
                rule_code,
                self._file_name,
                value=text if value is None else value,
                sheet_name=self._document.sheet_name,
                row_number=row.number,
                column_label=self._labels[column_code],
                reference=cell.reference if cell else "",
                expected=str(expected),
            )
        )

    def add_to_file(self, rule_code: str, *, value="", expected="") -> None:
        """Notes that a rule is broken by the file as a whole."""
        self._note(finding(rule_code, self._file_name, value=value, expected=str(expected)))

    def _note(self, one: Finding) -> None:
        self.findings.append(one)
        self._hold(one)

    def _hold(self, one: Finding) -> None:
        if one.severity != BLOCKING:
            return
        if one.scope == FILE:
            self.is_file_held = True
        elif one.row_number is not None:
            self.held.add(one.row_number)
