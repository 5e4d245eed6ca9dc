"""The grid that a series owes, economies x years, and whether an answer is exactly that.

Nothing is repaired here: an economy with a cell that is missing, doubled, no number or out of place
is held back, and each such cell is named. Economies outside the plan are left out, and counted.
"""

import math

from extract.asking import Response
from extract.cells import Expected, Grid
from extract.findings import RAW_IS_KEPT, WARNING, counted, finding
from extract.problems import Problem, missing_cells, set_apart, wrong_cell
from smed.errors import ResponseInvalid, SourceUnavailable

ROW_FIELDS = {"variable", "value"}
VARIABLE_FIELDS = {"concept", "id", "value"}
# a longer one is a text that somebody wrote, perhaps of a person: it stays in raw, and is not shown
LONGEST_FIGURE = 24


def read_grid(expected: Expected, rows: list[dict], pages: list[Response]) -> Grid:
    """The grid in wbgapi's labelled ``rows``, which came in ``pages``.

    Raises SourceUnavailable if the database changed between two pages, else ResponseInvalid.
    """
    headers = [_header(page, expected.where) for page in pages]
    _check_pages(expected, rows, headers)
    title = _title(expected, rows)
    cells, wrong = _cells(expected, rows)
    economies, times = set(expected.economies), set(expected.times)
    ours = [cell for cell in cells if cell[0] in economies]
    for economy, time, _ in ours:
        if time not in times:
            wrong.append(unasked(expected, economy, time))
    kept = [cell for cell in ours if cell[1] in times]
    wrong += _doubled(expected, kept)
    found = {(economy, time): value for economy, time, value in kept}
    wrong += _missing(expected, found)
    noted = left_out(expected, cells) + _unknown_fields(expected, pages)
    complete = tuple((economy, time, found[economy, time]) for economy, time in sorted(found))
    grid = Grid(title, complete, headers[0].get("lastupdated"), tuple(noted))
    return set_apart(grid, expected.where, wrong)


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


def _cells(expected: Expected, rows: list[dict]) -> tuple[list[tuple], list[Problem]]:
    """Every row as (economy, time, value), and the problems of those that hold no number."""
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
                wrong.append(not_numeric(expected, economy, time, repr(value)))
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


def not_numeric(expected: Expected, economy: str, time: str, observed: str) -> Problem:
    """A value that is no number; of a time that was not asked for the economy bears the mark."""
    at = time if time in expected.times else expected.times[-1]
    rule = f"{expected.rules}.value.numeric"
    if len(observed) > LONGEST_FIGURE or "@" in observed:
        observed = f"a text of {len(observed)} characters"
    return wrong_cell(expected.series, rule, (economy, time), observed, "a finite number", at)


def unasked(expected: Expected, economy: str, time: str) -> Problem:
    """A row of a time that was not asked for: it has no cell, the newest one bears the mark."""
    rule = f"{expected.rules}.time.expected"
    at = expected.times[-1]
    return wrong_cell(expected.series, rule, (economy, time), time, "a year asked for", at)


def _doubled(expected: Expected, cells: list[tuple]) -> list[Problem]:
    seen: dict[tuple, list] = {}
    for economy, time, value in cells:
        seen.setdefault((economy, time), []).append(value)
    return [
        doubled(expected, cell, " and ".join("no value" if v is None else str(v) for v in values))
        for cell, values in seen.items()
        if len(values) > 1
    ]


def doubled(expected: Expected, cell: tuple[str, str], observed: str) -> Problem:
    """A cell that came more than once, with all that it held."""
    rule = f"{expected.rules}.cell.unique"
    return wrong_cell(expected.series, rule, cell, observed, "one row for the cell")


def _missing(expected: Expected, found: dict) -> list[Problem]:
    rule, owed = f"{expected.rules}.cell.present", len(expected.times)
    return [
        missing_cells(expected.series, rule, economy, missing, owed)
        for economy in expected.economies
        if (missing := [time for time in expected.times if (economy, time) not in found])
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
