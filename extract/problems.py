"""What is wrong with single economies' cells, and what then lands: the other economies go on.

A bad cell lands without a value and says what is wrong with it, so that the whole economy is known
to be held back in that vintage. What came instead is in the response, which raw keeps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from extract.cells import Grid
from extract.findings import CRITICAL, RAW_IS_KEPT, counted, finding, held_back

SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class Problem:
    """``times`` of an economy that land without a value, why, and what is told of it."""

    economy: str
    times: tuple[str, ...]
    text: str
    finding: dict


def wrong_cell(
    series: str,
    rule: str,
    cell: tuple[str, str],
    observed: str,
    wanted: str,
    lands_at: str | None = None,
) -> Problem:
    """A cell, (economy, time), that holds something else than it must.

    A time that nobody asked for has no cell: its economy's cell ``lands_at`` bears the mark.
    """
    economy, time = cell
    year = time.removeprefix("YR")
    if len(observed) > SHOWN_CHARACTERS:
        observed = f"{observed[:SHOWN_CHARACTERS]}..."
    said = f"{observed} instead of {wanted}"
    found = finding(
        rule,
        CRITICAL,
        series,
        f"{economy} {time} is {said}",
        RAW_IS_KEPT,
        country=economy,
        year=int(year) if year.isdecimal() else None,
        observed=observed,
        expected=wanted,
    )
    return Problem(economy, (lands_at or time,), said, found)


def missing_cells(series: str, rule: str, economy: str, times: list[str], owed: int) -> Problem:
    """The cells of an economy that the answer should have and does not."""
    observed = f"{owed - len(times)} cells"
    found = finding(
        rule,
        CRITICAL,
        series,
        f"{len(times)} of {owed} cells of {economy} are missing: {counted(times)}",
        RAW_IS_KEPT,
        country=economy,
        observed=observed,
        expected=f"{owed} cells",
    )
    return Problem(economy, tuple(times), "missing in the answer", found)


def set_apart(grid: Grid, where: str, problems: list[Problem]) -> Grid:
    """The grid with the cells of the problems emptied and marked.

    Raises ResponseInvalid, with every finding, if no economy is left that is whole and has a value.
    """
    if not problems:
        return grid
    bad = {problem.economy for problem in problems} | {economy for economy, *_ in grid.problems}
    if not any(cell[0] not in bad and cell[2] is not None for cell in grid.cells):
        raise held_back(where, [problem.finding for problem in problems])
    marks = _marks(grid, problems)
    nothing = (None,) * (1 + len(grid.attributes))
    cells = {cell[:2]: cell for cell in grid.cells}
    for marked in marks:
        economy, time, _, *attributes = cells.get(marked, (*marked, *nothing))
        cells[marked] = (economy, time, None, *attributes)
    told = tuple(problem.finding for problem in problems)
    return replace(
        grid,
        cells=tuple(cells[key] for key in sorted(cells)),
        problems=tuple((*key, *marks[key]) for key in sorted(marks)),
        findings=told + grid.findings,
    )


def _marks(grid: Grid, problems: list[Problem]) -> dict[tuple[str, str], tuple[str, str]]:
    """By economy and time what is wrong, all of it, and the first rule that says so."""
    marks = {(economy, time): (text, rule) for economy, time, text, rule in grid.problems}
    for problem in problems:
        for time in problem.times:
            text, rule = marks.get((problem.economy, time), ("", problem.finding["rule"]))
            joined = f"{text}; {problem.text}" if text else problem.text
            marks[problem.economy, time] = (joined, rule)
    return marks


def told(findings: Iterable[dict], countries: dict[str, str]) -> list[dict]:
    """The findings of what landed: under the plan's codes of countries, with what is held back."""
    said = []
    for found in findings:
        country = countries.get(found["country"], found["country"])
        what = (
            f": {country} is held back, the others go on" if found["severity"] == CRITICAL else ""
        )
        said.append({**found, "country": country, "message": found["message"] + what})
    return said
