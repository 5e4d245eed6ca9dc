"""Which registered series changed at the source, and landing one of them.

Both functions take open sources, so that many series share what was learned of an API; without
them they open their own. Results are JSON-able; whatever fails is a SmedError.
"""

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import date

from extract import landing
from extract.acknowledgements import Finding
from extract.asking import Response
from extract.changes import Changes, series_by_database
from extract.components import checked_component
from extract.findings import WARNING, finding, held_back
from extract.landing import Snapshot
from extract.problems import told
from extract.registry import Registered, is_acknowledged, licence_of, registered
from extract.source_checks import SourceChecks
from extract.sources import Answer, Source, Sources, open_sources
from extract.titles import title_finding
from smed.errors import RawAltered, ResponseInvalid, SmedError
from smed.home import now
from smed.ledger import Ledger
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.extract")
# a vintage that lacks too many values of the one before, which a person may let pass
VALUES_LOST = "source.values_lost"


def find_due_series(
    settings: Settings,
    plan: Plan,
    ledger: Ledger,
    sources: str,
    until: date | None = None,
    full: bool = False,
    opened: Sources | None = None,
    suspects: frozenset[str] = frozenset(),
) -> dict:
    """What changed at the sources: ``{"series": [item...], "findings", "errors", "requests"}``.

    An item is ``{"source", "series", "database", "stages": [{"stage", "lastupdated"}...],
    "full"}``; stages are recorded dates, oldest first, or one null. Recorded stages later than
    ``until`` are left out; ``full`` takes every series as changed, ``suspects`` the live ones of
    these, of which figures are held back: a mended one may come under the same day. A database that
    fails is one of ``errors`` (``database``, ``error``, ``message``); if none answers, the first
    one's is raised.
    """
    due = {"series": [], "findings": [], "errors": [], "requests": 0}
    failures, has_answer, checks = [], False, SourceChecks(ledger)
    with _opened(settings, sources, opened) as given:
        before = _requests(given)
        for (code, database), held in series_by_database(plan, given).items():
            source = given[code]
            changes = Changes(settings, checks, source, database, held, full, suspects)
            asked = source.transport.requests
            failure = _search(settings, plan, changes, source, until)
            if failure is not None:
                failures.append(failure)
                due["errors"].append(_described(database, failure))
                continue
            has_answer |= source.transport.requests > asked
            due["series"] += changes.items
            due["findings"] += changes.findings
        due["requests"] = _requests(given) - before
    # a source that there was nothing to ask today is no answer
    if failures and not has_answer:
        raise failures[0]
    return due


def _search(
    settings: Settings, plan: Plan, changes: Changes, source: Source, until: date | None
) -> SmedError | None:
    """Lets a search run; what stopped it, with the answer kept that did."""
    try:
        changes.find(source.stages(until))
    except SmedError as error:
        keep(settings, plan, source, source.transport.evidence(error))
        LOG.error("%s", error)
        return error
    return None


def _described(database: str, error: SmedError) -> dict:
    return {"database": database, "error": type(error).__name__, "message": str(error)}


def _requests(opened: Sources) -> int:
    return sum(source.transport.requests for source in opened.values())


def extract_series(
    settings: Settings,
    plan: Plan,
    ledger: Ledger,
    sources: str,
    item: dict,
    opened: Sources | None = None,
) -> dict:
    """Lands the stages of one item that are not done yet, oldest first.

    Returns ``{"series", "landed": [snapshot_id...], "unchanged", "requests", "retries",
    "findings"}``. Raises at the first stage that fails: its response is kept in raw, what landed
    before stays, and the next run goes on at that stage.
    """
    series = registered(plan, item["source"], item["series"])
    result = {"series": series.code, "landed": [], "unchanged": 0, "findings": []}
    with _opened(settings, sources, opened) as given:
        transport = given[series.source].transport
        extraction = _Extraction(settings, plan, SourceChecks(ledger), given[series.source], series)
        requests, retries = transport.requests, transport.retries
        for stage in item["stages"]:
            snapshot_id, findings = extraction.run(stage, item.get("full", False))
            result["landed"] += [snapshot_id] if snapshot_id else []
            result["unchanged"] += snapshot_id is None
            result["findings"] += findings
        result["requests"] = transport.requests - requests
        result["retries"] = transport.retries - retries
    return result


