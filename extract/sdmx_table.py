"""ADB's SDMX-CSV: the table as it came, and the values of one series in it.

A table has no header that counts its rows. So a row that is cut spoils the whole; a cell that
stands twice with different content, is no number or was not asked for holds its economy back.
"""

import csv
import io
import math
import re
from decimal import Decimal

from extract.cells import Expected, Grid
from extract.findings import RAW_IS_KEPT, WARNING, counted, finding
from extract.grid import doubled, left_out, not_numeric, unasked
from extract.problems import Problem, set_apart
from smed.errors import ResponseInvalid, SourceUnavailable

ANNUAL = "A"
# what lands beside a value, under the source's own names
ATTRIBUTES = {
    "OBS_STATUS": "obs_status",
    "UNIT": "unit",
    "BASE_YEAR": "base_year",
    # the last: two copies of a row may differ in it, in nothing else
    "FOOTNOTE": "footnote",
}
_KEY = ("FREQ", "INDICATOR", "ECONOMY_CODE", "TIME_PERIOD")
_READ = (*_KEY, "OBS_VALUE", "UNIT_MULT", *ATTRIBUTES)
_KNOWN = {*_READ, "DATAFLOW", "DECIMALS", "REF_YEAR", "DATA_SOURCE", "METHODOLOGY"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_POWER = re.compile(r"[+-]?\d{1,2}", re.ASCII)
_SHOWN_CHARACTERS = 200
_COMPARED = slice(2, -1)


def parsed_table(body: bytes, where: str) -> list[dict[str, str]]:
    """The rows of the table; what is no whole table may heal, another header will not."""
    try:
        text = body.decode("utf-8-sig")
        header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise _no_table(f"no whole table in UTF-8 ({error})", body, where) from error
    if "OBS_VALUE" not in header and "INDICATOR" not in header:
        raise _no_table("not SDMX-CSV", body, where)
    absent = [name for name in _READ if name not in header]
    if absent or len(set(header)) != len(header):
        raise ResponseInvalid(
            f"columns are missing or doubled: {counted(absent or sorted(header))}",
            where,
            "compare the response kept in raw with ADB's documentation",
        )
    for number, line in enumerate(lines, 2):
        if len(line) != len(header):
            raise _no_table(
                f"row {number} has {len(line)} fields, the header {len(header)}", body, where
            )
    return [dict(zip(header, line, strict=True)) for line in lines]


def _no_table(what: str, body: bytes, where: str) -> SourceUnavailable:
    shown = " ".join(body.decode("utf-8", errors="replace")[:_SHOWN_CHARACTERS].split())
    next_step = "try again later; the response is kept in raw"
    return SourceUnavailable(f"{what}: {shown}", where, next_step)


def read_observations(expected: Expected, rows: list[dict[str, str]], title: str) -> Grid:
    """The values of the series that was asked for; ResponseInvalid names what is wrong with it."""
    for column, wanted in (("FREQ", ANNUAL), ("INDICATOR", expected.series)):
        others = sorted({row[column] for row in rows} - {wanted})
        if others:
            raise ResponseInvalid(
                f"rows of {column} {counted(others)} where {wanted} was asked for",
                expected.where,
                RAW_IS_KEPT,
            )
    cells, wrong = _cells(expected, rows)
    distinct, repeated, differing = _distinct(expected, cells)
    problems = wrong + differing
    heard_of = {cell[0] for cell in distinct if cell[2] is not None}
    heard_of |= {problem.economy for problem in problems}
    noted = left_out(expected, [(row["ECONOMY_CODE"],) for row in rows])
    noted += _noted(expected, rows, heard_of, repeated)
    grid = Grid(title, tuple(distinct), None, tuple(noted), tuple(ATTRIBUTES.values()))
    return set_apart(grid, expected.where, problems)


def _cells(expected: Expected, rows: list[dict]) -> tuple[list[tuple], list[Problem]]:
    """(economy, time, value, attributes...) of the economies asked for; and what is wrong."""
    cells, wrong = [], []
    for row in rows:
        economy, time = row["ECONOMY_CODE"], row["TIME_PERIOD"]
        if economy not in expected.economies:
            continue
        if time not in expected.times:
            wrong.append(unasked(expected, economy, time))
            continue
        try:
            value = _value(row["OBS_VALUE"], row["UNIT_MULT"])
        except ValueError as error:
            wrong.append(not_numeric(expected, economy, time, str(error)))
            continue
        attributes = (row[name] or None for name in ATTRIBUTES)
        cells.append((economy, time, value, *attributes))
    return cells, wrong


def _value(text: str, power: str) -> float | None:
    """OBS_VALUE x 10^UNIT_MULT, exactly; None if there is none."""
    if text == "":
        return None
    if not _NUMBER.fullmatch(text) or not _POWER.fullmatch(power or "0"):
        raise ValueError(f"{text!r} x 10^{power!r}")
    value = float(Decimal(text).scaleb(int(power or "0")))
    if not math.isfinite(value):
        raise ValueError(f"{text!r} x 10^{power!r}")
    return value


def _distinct(expected: Expected, cells: list[tuple]) -> tuple[list[tuple], int, list[Problem]]:
    """Each cell once, sorted; how many copies there were; and the cells that differ."""
    found: dict[tuple, tuple] = {}
    copies, differing = 0, []
    for cell in sorted(cells, key=lambda cell: tuple(str(part) for part in cell)):
        first = found.setdefault(cell[:2], cell)
        if first is cell:
            continue
        copies += 1
        if first[_COMPARED] != cell[_COMPARED]:
            shown = " and ".join(" ".join(map(str, one[_COMPARED])) for one in (first, cell))
            differing.append(doubled(expected, cell[:2], shown))
    return [found[key] for key in sorted(found)], copies, differing


def _noted(expected: Expected, rows, heard_of: set[str], repeated: int) -> list[dict]:
    noted = []
    if repeated:
        what = f"{repeated} rows stand there more than once with one content: taken once"
        noted.append(_note(expected, "cell.repeated", what, str(repeated), "0"))
    without = [economy for economy in expected.economies if economy not in heard_of]
    if without:
        what = f"no value of {counted(without)}"
        noted.append(_note(expected, "economy.reported", what, "none", "values"))
    unknown = sorted({name for row in rows[:1] for name in row} - _KNOWN)
    if unknown:
        what = f"columns that are not read: {counted(unknown)}"
        noted.append(_note(expected, "field.known", what, counted(unknown), "known columns"))
    return noted


def _note(expected: Expected, rule: str, what: str, observed: str, wanted: str) -> dict:
    return finding(
        f"{expected.rules}.{rule}",
        WARNING,
        expected.series,
        f"{expected.series}: {what}",
        "look into the response kept in raw; nothing else is needed",
        observed=observed,
        expected=wanted,
    )
