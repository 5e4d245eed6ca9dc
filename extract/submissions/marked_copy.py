"""A copy of what was read, the cells in question coloured and commented.

Never the sender's own file opened and saved again: a new workbook of what was read, in the rows in
which it stood. A formula is a text in it; a number or a date is one where it stood as one. It says
of itself what it is, so that it is not sent back in the place of the sender's own file.
"""

import re
from datetime import date, datetime, time
from io import BytesIO

from extract.submissions.documents import Cell, Document
from extract.submissions.findings import BLOCKING, Finding, printable
from extract.submissions.forms import MARKED_COPY_OF, Form, read_forms
from extract.submissions.values import as_text

# a fixed day, so that equal answers are equal bytes
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a property of the file, without a zone
LONGEST_COMMENT = 1_000
LONGEST_CELL = 32_000
# what XlsxWriter holds for a workbook grows with its comments; the JSON has all findings
COMMENTS_AT_MOST = 2_000
COLUMNS_AT_MOST = 256
_IN_SHEET = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_IN_TEXT = re.compile(r"column ([1-9][0-9]{0,4})$")
NOTICE = (
    "This is a copy of what you sent, with the cells in question marked. "
    "Mend your own file and send that: this copy is not taken in."
)
DAY = "yyyy-mm-dd"
COLOURS = {"blocking": "#F8CBC6", "warning": "#FFE9A8"}


