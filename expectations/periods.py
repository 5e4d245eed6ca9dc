"""The half-years that a plan is reported on."""

from datetime import date

import pandas as pd

from expectations.tables import Tables
from smed.plan import Plan

MONTHS_IN_HALF = 6
HALVES = ("H1", "H2")


def reporting_periods(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per half-year from the plan's first to that of the as-of date: reporting_period.

    The plan's end is no end of it: figures and late completions come after.
    """
    first, last = _half_number(plan.facts.plan_start_date), _half_number(tables.as_of_date)
    numbers = range(first, last + 1)
    names = [f"{number // len(HALVES)}{HALVES[number % len(HALVES)]}" for number in numbers]
    return pd.DataFrame({"reporting_period": names}, dtype=object)


def _half_number(day: date) -> int:
    return day.year * len(HALVES) + (day.month - 1) // MONTHS_IN_HALF