def _opened(settings: Settings, sources: str, opened: Sources | None):
    return nullcontext(opened) if opened else open_sources(settings, sources)


def facts_of(plan: Plan, source: Source) -> dict:
    """What stands in the provenance of everything that comes from a source."""
    return {"licence": licence_of(plan, source.code), "client": source.client}


def keep(settings: Settings, plan: Plan, source: Source, responses: Iterable[Response]) -> list:
    """Keeps responses as they came; returns the sha256 of each."""
    addressed = [(source.address(response), response) for response in responses]
    facts = facts_of(plan, source)
    return landing.keep_responses(settings, source.code, addressed, source.is_recorded, **facts)


class _Extraction:
    """One series, asked stage by stage."""

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        checks: SourceChecks,
        source: Source,
        series: Registered,
    ):
        self.settings, self.plan, self.checks = settings, plan, checks
        self.source, self.series = source, series

    def run(self, stage: dict, full: bool) -> tuple[str | None, list[dict]]:
        """The snapshot_id of what landed, None if nothing changed; and the findings."""
        series, lastupdated = self.series, stage["lastupdated"]
        recorded = self.source.is_recorded
        is_due = self.checks.is_due(series.database, series.code, lastupdated, recorded)
        if not is_due and not full:
            return None, []  # done by an earlier attempt at this item
        answer = self._ask(stage)
        snapshot = self._snapshot(answer, lastupdated)
        held = self._held(snapshot)
        countries = self.source.countries(self.plan)
        if held and held["content_sha256"] == snapshot.content_sha256:
            if is_due:
                self._remember(stage, "unchanged", snapshot, held["snapshot_id"])
            return None, told(answer.grid.findings, countries)
        kept = keep(self.settings, self.plan, self.source, answer.pages)
        snapshot, findings = self._judged(snapshot, held, answer.grid.findings)
        landing.land(self.settings, snapshot, kept, **facts_of(self.plan, self.source))
        self._remember(stage, "landed", snapshot, snapshot.snapshot_id)
        return snapshot.snapshot_id, [*told(answer.grid.findings, countries), *findings]

    def _remember(self, stage: dict, outcome: str, snapshot: Snapshot, landed_as: str) -> None:
        known = {key: stage[key] for key in ("stage", "lastupdated")}
        if snapshot.problems:
            # asked again until it is mended, which a source may do under the same day
            known["lastupdated"] = ""
        self.checks.record(self.series.database, self.series.code, known, outcome, landed_as)

    def _ask(self, stage: dict) -> Answer:
        """The complete series under a title that the plan knows; what failed is kept in raw."""
        code, database = self.series.code, self.series.database
        years = range(self.plan.first_observation_year, int(stage["lastupdated"][:4]) + 1)
        economies = self.source.economies(self.plan)
        try:
            answer = self.source.series(code, database, economies, years, stage["stage"])
            where = f"{self.source.name}, series {code}"
            if answer.grid.title not in self.series.titles:
                found = title_finding(self.series, answer.grid.title, stage["lastupdated"])
                raise held_back(where, [found])
            grid = checked_component(self.plan, self.series.source, code, answer.grid, where)
            return replace(answer, grid=grid)
        except SmedError as error:
            evidence = self.source.transport.evidence(error)
            keep(self.settings, self.plan, self.source, evidence)
            raise

    def _snapshot(self, answer: Answer, lastupdated: str) -> Snapshot:
        vintage_date, basis = self.source.dated(answer, self.series.code, lastupdated)
        recorded = self.source.is_recorded
        return Snapshot(
            source=self.source.code,
            series=self.series.code,
            series_title=answer.grid.title,
            database=self.series.database,
            version=answer.version,
            vintage_date=vintage_date,
            vintage_basis=basis,
            is_recorded=recorded,
            retrieved_at=None if recorded else answer.pages[-1].retrieved_at.isoformat(),
            cells=answer.grid.cells,
            attributes=answer.grid.attributes,
            problems=answer.grid.problems,
        )

    def _held(self, snapshot: Snapshot) -> dict | None:
        """The vintage that the new one follows: the newest, or with recorded ones of its day."""
        held = landing.landed(self.settings, self.source.code, self.series.code)
        if self.source.is_recorded:
            held = [known for known in held if known["vintage_date"] <= snapshot.vintage_date]
        return held[-1] if held else None

    def _judged(
        self, snapshot: Snapshot, held: dict | None, noted: tuple[dict, ...]
    ) -> tuple[Snapshot, list[dict]]:
        """The snapshot as it may land, dated later if the source was revised in place."""
        if held is None:
            if snapshot.values_count == 0:
                raise self._too_few(snapshot, None, noted)
            return snapshot, []
        findings = []
        if snapshot.vintage_date <= held["vintage_date"]:
            snapshot, finding_ = self._revised_in_place(snapshot, held)
            findings.append(finding_)
        share = 1 - self.plan.threshold("coverage_drop_pct") / 100
        # what is held back is not what is missing: the others must be as many as they were
        before = landing.values_count(self.settings, held, without=snapshot.held_back)
        if snapshot.believed_count < before * share and not is_acknowledged(
            self.settings, self.plan, self.series.code, held["vintage_date"], snapshot.vintage_date
        ):
            raise self._too_few(snapshot, before, noted)
        return snapshot, findings

    def _too_few(
        self, snapshot: Snapshot, before: int | None, noted: tuple[dict, ...]
    ) -> ResponseInvalid:
        """The error of an answer that shrank, or began empty, with what was noted in it."""
        code = self.series.code
        check_id = f"{landing.FOLDERS[self.source.code]}.{VALUES_LOST}"
        finding_id = f"{check_id}:{code}:{snapshot.vintage_date}"
        what = f"{snapshot.believed_count} values, last time {before}"
        next_step = (
            "nothing landed; if the source really withdrew them:"
            f" smed acknowledge {finding_id} --reason TEXT"
        )
        if before is None:
            what = "no value at all, and none was ever held"
            next_step = "nothing landed; look into the response kept in raw"
        if noted:
            said = "; ".join(found["message"].removeprefix(f"{code}: ") for found in noted)
            what, next_step = f"{what} ({said})", f"{noted[0]['next_step']}; {next_step}"
        error = ResponseInvalid(what, f"{self.source.name}, series {code}", next_step)
        error.findings = list(noted)
        if before is not None:
            vintage_date = snapshot.vintage_date
            named = Finding(finding_id, check_id, self.source.code, code, None, None, vintage_date)
            error.acknowledgeable = asdict(named)
        return error

    def _revised_in_place(self, snapshot: Snapshot, held: dict) -> tuple[Snapshot, dict]:
        """Other content under a date that is held already: dated by when we saw it."""
        if self.source.is_recorded:
            raise RawAltered(
                f"the recorded vintage of {snapshot.vintage_date} is not the one landed before",
                f"series {self.series.code}",
                "begin a new home (--home) for the recorded figures that ship now",
            )
        day = max(now().date().isoformat(), held["vintage_date"])
        message = (
            f"{self.series.code} changed at the source under the date {snapshot.vintage_date};"
            f" landed as of {day}"
        )
        revised = landing.seen_on(day, snapshot, held)
        return revised, finding(
            f"{landing.FOLDERS[self.source.code]}.source.revised_in_place",
            WARNING,
            self.series.code,
            message,
            "look at the revision report; nothing else is needed",
            observed=revised.content_sha256,
            expected=held["content_sha256"],
        )