def marked_copy_bytes(
    document: Document,
    findings: list[Finding],
    submission_id: str = "",
    shown: dict[int, dict] | None = None,
) -> bytes:
    """The workbook: the form's header in row 1 where a row stood there too, else above the rows.

    ``shown`` gives by row number what the template had filled in for reading only.
    """
    import xlsxwriter

    form = read_forms()[document.form_code]
    buffer = BytesIO()
    options = {
        **{"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        "strings_to_numbers": False,
    }
    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.set_properties({"created": CREATED})
    sheet = workbook.add_worksheet(form.sheet_name)
    formats = _formats(workbook)
    plain = formats["", False]
    head = workbook.add_format({"bold": True, "bg_color": "#D9E1F2", "text_wrap": True})
    header_row = min(row.number for row in document.rows) - 2
    places = _places(document, form)
    for column in form.columns:
        place = places[column.column_code]
        sheet.set_column(place, place, column.width, plain)
        if header_row >= 0:
            sheet.write_string(header_row, place, column.column_label, head)
    sheet.freeze_panes(max(header_row, 0) + 1, 1)
    marks = _marks(form, findings)
    _write_rows(sheet, document, places, marks, formats, shown or {})
    _write_findings(workbook, findings, formats)
    _write_about(workbook, document, submission_id)
    workbook.close()
    return buffer.getvalue()


def _formats(workbook) -> dict[tuple[str, bool], object]:
    """By severity ("" for none) and whether the cell is a date."""
    colours = {"": {}, **{s: {"bg_color": c, "border": 1} for s, c in COLOURS.items()}}
    return {
        (severity, is_day): workbook.add_format({**look, **({"num_format": DAY} if is_day else {})})
        for severity, look in colours.items()
        for is_day in (False, True)
    }


def _places(document: Document, form: Form) -> dict[str, int]:
    """Where each column stood in the sender's file; those that nobody filled take what is free."""
    places: dict[str, int] = {}
    for row in document.rows:
        for code, cell in row.cells.items():
            if code not in places and (place := _place(cell.reference)) is not None:
                places[code] = place
    free = [n for n in range(len(form.columns) + len(places)) if n not in places.values()]
    for number, column in enumerate(form.columns):
        if column.column_code not in places:
            place = number if number in free else free[0]
            free.remove(place)
            places[column.column_code] = place
    return places


def _place(reference: str) -> int | None:
    """The column of a reference such as E7 or ``line 7, column 5``, from 0."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    if found := _IN_TEXT.search(reference):
        place = int(found[1]) - 1
    elif _IN_SHEET.fullmatch(reference):
        place = xl_cell_to_rowcol(reference)[1]
    else:
        return None
    return place if 0 <= place < COLUMNS_AT_MOST else None


def _write_rows(
    sheet,
    document: Document,
    places: dict[str, int],
    marks: dict,
    formats: dict,
    shown: dict[int, dict],
) -> None:
    comments = 0
    for row in document.rows:
        told = {code: _shown_cell(value) for code, value in shown.get(row.number, {}).items()}
        # made when asked for, so once a row
        cells = row.cells
        for code, place in places.items():
            found = marks.get((row.number, code), ())
            cell = cells.get(code) or told.get(code)
            if (cell and cell.text) or found:
                _write(sheet, row.number - 1, place, cell, formats, _gravest(found))
            if found and comments < COMMENTS_AT_MOST:
                comments += 1
                options = {"author": "", "x_scale": 2.5}
                sheet.write_comment(row.number - 1, place, _comment(found), options)


def _shown_cell(value: object) -> Cell:
    text = "" if value is None else as_text(value)
    return Cell(text, value, "")


def _cell_text(text: str) -> str:
    return "\n".join(printable(line) for line in text[:LONGEST_CELL].split("\n"))


def _write(sheet, number: int, place: int, cell: Cell | None, formats: dict, severity: str) -> None:
    """A number or a date only where it stood as one: what was read from a text stays that text."""
    plain = formats[severity, False]
    if cell is None or not cell.text:
        sheet.write_blank(number, place, None, plain)
    elif cell.text != as_text(cell.value) or isinstance(cell.value, str):
        sheet.write_string(number, place, _cell_text(cell.text), plain)
    elif isinstance(cell.value, date):
        moment = datetime.combine(cell.value, time())
        sheet.write_datetime(number, place, moment, formats[severity, True])
    else:
        sheet.write_number(number, place, cell.value, plain)


def _write_about(workbook, document: Document, submission_id: str) -> None:
    """What the copy is; the intake knows it again by the first fact."""
    sheet = workbook.add_worksheet("About")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    facts = {
        MARKED_COPY_OF: submission_id or "a submission",
        "note": NOTICE,
        "form_code": document.form_code,
        "party_code": document.party_code,
        "reporting_period": document.reporting_period,
        "submission_version": str(document.submission_version),
    }
    for number, (name, value) in enumerate(facts.items()):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, printable(value))


def _marks(form: Form, findings: list[Finding]) -> dict[tuple[int, str], list[Finding]]:
    """The findings of each cell; what is said of a row as a whole marks its first cell."""
    codes = {column.column_label: column.column_code for column in form.columns}
    first = form.columns[0].column_code
    marks: dict[tuple[int, str], list[Finding]] = {}
    for found in findings:
        if found.row_number is not None:
            code = codes.get(found.column_label, first)
            marks.setdefault((found.row_number, code), []).append(found)
    return marks


def _gravest(findings: list[Finding]) -> str:
    severities = {found.severity for found in findings}
    return BLOCKING if BLOCKING in severities else "".join(severities)


def _comment(findings: list[Finding]) -> str:
    text = "\n\n".join(
        f"{found.rule_code}: {printable(found.message)}.\n{printable(found.hint)}."
        for found in findings
    )
    return text[:LONGEST_COMMENT]


def _write_findings(workbook, findings: list[Finding], formats: dict) -> None:
    """A second sheet that lists what was found, for those who cannot see comments."""
    sheet = workbook.add_worksheet("Findings")
    head = workbook.add_format({"bold": True, "bg_color": "#D9E1F2"})
    labels = [
        "Row",
        "Cell",
        "Column",
        "Severity",
        "Value",
        "What is wrong",
        "How to mend it",
        "Rule",
    ]
    for place, (label, width) in enumerate(
        zip(labels, (6, 18, 24, 12, 30, 60, 60, 30), strict=True)
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, label, head)
    for number, found in enumerate(findings[:COMMENTS_AT_MOST], 1):
        cells = [
            "" if found.row_number is None else str(found.row_number),
            *(found.reference, found.column_label, found.severity, found.value),
            *(found.message, found.hint, found.rule_code),
        ]
        for place, text in enumerate(cells):
            cell_format = formats[found.severity, False] if place == 3 else None
            sheet.write_string(number, place, printable(text), cell_format)
    sheet.freeze_panes(1, 0)
