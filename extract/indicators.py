"""Which registered series changed at the source, and landing one of them.

Both functions take an open source, so that many series share what it learned of the API; without
one they open their own. Results are JSON-able; whatever fails is a SmedError.
"""

import logging
from contextlib import nullcontext
from dataclasses import replace
from datetime import date

from extract import landing
from extract.changes import Changes, title_finding
from extract.findings import WARNING, finding, held_back
from extract.landing import Snapshot
from extract.registry import Registered, is_acknowledged, licence_of, registered, registered_series
from extract.source_checks import SourceChecks
from extract.transport import Response
from extract.world_bank import SOURCE, Answer, WorldBank, open_source
from smed.errors import RawAltered, ResponseInvalid, SmedError
from smed.home import now
from smed.ledger import Ledger
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.extract")


def find_due_series(
    settings: Settings,
    plan: Plan,
    ledger: Ledger,
    sources: str,
    until: date | None = None,
    full: bool = False,
    source: WorldBank | None = None,
) -> dict:
    """What changed at the source: ``{"series": [item...], "findings", "errors", "requests"}``.

    An item is ``{"series", "database", "stages": [{"stage", "lastupdated"}...], "full"}``; stages
    are recorded dates, oldest first, or one null. Recorded stages later than ``until`` are left
    out; ``full`` takes every series as changed. A database that fails is one of ``errors``
    (``database``, ``error``, ``message``); if all fail, the first one's error is raised.
    """
    due = {"series": [], "findings": [], "errors": [], "requests": 0}
    failures: list[SmedError] = []
    databases: dict[str, list[Registered]] = {}
    for series in registered_series(plan, SOURCE):
        databases.setdefault(series.database, []).append(series)
    with _opened(settings, sources, source) as opened:
        before = opened.transport.requests
        for database, held in sorted(databases.items()):
            changes = Changes(settings, SourceChecks(ledger), opened, database, held, full)
            try:
                changes.find(opened.stages(until))
            except SmedError as error:
                _keep(settings, plan, opened, opened.transport.evidence(error))
                LOG.error("%s", error)
                failures.append(error)
                named = {"database": database, "error": type(error).__name__}
                due["errors"].append({**named, "message": str(error)})
                continue
            due["series"] += changes.items
            due["findings"] += changes.findings
        due["requests"] = opened.transport.requests - before
    if failures and len(failures) == len(databases):
        raise failures[0]
    return due


def extract_series(
    settings: Settings,
    plan: Plan,
    ledger: Ledger,
    sources: str,
    item: dict,
    source: WorldBank | None = None,
) -> dict:
    """Lands the stages of one item that are not done yet, oldest first.

    Returns ``{"series", "landed": [snapshot_id...], "unchanged", "requests", "retries",
    "findings"}``. Raises at the first stage that fails: its response is kept in raw, what landed
    before stays, and the next run goes on at that stage.
    """
    series = registered(plan, SOURCE, item["series"])
    result = {"series": series.code, "landed": [], "unchanged": 0, "findings": []}
    with _opened(settings, sources, source) as opened:
        extraction = _Extraction(settings, plan, SourceChecks(ledger), opened, series)
        requests, retries = opened.transport.requests, opened.transport.retries
        for stage in item["stages"]:
            snapshot_id, findings = extraction.run(stage, item.get("full", False))
            result["landed"] += [snapshot_id] if snapshot_id else []
            result["unchanged"] += snapshot_id is None
            result["findings"] += findings
        result["requests"] = opened.transport.requests - requests
        result["retries"] = opened.transport.retries - retries
    return result


def _opened(settings: Settings, sources: str, source: WorldBank | None):
    return nullcontext(source) if source else open_source(settings, sources)


def _keep(settings: Settings, plan: Plan, source: WorldBank, responses: list[Response]) -> list:
    addressed = [(source.address(response), response) for response in responses]
    facts = {"licence": licence_of(plan, SOURCE), "client": source.client}
    return landing.keep_responses(settings, addressed, source.is_recorded, **facts)


