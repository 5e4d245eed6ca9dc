"""What a suite is: the rows that it looks at, what is expected of them, and how to name a row."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column, Condition

from expectations.tables import Tables
from smed.plan import Plan

PRESENT, MISSING, UNPLANNED = "as planned", "missing", "not in the plan"


@dataclass(frozen=True)
class Suite:
    """Expectations of one frame, made from one guarded table.

    ``key`` names a row in a sample; ``partition`` is the column by which results are told apart
    (None: only the whole table passes or fails).
    """

    name: str
    table_name: str
    frame: Callable[[Tables, Plan], pd.DataFrame]
    expectations: list[Expectation]
    key: tuple[str, ...] = ()
    partition: str | None = None


def card(
    check_id: str, expected: str, shows: str | None = None, worst: str | None = None
) -> dict[str, str]:
    """What a result says of its check, as the ``meta`` of an expectation.

    ``expected`` completes "expected ..."; ``shows`` is the column whose value a sample prints;
    ``worst`` says which are the worse ones, ``highest``, ``lowest`` or ``largest``, which is the
    amount without its sign (None: in order of keys).
    """
    facts = {"check_id": check_id, "expected": expected, "shows": shows, "worst": worst}
    return {name: value for name, value in facts.items() if value is not None}


def is_true(column: str) -> Condition:
    """Only rows where the boolean column is true."""
    return Column(column) == True  # noqa: E712 (builds a condition)


def is_not(column: str) -> Condition:
    """Only rows where the boolean column is not true; a null must not hide a row from a check."""
    return Column(column) != True  # noqa: E712 (builds a condition)


def presence(planned: pd.DataFrame, actual: pd.DataFrame, key: tuple[str, ...]) -> pd.DataFrame:
    """One row per key that is planned or there, with ``presence`` saying which of the two.

    Computed before validation because an expectation sees one frame, and the keys that are missing
    from a table can only be seen beside it.
    """
    names = {"both": PRESENT, "left_only": MISSING, "right_only": UNPLANNED}
    both = planned.merge(actual[list(key)], how="outer", on=list(key), indicator="presence")
    return both.assign(presence=both["presence"].map(names).astype(str))


def kpis_by_country(plan: Plan) -> pd.DataFrame:
    """One row per KPI x member state of the plan: kpi_code, country_code."""
    kpis = pd.DataFrame({"kpi_code": [kpi.kpi_code for kpi in plan.kpis]})
    return kpis.merge(pd.DataFrame({"country_code": plan.country_codes}), how="cross")
