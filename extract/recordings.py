"""The recorded vintages that ship with the product: what the World Bank published, when.

Grain: one ``Vintage`` per series and date; its values are one per economy and year, and only
those that were published. A file that differs from its sha256 in ``vintages.csv`` is refused.
"""

import csv
import hashlib
import io
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from smed.errors import RawAltered

RECORDED = Path(__file__).resolve().parent / "recorded" / "world_bank"
VINTAGES = "vintages.csv"
COUNTRIES = "countries.csv"
NEXT_STEP = "put back the file that ships with the product"


@dataclass(frozen=True)
class Vintage:
    """A series as it stood on ``vintage_date`` (ISO 8601), with the title it had then."""

    series: str
    vintage_date: str
    database: str
    title: str
    title_basis: str
    vintage_basis: str
    values: dict[tuple[str, int], float]


@dataclass(frozen=True)
class Country:
    """A country or aggregate as the API's list of countries names it."""

    id: str
    iso2: str
    name: str
    region: str
    region_name: str


@dataclass(frozen=True)
class Recordings:
    """Every recorded vintage, by series and date."""

    vintages: tuple[Vintage, ...]
    countries: tuple[Country, ...]

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The dates on which something was recorded, oldest first."""
        return tuple(sorted({vintage.vintage_date for vintage in self.vintages}))

    def dates_of(self, database: str, on: str) -> tuple[str, ...]:
        """The dates up to ``on`` on which a series of the database was recorded, oldest first."""
        found = {v.vintage_date for v in self.vintages if v.database == database}
        return tuple(sorted(day for day in found if day <= on))

    def standing(self, series: str, on: str) -> Vintage | None:
        """The series as it stood on a day: its newest vintage that is not later."""
        known = [v for v in self.vintages if v.series == series and v.vintage_date <= on]
        return max(known, key=lambda vintage: vintage.vintage_date, default=None)

    def series_of(self, database: str, on: str) -> dict[str, Vintage]:
        """What the database held on a day, by series."""
        codes = sorted({v.series for v in self.vintages if v.database == database})
        found = {code: self.standing(code, on) for code in codes}
        return {code: vintage for code, vintage in found.items() if vintage}


def read_recordings(folder: Path = RECORDED) -> Recordings:
    """Reads the vintages of a folder; RawAltered names the file that is not what it was."""
    vintages = tuple(_read_vintage(folder, row) for row in _rows(folder / VINTAGES))
    try:
        countries = tuple(Country(**row) for row in _rows(folder / COUNTRIES))
    except TypeError as error:
        raise RawAltered(f"other columns ({error})", str(folder / COUNTRIES), NEXT_STEP) from None
    return Recordings(vintages, countries)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RawAltered(f"cannot be read ({error.strerror})", str(path), NEXT_STEP) from error


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = _bytes(path).decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RawAltered(f"not CSV in UTF-8 ({error})", str(path), NEXT_STEP) from error


def _read_vintage(folder: Path, row: dict[str, str]) -> Vintage:
    try:
        path = folder / row["series"] / f"{row['vintage_date']}.csv"
        expected = row.pop("sha256")
        found = hashlib.sha256(_bytes(path)).hexdigest()
        if found != expected:
            raise RawAltered(
                f"changed since it was recorded: sha256 is {found}, was {expected}",
                str(path),
                NEXT_STEP,
            )
        values = {(r["economy"], int(r["time"])): float(r["value"]) for r in _rows(path)}
        if not all(map(math.isfinite, values.values())):
            raise ValueError("a value is not finite")
        return Vintage(**row, values=values)
    except (KeyError, TypeError, ValueError) as error:
        raise RawAltered(
            f"a row cannot be understood ({error})", str(folder / VINTAGES), NEXT_STEP
        ) from error
