"""Which series of one database changed at the source, and at which recorded stages."""

from collections.abc import Iterable

from extract import landing
from extract.findings import WARNING, finding
from extract.registry import Registered, registered_series
from extract.source_checks import SourceChecks
from extract.sources import Source
from extract.titles import title_finding
from smed.errors import SeriesNotFound
from smed.plan import Plan
from smed.settings import Settings


class Changes:
    """The search of one database; ``items`` and ``findings`` fill while it runs."""

    def __init__(
        self,
        settings: Settings,
        checks: SourceChecks,
        source: Source,
        database: str,
        registered: list[Registered],
        full: bool,
        suspects: frozenset[str] = frozenset(),
    ):
        self.settings, self.checks, self.source = settings, checks, source
        self.database, self.registered, self.full = database, registered, full
        # a recording never mends what it says
        self._suspects = frozenset() if source.is_recorded else suspects
        self.findings: list[dict] = []
        self._stages: dict[str, list[dict]] = {series.code: [] for series in registered}
        self._held_back: set[str] = set()

    @property
    def items(self) -> list[dict]:
        """One per series that is due, with its stages, oldest first."""
        return [
            {
                "source": self.source.code,
                "series": code,
                "database": self.database,
                "stages": stages,
                "full": self._is_compared(code),
            }
            for code, stages in sorted(self._stages.items())
            if stages
        ]

    def find(self, stages: tuple[str | None, ...]) -> None:
        """Asks the newest stage; only if it has news, those before it that are not done.

        Raises SourceUnavailable or ResponseInvalid if the database cannot be asked.
        """
        if not stages:
            return
        newest = self.source.lastupdated(self.database, stages[-1])
        if not self._due(newest):
            return
        for stage in self._open_stages(stages[:-1]):
            try:
                lastupdated = self.source.lastupdated(self.database, stage)
            except SeriesNotFound:
                continue  # the database held nothing yet
            self._add({"stage": stage, "lastupdated": lastupdated}, is_newest=False)
        self._add({"stage": stages[-1], "lastupdated": newest}, is_newest=True)

    def _open_stages(self, stages: tuple[str, ...]) -> list[str]:
        facts = [self.checks.done(self.database, series.code) for series in self.registered]
        done = min((known.get("stage") or "" for known in facts), default="")
        return [stage for stage in stages if self.full or stage > done]

    def _due(self, lastupdated: str) -> list[Registered]:
        return [series for series in self.registered if self._is_due(series.code, lastupdated)]

    def _is_due(self, code: str, lastupdated: str) -> bool:
        stages = self._stages[code]
        if code in self._held_back or (stages and stages[-1]["lastupdated"] == lastupdated):
            return False
        recorded = self.source.is_recorded
        moved = self.checks.is_due(self.database, code, lastupdated, recorded)
        return moved or self._is_compared(code)

    def _is_compared(self, code: str) -> bool:
        """Whether contents count: a source may mend a figure and not say that it moved."""
        return self.full or code in self._suspects

    def _add(self, stage: dict, is_newest: bool) -> None:
        """Adds the stage to each series that is due at it and stands there under a known title."""
        due = self._due(stage["lastupdated"])
        if not due:
            return
        codes = [series.code for series in due]
        titles = self.source.titles(self.database, codes, stage["stage"])
        for series in due:
            title = titles.get(series.code)
            if title is None:
                self._note_missing(series, stage, is_newest)
            elif title not in series.titles:
                self._held_back.add(series.code)
                self.findings.append(title_finding(series, title, stage["lastupdated"]))
            else:
                self._stages[series.code].append(stage)

    def _note_missing(self, series: Registered, stage: dict, is_newest: bool) -> None:
        """A warning only of the newest stage: what an older one lacked may have come since."""
        day = stage["lastupdated"]
        if self._is_held(series, day) and series.is_discontinued(day):
            self.checks.record(self.database, series.code, stage, "discontinued", None)
        elif is_newest:
            what, next_step = self.source.missing(series, day)
            self.findings.append(_missing_finding(series, what, next_step))

    def _is_held(self, series: Registered, day: str) -> bool:
        """Whether a vintage had landed; of recorded ones, one that was published by that day."""
        held = landing.landed(self.settings, series.source, series.code)
        if self.source.is_recorded:
            held = [known for known in held if known["vintage_date"] <= day]
        return bool(held)


def _missing_finding(series: Registered, what: str, next_step: str) -> dict:
    return finding(
        f"{landing.FOLDERS[series.source]}.series.missing",
        WARNING,
        series.code,
        what,
        next_step,
        observed="missing",
        expected=series.title,
    )


def series_by_database(
    plan: Plan, source_codes: Iterable[str]
) -> dict[tuple[str, str], list[Registered]]:
    """The registered series of some sources, by source and database."""
    databases: dict[tuple[str, str], list[Registered]] = {}
    for code in source_codes:
        for series in sorted(registered_series(plan, code), key=lambda one: one.database):
            databases.setdefault((code, series.database), []).append(series)
    return databases
