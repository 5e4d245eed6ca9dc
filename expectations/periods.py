"""The half-years that a plan is reported on."""

from datetime import date

import pandas as pd

from expectations.tables import Tables
from smed.plan import Plan

MONTHS_IN_HALF = 6
HALVES = ("H1", "H2")


def reporting_periods(tables: Tables, plan: Plan, table: str) -> pd.DataFrame:
    """One row per half-year for which a table ought to have rows: reporting_period.

    Those of the plan that have begun by the as-of date, that date's own, and the others that the
    table has: after the plan's end somebody may still report for a half-year gone by.
    """
    first, last = plan.facts.plan_start_date, plan.facts.plan_end_date
    today = _half_number(tables.as_of_date)
    begun = range(_half_number(first), min(_half_number(last), today) + 1)
    numbers = {*begun, *([today] if today >= begun.start else [])}
    expected = {f"{number // len(HALVES)}{HALVES[number % len(HALVES)]}" for number in numbers}
    found = set(tables.now(table)["reporting_period"].dropna())
    return pd.DataFrame({"reporting_period": sorted(expected | found)}, dtype=object)


def _half_number(day: date) -> int:
    return day.year * len(HALVES) + (day.month - 1) // MONTHS_IN_HALF
