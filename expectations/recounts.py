"""Recounts: a mart beside what the other marts say of the same thing, told in a sentence.

A figure that was shifted, swapped or signed wrongly may well be plausible; it no longer agrees with
what it was made from. Each recount is one column, null where all is as it should be, and otherwise
what differs first, such as ``value 59.6, not 60.1``.
"""

import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
from great_expectations.expectations.expectation import Expectation

from expectations.results import text_of
from expectations.suites import card
from smed.plan import Plan


def agrees(table: str, name: str, expected: str, notes: str) -> Expectation:
    """The critical expectation that a recount, the column ``name``, finds nothing."""
    return gxe.ExpectColumnValuesToBeNull(
        column=name,
        severity="critical",
        notes=notes,
        meta=card(f"{table}.{name}", expected, name),
    )


class Recount:
    """Collects what differs, row by row of a frame; numbers may differ by the plan's noise."""

    def __init__(self, frame: pd.DataFrame, plan: Plan):
        self._noise = plan.threshold("value_noise_ratio")
        self.findings = pd.Series(None, index=frame.index, dtype=object)

    def same(
        self, words: str, found: pd.Series, due: pd.Series, where: pd.Series | bool = True
    ) -> "Recount":
        """Two columns, labelled alike, hold the same or are both null."""
        differs = ~(self._close(found, due) | (found.isna() & due.isna())) & where
        return self._note(
            differs,
            lambda label: f"{words} {text_of(found[label])}, not {text_of(due[label])}",
        )

    def holds(self, words: str, rule: pd.Series, where: pd.Series | bool = True) -> "Recount":
        """A rule is true; ``words`` say what is wrong where it is not."""
        return self._note(~rule.eq(True) & where, lambda label: words)

    def _close(self, found: pd.Series, due: pd.Series) -> pd.Series:
        if not all(_is_number(column) for column in (found, due)):
            return found.eq(due)
        # beside 0 the noise of a ratio has no size
        size = np.maximum(due.abs(), 1)
        return (found - due).abs() <= self._noise * size

    def _note(self, differs: pd.Series, say) -> "Recount":
        for label in self.findings.index[differs & self.findings.isna()]:
            self.findings[label] = say(label)
        return self


def _is_number(column: pd.Series) -> bool:
    kinds = pd.api.types
    return kinds.is_numeric_dtype(column) and not kinds.is_bool_dtype(column)


def beside(
    frame: pd.DataFrame, other: pd.DataFrame, on: list[str], columns: dict[str, str]
) -> pd.DataFrame:
    """The frame with ``columns`` (name there -> name here) of the one row of ``other`` by ``on``.

    Of several rows by one key the first counts; that there are several is for dbt's tests to say.
    """
    there = other[[*on, *columns]].drop_duplicates(on).rename(columns=columns)
    return frame.merge(there, how="left", on=on)
