"""A release for spreadsheets: ``spreadsheet/<table>.csv`` and the workbook ``smed.xlsx``.

No cell of either is ever taken for a formula. Equal content gives equal bytes.
"""

import shutil
from datetime import datetime
from io import BytesIO
from pathlib import Path

from publish.contents import MARTS, Column, Content

SPREADSHEET = "spreadsheet"
WORKBOOK = "smed.xlsx"
COVER, COLUMNS = "About", "Columns"
# what a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)
FORMULA_STARTS = r"^[=+\-@\t\r\n]"
# where a semicolon or a tab parts cells, as in half of Europe, the rest of a text is a cell too
STARTS_WITHIN = r"(.[;\t|]\s*)([=+\-@])"
# by it spreadsheets know UTF-8
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# of a worksheet, the line of names among them
MOST_LINES = 1_048_576
LONGEST_SHEET_NAME = 31
WIDEST = 40
NARROWEST = 10


def write_safe_csv(connection, folder: Path, content: Content) -> None:
    """The table as CSV with an apostrophe before every text that looks like a formula."""
    path = folder / SPREADSHEET / f"{content.stem}.csv"
    part = path.with_suffix(".part")
    columns = ", ".join(_safe(column) for column in content.columns)
    connection.execute(
        f"copy (select {columns} from ({content.query})) to '{_quoted(part)}' (format csv, header)"
    )
    with path.open("wb") as file, part.open("rb") as written:
        file.write(BYTE_ORDER_MARK)
        shutil.copyfileobj(written, file)
    part.unlink()


def _safe(column: Column) -> str:
    name = '"' + column.name.replace('"', '""') + '"'
    if not column.is_text:
        return name
    is_formula = f"regexp_matches({name}, '{FORMULA_STARTS}')"
    safe = f"regexp_replace({name}, '{STARTS_WITHIN}', '\\1''\\2', 'g')"
    return f"case when {is_formula} then '''' || {safe} else {safe} end as {name}"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def write_workbook(
    connection, folder: Path, contents: list[Content], cover: dict[str, str], as_of: str
) -> None:
    """``smed.xlsx``: the cover, a sheet per mart, and what each column means.

    ``cover`` are its lines. A mart with more rows than a worksheet has is named on the cover.
    """
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(folder),
        "default_date_format": "yyyy-mm-dd",
    }
    # packed in memory: the archive of a workbook that could not be written complains once more
    packed = BytesIO()
    with xlsxwriter.Workbook(packed, options) as workbook:
        workbook.set_properties({"title": cover["Title"], "created": datetime.fromisoformat(as_of)})
        styles = {
            "bold": workbook.add_format({"bold": True}),
            "wrap": workbook.add_format({"text_wrap": True, "valign": "top"}),
            "time": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        marts = [content for content in contents if content.schema == MARTS]
        fitting = [content for content in marts if content.rows < MOST_LINES]
        _write_cover(workbook, cover, marts, styles)
        for content in fitting:
            _write_mart(workbook, connection, content, styles)
        _write_columns(workbook, marts, styles)
    (folder / WORKBOOK).write_bytes(packed.getbuffer())


def _write_cover(workbook, cover: dict[str, str], marts: list[Content], styles: dict) -> None:
    sheet = workbook.add_worksheet(COVER)
    sheet.set_column(0, 0, 28, styles["bold"])
    sheet.set_column(1, 1, 100, styles["wrap"])
    lines = [*cover.items(), ("", ""), ("Sheet", "One row per")]
    for content in marts:
        said = content.description
        if content.rows >= MOST_LINES:
            said = f"{content.rows} rows, more than a worksheet has: see csv/{content.stem}.csv"
        lines.append((content.name, said))
    lines.append((COLUMNS, "What each column means, its unit, and what an empty cell means"))
    for number, (name, said) in enumerate(lines):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, said)


def _write_mart(workbook, connection, content: Content, styles: dict) -> None:
    sheet = workbook.add_worksheet(content.name[:LONGEST_SHEET_NAME])
    names = [column.name for column in content.columns]
    sheet.freeze_panes(1, len(content.key))
    for place, name in enumerate(names):
        sheet.set_column(place, place, min(max(len(name) + 3, NARROWEST), WIDEST))
    # in its mode of constant memory XlsxWriter keeps only the line at hand
    sheet.write_row(0, 0, names, styles["bold"])
    writers = [_writer(sheet, column, styles) for column in content.columns]
    rows = connection.execute(content.query)
    number = 0
    while some := rows.fetchmany(5000):
        for row in some:
            number += 1
            for place, value in enumerate(row):
                if value is not None:
                    writers[place](number, place, value)
    sheet.autofilter(0, 0, number, len(names) - 1)


def _writer(sheet, column: Column, styles: dict):
    """How a value of the column is written: by its type, never by what it looks like."""
    if column.type == "VARCHAR":
        return sheet.write_string
    if column.type == "BOOLEAN":
        return sheet.write_boolean
    if column.type == "DATE":
        return sheet.write_datetime
    if column.type.startswith("TIMESTAMP"):
        return lambda row, place, value: sheet.write_datetime(row, place, value, styles["time"])
    return sheet.write_number


def _write_columns(workbook, marts: list[Content], styles: dict) -> None:
    sheet = workbook.add_worksheet(COLUMNS)
    sheet.freeze_panes(1, 0)
    for place, width in enumerate((26, 30, 14, 100)):
        sheet.set_column(place, place, width)
    sheet.write_row(0, 0, ("Sheet", "Column", "Type", "What it says"), styles["bold"])
    number = 0
    for content in marts:
        for column in content.columns:
            number += 1
            said = (content.name, column.name, column.type.lower(), column.description)
            for place, words in enumerate(said):
                sheet.write_string(number, place, words)
    sheet.autofilter(0, 0, number, 3)
