"""Templates: what a party is asked to fill in for a period, made from the registry.

A workbook (template_workbook.py) or, by the suffix of its path, a CSV of the same rows.
"""

import csv
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

from extract.submissions.forms import SHOWN, TEMPLATE_VERSION, Form, read_forms
from extract.submissions.owed import KPI, owed_rows
from extract.submissions.periods import Period, is_in_calendar, period_of, read_period
from extract.submissions.registry import registry_of
from extract.submissions.standing import Standing
from smed.errors import SubmissionInvalid
from smed.files import replace_file
from smed.plan import Plan
from smed.plan_rows import Party

WORKBOOK, TEXT = ".xlsx", ".csv"
# what a spreadsheet would take for a formula
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Request:
    """A template that somebody owes: its form, party and period, and the rows in it."""

    plan: Plan
    form: Form
    party: Party
    period: Period
    rows: list[dict]
    submission_version: int

    @property
    def declared(self) -> dict[str, str]:
        """What the file says of itself, by the names of ``forms.DECLARED``, in their order."""
        return {
            "template_version": TEMPLATE_VERSION,
            "form_code": self.form.form_code,
            "party_code": self.party.party_code,
            "reporting_period": self.period.code,
            "submission_version": str(self.submission_version),
        }

    @property
    def due_date(self) -> date:
        """The last day on which it is in time."""
        return self.period.due_date(self.plan)


def template_name(form_code: str, party_code: str, reporting_period: str) -> str:
    """The name of a template's workbook where nobody gives another."""
    return f"{form_code}_{party_code}_{reporting_period}{WORKBOOK}"


def write_template(
    plan: Plan,
    standing: Standing,
    form_code: str,
    party_code: str,
    reporting_period: str,
    path: Path,
    submission_version: int = 1,
) -> int:
    """Writes the template to ``path`` in one step and returns how many rows it holds.

    Equal input gives equal bytes. Raises SubmissionInvalid for a form, party or period that is
    none, for a party that owes nothing in the period, and for a suffix other than .xlsx or .csv.
    """
    suffix = path.suffix.lower()
    if suffix not in (WORKBOOK, TEXT):
        raise SubmissionInvalid(
            f"a template is a workbook or a CSV and not {path.suffix or 'a file without a suffix'}",
            str(path),
            f"end the name in {WORKBOOK} or {TEXT}",
        )
    request = find_request(
        plan, standing, form_code, party_code, reporting_period, submission_version
    )
    if suffix == TEXT:
        data = _csv_bytes(request)
    else:
        from extract.submissions.template_workbook import workbook_bytes

        data = workbook_bytes(request)
    replace_file(path, data)
    return len(request.rows)


def find_request(
    plan: Plan,
    standing: Standing,
    form_code: str,
    party_code: str,
    reporting_period: str,
    submission_version: int = 1,
) -> Request:
    """What a party owes by a form in a period; SubmissionInvalid where it is nothing."""
    forms = read_forms()
    if form_code not in forms:
        raise _unknown("form", form_code, list(forms))
    registry = registry_of(plan)
    party = registry.parties[registry.require_party(party_code)]
    period = _period(plan, standing.today, reporting_period)
    rows = owed_rows(plan, standing, form_code, party.party_code, period.code)
    if not rows:
        raise _nothing_owed(registry.country_of(party.party_code), form_code, party, period)
    return Request(plan, forms[form_code], party, period, rows, submission_version)


def _unknown(what: str, said: str, known: list[str]) -> SubmissionInvalid:
    where = said or "(empty)"
    return SubmissionInvalid(f"no such {what}", where, f"it is one of {', '.join(known)}")


def _period(plan: Plan, today: date, text: str) -> Period:
    newest = period_of(today).code
    period = read_period(text)
    if period is None:
        raise SubmissionInvalid(
            "no reporting period", text or "(empty)", f"write a half-year such as {newest}"
        )
    if not is_in_calendar(period, plan, today):
        begins = period.start_date
        what = f"begins on {begins}" if begins > today else "lies before the plan"
        first = period_of(plan.facts.plan_start_date).code
        raise SubmissionInvalid(what, text, f"choose a period from {first} to {newest}")
    return period


def _nothing_owed(
    country: str | None, form_code: str, party: Party, period: Period
) -> SubmissionInvalid:
    if form_code == KPI and country is None:
        why = "is no member state, and only those send KPI values"
    elif form_code == KPI:
        why = f"owes no KPI value in {period.code}: none is due or available there"
    else:
        why = f"leads and carries out no action line that is open in {period.code}"
    return SubmissionInvalid(f"{why}", party.party_code, "ask for another form, party or period")


def _csv_bytes(request: Request) -> bytes:
    """Facts as ``# name: value``, the header, the rows; with a byte order mark for spreadsheets."""
    text = StringIO()
    for name, value in request.declared.items():
        text.write(f"# {name}: {value}\r\n")
    writer = csv.writer(text)
    writer.writerow([column.column_label for column in request.form.columns])
    for row in request.rows:
        writer.writerow(
            [
                _csv_cell(row.get(column.column_code), column.value_type == SHOWN)
                for column in request.form.columns
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: object, is_shown: bool) -> str:
    if value is None:
        return ""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    is_formula = isinstance(value, str) and text.startswith(FORMULA_STARTS)
    return f"'{text}" if is_shown and is_formula else text
