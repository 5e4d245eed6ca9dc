"""What a suite is: the rows that it looks at, what is expected of them, and how to name a row."""

from collections.abc import Callable
from dataclasses import dataclass

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column, Condition

from expectations.tables import Tables
from smed.plan import Plan

PRESENT, MISSING, UNPLANNED = "as planned", "missing", "not in the plan"
TWICE = "there more than once"


@dataclass(frozen=True)
class Suite:
    """Expectations of one frame, made from one guarded table.

    ``key`` names a row in a sample; ``partition`` is the column by which results are told apart
    (None: only the whole table passes or fails). Nothing to look at is no pass, unless
    ``may_be_empty``: only where a ``key_suite`` says whether the table ought to have rows. Where it
    ``holds_findings``, each failing row is a result in its own words, and what was critical is held
    back already.
    """

    name: str
    table_name: str
    frame: Callable[[Tables, Plan], pd.DataFrame]
    expectations: list[Expectation]
    key: tuple[str, ...] = ()
    partition: str | None = None
    may_be_empty: bool = False
    holds_findings: bool = False


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

    A key that is there more than once has as many rows, the first of them as planned.

    Computed before validation because an expectation sees one frame, and the keys that are missing
    from a table can only be seen beside it.
    """
    names = {"both": PRESENT, "left_only": MISSING, "right_only": UNPLANNED}
    both = planned.merge(actual[list(key)], how="outer", on=list(key), indicator="presence")
    found = both["presence"].map(names).astype(str)
    return both.assign(presence=found.mask(both.duplicated(list(key)), TWICE))


def key_suite(
    table: str,
    key: tuple[str, ...],
    planned: Callable[[Tables, Plan], pd.DataFrame],
    *,
    expected: str,
    notes: str,
    partition: str | None = None,
) -> Suite:
    """The suite that holds the keys of a table against those that the plan asks for.

    Its frame is empty only where nothing is planned and nothing is there.
    """
    expectation = gxe.ExpectColumnValuesToBeInSet(
        column="presence",
        value_set=[PRESENT],
        severity="critical",
        notes=notes,
        meta=card(f"{table}.key_set", expected, "presence"),
    )

    def keys(tables: Tables, plan: Plan) -> pd.DataFrame:
        return presence(planned(tables, plan), tables.now(table), key)

    return Suite(f"{table}_keys", table, keys, [expectation], key, partition, may_be_empty=True)


def kpis_by(column: str, values, plan: Plan) -> pd.DataFrame:
    """One row per KPI of the plan x value of a column: kpi_code and that column."""
    kpis = pd.DataFrame({"kpi_code": [kpi.kpi_code for kpi in plan.kpis]}, dtype=object)
    return kpis.merge(pd.DataFrame({column: list(values)}), how="cross")


def kpis_by_year(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x year of which it is owed, up to that of the as-of date."""
    first, last = plan.first_observation_year, tables.as_of_date.year
    owed = [
        (kpi.kpi_code, year)
        for kpi in plan.kpis
        for year in range(first, last + 1)
        if kpi.valid_from_date is None or kpi.valid_from_date.year <= year
    ]
    return pd.DataFrame(owed, columns=["kpi_code", "observation_year"])
