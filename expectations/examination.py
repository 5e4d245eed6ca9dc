"""Runs a suite through Great Expectations and reads what came out."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace

import great_expectations as gx
import pandas as pd
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.row_conditions import Condition
from great_expectations.validator.validator import Validator

from expectations.results import Outcome
from expectations.suites import Suite

# Counts, for a sixth more than a bare yes or no: that would have to be run again for the pages.
# Which rows fail is asked for afterwards, of failed checks alone.
COUNT_ROWS = "BASIC"
NAME_ROWS = "COMPLETE"


class Examiner:
    """Examines suites, and keeps Great Expectations' own results for the pages."""

    def __init__(self):
        self.pages: list[tuple[Suite, ExpectationSuiteValidationResult]] = []
        self._context = gx.get_context(mode="ephemeral")
        self._context.enable_analytics(False)
        self._context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        self._engine = PandasExecutionEngine()

    def examine(self, suite: Suite, frame: Callable[[], pd.DataFrame]) -> list[Outcome]:
        """One outcome per expectation; one that cannot run, or has nothing to look at, says so."""
        try:
            data = looked_at(suite, frame())
        except Exception as error:  # a fault in one suite must not hide what the others found
            return [_blind(expectation, error) for expectation in suite.expectations]
        outcomes, results = {}, []
        for clause, expectations in self._by_filter(suite).items():
            try:
                rows = data if clause is None else data.query(clause)
                outcomes |= self._outcomes(rows, expectations, results)
            except Exception as error:
                outcomes |= {_check_id(each): _blind(each, error) for each in expectations}
        self.pages.append((suite, _page(suite, results)))
        ordered = [outcomes[_check_id(expectation)] for expectation in suite.expectations]
        if data.empty and not suite.may_be_empty:
            return [_refuted(outcome) for outcome in ordered]
        return ordered

    def _by_filter(self, suite: Suite) -> dict[str | None, list[Expectation]]:
        groups: dict[str | None, list[Expectation]] = {}
        for expectation in suite.expectations:
            condition = getattr(expectation, "row_condition", None)
            clause = condition and self._engine.condition_to_filter_clause(condition)
            groups.setdefault(clause, []).append(expectation)
        return groups

    def _outcomes(
        self,
        rows: pd.DataFrame,
        expectations: list[Expectation],
        results: list[ExpectationValidationResult],
    ) -> dict[str, Outcome]:
        """Outcomes by check, of expectations that look at the same rows; adds to ``results``.

        Their condition was applied before: Great Expectations would write it out and read it in
        again dozens of times for each of them, which takes longer than all the rest.
        """
        bare = [_without_condition(expectation) for expectation in expectations]
        # by their ids: those that raised come before the others
        found = {
            _check_id(result.expectation_config): result
            for result in self._validated(rows, bare, COUNT_ROWS)
        }
        outcomes = {}
        for expectation, unconditional in zip(expectations, bare, strict=True):
            result = found[_check_id(expectation)]
            outcome = self._outcome(rows, unconditional, result)
            outcomes[_check_id(expectation)] = replace(outcome, expectation=expectation)
            result.expectation_config = expectation.configuration
            results.append(result)
        return outcomes

    def _outcome(
        self, rows: pd.DataFrame, expectation: Expectation, result: ExpectationValidationResult
    ) -> Outcome:
        raised = _raised(result)
        if raised is not None:
            return Outcome(expectation, error=raised)
        passed = bool(result.success)
        if "element_count" not in result.result:
            observed = str(result.result["observed_value"])
            return Outcome(expectation, passed, rows, observed=observed)
        failing = []
        if not passed:
            (named,) = self._validated(rows, [expectation], NAME_ROWS)
            failing = list(named.result["unexpected_index_list"])
        return Outcome(expectation, passed, rows, failing)

    def _validated(
        self, rows: pd.DataFrame, expectations: list[Expectation], result_format: str
    ) -> list[ExpectationValidationResult]:
        """Great Expectations' own results, in no order.

        A batch of a data source would be loaded twice for each call, and all its cells hashed each
        time: a third of an examination.
        """
        engine = PandasExecutionEngine(batch_data_dict={"rows": rows})
        with _configurations_kept():
            return Validator(engine, data_context=self._context).graph_validate(
                [expectation.configuration for expectation in expectations],
                {"result_format": result_format},
            )


def looked_at(suite: Suite, frame: pd.DataFrame) -> pd.DataFrame:
    """What a suite sees of its frame: every row, and the columns that it speaks of."""
    return frame.reset_index(drop=True).filter(items=_columns(suite))


@contextmanager
def _configurations_kept():
    """Great Expectations writes an expectation out again for every setting of it that it reads.

    That is a hundred times each and a third of a validation; while one runs, nothing changes them.
    """
    whole = Expectation.configuration
    # with the expectation itself, so that no other one gets its id meanwhile
    kept: dict[int, tuple[Expectation, ExpectationConfiguration]] = {}

    def configuration(expectation: Expectation) -> ExpectationConfiguration:
        if id(expectation) not in kept:
            kept[id(expectation)] = expectation, whole.fget(expectation)
        return kept[id(expectation)][1]

    Expectation.configuration = property(configuration)
    try:
        yield
    finally:
        Expectation.configuration = whole


def _blind(expectation: Expectation, error: Exception) -> Outcome:
    return Outcome(expectation, error=f"{type(error).__name__}: {error}")


def _refuted(outcome: Outcome) -> Outcome:
    """To pass without having seen anything is no pass."""
    if not outcome.passed:
        return outcome
    return Outcome(outcome.expectation, error="there is no row to look at")


def _check_id(expectation: Expectation | ExpectationConfiguration) -> str:
    return expectation.meta["check_id"]


def _without_condition(expectation: Expectation) -> Expectation:
    if getattr(expectation, "row_condition", None) is None:
        return expectation
    return expectation.copy(update={"row_condition": None})


def _page(
    suite: Suite, results: list[ExpectationValidationResult]
) -> ExpectationSuiteValidationResult:
    """The results of a suite's groups as those of one suite, in the order of its expectations."""
    order = [_check_id(expectation) for expectation in suite.expectations]
    results = sorted(results, key=lambda result: order.index(_check_id(result.expectation_config)))
    return ExpectationSuiteValidationResult(
        results=results,
        success=all(result.success for result in results),
        suite_name=suite.name,
        statistics={},
    )


def _columns(suite: Suite) -> list[str]:
    """The columns that the suite speaks of: a filter of a frame pays for every column of it."""
    names = [*suite.key, suite.partition]
    for expectation in suite.expectations:
        facts = expectation.dict(include={"column", "column_A", "column_B"})
        names += [*facts.values(), expectation.meta.get("shows")]
        names += _columns_of(getattr(expectation, "row_condition", None))
    return [name for name in dict.fromkeys(names) if name is not None]


def _columns_of(condition: Condition | None) -> list[str]:
    if condition is None:
        return []
    parts = getattr(condition, "conditions", None)
    if parts is None:
        return [condition.column.name]
    return [name for part in parts for name in _columns_of(part)]


def _raised(result: ExpectationValidationResult) -> str | None:
    """The message of the exception that kept a check from running, None if it ran.

    Great Expectations gives one record, or one per metric under the metric's name.
    """
    facts = result.exception_info
    records = [facts] if "raised_exception" in facts else list(facts.values())
    messages = {str(each["exception_message"]) for each in records if each["raised_exception"]}
    return "; ".join(sorted(messages)) if messages else None
