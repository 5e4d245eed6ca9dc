"""Past vintages of a series from the World Bank's archives, one for each version that holds it.

A version (YYYYMM) lands as of the last day of its month, or of the archives' last update if that is
earlier; recorded ones under their own dates. It lands even if it repeats the vintage before it:
a version loaded later may lie between the two, and would seem to hold on otherwise.
"""

import logging
import re
from dataclasses import dataclass
from datetime import date, timedelta

from extract import landing
from extract.findings import CRITICAL, WARNING, counted, finding
from extract.indicators import facts_of, keep
from extract.landing import Snapshot
from extract.problems import told
from extract.registry import Registered, registered
from extract.source_checks import SourceChecks
from extract.titles import title_finding
from extract.world_bank import ARCHIVES, SOURCE, VERSION, Answer, WorldBank, open_source
from smed.errors import SeriesNotFound, SettingInvalid, SmedError
from smed.ledger import Ledger
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.extract")
ALL = "all"
RANGE = re.compile(rf"({VERSION.pattern})-({VERSION.pattern})")


@dataclass(frozen=True)
class Asked:
    """The versions that are asked for: by their names, or all from a first to a last one."""

    text: str
    names: tuple[str, ...] = ()
    first: str = ""
    last: str = ""

    def among(self, archived: tuple[str, ...]) -> list[str]:
        """The names as they are; of a range what the archives hold."""
        return list(self.names) or [v for v in archived if self.first <= v <= self.last]


def read_versions(text: str) -> Asked:
    """``201612,202012``, ``201612-202012`` or ``all``; SettingInvalid for anything else."""
    if text == ALL:
        return Asked(text, last="9")
    if RANGE.fullmatch(text):
        asked = Asked(text, first=text[:6], last=text[7:])
        if asked.first > asked.last:
            raise SettingInvalid(f"{text} ends before it begins", "--versions", "swap its ends")
        return asked
    names = tuple(dict.fromkeys(version.strip() for version in text.split(",")))
    if wrong := [version for version in names if not VERSION.fullmatch(version)]:
        raise SettingInvalid(
            f"{wrong[0]!r} is not a version",
            "--versions",
            f"write years and months like 201612,202012, a range like 201612-202012, or {ALL}",
        )
    return Asked(text, names)


def archived_series(plan: Plan, code: str) -> Registered:
    """The series of that code; SettingInvalid if it is none that the World Bank may archive."""
    rows = (*plan.kpi_series, *plan.weight_series, *plan.component_series)
    sources = {row.source_code for row in rows if row.series_code == code}
    if SOURCE in sources:
        return registered(plan, SOURCE, code)
    if sources:
        raise SettingInvalid(
            f"{code} is a series of {counted(sorted(sources))}, and only {SOURCE} keeps archives",
            "--series",
            f"name one that kpi_series.csv or weight_series.csv gives the source {SOURCE}",
        )
    known = sorted({row.series_code for row in rows if row.source_code == SOURCE})
    raise SettingInvalid(
        f"the plan has no series {code}", "--series", f"known of {SOURCE} are {', '.join(known)}"
    )


def backfill(
    settings: Settings, plan: Plan, ledger: Ledger, sources: str, series: str, versions: str
) -> dict:
    """Lands those versions of a series (see ``read_versions``), in any order.

    Returns ``{"series", "archived", "landed", "held", "missing", "refused", "requests", "retries",
    "findings", "errors"}``: ``archived`` are the versions that the archives hold; ``landed`` and
    ``held`` (had landed before) are ``{"version", "vintage_date", "snapshot_id"}``, the former also
    with ``known_until``: results as of any day from vintage_date to before it (null: until now) may
    change; ``missing`` are versions that the archives lack; ``refused`` did not land for what
    stands in findings; ``errors`` are ``{"version", "error", "message"}``. Raises SeriesNotFound
    if the archives hold none of them; if all fail, the first one's error.
    """
    asked = read_versions(versions)
    known = archived_series(plan, series)
    with open_source(settings, sources) as source:
        past = _Past(settings, plan, ledger, source, known)
        past.load(asked)
        result = past.result
        result |= {"requests": source.transport.requests, "retries": source.transport.retries}
    return result


