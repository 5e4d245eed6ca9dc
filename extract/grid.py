"""The grid that a series owes, economies x years, and whether an answer is exactly that.

Nothing is repaired here: a cell that is doubled, no number or out of place holds the series back,
and each such cell is named. Economies outside the plan are left out, and counted.
"""

import math
from dataclasses import dataclass, field

from extract.asking import Response
from extract.findings import CRITICAL, WARNING, counted, finding, held_back
from smed.errors import ResponseInvalid, SourceUnavailable

ROW_FIELDS = {"variable", "value"}
VARIABLE_FIELDS = {"concept", "id", "value"}
RAW_IS_KEPT = "the response is kept in raw: show it to the source; the last good vintage stays"


@dataclass(frozen=True)
class Expected:
    """What was asked: one cell per economy and time id (``YR2016``), of one version if archived."""

    series: str
    economies: tuple[str, ...]
    times: tuple[str, ...]
    version: str | None
    where: str
    rules: str = "world_bank"
    economies_seed: str = "countries.csv"


@dataclass(frozen=True)
class Grid:
    """What was answered: a value, or None, per (economy, time id), sorted; complete.

    ``attributes`` name what stands in each cell after its value.
    """

    title: str
    cells: tuple[tuple, ...]
    lastupdated: str | None
    findings: tuple[dict, ...] = field(default=())
    attributes: tuple[str, ...] = ()

    @property
    def values_count(self) -> int:
        """How many cells hold a value."""
        return sum(cell[2] is not None for cell in self.cells)


def read_grid(expected: Expected, rows: list[dict], pages: list[Response]) -> Grid:
    """The grid in wbgapi's labelled ``rows``, which came in ``pages``.

    Raises SourceUnavailable if the database changed between two pages, else ResponseInvalid.
    """
    headers = [_header(page, expected.where) for page in pages]
    _check_pages(expected, rows, headers)
    title = _title(expected, rows)
    cells, wrong = _cells(expected, rows)
    economies, times = set(expected.economies), set(expected.times)
    for economy, time, _ in (row for row in cells if row[0] in economies and row[1] not in times):
        wrong.append(wrong_cell(expected, "time.expected", economy, time, time, "a year asked for"))
    kept = [cell for cell in cells if cell[0] in economies and cell[1] in times]
    wrong += _doubled(expected, kept)
    if wrong:
        raise held_back(expected.where, wrong)
    found = {(economy, time): value for economy, time, value in kept}
    missing = [
        f"{e} {t}" for e in expected.economies for t in expected.times if (e, t) not in found
    ]
    if missing:
        raise ResponseInvalid(
            f"{len(missing)} of {len(found) + len(missing)} cells are missing: {counted(missing)}",
            expected.where,
            RAW_IS_KEPT,
        )
    noted = left_out(expected, cells) + _unknown_fields(expected, pages)
    complete = tuple((economy, time, found[economy, time]) for economy, time in sorted(found))
    return Grid(title, complete, headers[0].get("lastupdated"), tuple(noted))


def _header(page: Response, where: str) -> dict:
    if not isinstance(page.parsed, dict):
        raise ResponseInvalid("a page of data without its header", where, RAW_IS_KEPT)
    return page.parsed


def _check_pages(expected: Expected, rows: list[dict], headers: list[dict]) -> None:
    if not headers:
        raise ResponseInvalid("no page of data came", expected.where, RAW_IS_KEPT)
    for key in ("total", "lastupdated"):
        if len({str(header.get(key)) for header in headers}) > 1:
            raise SourceUnavailable(
                f"{key} differs between two pages: the database changed meanwhile",
                expected.where,
                "try again later",
            )
    total = str(headers[0].get("total"))
    if total != str(len(rows)) or not rows:
        owed = len(expected.economies) * len(expected.times)
        raise ResponseInvalid(
            f"{len(rows)} rows came, the header says {total}, {owed} were asked for",
            expected.where,
            RAW_IS_KEPT,
        )


