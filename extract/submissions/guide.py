"""The first sheet of a template: who is asked for what, until when, and what happens then."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from extract.submissions.forms import SHOWN, TEXT
from extract.submissions.owed import KPI

if TYPE_CHECKING:
    from extract.submissions.templates import Request

TITLES = {"kpi": "KPI values", "progress": "Progress of action lines"}
WHAT = {
    "kpi": "The values of the plan's KPIs that only member states can send, for the years that "
    "are due. What was accepted before stands beside each; fill in what is new or has changed.",
    "progress": "How each action line that you lead or carry out stood at the end of the period. "
    "What you reported last stands beside each.",
}
RULES = (
    ("Grey cells", "Filled in for you. Leave them as they are."),
    ("Missing", "Leave the cell empty. Never write 0 for a value that you do not have."),
    ("Part of the rows", "Send what you have. A row left empty is shown as not reported."),
    ("Numbers", "Type them as numbers, in whole units and in the unit shown. No formulas."),
    ("Dates", "Day of the Common Era, such as 2026-12-31."),
    ("Names", "No names, telephone numbers or mail addresses of persons: what you send is public."),
)
EXTRA_ROWS = {
    "kpi": "Write the KPI's code, the year and the unit into an empty row below the others.",
    "progress": "Write the action line's code into an empty row below the others.",
}
AFTERWARDS = (
    ("1. You send it", "Put the file into your inbox folder, or hand it to the secretariat."),
    (
        "2. You get an answer",
        "A page and a copy of this workbook in which every cell in question is marked, with what "
        "is wrong and how to mend it. Good rows are taken even if others are not.",
    ),
    (
        "3. You mend it",
        "Correct the marked cells in your own file, raise submission_version on the sheet About "
        "by one, and send it again: its rows replace those that you sent before. A row that you "
        "leave out, or empty, stays as it was; to take one back write to the secretariat.",
    ),
    (
        "4. It is published",
        "With the next release. What changes a published value or a definition waits until a "
        "second person has looked at it. Nothing that you sent is ever deleted.",
    ),
)

# style, first cell, second cell
Line = tuple[str, str, str]


def guide_lines(request: "Request") -> Iterator[Line]:
    """The guide's lines from the first: ``title``, ``heading`` or plain ones of two cells."""
    form, period = request.form, request.period
    yield "title", f"{TITLES[form.form_code]}, {period.code}", ""
    yield "", "Plan", request.plan.facts.plan_name
    yield "", "From", f"{request.party.party_name} ({request.party.party_code})"
    yield "", "Period", f"{period.code}: {period.start_date} to {period.end_date}"
    yield "", "Send it by", f"{request.due_date}"
    yield "", "What is asked", f"{WHAT[form.form_code]} {len(request.rows)} rows on the sheet Data."
    yield "heading", "How to fill it in", ""
    for first, second in (*RULES, ("More rows", EXTRA_ROWS[form.form_code])):
        yield "", first, second
    yield "heading", "The columns", ""
    for column in form.columns:
        help_words = f"{column.help}."
        if column.choices:
            help_words += f" One of: {', '.join(column.choices)}."
        if column.value_type == TEXT and column.maximum is not None:
            help_words += f" At most {column.maximum:g} characters."
        if column.is_required:
            help_words += " Needed in every row that you fill in."
        elif column.value_type != SHOWN:
            is_asked = column.help.startswith("Needed")
            help_words += " Otherwise it may stay empty." if is_asked else " It may stay empty."
        yield "", column.column_label, help_words
    if form.form_code == KPI:
        yield from _kpis(request)
    yield "heading", "What happens next", ""
    for first, second in AFTERWARDS:
        yield "", first, second


def _kpis(request: "Request") -> Iterator[Line]:
    """The KPIs asked for, with what the registry says of their definition."""
    yield "heading", "The KPIs", ""
    asked = {row["kpi_code"] for row in request.rows}
    for kpi in request.plan.kpis:
        if kpi.kpi_code in asked:
            note = f" {kpi.definition_note}" if kpi.definition_note else ""
            yield "", kpi.kpi_code, f"{kpi.kpi_name}.{note}"
