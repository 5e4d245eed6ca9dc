"""Decides whether anyone may read a candidate, and tells what was held back before it was built.

Imports Great Expectations (seconds of CPU): only the gate's own process imports this module.
"""

from functools import partial
from pathlib import Path

from expectations import (
    action_line_progress,
    development_gaps,
    goal_budgets,
    goal_progress,
    goal_scorecards,
    kpi_achievements,
    kpi_observations,
    last_release,
    raw_partitions,
    regional_achievements,
    regional_observations,
    reporting_coverage,
    source_discrepancies,
)
from expectations.data_docs import write_data_docs
from expectations.examination import Examiner
from expectations.results import Reporter
from expectations.tables import Tables
from expectations.verdict import QualityResult, Verdict
from smed.plan import Plan

# of the marts; of raw the gate only tells, see raw_partitions
GUARDS = (
    kpi_observations,
    kpi_achievements,
    regional_observations,
    regional_achievements,
    development_gaps,
    action_line_progress,
    goal_progress,
    goal_budgets,
    reporting_coverage,
    source_discrepancies,
    goal_scorecards,
)


class Gate:
    """One examination of one candidate: first ``check``, then, if wanted, ``write_docs``."""

    def __init__(self, candidate: Path, run_id: str, plan: Plan, previous: Path | None = None):
        self._candidate = candidate
        self._previous = previous
        self._run_id = run_id
        self._plan = plan
        self._examiner = Examiner()
        self.verdict: Verdict | None = None

    def check(self) -> Verdict:
        """Runs every check of every guarded table, in a fixed order.

        The plan is that of the candidate's as-of date. Raises CheckCouldNotRun if the candidate
        or the last release cannot be opened.
        """
        with Tables(self._candidate, self._previous) as tables:
            plan = self._plan.as_of(tables.as_of_date)
            guards = (*GUARDS, raw_partitions)
            rows = [row for guard in guards for row in self._guarded(guard, tables, plan)]
        self.verdict = Verdict.of(rows)
        return self.verdict

    def _guarded(self, guard, tables: Tables, plan: Plan) -> list[QualityResult]:
        reporter = Reporter(self._run_id, plan)
        suites = guard.suites(plan)
        if tables.comparable(guard.TABLE):
            suites += last_release.suites(guard.TABLE, plan)
        rows = []
        for suite in suites:
            frame = partial(suite.frame, tables, plan)
            for outcome in self._examiner.examine(suite, frame):
                rows += reporter.rows(suite, outcome)
        return rows or [reporter.no_checks(guard.TABLE)]

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
