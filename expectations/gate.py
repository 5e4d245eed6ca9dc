"""Decides whether anyone may read a candidate.

Imports Great Expectations (seconds of CPU): only the gate's own process imports this module.
"""

from functools import partial
from pathlib import Path

from expectations import goal_scorecards, kpi_achievements, kpi_observations, last_release
from expectations.data_docs import write_data_docs
from expectations.examination import Examiner
from expectations.results import Reporter
from expectations.tables import Tables
from expectations.verdict import QualityResult, Verdict
from smed.plan import Plan

GUARDS = (kpi_observations, kpi_achievements, goal_scorecards)


class Gate:
    """One examination of one candidate: first ``check``, then, if wanted, ``write_docs``."""

    def __init__(self, candidate: Path, run_id: str, plan: Plan, previous: Path | None = None):
        self._candidate = candidate
        self._previous = previous
        self._plan = plan
        self._examiner = Examiner()
        self._reporter = Reporter(run_id, plan)
        self.verdict: Verdict | None = None

    def check(self) -> Verdict:
        """Runs every check of every guarded table, in a fixed order.

        Raises CheckCouldNotRun if the candidate or the last release cannot be opened.
        """
        with Tables(self._candidate, self._previous) as tables:
            rows = [row for guard in GUARDS for row in self._guarded(guard, tables)]
        self.verdict = Verdict.of(rows)
        return self.verdict

    def _guarded(self, guard, tables: Tables) -> list[QualityResult]:
        suites = guard.suites(self._plan)
        if tables.comparable(guard.TABLE):
            suites += last_release.suites(guard.TABLE, self._plan)
        rows = []
        for suite in suites:
            frame = partial(suite.frame, tables, self._plan)
            for outcome in self._examiner.examine(suite, frame):
                rows += self._reporter.rows(suite, outcome)
        return rows or [self._reporter.no_checks(guard.TABLE)]

    def write_docs(self, folder: Path) -> None:
        """Writes the Data Docs of the examination, static pages, into ``folder``."""
        write_data_docs(folder, self.verdict, self._examiner.pages)


def check(
    candidate: Path,
    run_id: str,
    plan: Plan,
    previous: Path | None = None,
    docs: Path | None = None,
) -> Verdict:
    """Checks a candidate beside the last release's database and writes the Data Docs, if wanted."""
    gate = Gate(candidate, run_id, plan, previous)
    verdict = gate.check()
    if docs is not None:
        gate.write_docs(docs)
    return verdict