def _title(expected: Expected, rows: list[dict]) -> str:
    titles = set()
    for row in rows:
        if row["series"]["id"] != expected.series:
            raise ResponseInvalid(
                f"rows of the series {row['series']['id']}", expected.where, RAW_IS_KEPT
            )
        if expected.version and row["version"]["id"] != expected.version:
            raise ResponseInvalid(
                f"rows of the version {row['version']['id']}", expected.where, RAW_IS_KEPT
            )
        titles.add(row["series"]["value"])
    if len(titles) != 1 or not isinstance(next(iter(titles)), str):
        raise ResponseInvalid(
            f"{len(titles)} titles in one answer ({counted(sorted(map(str, titles)))})",
            expected.where,
            RAW_IS_KEPT,
        )
    return titles.pop()


def _cells(expected: Expected, rows: list[dict]) -> tuple[list[tuple], list[dict]]:
    """Every row as (economy, time, value), and the findings of those that hold no number."""
    cells, wrong = [], []
    for row in rows:
        economy, time, value = row["economy"]["id"], row["time"]["id"], row["value"]
        if not isinstance(economy, str) or not isinstance(time, str):
            raise ResponseInvalid(
                f"the economy {economy!r} or time {time!r} is not a text",
                expected.where,
                RAW_IS_KEPT,
            )
        if value is not None and not _is_number(value):
            if economy in expected.economies:
                wrong.append(
                    wrong_cell(
                        expected, "value.numeric", economy, time, repr(value), "a finite number"
                    )
                )
            value = None
        cells.append((economy, time, None if value is None else float(value)))
    return cells, wrong


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def wrong_cell(
    expected: Expected, rule: str, economy: str, time: str, observed: str, wanted: str
) -> dict:
    """The finding of a cell that holds something else than it must."""
    year = time.removeprefix("YR")
    return finding(
        f"{expected.rules}.{rule}",
        CRITICAL,
        expected.series,
        f"{economy} {time} is {observed} instead of {wanted}",
        RAW_IS_KEPT,
        country=economy,
        year=int(year) if year.isdecimal() else None,
        observed=observed,
        expected=wanted,
    )


def _doubled(expected: Expected, cells: list[tuple]) -> list[dict]:
    seen: dict[tuple, list] = {}
    for economy, time, value in cells:
        seen.setdefault((economy, time), []).append(value)
    return [
        wrong_cell(
            expected, "cell.unique", *cell, " and ".join(map(str, values)), "one row for the cell"
        )
        for cell, values in seen.items()
        if len(values) > 1
    ]


def left_out(expected: Expected, cells: list[tuple]) -> list[dict]:
    """The finding of rows of economies that were not asked for, if there are any."""
    others = [economy for economy, *_ in cells if economy not in expected.economies]
    if not others:
        return []
    named = counted(sorted(set(others)))
    return [
        finding(
            f"{expected.rules}.economy.known",
            WARNING,
            expected.series,
            f"{expected.series}: {len(others)} rows of other economies left out: {named}",
            "see whether a member of the plan goes by one of these codes, and put it into"
            f" {expected.economies_seed}; if none does, nothing is needed",
            observed=named,
            expected=counted(list(expected.economies)),
        )
    ]


def _unknown_fields(expected: Expected, pages: list[Response]) -> list[dict]:
    unknown: set[str] = set()
    for page in pages:
        for row in page.parsed["source"]["data"]:
            unknown |= row.keys() - ROW_FIELDS
            unknown |= {name for v in row["variable"] for name in v.keys() - VARIABLE_FIELDS}
    if not unknown:
        return []
    named = counted(sorted(unknown))
    return [
        finding(
            "world_bank.field.known",
            WARNING,
            expected.series,
            f"{expected.series}: the source sends fields that are not read: {named}",
            "read in the API's documentation what they mean",
            observed=named,
            expected=counted(sorted(ROW_FIELDS | VARIABLE_FIELDS)),
        )
    ]
