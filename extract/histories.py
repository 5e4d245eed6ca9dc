"""What the landed vintages of a series say of each cell, one after the other.

Grain: one history per economy and time that ever had a value; a vintage that leaves a cell out
empties it. The models make versions by the same rule, from rows instead of files.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from extract import landing
from smed.settings import Settings

Cell = tuple[str, str]
History = dict[Cell, list[tuple[str, float | None]]]


@dataclass(frozen=True)
class LandedVintage:
    """A vintage as it lies in raw; ``values`` holds the cells that have one.

    Of the economies that are ``held_back`` it says nothing: what was known of them stays.
    """

    snapshot_id: str
    vintage_date: str
    values: dict[Cell, float]
    held_back: frozenset[str] = frozenset()


def read_landed(settings: Settings, source: str, series: str) -> list[LandedVintage]:
    """Every landed vintage of a series, oldest first; RawAltered for a file that changed since."""
    import duckdb

    query = "select economy, time, value from read_parquet(?) where value is not null"
    found = []
    with duckdb.connect() as connection:
        for facts in landing.landed(settings, source, series):
            path = landing.received_path(settings, facts)
            rows = connection.execute(query, [str(path)]).fetchall()
            values = {(economy, time): value for economy, time, value in rows}
            bad = frozenset(economy for economy, *_ in facts.get("problems", ()))
            named = (facts["snapshot_id"], facts["vintage_date"])
            found.append(LandedVintage(*named, values, bad))
    return found


def history(vintages: Iterable[LandedVintage], noise_ratio: float) -> History:
    """The versions of each cell, ``(vintage_date, value)``: those that differ from the one before.

    A withdrawal is a version without a value; a relative difference up to ``noise_ratio`` is none.
    """
    found: History = {}
    before: dict[Cell, float] = {}
    for vintage in vintages:
        values = {c: v for c, v in vintage.values.items() if c[0] not in vintage.held_back}
        values |= {c: v for c, v in before.items() if c[0] in vintage.held_back}
        for cell in sorted(before.keys() | values.keys()):
            value = values.get(cell)
            if not _is_same(before.get(cell), value, noise_ratio):
                found.setdefault(cell, []).append((vintage.vintage_date, value))
        before = values
    return found


def _is_same(before: float | None, value: float | None, noise_ratio: float) -> bool:
    if before is None or value is None:
        return before is value
    return abs(value - before) <= abs(before) * noise_ratio


def differences(before: History, after: History) -> tuple[int, int]:
    """In how many cells the newest value differs, and in how many any version does."""
    cells = before.keys() | after.keys()
    versions = [cell for cell in cells if before.get(cell) != after.get(cell)]
    values = [cell for cell in versions if _newest(before, cell) != _newest(after, cell)]
    return len(values), len(versions)


def _newest(histories: History, cell: Cell) -> float | None:
    return histories[cell][-1][1] if cell in histories else None
