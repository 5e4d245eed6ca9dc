"""The forms that parties fill in: their columns are rows of forms.csv, nothing else knows them."""

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

FORMS_FILE = Path(__file__).with_name("forms.csv")
# of the layout below; a file made from another version is refused
TEMPLATE_VERSION = "1"
# what a file says it is: defined names; in a CSV `# name: value` lines before the header
DECLARED = ("template_version", "form_code", "party_code", "reporting_period", "submission_version")
# a fact of a copy with marked cells, which is no file to send: of which submission it is
MARKED_COPY_OF = "marked_copy_of"
# only for reading: filled by the template, ignored when it comes back
SHOWN = "shown"
# free text: a column's maximum is its characters
TEXT = "text"


@dataclass(frozen=True)
class Column:
    """One column of a form; ``value_type`` decides how its cells are read."""

    column_code: str
    column_label: str
    value_type: str
    is_key: bool
    is_required: bool
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    width: int
    help: str


@dataclass(frozen=True)
class Form:
    """A form by its code (``kpi`` or ``progress``), its columns in their order."""

    form_code: str
    columns: tuple[Column, ...]

    @property
    def sheet_name(self) -> str:
        """The sheet that holds the rows."""
        return "Data"

    @property
    def keys(self) -> tuple[str, ...]:
        """The codes of the columns that name a row."""
        return tuple(column.column_code for column in self.columns if column.is_key)

    @cached_property
    def demanding(self) -> tuple[Column, ...]:
        """The columns that must be filled or have bounds."""
        return tuple(
            column
            for column in self.columns
            if column.is_required or (column.minimum, column.maximum) != (None, None)
        )


@cache
def read_forms() -> dict[str, Form]:
    """Every form by its code."""
    columns: dict[str, list[Column]] = {}
    with FORMS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            columns.setdefault(row["form_code"], []).append(
                Column(
                    row["column_code"],
                    row["column_label"],
                    row["value_type"],
                    row["is_key"] == "yes",
                    row["is_required"] == "yes",
                    tuple(row["choices"].split("|")) if row["choices"] else (),
                    float(row["minimum"]) if row["minimum"] else None,
                    float(row["maximum"]) if row["maximum"] else None,
                    int(row["width"]),
                    row["help"],
                )
            )
    return {code: Form(code, tuple(found)) for code, found in columns.items()}


@cache
def is_free_text(form_code: str, column_code: str) -> bool:
    """Whether a landed column holds its sender's own words, which nothing but raw repeats."""
    kinds = {c.column_code: c.value_type for c in read_forms()[form_code].columns}
    # what is in no form is made of texts of several columns
    return kinds.get(column_code, TEXT) in (TEXT, "link")
