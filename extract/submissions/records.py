"""Records as they stand in a file, whichever kind it is, before their columns are known."""

from dataclasses import dataclass, field

from extract.submissions.scans import Scan, column_letters


@dataclass(frozen=True)
class Fact:
    """A fact that a file declares about itself, where it stands, and whether it is a formula."""

    raw: object
    sheet_name: str
    reference: str
    is_formula: bool = False


@dataclass(frozen=True)
class Table:
    """Records with their numbers, as they stand in the file, and what else was seen there."""

    sheet_name: str
    records: list[tuple[int, list]]
    scan: Scan = field(default_factory=Scan)
    is_text: bool = False

    def around(self, column: int) -> tuple[str, str]:
        """What stands before and after a record's number in a reference to a cell."""
        if self.is_text:
            return "line ", f", column {column + 1}"
        return column_letters(column), ""

    def reference(self, number: int, column: int) -> str:
        """The place of a cell."""
        before, after = self.around(column)
        return f"{before}{number}{after}"
