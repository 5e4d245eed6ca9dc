"""A registered series under a title that the plan does not know: its unit is not known either.

An acknowledgement cannot tell a unit, and a number in an unknown one must reach no reader. So
nothing lands, the last good vintage stays, and the way on is a row of a seed, which is given whole.
"""

import csv
import difflib
import io

from extract.findings import WARNING, finding
from extract.landing import FOLDERS
from extract.registry import Registered


def title_finding(series: Registered, title: str, seen: str) -> dict:
    """The finding of a title first seen on the day ``seen`` (ISO 8601): the difference, and the
    very line that a person adds who has looked at it."""
    unit = series.unit_code
    same = _line(series.code, title, unit, seen)
    before = _line(series.code, series.title, unit, series.since)
    unit_seeds = "units.csv and kpis.csv" if series.seed == "kpi_series.csv" else "units.csv"
    found = finding(
        f"{FOLDERS[series.source]}.series.title",
        WARNING,
        series.code,
        f"{series.code} is titled {title!r} now, {series.title!r} in the plan"
        f" ({difference(series.title, title)}): held back until a person has looked at its unit,"
        f" {unit} so far; its last good vintage stays in use",
        f"if it still means the same in the same unit, add this line to former_series_titles.csv:"
        f" {same} ; if the unit changed, put the new title and its unit into {series.seed} (a new"
        f" unit into {unit_seeds} too) and add this line instead: {before}",
        observed=title,
        expected=series.title,
    )
    # nothing of the series is taken
    return {**found, "is_refused": True, "source": series.source, "vintage_date": seen}


def difference(before: str, after: str) -> str:
    """What the one title says otherwise than the other, word by word."""
    old, new = before.split(), after.split()
    told = []
    for kind, *at in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = " ".join(old[at[0] : at[1]]), " ".join(new[at[2] : at[3]])
        if kind == "replace":
            told.append(f"{gone!r} became {come!r}")
        elif kind == "delete":
            told.append(f"{gone!r} is gone")
        elif kind == "insert":
            told.append(f"{come!r} is new")
    return "; ".join(told) or "only spaces differ"


def _line(*cells: str) -> str:
    """The cells as one line of CSV, whatever a source put into its title."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(" ".join(cell.splitlines()) for cell in cells)
    return text.getvalue()
