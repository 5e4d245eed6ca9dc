"""What a reader's process tells its parent: JSON, since nothing that a hostile file may have
reached is unpickled.
"""

import json
from dataclasses import astuple
from datetime import date

from extract.submissions.columns import ReadColumns
from extract.submissions.documents import Document, Reading
from extract.submissions.findings import Finding
from extract.submissions.forms import read_forms


class Told:
    """A reading whose rows are still columns; ``reading()`` makes them rows."""

    def __init__(self, facts: dict | None, columns: ReadColumns | None, findings: tuple):
        self.facts = facts
        self.columns = columns
        self.findings = findings

    def reading(self) -> Reading:
        """The same as the rest of the product knows it."""
        if self.facts is None:
            return Reading(None, self.findings)
        return Reading(Document(**self.facts, rows=self.columns.rows()), self.findings)

    def to_bytes(self) -> bytes:
        """The same as JSON."""
        columns = self.columns
        told = {"findings": [astuple(found) for found in self.findings]}
        if self.facts is not None:
            told["facts"] = self.facts
            told["columns"] = [columns.codes, columns.numbers, columns.texts, columns.around]
            # most texts are their own values
            told["values"] = [
                None if texts == values else values
                for texts, values in zip(columns.texts, columns.values, strict=True)
            ]
        return json.dumps(told, default=date.isoformat, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Told":
        """What a process said; ValueError, KeyError or TypeError if it is nonsense."""
        told = json.loads(data)
        findings = tuple(Finding(*found) for found in told["findings"])
        if "facts" not in told:
            return cls(None, None, findings)
        codes, numbers, texts, around = told["columns"]
        form = read_forms()[told["facts"]["form_code"]]
        dated = {c.column_code for c in form.columns if c.value_type == "date"}
        values = [
            _dates(column or []) if code in dated else texts[index] if column is None else column
            for index, (code, column) in enumerate(zip(codes, told["values"], strict=True))
        ]
        return cls(told["facts"], ReadColumns(codes, numbers, texts, values, around), findings)


def _dates(column: list) -> list[date | None]:
    return [value and date.fromisoformat(value) for value in column]
