"""Decides whether anyone may read a candidate, and tells what was held back before it was built.

Imports Great Expectations (seconds of CPU): only the gate's own process imports this module.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from expectations import (
    action_line_progress,
    development_gaps,
    goal_achievements,
    goal_budgets,
    goal_progress,
    goal_scorecards,
    kpi_achievements,
    kpi_observations,
    kpi_revisions,
    last_release,
    raw_partitions,
    regional_achievements,
    regional_observations,
    reporting_coverage,
    source_discrepancies,
    sources,
    submitted_values,
)
from expectations.data_docs import write_data_docs
from expectations.examination import Examiner
from expectations.results import Reporter
from expectations.suites import Suite
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
    goal_achievements,
    goal_scorecards,
    kpi_revisions,
    sources,
    submitted_values,
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
            facts = (self._examiner, tables, self._plan, self._run_id)
            rows = judge(*facts, GUARDS)
            # what raw says is no substitute for looking at the marts
            rows += judge(*facts, [raw_partitions]) if rows else []
        self.verdict = Verdict.of(rows)
        return self.verdict

    @property
    def pages(self) -> list:
        """Each suite that was examined, with Great Expectations' own results."""
        return self._examiner.pages

    def write_docs(self, folder: Path) -> None:
        """Writes the Data Docs of the examination, static pages, into ``folder``."""
        write_data_docs(folder, self.verdict, self._examiner.pages)


def judge(
    examiner: Examiner, tables: Tables, plan: Plan, run_id: str, guards: Iterable
) -> list[QualityResult]:
    """The results of some guards; the plan is that of today."""
    plan = plan.as_of(tables.as_of_date)
    reporter = Reporter(run_id, plan)
    rows = []
    for guard in guards:
        suites = suites_of(guard, tables, plan)
        rows += examined(examiner, reporter, suites, tables, plan)
        if not any(suite.expectations for suite in suites):
            rows.append(reporter.no_checks(guard.TABLE))
    return rows


def suites_of(guard, tables: Tables, plan: Plan) -> list[Suite]:
    """The suites of a guard, and those beside the last release where there is one to compare."""
    suites = guard.suites(plan)
    since_release = last_release.suites(guard.TABLE, plan)
    if since_release and tables.comparable(guard.TABLE):
        suites += since_release
    return suites


def examined(
    examiner: Examiner, reporter: Reporter, suites: Iterable[Suite], tables: Tables, plan: Plan
) -> list[QualityResult]:
    """The results of some suites."""
    rows = []
    for suite in suites:
        for outcome in examiner.examine(suite, partial(suite.frame, tables, plan)):
            rows += reporter.rows(suite, outcome)
    return rows


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
