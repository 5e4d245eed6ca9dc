"""What a party owes in a period: the rows that its template holds."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from extract.submissions.forms import SHOWN, read_forms
from extract.submissions.periods import Period, read_period
from extract.submissions.registry import Registry, registry_of
from extract.submissions.standing import Standing
from smed.plan import Plan

KPI, PROGRESS = "kpi", "progress"
COMPLETED = "completed"
NOT_AVAILABLE = "no"


def owed_rows(
    plan: Plan, standing: Standing, form_code: str, party_code: str, reporting_period: str
) -> list[dict]:
    """The prefilled cells of each row, by column code; an empty list where nothing is owed.

    KPI form: every KPI that members send, that the party's country has and that is valid in the
    period, by year from the baseline to the last one due. Progress form: the lines that the party
    leads or carries out and that were not completed before the period.
    """
    period = read_period(reporting_period)
    if period is None:
        return []
    registry = registry_of(plan)
    rows = _values_owed if form_code == KPI else _lines_owed
    return list(rows(registry, standing, party_code, period))


def shown_cells(
    plan: Plan, standing: Standing, form_code: str, party_code: str, reporting_period: str, rows
) -> dict[int, dict]:
    """By row number, what the template fills in for reading only; nothing for rows added to it.

    ``rows`` are documents.Row; keys are known as the template writes them.
    """
    form = read_forms()[form_code]
    shown = [c.column_code for c in form.columns if c.value_type == SHOWN]
    owed = {
        tuple(row[key] for key in form.keys): {code: row[code] for code in shown}
        for row in owed_rows(plan, standing, form_code, party_code, reporting_period)
    }
    return {row.number: owed.get(tuple(row.value(key) for key in form.keys), {}) for row in rows}


def previous_line(
    plan: Plan, standing: Standing, action_line_code: str, period: Period
) -> dict | None:
    """The report on a line that was accepted last for an earlier period."""
    for earlier in _earlier_periods(plan.facts.plan_start_date, period):
        if row := standing.accepted_lines.get((action_line_code, earlier)):
            return row
    return None


@lru_cache(maxsize=256)
def _earlier_periods(plan_start: date, period: Period) -> tuple[str, ...]:
    """The periods before one back to the plan's first, newest first."""
    codes = []
    while period.start_date > plan_start:
        period = period.previous
        codes.append(period.code)
    return tuple(codes)


def _values_owed(
    registry: Registry, standing: Standing, party_code: str, period: Period
) -> Iterator[dict]:
    country = registry.country_of(party_code)
    if country is None:
        return
    for code, sent in sorted(registry.sent.items()):
        if registry.availability.get((code, country)) == NOT_AVAILABLE:
            continue
        if not sent.is_valid_in(period):
            continue
        first = registry.plan.facts.baseline_year
        if sent.kpi.valid_from_date:
            first = max(first, sent.kpi.valid_from_date.year)
        for year in range(first, period.year - sent.kpi.publication_lag_years + 1):
            accepted = standing.accepted_values.get((code, country, year), {})
            yield {
                "kpi_code": code,
                "kpi_name": sent.kpi.kpi_name,
                "observation_year": year,
                "previous_value": accepted.get("value"),
                "unit_code": sent.unit_name,
            }


def _lines_owed(
    registry: Registry, standing: Standing, party_code: str, period: Period
) -> Iterator[dict]:
    for line in sorted(registry.lines.values(), key=lambda line: line.action_line_code):
        code = line.action_line_code
        if not registry.reports_on(party_code, code):
            continue
        previous = previous_line(registry.plan, standing, code, period)
        if previous and _is_completed_before(previous, period):
            continue
        before = standing.accepted_lines.get((code, period.code)) or previous
        yield {
            "action_line_code": code,
            "action_line_name": line.action_line_name,
            "initial_due_date": line.due_date,
            "previous_report": _said(before) if before else None,
        }


def _is_completed_before(row: dict, period: Period) -> bool:
    if row.get("reported_status") != COMPLETED:
        return False
    return row.get("completed_date") is None or row["completed_date"] < period.start_date


def _said(row: dict) -> str:
    """What was reported last, in one cell."""
    words = [row.get("reported_status")]
    if row.get("complete_pct") is not None:
        words.append(f"{row['complete_pct']:g} %")
    if row.get("current_due_date"):
        words.append(f"due {row['current_due_date']}")
    return f"{row['reporting_period']}: {', '.join(word for word in words if word)}"
