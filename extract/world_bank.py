"""World Bank, World Development Indicators and their archives, through wbgapi.

Source and licence: api.worldbank.org (v2), CC BY 4.0.
Grain: one series x economy x year; in the archives (database 57) also x version (YYYYMM).
Units: in the title of the series only; they change with base years, so a title is a vintage's.
Cadence: about every quarter; ``lastupdated`` of a database says when, not which series changed.
Quirk: database 2 is revised in place, at times under an unchanged ``lastupdated``; a series that is
    asked of the wrong database is answered in XML; ended series move to the archives.
"""

import calendar
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from extract.asking import Response
from extract.cells import Expected, Grid
from extract.grid import read_grid
from extract.recordings import Recordings
from extract.registry import Registered
from extract.replay import replay
from extract.transport import Transport
from smed.errors import ResponseInvalid, SeriesNotFound
from smed.home import now
from smed.plan import Plan
from smed.settings import Settings

SOURCE = "WB"
ARCHIVES = "57"
RECORDED = "recorded"
VERSION = re.compile(r"\d{4}(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Answer:
    """A complete series as it stands, with the pages it came in."""

    grid: Grid
    version: str | None
    pages: tuple[Response, ...]


class WorldBank:
    """The API, live or replayed. A ``stage`` is a recorded date, and None when live."""

    code = SOURCE
    name = "World Bank"

    def __init__(self, settings: Settings, recordings: Recordings | None = None, endpoint=None):
        self.settings = settings
        self.recordings = recordings
        self._endpoint = endpoint or (lambda stage: settings.world_bank_url.rstrip("/"))
        self.transport = Transport(settings, is_loopback=recordings is not None)

    @property
    def is_recorded(self) -> bool:
        """Whether recorded figures answer."""
        return self.recordings is not None

    def stages(self, until: date | None = None) -> tuple[str | None, ...]:
        """The recorded dates up to ``until``, oldest first; live there is only now: (None,)."""
        if self.recordings is None:
            return (None,)
        return tuple(day for day in self.recordings.dates if not until or day <= until.isoformat())

    @property
    def client(self) -> str:
        """The client and its version, for provenance."""
        import wbgapi

        return f"wbgapi {wbgapi.__version__}"

    def address(self, response: Response) -> str:
        """Where a response came from; a recorded one by its stage, not by a passing port."""
        if not self.is_recorded:
            return response.url
        return re.sub(r"^http://[^/]+", "recorded://world_bank", response.url)

    def economies(self, plan: Plan) -> tuple[str, ...]:
        """The source's own codes of the plan's members."""
        return plan.country_codes

    def countries(self, plan: Plan) -> dict[str, str]:
        """The plan's code of each economy: the source's own."""
        return {code: code for code in plan.country_codes}

    def missing(self, series: Registered, lastupdated: str) -> tuple[str, str]:
        """What a reader must know and do when the database has no such series."""
        return (
            f"{series.code} is not in database {series.database} as of {lastupdated}: its last"
            " values stay",
            "find out where the source publishes it now, or add a row with the state discontinued"
            " and its date to kpi_series.csv",
        )

    def _ask(self, stage: str | None, about: str, question):
        return self.transport.ask(self._endpoint(stage), about, question)

    def lastupdated(self, database: str, stage: str | None) -> str:
        """The day on which the database was last updated, ISO 8601. One request."""
        import wbgapi

        about = f"database {database}"
        found = self._ask(stage, about, lambda: wbgapi.source.get(int(database))["lastupdated"])
        day = self._day(found)
        if day is None:
            raise ResponseInvalid(
                f"lastupdated {found!r} is not a day that has come",
                f"World Bank, {about}",
                "try again later; if it stays so, tell the World Bank",
            )
        return day

    def _day(self, text: object) -> str | None:
        """The text if it is a day, in ISO 8601, that has begun somewhere on earth."""
        try:
            day = date.fromisoformat(text)
        except (TypeError, ValueError):
            return None
        has_come = self.is_recorded or day <= now().date() + timedelta(days=1)
        return day.isoformat() if has_come else None

    def titles(self, database: str, codes: list[str], stage: str | None) -> dict[str, str]:
        """The titles of those series that the database has. One request, if it has them all.

        Some faults of one series spoil the list: then each series is asked for alone.
        """
        try:
            return self._titles(database, codes, stage)
        except (SeriesNotFound, ResponseInvalid):
            if len(codes) == 1:
                return {}
        found, faults = {}, []
        for code in codes:
            try:
                found |= self._titles(database, [code], stage)
            except SeriesNotFound:
                continue
            except ResponseInvalid as error:
                faults.append(error)
        if faults and not found:
            raise faults[0]
        return found

    def _titles(self, database: str, codes: list[str], stage: str | None) -> dict[str, str]:
        import wbgapi

        def question() -> dict[str, str]:
            listed = list(wbgapi.series.list(codes, db=int(database)))
            return {row["id"]: row["value"] for row in listed if row["id"] in codes}

        return self._ask(stage, f"series of database {database}", question)

    def series(
        self,
        code: str,
        database: str,
        economies: tuple[str, ...],
        years: range,
        stage: str | None,
        version: str | None = None,
    ) -> Answer:
        """The series for those economies and years; archived ones from the newest version with any.

        Raises SeriesNotFound, SourceUnavailable or ResponseInvalid; nothing is answered by halves.
        """
        if database == ARCHIVES and version is None:
            version = self._newest_version(code, database, economies, years, stage)
        where = f"World Bank, series {code} of database {database}"

        def question() -> Answer:
            times = _times(database, years, where)
            expected = Expected(code, economies, times, version, where)
            rows = list(_rows(code, database, economies, times, version))
            pages = self.transport.pages
            return Answer(read_grid(expected, rows, pages), version, tuple(pages))

        return self._ask(stage, f"series {code}", question)

    def _newest_version(self, code, database, economies, years: range, stage) -> str:
        """The newest version of the archives with a value of the series, by asking one economy."""
        for economy in economies:
            if held := self.versions(code, (economy,), years, stage):
                return held[-1]
        raise SeriesNotFound(
            "no version of the archives holds a value of it",
            f"World Bank, series {code} of database {database}",
            "check series_code and database_code in kpi_series.csv and weight_series.csv",
        )

    def versions(self, code: str, economies, years: range, stage: str | None) -> tuple[str, ...]:
        """The versions of the archives (YYYYMM) that hold a value of those, oldest first."""
        where = f"World Bank, series {code} of database {ARCHIVES}"

        def question() -> set[str]:
            times = _times(ARCHIVES, years, where)
            rows = _rows(code, ARCHIVES, economies, times, "all")
            return {row["version"]["id"] for row in rows if row["value"] is not None}

        held = self._ask(stage, f"versions of {code}", question)
        if wrong := [version for version in held if not VERSION.fullmatch(version)]:
            raise ResponseInvalid(
                f"the version {wrong[0]!r} is not a year and month",
                where,
                "compare with the API's list of versions",
            )
        return tuple(sorted(held))

    def dated(self, answer: Answer, code: str, lastupdated: str) -> tuple[str, str]:
        """The day from which the answer was public, and how that is known."""
        # the database may have been updated since it was asked for that day
        day = max(lastupdated, self._day(answer.grid.lastupdated) or lastupdated)
        if answer.version:
            day = min(day, _last_day(answer.version))
        if self.recordings is None:
            return day, "archive_version" if answer.version else "lastupdated"
        vintage = self.recordings.standing(code, day)
        return vintage.vintage_date, vintage.vintage_basis


def _times(database: str, years: range, where: str) -> tuple[str, ...]:
    """The database's own ids of those years that it has."""
    import wbgapi

    periods = wbgapi.time.periods(int(database))
    times = tuple(periods[str(year)] for year in years if str(year) in periods)
    if not times:
        raise ResponseInvalid(
            f"the database lists none of the years {years[0]} to {years[-1]}",
            where,
            "try again later; if it stays so, check first_observation_year in plans.csv",
        )
    return times


def _rows(code, database, economies, times, version) -> Iterator[dict]:
    import wbgapi

    dimensions = {"version": version} if version else {}
    return wbgapi.data.fetch(code, economies, times, labels=True, db=int(database), **dimensions)


def _last_day(version: str) -> str:
    year, month = int(version[:4]), int(version[4:])
    return date(year, month, calendar.monthrange(year, month)[1]).isoformat()


@contextmanager
def open_source(settings: Settings, sources: str) -> Iterator[WorldBank]:
    """The API to ask: the network's, or with ``recorded`` a replay that ends with the block.

    One source may serve any number of series; what it learned of the API is asked for once.
    """
    if sources != RECORDED:
        yield WorldBank(settings)
        return
    with replay() as server:
        yield WorldBank(settings, server.recordings, server.endpoint)
