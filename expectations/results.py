"""Turns what an expectation came to into rows of ``quality_results``, one per partition."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from great_expectations.expectations.expectation import Expectation

from expectations.suites import Suite
from expectations.verdict import COULD_NOT_RUN, CRITICAL, QUARANTINED, WHOLE_TABLE, QualityResult
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR

SUBMITTED = "submitted"
SAMPLED_AT_MOST = 5  # enough to see a pattern, few enough for one line of an alert


@dataclass(frozen=True)
class Outcome:
    """What one expectation came to.

    ``looked_at`` are the rows that its condition lets through, ``failing`` the labels of those that
    fail, None where it speaks of the table as a whole. ``error`` says why it could not run.
    """

    expectation: Expectation
    passed: bool = False
    looked_at: pd.DataFrame | None = None
    failing: list[int] | None = None
    observed: str = ""
    error: str | None = None


class Reporter:
    """Writes the rows of one run."""

    def __init__(self, run_id: str, plan: Plan):
        self._run_id = run_id
        champions: dict[str, list[str]] = {}
        for row in plan.country_champions:
            champions.setdefault(row.goal_code, []).append(row.country_code)
        # whether a source that is asked is late, or drifts, is nothing that a champion can mend
        sent = {row.kpi_code for row in plan.kpi_series if row.source_state == SUBMITTED}
        self._owners = {
            kpi.kpi_code: LIST_SEPARATOR.join(sorted(champions.get(kpi.goal_code, []))) or None
            if kpi.kpi_code in sent
            else None
            for kpi in plan.kpis
        }

    def no_checks(self, table_name: str) -> QualityResult:
        """The row for a table that nothing guards."""
        return self._row(
            f"{table_name}.has_checks",
            WHOLE_TABLE,
            table_name=table_name,
            severity=CRITICAL,
            status=COULD_NOT_RUN,
            observed_value="could not run: there is no check",
            expected="at least one check",
            notes="A gate without checks lets everything pass. Look at the table's module.",
        )

    def rows(self, suite: Suite, outcome: Outcome) -> list[QualityResult]:
        """The rows of one check: one per partition, or one for the whole table."""
        if outcome.error is not None:
            observed = " ".join(f"could not run: {outcome.error}".split())
            facts = {"status": COULD_NOT_RUN, "observed_value": observed}
            return [self._of_check(suite, outcome, WHOLE_TABLE, **facts)]
        if suite.holds_findings:
            return self._findings(suite, outcome)
        # only what names and shows a row: what a broken model lacks is left out of the samples
        shown = dict.fromkeys([*suite.key, suite.partition, outcome.expectation.meta.get("shows")])
        rows = outcome.looked_at.filter(items=list(shown))
        unnamed = not outcome.passed and not outcome.failing
        if suite.partition not in rows or outcome.failing is None or unnamed:
            return [self._part(suite, outcome, WHOLE_TABLE, rows, len(rows))]
        # a row without a partition must not escape
        codes = rows[suite.partition].astype(object).fillna("null").astype(str)
        counts = codes.value_counts()
        # of many rows that all passed there is nothing to tell but their number
        told = set(counts.index) if outcome.failing else set(counts.index[counts == 1])
        parts = dict(iter(rows[codes.isin(told)].groupby(codes))) if told else {}
        none = rows.iloc[:0]
        return [
            self._part(suite, outcome, code, parts.get(code, none), int(counts.get(code, 0)))
            for code in sorted({*counts.index, *self._owners})
        ]

    def _findings(self, suite: Suite, outcome: Outcome) -> list[QualityResult]:
        """One row per finding, or one that says of how many rows there was none."""
        found = outcome.looked_at
        failing = found[found.index.isin(outcome.failing or [])]
        if failing.empty:
            counted = int(found["rows_count"].sum())
            facts = {"status": "passed", "observed_value": "nothing amiss", "rows_count": counted}
            return [self._of_check(suite, outcome, WHOLE_TABLE, **facts)]
        is_critical = outcome.expectation.severity.value == CRITICAL
        return [
            self._of_check(
                suite,
                outcome,
                text_of(row["partition"]),
                status=QUARANTINED if is_critical else "warned",
                table_name=row["table_name"],
                observed_value=row["observed_value"],
                expected=row["expected"],
                rows_count=int(row["rows_count"]),
                failing_rows_count=int(row["failing_rows_count"]),
                sample=row["message"],
                owner_code=row["country_code"],
            )
            for _, row in failing.sort_values("partition", kind="stable").iterrows()
        ]

    def _part(
        self, suite: Suite, outcome: Outcome, partition: str, rows: pd.DataFrame, count: int
    ) -> QualityResult:
        """One row; ``rows`` are those to tell of, ``count`` is how many were looked at."""
        failing = rows[rows.index.isin(outcome.failing or [])]
        passed = outcome.passed if partition == WHOLE_TABLE else failing.empty
        severity = outcome.expectation.severity.value
        stop = "failed" if severity == CRITICAL else "warned"
        return self._of_check(
            suite,
            outcome,
            partition,
            status="passed" if passed else stop,
            observed_value=_observed(outcome, rows, failing, count),
            rows_count=count,
            failing_rows_count=len(failing),
            sample=_sample(suite, outcome.expectation, failing),
        )

    def _of_check(self, suite: Suite, outcome: Outcome, partition: str, **facts) -> QualityResult:
        expectation = outcome.expectation
        told = {
            "table_name": suite.table_name,
            "severity": expectation.severity.value,
            "expected": expectation.meta["expected"],
            "notes": expectation.notes,
        }
        return self._row(expectation.meta["check_id"], partition, **{**told, **facts})

    def _row(self, check_id: str, partition: str, **facts) -> QualityResult:
        row = {
            "check_id": check_id,
            "run_id": self._run_id,
            "partition_code": partition,
            "rows_count": 0,
            "failing_rows_count": 0,
            "sample": None,
            "owner_code": self._owners.get(partition),
            **facts,
        }
        return {column: row[column] for column in QualityResult.__annotations__}


def _observed(outcome: Outcome, rows: pd.DataFrame, failing: pd.DataFrame, count: int) -> str:
    if outcome.failing is None:
        return outcome.observed
    if count == 0:
        return "no row to look at"
    shows = outcome.expectation.meta.get("shows")
    if len(rows) == 1 and shows in rows:
        return text_of(rows[shows].iloc[0])
    return f"{len(failing)} of {count} rows fail"


def _sample(suite: Suite, expectation: Expectation, failing: pd.DataFrame) -> str | None:
    """The worst rows as ``KPI-07 KHM 2015: 59.6``, parted by semicolons."""
    if failing.empty:
        return None
    key = [column for column in suite.key if column in failing]
    shows, worst = expectation.meta.get("shows"), expectation.meta.get("worst")
    ordered = failing.sort_values(key, kind="stable") if key else failing
    if worst is not None and shows in ordered:
        amounts = ordered[shows].abs() if worst == "largest" else ordered[shows]
        order = amounts.sort_values(ascending=worst == "lowest", kind="stable").index
        ordered = ordered.loc[order]
    named = []
    for _, row in ordered.head(SAMPLED_AT_MOST).iterrows():
        name = " ".join(text_of(row[column]) for column in key)
        named.append(f"{name}: {text_of(row[shows])}" if shows in row else name)
    return "; ".join(named)


def text_of(value) -> str:
    """A cell as text: ten significant digits, ISO dates, ``null`` for nothing."""
    if pd.isna(value):
        return "null"
    if hasattr(value, "item"):  # numpy's own types
        value = value.item()
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.10g}"
    return str(value)
