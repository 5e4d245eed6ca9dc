"""Reporting periods: half-years such as 2026H2, from the one in which the plan begins."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from smed.plan import Plan

_WRITTEN = re.compile(r"([0-9]{4})H([12])")


@dataclass(frozen=True)
class Period:
    """A half-year; ``half`` is 1 or 2."""

    year: int
    half: int

    @cached_property
    def code(self) -> str:
        """As it is written: 2026H2."""
        return f"{self.year}H{self.half}"

    @cached_property
    def start_date(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @cached_property
    def end_date(self) -> date:
        """Its last day."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    @property
    def previous(self) -> "Period":
        """The half-year before."""
        return Period(self.year, 1) if self.half == 2 else Period(self.year - 1, 2)

    def due_date(self, plan: Plan) -> date:
        """The last day on which its reports are in time."""
        return self.end_date + timedelta(days=plan.threshold("submission_grace_days"))


def read_period(text: str) -> Period | None:
    """The period that a text names; None if it names none."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not date.min.year < int(found[1]) < date.max.year:
        return None
    return Period(int(found[1]), int(found[2]))


def period_of(day: date) -> Period:
    """The half-year in which a day lies."""
    return Period(day.year, 1 if day.month <= 6 else 2)


def is_in_calendar(period: Period, plan: Plan, today: date) -> bool:
    """Whether it has begun and does not lie before the plan."""
    return plan.facts.plan_start_date <= period.end_date and period.start_date <= today
