"""What the plan, the calendar and the last report say of one reported action line."""

from dataclasses import dataclass
from datetime import date

from extract.submissions.documents import Row
from extract.submissions.findings import shorten
from extract.submissions.notes import Notes
from extract.submissions.owed import COMPLETED, PROGRESS, previous_line
from extract.submissions.periods import Period
from extract.submissions.registry import Registry
from extract.submissions.standing import Standing, is_outranked
from smed.plan_rows import ActionLine

NOT_STARTED = "not started"
WHOLE_PCT = 100
# of a row as it lands, what a party says in columns of their own
REPORTED = (
    *("reported_status", "complete_pct", "start_date", "current_due_date", "completed_date"),
    *("budget_planned", "budget_spent", "currency_code", "personnel_planned"),
    *("personnel_actual", "output_quality", "evidence_link", "verifier"),
)


@dataclass(frozen=True)
class LineContext:
    """What every row of a progress form is judged against."""

    registry: Registry
    standing: Standing
    period: Period
    submission_version: int
    party_code: str
    notes: Notes


def canonical_line(registry: Registry, row: Row) -> ActionLine | None:
    """The action line that a row is about, by its code or the plan's misprint of it."""
    code = str(row.value("action_line_code") or "").casefold()
    return registry.lines.get(code) or registry.lines_as_printed.get(code)


def is_reported(row: Row, notes: Notes) -> bool:
    """Whether a row says anything: the template fills all but the entries."""
    entries = (*REPORTED, "due_date_reason", "issues")
    return any(row.value(column) is not None for column in entries) or notes.has_unread(row)


def check_line(context: LineContext, row: Row) -> dict | None:
    """The row as it lands, where its action line can be told; findings go to the notes."""
    line = _line(context, row)
    if line is None:
        return None
    before = previous_line(
        context.registry.plan, context.standing, line.action_line_code, context.period
    )
    _check_completion(context, row)
    _check_start(context, row)
    _check_due_date(context, row, line, before)
    _check_budget(context, row)
    if before:
        _check_since(context, row, before)
    landed = _landed(context, row, line)
    _check_published(context, row, landed)
    return landed


def _line(context: LineContext, row: Row) -> ActionLine | None:
    registry, notes = context.registry, context.notes
    code = row.value("action_line_code")
    if code is None:
        return None
    line = canonical_line(registry, row)
    if line is None:
        is_known = str(code).casefold() in registry.lines_without_text
        rule = "progress.line.without_text" if is_known else "progress.line.unknown"
        notes.add(rule, row, "action_line_code")
        return None
    if str(code).casefold() != line.action_line_code.casefold():
        expected = line.action_line_code
        notes.add("progress.line.printed_code", row, "action_line_code", expected=expected)
    if not registry.reports_on(context.party_code, line.action_line_code):
        allowed = sorted(
            code for code in registry.parties if registry.reports_on(code, line.action_line_code)
        )
        notes.add("party.not_lead", row, "action_line_code", expected=", ".join(allowed))
    return line


def _check_completion(context: LineContext, row: Row) -> None:
    notes, status = context.notes, row.value("reported_status")
    percent, completed = row.value("complete_pct"), row.value("completed_date")
    if percent is not None and 0 < percent < 1:
        notes.add("progress.percent.fraction", row, "complete_pct", expected=f"{percent * 100:g}")
    if status == COMPLETED:
        if percent is not None and percent < WHOLE_PCT:
            notes.add("progress.completed.below_100", row, "complete_pct")
        if completed is None and not notes.is_unread(row, "completed_date"):
            notes.add("progress.completed.no_date", row, "completed_date")
    elif status is not None:
        if completed is not None:
            notes.add(
                "progress.completed_date.not_completed", row, "completed_date", expected=status
            )
        if percent == WHOLE_PCT:
            notes.add("progress.percent.not_completed", row, "complete_pct", expected=status)
    if completed is not None:
        _check_completed_date(context, row, completed)


def _check_completed_date(context: LineContext, row: Row, completed: date) -> None:
    notes, plan, period = context.notes, context.registry.plan.facts, context.period
    start = row.value("start_date")
    if completed < plan.plan_start_date:
        expected = plan.plan_start_date
        notes.add("progress.completed_date.before_plan", row, "completed_date", expected=expected)
    elif start is not None and completed < start:
        notes.add("progress.completed_date.before_start", row, "completed_date", expected=start)
    if completed > context.standing.today:
        today = context.standing.today
        notes.add("progress.date.future", row, "completed_date", expected=today)
    elif completed > period.end_date:
        expected = period.end_date
        notes.add("progress.completed_date.after_period", row, "completed_date", expected=expected)


