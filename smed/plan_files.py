"""A seed file read into typed rows; a slip is one line that names the file, the row and what to do.

Grain: ``Lines``, one pair (row number in the file, row) per row of a seed.
"""

import csv
import io
import re
from pathlib import Path

from pydantic import ValidationError

from smed.errors import PlanInvalid
from smed.plan_rows import Row
from smed.plan_seeds import Seed
from smed.settings import DBT_PROJECT

FIRST_DATA_LINE = 2
SHIPPED = DBT_PROJECT / "seeds"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n|\n|\r")

Lines = list[tuple[int, Row]]


def invalid(path: Path, line: int, what: str, next_step: str) -> PlanInvalid:
    """The error of one row of a seed."""
    return PlanInvalid(what, f"{path} row {line}", next_step)


def read_seed(path: Path, seed: Seed) -> Lines:
    """The rows of a seed, each key once; PlanInvalid for the first slip."""
    header, lines = _read_cells(path, seed)
    rows: Lines = []
    seen: dict[tuple, int] = {}
    for line, values in enumerate(lines, FIRST_DATA_LINE):
        row = _read_row(path, line, header, values, seed)
        key = tuple(getattr(row, column) for column in seed.key)
        if key in seen:
            named = ", ".join(f"{c} {v}" for c, v in zip(seed.key, key, strict=True))
            raise invalid(path, line, f"{named} stands in row {seen[key]} too", "keep one of them")
        seen[key] = line
        rows.append((line, row))
    return rows


def _read_cells(path: Path, seed: Seed) -> tuple[list[str], list[list[str]]]:
    """The header, which must be the seed's, and the cells under it."""
    if not path.is_file():
        raise PlanInvalid("the seed is missing", str(path), f"copy it from {SHIPPED}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PlanInvalid(f"not CSV in UTF-8 ({error})", str(path), "save it as such") from None
    for line, values in enumerate(lines, 1):
        for value in values:
            if found := _CONTROL.search(value):
                what = f"a control character or line break ({found.group()!r}) in {value!r}"
                raise invalid(path, line, what, "take it out")
    _check_line_ends(path, text)
    header = lines[0] if lines else []
    expected = list(seed.row.model_fields)
    if sorted(header) != sorted(expected):
        wrong = sorted(set(header) ^ set(expected)) or header
        raise invalid(
            path,
            1,
            f"unknown, doubled or missing column {', '.join(wrong)}",
            f"the columns are {', '.join(expected)}",
        )
    return header, lines[1:]


def _check_line_ends(path: Path, text: str) -> None:
    """DuckDB reads the same file, and no file whose lines end in several ways."""
    ends = _LINE_END.findall(text)
    for line, end in enumerate(ends, 1):
        if end != ends[0]:
            raise invalid(
                path,
                line,
                f"the line ends in {end!r}, the first one in {ends[0]!r}",
                "save the file with one kind of line ending, as an editor or dos2unix does",
            )


def _read_row(path: Path, line: int, header: list[str], values: list[str], seed: Seed) -> Row:
    if len(values) != len(header):
        raise invalid(
            path,
            line,
            f"{len(values)} fields where the header has {len(header)}",
            "put quotes around a text that holds a comma",
        )
    given = {column: value for column, value in zip(header, values, strict=True) if value != ""}
    try:
        return seed.row(**given)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(map(str, first["loc"])) or "row"
        if first["type"] == "missing":
            raise invalid(path, line, f"{column} is empty", "fill it in") from None
        shown = f" (it is {first['input']!r})" if first["loc"] else ""
        message = first["msg"].removeprefix("Value error, ")
        raise invalid(path, line, f"{column}: {message}{shown}", "correct it") from None
