"""A copy of what was read, the cells in question coloured and commented.

Never the sender's own file opened and saved again: a new workbook of the texts that were read, in
the rows in which they stood. A formula is a text in it.
"""

from datetime import datetime
from io import BytesIO

from extract.submissions.documents import Document
from extract.submissions.findings import BLOCKING, Finding, printable
from extract.submissions.forms import Form, read_forms

# a fixed day, so that equal answers are equal bytes
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a property of the file, without a zone
LONGEST_COMMENT = 1_000
LONGEST_CELL = 32_000
# what XlsxWriter holds for a workbook grows with its comments; the JSON has all findings
COMMENTS_AT_MOST = 2_000
COLOURS = {"blocking": "#F8CBC6", "warning": "#FFE9A8"}


def marked_copy_bytes(document: Document, findings: list[Finding]) -> bytes:
    """The workbook: the form's header in row 1 where a row stood there too, else above the rows."""
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
    formats = {
        severity: workbook.add_format({"bg_color": colour, "border": 1, "num_format": "@"})
        for severity, colour in COLOURS.items()
    }
    plain = workbook.add_format({"num_format": "@"})
    head = workbook.add_format({"bold": True, "bg_color": "#D9E1F2", "text_wrap": True})
    header_row = min(row.number for row in document.rows) - 2
    for place, column in enumerate(form.columns):
        sheet.set_column(place, place, column.width, plain)
        if header_row >= 0:
            sheet.write_string(header_row, place, column.column_label, head)
    sheet.freeze_panes(max(header_row, 0) + 1, 1)
    _write_rows(sheet, document, form, _marks(form, findings), formats | {"": plain})
    _write_findings(workbook, findings, formats)
    workbook.close()
    return buffer.getvalue()


def _write_rows(sheet, document: Document, form: Form, marks: dict, formats: dict) -> None:
    comments = 0
    for row in document.rows:
        for place, column in enumerate(form.columns):
            found = marks.get((row.number, place), ())
            cell = row.cells.get(column.column_code)
            text = _cell_text(cell.text) if cell else ""
            if text or found:
                _write(sheet, row.number - 1, place, text, formats[_gravest(found)])
            if found and comments < COMMENTS_AT_MOST:
                comments += 1
                options = {"author": "", "x_scale": 2.5}
                sheet.write_comment(row.number - 1, place, _comment(found), options)


def _cell_text(text: str) -> str:
    return "\n".join(printable(line) for line in text[:LONGEST_CELL].split("\n"))


def _write(sheet, number: int, place: int, text: str, cell_format) -> None:
    if text:
        sheet.write_string(number, place, text, cell_format)
    else:
        sheet.write_blank(number, place, None, cell_format)


def _marks(form: Form, findings: list[Finding]) -> dict[tuple[int, int], list[Finding]]:
    """The findings of each cell; what is said of a row as a whole marks its first cell."""
    places = {column.column_label: place for place, column in enumerate(form.columns)}
    marks: dict[tuple[int, int], list[Finding]] = {}
    for found in findings:
        if found.row_number is not None:
            place = places.get(found.column_label, 0)
            marks.setdefault((found.row_number, place), []).append(found)
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
            cell_format = formats[found.severity] if place == 3 else None
            sheet.write_string(number, place, printable(text), cell_format)
    sheet.freeze_panes(1, 0)
