"""The series that the plan registers with a source, with every title that it has had."""

import re
from dataclasses import dataclass

from extract.acknowledgements import read_all
from smed.errors import PlanInvalid
from smed.plan import Plan
from smed.settings import Settings

DISCONTINUED = "discontinued"
# the seeds that register a series
SEEDS = ("kpi_series", "weight_series", "component_series")
# how each source names its databases
_DATABASES = {"WB": (re.compile(r"\d+"), "a number"), "ADB": (re.compile(r"\w+"), "a dataflow")}


@dataclass(frozen=True)
class Registered:
    """A series, the database that holds it, its title of today and those known of it.

    ``unit_code`` is what the title of today means, ``seed`` the file that says so since ``since``.
    """

    source: str
    code: str
    database: str
    title: str
    titles: frozenset[str]
    states: tuple[tuple[str, str], ...]
    unit_code: str
    seed: str
    since: str

    def is_discontinued(self, day: str) -> bool:
        """Whether the plan says that the source had ended it by that day (ISO 8601)."""
        known = [state for since, state in sorted(self.states) if since <= day]
        return bool(known) and known[-1] == DISCONTINUED


def registered_series(plan: Plan, source_code: str) -> tuple[Registered, ...]:
    """Every series of a source that lies in one of its databases, by code."""
    rows: dict[str, list] = {}
    for seed in SEEDS:
        for row in getattr(plan, seed):
            if row.source_code == source_code and row.database_code:
                rows.setdefault(row.series_code, []).append((seed, row))
    return tuple(_registered(plan, source_code, code, rows[code]) for code in sorted(rows))


def _registered(plan: Plan, source_code: str, code: str, named: list) -> Registered:
    seed, newest = max(named, key=lambda one: one[1].state_from_date)
    rows = [row for _, row in named]
    pattern, kind = _DATABASES[source_code]
    if not pattern.fullmatch(newest.database_code):
        raise PlanInvalid(
            f"database_code {newest.database_code} of {code} is not {kind}",
            str(plan.folder),
            "correct it in kpi_series.csv, weight_series.csv or component_series.csv",
        )
    titles = {row.series_title for row in rows}
    titles |= {row.series_title for row in plan.former_series_titles if row.series_code == code}
    states = tuple((row.state_from_date.isoformat(), row.source_state) for row in rows)
    known = (newest.database_code, newest.series_title, frozenset(titles), states)
    since = newest.state_from_date.isoformat()
    return Registered(source_code, code, *known, newest.unit_code, f"{seed}.csv", since)


def registered(plan: Plan, source_code: str, code: str) -> Registered:
    """One series; PlanInvalid if the plan does not register it."""
    for series in registered_series(plan, source_code):
        if series.code == code:
            return series
    raise PlanInvalid(
        f"{code} is not a series of {source_code}", str(plan.folder), "add it to kpi_series.csv"
    )


def licence_of(plan: Plan, source_code: str) -> str | None:
    """The licence of a source's figures."""
    return next((s.licence for s in plan.data_sources if s.source_code == source_code), None)


def is_acknowledged(settings: Settings, plan: Plan, code: str, after: str, until: str) -> bool:
    """Whether a person acknowledged what changed in a series as a whole between two days.

    In the plan, or by `smed acknowledge`.
    """
    planned = [
        (row.series_code, row.country_code, row.vintage_date.isoformat())
        for row in plan.acknowledged_revisions
    ]
    given = [
        (kept.series_code, kept.country_code, kept.vintage_date or after)
        for kept in read_all(settings)
    ]
    return any(
        series_code == code and country_code is None and after < day <= until
        for series_code, country_code, day in (*planned, *given)
    )
