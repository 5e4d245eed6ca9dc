"""Runs a suite through Great Expectations and reads what came out."""

from collections.abc import Callable
from functools import cache, partial

import great_expectations as gx
import pandas as pd
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.datasource.fluent.interfaces import Batch
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Condition

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
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        # one asset for all: every new one would write the context's configuration again
        asset = context.data_sources.add_pandas("candidate").add_dataframe_asset("frames")
        self._batches = asset.add_batch_definition_whole_dataframe("whole")
        self._engine = PandasExecutionEngine()

    def examine(self, suite: Suite, frame: Callable[[], pd.DataFrame]) -> list[Outcome]:
        """One outcome per expectation; one that cannot run, or has nothing to look at, says so."""
        try:
            data = frame().reset_index(drop=True).filter(items=_columns(suite))
            return self._outcomes(suite, data)
        except Exception as error:  # a fault in one suite must not hide what the others found
            told = f"{type(error).__name__}: {error}"
            return [Outcome(expectation, error=told) for expectation in suite.expectations]

    def _outcomes(self, suite: Suite, data: pd.DataFrame) -> list[Outcome]:
        batch = self._batches.get_batch({"dataframe": data})
        grouped = gx.ExpectationSuite(suite.name, expectations=suite.expectations)
        results = batch.validate(grouped, result_format=COUNT_ROWS)
        self.pages.append((suite, results))
        # by their ids: those that raised come before the others
        found = {result.expectation_config.meta["check_id"]: result for result in results.results}
        looked_at = cache(partial(self._looked_at, data))
        return [
            self._outcome(
                batch,
                looked_at,
                expectation,
                found[expectation.meta["check_id"]],
                suite.may_be_empty,
            )
            for expectation in suite.expectations
        ]

    def _outcome(
        self,
        batch: Batch,
        looked_at: Callable[[str | None], pd.DataFrame],
        expectation: Expectation,
        result: ExpectationValidationResult,
        may_be_empty: bool,
    ) -> Outcome:
        raised = _raised(result)
        if raised is not None:
            return Outcome(expectation, error=raised)
        passed = bool(result.success)
        if passed and looked_at(None).empty and not may_be_empty:
            return Outcome(expectation, error="there is no row to look at")
        if "element_count" not in result.result:
            observed = str(result.result["observed_value"])
            return Outcome(expectation, passed, looked_at(None), observed=observed)
        failing = []
        if not passed:
            named = batch.validate(expectation, result_format=NAME_ROWS)
            failing = list(named.result["unexpected_index_list"])
        return Outcome(expectation, passed, looked_at(self._filter(expectation)), failing)

    def _filter(self, expectation: Expectation) -> str | None:
        condition = getattr(expectation, "row_condition", None)
        return None if condition is None else self._engine.condition_to_filter_clause(condition)

    def _looked_at(self, data: pd.DataFrame, clause: str | None) -> pd.DataFrame:
        return data if clause is None else data.query(clause)


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
