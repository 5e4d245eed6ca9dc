"""A template as a workbook: a guide, the rows to fill in with Excel's own checks, what it is.

Nothing in it is hidden and nothing runs: no macro, no link, no formula in a cell.
"""

from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

from extract.submissions.forms import DECLARED, SHOWN, Column
from extract.submissions.guide import guide_lines
from extract.submissions.registry import registry_of
from extract.submissions.templates import Request

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# below the rows owed, where a party may add others; Excel checks those too
SPARE_ROWS = 50
FILLED = ("kpi", "action_line", "year", "unit", SHOWN)
NUMBER_FORMATS = {
    **{"number": "#,##0.00", "integer": "0", "year": "0", "date": "yyyy-mm-dd"},
    # General: what a template shows may be a number, a date or a text
    SHOWN: "General",
}
AS_TEXT = "@"
# longest message that Excel takes in a validation, and longest list of choices in one
LONGEST_MESSAGE, LONGEST_TITLE = 255, 32
ABOUT_VERSION_NOTE = "Raise it by one for a correction of a file that you sent before"


def workbook_bytes(request: Request) -> bytes:
    """The workbook of a template."""
    import xlsxwriter

    buffer = BytesIO()
    options = {
        **{"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        "strings_to_numbers": False,
    }
    workbook = xlsxwriter.Workbook(buffer, options)
    # a fixed day, so that equal rows are equal bytes
    created = datetime.combine(request.period.start_date, time())
    workbook.set_properties({"created": created, "title": request.form.form_code})
    _write_guide(workbook, request)
    _write_data(workbook, request)
    _write_about(workbook, request)
    workbook.close()
    return buffer.getvalue()


def _write_guide(workbook: "Workbook", request: Request) -> None:
    sheet = workbook.add_worksheet("Guide")
    styles = {
        "title": workbook.add_format({"bold": True, "font_size": 16}),
        "heading": workbook.add_format({"bold": True, "font_size": 12, "top": 1}),
        "": workbook.add_format({"text_wrap": True, "valign": "top"}),
    }
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.hide_gridlines(2)
    for number, (style, first, second) in enumerate(guide_lines(request)):
        sheet.write_string(number, 0, first, styles[style])
        if second:
            sheet.write_string(number, 1, second, styles[""])
    sheet.protect()


def _write_about(workbook: "Workbook", request: Request) -> None:
    sheet = workbook.add_worksheet("About")
    head = workbook.add_format({"bold": True, "bg_color": "#D9E1F2"})
    locked = workbook.add_format({"num_format": AS_TEXT, "bg_color": "#EDEDED"})
    entry = workbook.add_format({"num_format": AS_TEXT, "locked": False, "border": 1})
    sheet.set_column(0, 1, 24)
    sheet.write_row(0, 0, ["name", "value"], head)
    for number, (name, value) in enumerate(request.declared.items(), 1):
        is_entry = name == DECLARED[-1]
        sheet.write_string(number, 0, name, locked)
        sheet.write_string(number, 1, value, entry if is_entry else locked)
        workbook.define_name(name, f"=About!$B${number + 1}")
        if is_entry:
            sheet.write_comment(number, 1, ABOUT_VERSION_NOTE, {"author": ""})
    sheet.protect()


def _write_data(workbook: "Workbook", request: Request) -> None:
    form = request.form
    sheet = workbook.add_worksheet(form.sheet_name)
    head = workbook.add_format(
        {
            **{"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "border": 1},
            **{"text_wrap": True, "valign": "vcenter"},
        }
    )
    sheet.set_row(0, 32)
    for place, column in enumerate(form.columns):
        locked, entry = _cell_formats(workbook, column)
        sheet.set_column(place, place, column.width, entry)
        sheet.write_string(0, place, column.column_label, head)
        sheet.write_comment(0, place, column.help, {"author": "", "x_scale": 1.5})
        is_filled = column.value_type in FILLED
        for number, row in enumerate(request.rows, 1):
            _write_cell(sheet, number, place, row.get(column.column_code), locked, is_filled)
        _write_validation(sheet, request, place, column)
    _write_value_ranges(sheet, request)
    keys = [place for place, column in enumerate(form.columns) if column.is_key]
    sheet.freeze_panes(1, keys[-1] + 1)
    sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _cell_formats(workbook: "Workbook", column: Column):
    """Of a column: what the template fills in, grey and locked, and what a party may write."""
    shared = {
        "num_format": NUMBER_FORMATS.get(column.value_type, AS_TEXT),
        "valign": "top",
        "text_wrap": column.width >= 30,
    }
    grey = {**shared, "bg_color": "#EDEDED", "border": 1, "border_color": "#BFBFBF"}
    return workbook.add_format(grey), workbook.add_format({**shared, "locked": False})


def _write_cell(
    sheet: "Worksheet", number: int, place: int, value: object, locked, is_filled: bool
) -> None:
    if not is_filled:
        # left to the column's own format, which is unlocked
        return
    if value is None:
        sheet.write_blank(number, place, None, locked)
    elif isinstance(value, date):
        sheet.write_string(number, place, value.isoformat(), locked)
    elif isinstance(value, (int, float)):
        sheet.write_number(number, place, value, locked)
    else:
        sheet.write_string(number, place, str(value), locked)


def _write_validation(sheet: "Worksheet", request: Request, place: int, column: Column) -> None:
    rule = _rule(request, place, column)
    if rule is None:
        return
    last = len(request.rows) + SPARE_ROWS
    message = f"{column.help}." if not column.choices else f"One of: {', '.join(column.choices)}."
    said = {
        "error_title": column.column_label[:LONGEST_TITLE],
        "error_message": message[:LONGEST_MESSAGE],
    }
    sheet.data_validation(1, place, last, place, {**rule, **said})


def _rule(request: Request, place: int, column: Column) -> dict | None:
    """What Excel itself refuses in a column; None where only the reader can tell."""
    plan, kind = request.plan, column.value_type
    if kind == "choice":
        return {"validate": "list", "source": list(column.choices)}
    if kind == "unit":
        sent = registry_of(plan).sent.values()
        return {"validate": "list", "source": sorted({kpi.unit_name for kpi in sent})}
    if kind == "date":
        first = date(plan.first_observation_year, 1, 1)
        return {"validate": "date", "criteria": ">=", "value": first}
    if kind == "year":
        bounds = {"minimum": plan.first_observation_year, "maximum": request.period.year}
        return {"validate": "integer", "criteria": "between", **bounds}
    if kind in ("number", "integer"):
        return _number_rule("decimal" if kind == "number" else "integer", column)
    cell = _cell_name(place)
    if kind == "currency":
        return {"validate": "custom", "value": f"=AND(LEN({cell})=3,EXACT({cell},UPPER({cell})))"}
    if kind == "link":
        return {"validate": "custom", "value": f'=LEFT({cell},8)="https://"'}
    return None


def _number_rule(kind: str, column: Column) -> dict | None:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    if low is not None:
        return {"validate": kind, "criteria": ">=", "value": low}
    # the values of KPIs have bounds by row; of parts and wholes none is below 0
    return None if column.column_code == "value" else _number_rule_from_zero(kind)


def _number_rule_from_zero(kind: str) -> dict:
    return {"validate": kind, "criteria": ">=", "value": 0}


def _write_value_ranges(sheet: "Worksheet", request: Request) -> None:
    """The plausible range of each row's KPI, as Excel's own check of its value."""
    codes = [column.column_code for column in request.form.columns]
    if "value" not in codes:
        return
    place, sent = codes.index("value"), registry_of(request.plan).sent
    for number, row in enumerate(request.rows, 1):
        kpi = sent[row["kpi_code"]]
        bounds = f"{kpi.plausible_min:g} to {kpi.plausible_max:g} {kpi.unit_name}"
        sheet.data_validation(
            *(number, place, number, place),
            {
                **{"validate": "decimal", "criteria": "between", "error_title": "Value"},
                **{"minimum": kpi.plausible_min, "maximum": kpi.plausible_max},
                "error_message": f"{row['kpi_code']} is plausible from {bounds}. Leave the cell "
                "empty if there is no value.",
            },
        )


def _cell_name(place: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return xl_rowcol_to_cell(1, place)