def _check_start(context: LineContext, row: Row) -> None:
    notes, start = context.notes, row.value("start_date")
    plan_start = context.registry.plan.facts.plan_start_date
    if start is not None and start > context.standing.today:
        notes.add("progress.date.future", row, "start_date", expected=context.standing.today)
    elif start is not None and start < plan_start:
        notes.add("progress.start_date.before_plan", row, "start_date", expected=plan_start)
    if row.value("reported_status") == NOT_STARTED:
        for column in ("complete_pct", "start_date", "budget_spent"):
            if row.value(column):
                notes.add("progress.not_started.begun", row, column)


def _check_due_date(context: LineContext, row: Row, line: ActionLine, before: dict | None) -> None:
    notes, due = context.notes, row.value("current_due_date")
    if due is None:
        return
    start, plan_end = row.value("start_date"), context.registry.plan.facts.plan_end_date
    if start is not None and due < start:
        notes.add("progress.current_due_date.before_start", row, "current_due_date", expected=start)
    if due > plan_end:
        notes.add(
            "progress.current_due_date.after_plan", row, "current_due_date", expected=plan_end
        )
    due_before = (before or {}).get("current_due_date") or line.due_date
    is_given = row.value("due_date_reason") or notes.is_unread(row, "due_date_reason")
    if due != due_before and not is_given:
        rule = "progress.current_due_date.no_reason"
        notes.add(rule, row, "current_due_date", expected=due_before)


def _check_budget(context: LineContext, row: Row) -> None:
    notes = context.notes
    planned, spent = row.value("budget_planned"), row.value("budget_spent")
    if planned is None and spent is None:
        return
    if row.value("currency_code") is None and not notes.is_unread(row, "currency_code"):
        notes.add("progress.budget.no_currency", row, "currency_code")
    if planned is not None and spent is not None and spent > planned:
        notes.add("progress.budget.overspent", row, "budget_spent", expected=f"{planned:.15g}")


def _check_since(context: LineContext, row: Row, before: dict) -> None:
    """Against the last report of an earlier period."""
    notes, status = context.notes, row.value("reported_status")
    if before.get("reported_status") == COMPLETED and status not in (COMPLETED, None):
        expected = before["reporting_period"]
        notes.add("progress.completed.taken_back", row, "reported_status", expected=expected)
    percent, percent_before = row.value("complete_pct"), before.get("complete_pct")
    if percent is not None and percent_before is not None and percent < percent_before:
        notes.add("progress.percent.fell", row, "complete_pct", expected=f"{percent_before:g}")
    currency, currency_before = row.value("currency_code"), before.get("currency_code")
    if currency and currency_before and currency != currency_before:
        notes.add("progress.currency.changed", row, "currency_code", expected=currency_before)
    elif currency:
        _check_scale(context, row, before)


def _check_scale(context: LineContext, row: Row, before: dict) -> None:
    """Thousands where units were, or the other way round."""
    planned, planned_before = row.value("budget_planned"), before.get("budget_planned")
    if not planned or not planned_before:
        return
    factor = context.registry.plan.threshold("submission_scale_factor")
    if max(planned / planned_before, planned_before / planned) >= factor:
        expected = f"{planned_before:.15g}"
        context.notes.add("progress.budget.scale", row, "budget_planned", expected=expected)


def _check_published(context: LineContext, row: Row, landed: dict) -> None:
    """Names the first entry that differs from what this party has reported for the period."""
    key = (landed["action_line_code"], context.period.code)
    accepted = context.standing.accepted_lines.get(key)
    place = (context.party_code, PROGRESS, context.period.code)
    if accepted is None or accepted.get("party_code") != context.party_code:
        return
    accepted = {"reporting_period": context.period.code, **accepted}
    is_older = is_outranked(accepted, context.period.code, context.submission_version)
    if not is_older and place not in context.standing.published_periods:
        return
    for column in REPORTED:
        old, new = accepted.get(column), landed[column]
        if old != new:
            said = "an empty cell" if old is None else shorten(old)
            said = context.standing.shown(accepted, said)
            rule = "row.older" if is_older else "row.amends_published"
            context.notes.add(rule, row, column, value=new, expected=said)
            return


def _landed(context: LineContext, row: Row, line: ActionLine) -> dict:
    reason, issues = row.value("due_date_reason"), row.value("issues")
    said = [f"Due date changed: {reason}" if reason else None, issues]
    return {
        "party_code": context.party_code,
        "action_line_code": line.action_line_code,
        "reporting_period": context.period.code,
        "initial_due_date": line.due_date,
        **{column: row.value(column) for column in REPORTED},
        "note": "; ".join(text for text in said if text) or None,
        "row_number": row.number,
        "cell_reference": _reference(row),
    }


def _reference(row: Row) -> str:
    """The place of the row's status, or of its key where the file has no such column."""
    return row.reference("reported_status") or row.reference("action_line_code")
