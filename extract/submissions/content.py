"""What a document claims, judged by the plan and by what is known: which rows may land.

Pure: no file is read or written. The rules are rows of rules.csv; whether a finding holds back its
row, the whole file or nothing is said there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from extract.submissions import kpi_checks, progress_checks
from extract.submissions.documents import Document, Row
from extract.submissions.findings import Finding, read_rules
from extract.submissions.forms import TEXT, Form, read_forms
from extract.submissions.notes import Notes
from extract.submissions.owed import KPI
from extract.submissions.periods import is_in_calendar, period_of, read_period
from extract.submissions.registry import Registry, registry_of
from extract.submissions.standing import Standing
from smed.plan import Plan

# of rows with the same key, how many a finding names
OTHERS_NAMED = 3


@dataclass(frozen=True)
class Checked:
    """The rows that may land, the numbers of those held back, and what the checks found.

    ``rows`` have the columns of ``inputs.kpi_submissions`` or ``inputs.progress_submissions`` but
    those of the submission itself (submission_id, known_from, submitted_at, vintage_date,
    is_illustrative), and sheet_name, row_number, cell_reference. ``findings`` lacks what the
    reader found before. ``unreported`` are the rows that a party left as the template made them.
    """

    rows: tuple[dict, ...]
    set_aside: tuple[int, ...]
    findings: tuple[Finding, ...]
    unreported: tuple[int, ...] = ()

    @property
    def needs_review(self) -> tuple[str, ...]:
        """The rules that make the submission wait for a second person, sorted."""
        rules = read_rules()
        return tuple(
            sorted({f.rule_code for f in self.findings if rules[f.rule_code].forces_review})
        )


def check_document(
    document: Document,
    plan: Plan,
    standing: Standing,
    file_name: str,
    party_code: str,
    found: Iterable[Finding] = (),
) -> Checked:
    """Judges every row; ``party_code`` is who really sent it, ``found`` what the reader found."""
    form = read_forms()[document.form_code]
    notes = Notes(document, form, file_name, found)
    check = _row_check(document, plan, standing, party_code, notes)
    if check is None:
        return _checked(document, [], notes, [])
    is_reported = (kpi_checks if form.form_code == KPI else progress_checks).is_reported
    reported = [row for row in document.rows if is_reported(row, notes)]
    _check_repeated(reported, plan, form, notes)
    landed = []
    for row in reported:
        _check_entries(row, form, notes)
        landed.append(check(row))
    numbers = {row.number for row in reported}
    unreported = [row.number for row in document.rows if row.number not in numbers]
    return _checked(document, [row for row in landed if row], notes, unreported)


def _row_check(document: Document, plan: Plan, standing: Standing, party_code: str, notes: Notes):
    """The check of one row; None where a finding holds back the whole file."""
    registry = registry_of(plan)
    period = read_period(document.reporting_period)
    if period is None or not is_in_calendar(period, plan, standing.today):
        expected = period_of(standing.today).code
        notes.add_to_file("period.unknown", value=document.reporting_period, expected=expected)
        return None
    if document.form_code != KPI:
        context = progress_checks.LineContext(
            registry, standing, period, document.submission_version, party_code, notes
        )
        return partial(progress_checks.check_line, context)
    country = registry.country_of(party_code)
    if country is None:
        notes.add_to_file("party.sends_no_values", value=party_code)
        return None
    in_file = kpi_checks.plausible_values(registry, document.rows)
    version = document.submission_version
    known = (registry, standing, period, version, party_code, country, in_file, notes)
    context = kpi_checks.KpiContext(*known)
    return partial(kpi_checks.check_value, context)


def _checked(
    document: Document, landed: list[dict], notes: Notes, unreported: list[int]
) -> Checked:
    held = notes.held
    if notes.is_file_held:
        held = {row.number for row in document.rows} - set(unreported)
    rows = tuple(
        {**row, "sheet_name": document.sheet_name}
        for row in landed
        if row["row_number"] not in held
    )
    return Checked(rows, tuple(sorted(held)), tuple(notes.findings), tuple(unreported))


def _check_repeated(reported: list[Row], plan: Plan, form: Form, notes: Notes) -> None:
    """Every row whose key stands in another row too, each naming the others."""
    registry = registry_of(plan)
    by_key: dict[tuple, list[Row]] = {}
    for row in reported:
        key = _key(row, registry, form)
        if None not in key:
            by_key.setdefault(key, []).append(row)
    if len(by_key) == len(reported):
        return
    for key, rows in by_key.items():
        if len(rows) == 1:
            continue
        named = ", ".join(str(part) for part in key)
        for row in rows:
            notes.add("row.repeated", row, form.keys[0], value=named, expected=_others(rows, row))


def _others(rows: list[Row], row: Row) -> str:
    """The first of the other rows by number, and how many more there are."""
    first = [f"row {other.number}" for other in rows[: OTHERS_NAMED + 1] if other is not row]
    named = first[:OTHERS_NAMED]
    more = len(rows) - 1 - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _key(row: Row, registry: Registry, form: Form) -> tuple:
    """The row's key in canonical codes; a part that cannot be told is None."""
    if form.form_code == KPI:
        return registry.kpi_code(row.value("kpi_code")), row.value("observation_year")
    line = progress_checks.canonical_line(registry, row)
    return (line.action_line_code if line else None,)


def _check_entries(row: Row, form: Form, notes: Notes) -> None:
    """What forms.csv itself asks of the cells of a row that is filled in."""
    for column in form.demanding:
        value = row.value(column.column_code)
        if value is None:
            if column.is_required and not notes.is_unread(row, column.column_code):
                rule = "row.key.missing" if column.is_key else "row.required"
                notes.add(rule, row, column.column_code)
            continue
        low, high = column.minimum, column.maximum
        if column.value_type == TEXT:
            if high is not None and len(value) > high:
                notes.add("row.text_long", row, column.column_code, expected=f"{high:g}")
        elif (low is not None and value < low) or (high is not None and value > high):
            words = f"from {low:g}" if high is None else f"from {low:g} to {high:g}"
            notes.add("row.out_of_range", row, column.column_code, expected=words)