class _Past:
    """One series in the archives; ``result`` fills while its versions load."""

    def __init__(self, settings, plan: Plan, ledger: Ledger, source: WorldBank, series: Registered):
        self.settings, self.plan, self.checks = settings, plan, SourceChecks(ledger)
        self.source, self.series = source, series
        self.stage = source.stages()[-1]
        self.lastupdated = ""
        lists = ("landed", "held", "missing", "refused", "findings", "errors")
        self.result: dict = {"series": series.code, **{name: [] for name in lists}}

    def load(self, asked: Asked) -> None:
        """Lands what the archives hold of the versions asked for."""
        self.lastupdated = self.source.lastupdated(ARCHIVES, self.stage)
        archived = self._archived_versions()
        wanted = asked.among(archived)
        found = [version for version in wanted if version in archived]
        missing = [version for version in wanted if version not in archived]
        self.result |= {"archived": list(archived), "missing": missing}
        if not found:
            raise _none_of(asked, archived, self.series.code)
        if self._unit_is_unknown():
            self.result["refused"] = found
            return
        failures = []
        for version in found:
            try:
                self._load(version)
            except SmedError as error:
                LOG.error("%s", error)
                failures.append(error)
                named = {"version": version, "error": type(error).__name__}
                self.result["errors"].append({**named, "message": str(error)})
        if len(failures) == len(found):
            raise failures[0]

    def _archived_versions(self) -> tuple[str, ...]:
        years = range(self.plan.first_observation_year, int(self.lastupdated[:4]) + 1)
        try:
            economies = self.source.economies(self.plan)
            return self.source.versions(self.series.code, economies, years, self.stage)
        except SeriesNotFound:
            return ()
        except SmedError as error:
            keep(self.settings, self.plan, self.source, self.source.transport.evidence(error))
            raise

    def _unit_is_unknown(self) -> bool:
        """The archives give all versions one title, so it cannot tell a base year of the past."""
        plan = self.plan
        rows = (*plan.kpi_series, *plan.weight_series, *plan.component_series)
        rows += plan.former_series_titles
        units = sorted({row.unit_code for row in rows if row.series_code == self.series.code})
        if len(units) == 1:
            return False
        self._find(
            "version.unit",
            WARNING,
            f"{self.series.code} has had {len(units)} units ({counted(units)}), but the archives"
            " give all of its versions one title: none is loaded",
            "its past vintages can only come as recorded figures with the title of their day",
            counted(units),
            "one unit",
        )
        return True

    def _load(self, version: str) -> None:
        answer = self._answer(version)
        if answer.grid.title not in self.series.titles:
            found = title_finding(self.series, answer.grid.title, self.lastupdated)
            self.result["findings"].append(found)
            self.result["refused"].append(version)
            return
        snapshot = self._snapshot(answer)
        others = landing.landed(self.settings, SOURCE, self.series.code)
        same_day = [known for known in others if known["vintage_date"] == snapshot.vintage_date]
        for known in same_day:
            if known["content_sha256"] == snapshot.content_sha256:
                self.result["held"].append(_named(version, known))
                return
        kept = keep(self.settings, self.plan, self.source, answer.pages)
        # what had a bad cell gives way to the answer that has none
        if same_day and (snapshot.problems or not same_day[-1].get("problems")):
            self._note_conflict(version, snapshot, same_day[-1])
            return
        landing.land(self.settings, snapshot, kept, **facts_of(self.plan, self.source))
        self.result["findings"] += told(answer.grid.findings, self.source.countries(self.plan))
        self._note_landed(version, snapshot, others)

    def _answer(self, version: str) -> Answer:
        years = range(self.plan.first_observation_year, int(version[:4]) + 1)
        economies = self.source.economies(self.plan)
        try:
            return self.source.series(
                self.series.code, ARCHIVES, economies, years, self.stage, version
            )
        except SmedError as error:
            keep(self.settings, self.plan, self.source, self.source.transport.evidence(error))
            raise

    def _snapshot(self, answer: Answer) -> Snapshot:
        vintage_date, basis = self.source.dated(answer, self.series.code, self.lastupdated)
        recorded = self.source.is_recorded
        return Snapshot(
            source=SOURCE,
            series=self.series.code,
            series_title=answer.grid.title,
            database=ARCHIVES,
            version=answer.version,
            vintage_date=vintage_date,
            vintage_basis=basis,
            is_recorded=recorded,
            retrieved_at=None if recorded else answer.pages[-1].retrieved_at.isoformat(),
            cells=answer.grid.cells,
            problems=answer.grid.problems,
        )

    def _note_landed(self, version: str, snapshot: Snapshot, others: list[dict]) -> None:
        day = snapshot.vintage_date
        later = [known["vintage_date"] for known in others if known["vintage_date"] > day]
        facts = _named(version, {"vintage_date": day, "snapshot_id": snapshot.snapshot_id})
        self.result["landed"].append({**facts, "known_until": later[0] if later else None})
        if later:
            last = date.fromisoformat(later[0]) - timedelta(days=1)
            self._find(
                "vintage.older",
                WARNING,
                f"{self.series.code} of {day} landed though {later[-1]} is known: results as of"
                f" {day} to {last} may change",
                "build the releases of those days again if they are to show it",
                day,
                f"later than {later[-1]}",
            )
        elif others:
            # the source was found unchanged against the vintage before this one: ask it again
            again = {"stage": None, "lastupdated": ""}
            self.checks.record(self.series.database, self.series.code, again, "backfilled", None)

    def _note_conflict(self, version: str, snapshot: Snapshot, known: dict) -> None:
        self.result["refused"].append(version)
        self._find(
            "vintage.conflict",
            CRITICAL,
            f"version {version} of {self.series.code} differs from the vintage of the same day,"
            f" {snapshot.vintage_date}, that is held: it did not land",
            "compare its response, kept in raw, with the vintage that is held",
            snapshot.content_sha256,
            known["content_sha256"],
        )

    def _find(self, rule: str, severity: str, what: str, next_step: str, observed, wanted) -> None:
        named = f"{landing.FOLDERS[SOURCE]}.{rule}"
        facts = {"observed": observed, "expected": wanted}
        found = finding(named, severity, self.series.code, what, next_step, **facts)
        self.result["findings"].append(found)


def _named(version: str, vintage: dict) -> dict:
    return {"version": version, **{key: vintage[key] for key in ("vintage_date", "snapshot_id")}}


def _none_of(asked: Asked, archived: tuple[str, ...], code: str) -> SeriesNotFound:
    where = f"World Bank, series {code}"
    if not archived:
        return SeriesNotFound(
            f"the archives (database {ARCHIVES}) hold no version of it",
            where,
            "only what the World Bank archived can be loaded afterwards",
        )
    return SeriesNotFound(
        f"the archives (database {ARCHIVES}) hold no version {asked.text} of it; they hold"
        f" {len(archived)}, from {archived[0]} to {archived[-1]}",
        where,
        f"choose among those, or take --versions {ALL}",
    )