class _Extraction:
    """One series, asked stage by stage."""

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        checks: SourceChecks,
        source: WorldBank,
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
        if held and held["content_sha256"] == snapshot.content_sha256:
            if is_due:
                self._remember(stage, "unchanged", held["snapshot_id"])
            return None, list(answer.grid.findings)
        kept = _keep(self.settings, self.plan, self.source, list(answer.pages))
        snapshot, findings = self._judged(snapshot, held)
        facts = {"licence": licence_of(self.plan, SOURCE), "client": self.source.client}
        landing.land(self.settings, snapshot, kept, **facts)
        self._remember(stage, "landed", snapshot.snapshot_id)
        return snapshot.snapshot_id, [*answer.grid.findings, *findings]

    def _remember(self, stage: dict, outcome: str, snapshot_id: str | None) -> None:
        known = {key: stage[key] for key in ("stage", "lastupdated")}
        self.checks.record(self.series.database, self.series.code, known, outcome, snapshot_id)

    def _ask(self, stage: dict) -> Answer:
        """The complete series under a title that the plan knows; what failed is kept in raw."""
        code, database = self.series.code, self.series.database
        years = range(self.plan.first_observation_year, int(stage["lastupdated"][:4]) + 1)
        economies = self.plan.country_codes
        try:
            answer = self.source.series(code, database, economies, years, stage["stage"])
            if answer.grid.title not in self.series.titles:
                raise held_back(
                    f"World Bank, {code}", [title_finding(self.series, answer.grid.title)]
                )
            return answer
        except SmedError as error:
            evidence = self.source.transport.evidence(error)
            _keep(self.settings, self.plan, self.source, evidence)
            raise

    def _snapshot(self, answer: Answer, lastupdated: str) -> Snapshot:
        vintage_date, basis = self.source.dated(answer, self.series.code, lastupdated)
        recorded = self.source.is_recorded
        return Snapshot(
            source=SOURCE,
            series=self.series.code,
            series_title=answer.grid.title,
            database=self.series.database,
            version=answer.version,
            vintage_date=vintage_date,
            vintage_basis=basis,
            is_recorded=recorded,
            retrieved_at=None if recorded else answer.pages[-1].retrieved_at.isoformat(),
            cells=answer.grid.cells,
        )

    def _held(self, snapshot: Snapshot) -> dict | None:
        """The vintage that the new one follows: the newest, or with recorded ones of its day."""
        held = landing.landed(self.settings, self.series.code)
        if self.source.is_recorded:
            held = [known for known in held if known["vintage_date"] <= snapshot.vintage_date]
        return held[-1] if held else None

    def _judged(self, snapshot: Snapshot, held: dict | None) -> tuple[Snapshot, list[dict]]:
        """The snapshot as it may land, dated later if the source was revised in place."""
        if held is None:
            if snapshot.values_count == 0:
                raise self._too_few(snapshot, 0)
            return snapshot, []
        findings = []
        if snapshot.vintage_date <= held["vintage_date"]:
            snapshot, finding_ = self._revised_in_place(snapshot, held)
            findings.append(finding_)
        share = 1 - self.plan.threshold("coverage_drop_pct") / 100
        if snapshot.values_count < held["values"] * share and not is_acknowledged(
            self.plan, self.series.code, held["vintage_date"], snapshot.vintage_date
        ):
            raise self._too_few(snapshot, held["values"])
        return snapshot, findings

    def _too_few(self, snapshot: Snapshot, before: int) -> ResponseInvalid:
        return ResponseInvalid(
            f"{snapshot.values_count} values, last time {before}",
            f"World Bank, series {self.series.code}",
            "nothing landed; if the source really withdrew them, say so in"
            f" acknowledged_revisions.csv for {self.series.code} as of {snapshot.vintage_date}",
        )

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
        revised = replace(snapshot, vintage_date=day, vintage_basis="date_of_retrieval")
        return revised, finding(
            "world_bank.source.revised_in_place",
            WARNING,
            self.series.code,
            message,
            "look at the revision report; nothing else is needed",
            observed=revised.content_sha256,
            expected=held["content_sha256"],
        )
