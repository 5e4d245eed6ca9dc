"""Workbooks: what they say of themselves, and the cells of the sheet that holds the rows.

Read by python-calamine; by openpyxl's read-only reader where calamine would hold a whole sheet
of empty cells to reach a far one, or could not read the file (it is about ten times slower).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from itertools import islice

from extract.submissions.collector import Collector
from extract.submissions.containers import Refused
from extract.submissions.limits import Limits
from extract.submissions.records import Fact, Table
from extract.submissions.scans import Scan, check_xml, column_letters, scan_sheet

ABOUT_SHEET = "About"
DATA_SHEET = "Data"
# what the template holds; anything else is not read, and its sender is told
KNOWN_SHEETS = frozenset({"about", "guide", "data", "lists"})
_WORKBOOK_PART, _LINKS_PART = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
CALAMINE, OPENPYXL = "calamine", "openpyxl"
# the two formats for per cent that need no declaration
_PERCENT_FORMATS = {b"9", b"10"}
_FORMATS = re.compile(rb"""numFmtId\s*=\s*["']([0-9]{1,6})["']""")
_DECLARED_FORMAT = re.compile(
    rb"""numFmt\s+(?:numFmtId\s*=\s*["']([0-9]{1,6})["'])\s+formatCode\s*=\s*["'][^"'<>]*%"""
)
_XF = re.compile(rb"<(?:[^\s<>/:]{1,40}:)?xf\s([^<>]*)")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name as printed, the member that holds it, and whether it is hidden."""

    name: str
    member: str
    is_hidden: bool


def read_workbook(
    data: bytes, members: dict[str, bytes], limits: Limits, collector: Collector, engine: str
) -> tuple[dict[str, Fact], Table | None]:
    """The facts of the About sheet by their names, and the Data sheet (None where it lacks).

    Raises Refused for a file that cannot be read as a workbook.
    """
    check_xml(members, limits)
    parts = (members.get(_WORKBOOK_PART), members.get(_LINKS_PART))
    sheets = {sheet.name.strip().casefold(): sheet for sheet in _sheets(*parts)}
    about, chosen = sheets.get(ABOUT_SHEET.casefold()), sheets.get(DATA_SHEET.casefold())
    for name, sheet in ((ABOUT_SHEET, about), (DATA_SHEET, chosen)):
        if sheet is None:
            collector.add("sheet.missing", expected=name, value=", ".join(sheets))
        elif sheet.is_hidden:
            collector.add("sheet.hidden", sheet_name=sheet.name)
    for key in sheets.keys() - KNOWN_SHEETS:
        collector.add("sheet.unknown", value=sheets[key].name, sheet_name=sheets[key].name)
    if any(name.startswith("xl/externallinks/") for name in members):
        collector.add("file.external_link")
    percents = _percent_styles(members.get("xl/styles.xml", b""))
    source = _Source(data, engine, limits)
    facts = {}
    if about:
        scan, rows = source.read(about, members, frozenset())
        facts = _facts(about.name, rows, scan)
    if not chosen:
        return facts, None
    scan, rows = source.read(chosen, members, percents)
    return facts, _table(chosen.name, rows, scan, limits, collector)


# files made from one template say the same here
@lru_cache(maxsize=64)
def _sheets(workbook: bytes | None, links: bytes | None) -> tuple[Sheet, ...]:
    from xml.etree.ElementTree import ParseError

    from defusedxml.ElementTree import fromstring

    if workbook is None or links is None:
        raise Refused("file.unreadable", f"it lacks {_WORKBOOK_PART}")
    try:
        root = fromstring(workbook, forbid_dtd=True)
        links = fromstring(links, forbid_dtd=True)
    except (ParseError, ValueError):
        raise Refused("file.unreadable", f"{_WORKBOOK_PART} is damaged") from None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = []
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            target = targets.get(element.get(_RELATION), "")
            member = target[1:] if target.startswith("/") else "xl/" + target
            hidden = element.get("state", "visible") != "visible"
            found.append(Sheet(element.get("name", ""), member.lower(), hidden))
    return tuple(found)


@lru_cache(maxsize=64)
def _percent_styles(styles: bytes) -> frozenset[int]:
    """Which numbers of cell styles show a value times 100 with a per cent sign."""
    cell_styles = styles.partition(b"cellXfs")[2].partition(b"cellXfs")[0]
    percents = _PERCENT_FORMATS | set(_DECLARED_FORMAT.findall(styles))
    found = set()
    for number, attributes in enumerate(_XF.findall(cell_styles)):
        used = _FORMATS.search(attributes)
        if used and used.group(1) in percents:
            found.add(number)
    return frozenset(found)


class _Source:
    """The sheets of one workbook, each read by the reader that can."""

    def __init__(self, data: bytes, engine: str, limits: Limits):
        self.data, self.limits = data, limits
        self.is_calamine = engine == CALAMINE
        self._calamine = self._openpyxl = None

    def read(self, sheet: Sheet, members: dict[str, bytes], percents: frozenset[int]):
        """What the XML of a sheet tells, and its rows from the first, as lists of values."""
        if sheet.member not in members:
            raise Refused("file.unreadable", f"{sheet.name} is empty")
        limits = self.limits
        scan = scan_sheet(members[sheet.member], percents, limits.rows, limits.columns)
        if scan.row_count > limits.rows:
            raise Refused("sheet.too_many_rows", scan.row_count, expected=limits.rows)
        if self.is_calamine and scan.last[0] * scan.last[1] <= limits.cells:
            return scan, self._by_calamine(sheet, members)
        return scan, self._by_openpyxl(sheet, members)

    def _by_calamine(self, sheet: Sheet, members: dict[str, bytes]) -> list[list]:
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            if self._calamine is None:
                self._calamine = CalamineWorkbook.from_filelike(BytesIO(self.data))
            found = self._calamine.get_sheet_by_name(sheet.name)
            if found.total_height * found.total_width <= self.limits.cells:
                return found.to_python(skip_empty_area=False)
        except (CalamineError, ValueError, OSError):
            self.is_calamine = False
        return self._by_openpyxl(sheet, members)

    def _by_openpyxl(self, sheet: Sheet, members: dict[str, bytes]) -> list[list]:
        from openpyxl import load_workbook

        parts = (members[sheet.member], members.get("xl/sharedstrings.xml", b""))
        if (tags := sum(part.count(b"<") for part in parts)) > self.limits.tags_read_slowly:
            expected = self.limits.tags_read_slowly
            raise Refused("file.xml.tags", f"{sheet.name}: {tags}", expected=expected)
        if self._openpyxl is None:
            self._openpyxl = load_workbook(
                BytesIO(self.data), read_only=True, data_only=True, keep_links=False
            )
        found = self._openpyxl[sheet.name]
        found.reset_dimensions()
        cells = found.iter_rows(
            max_row=self.limits.rows, max_col=self.limits.columns, values_only=True
        )
        # a far cell has thousands of empty rows before it
        return [
            [] if row.count(None) == len(row) else [_as_calamine(value) for value in row]
            for row in cells
        ]


def _as_calamine(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return date(value.year, value.month, value.day)
    return value


def _facts(sheet_name: str, rows: list[list], scan: Scan) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for number, row in enumerate(islice(rows, 200), 1):
        if len(row) > 1 and isinstance(row[0], str) and row[0].strip():
            name = row[0].strip().casefold()
            is_formula = (number, 1) in scan.marks
            facts.setdefault(name, Fact(row[1], sheet_name, f"B{number}", is_formula))
    return facts


def _table(
    sheet_name: str, rows: list[list], scan: Scan, limits: Limits, collector: Collector
) -> Table:
    for row, column in scan.far:
        place = f"{column_letters(column)}{row}"
        collector.add("sheet.cell.far", sheet_name=sheet_name, row_number=row, reference=place)
    if scan.far:
        rows = [row[: limits.columns] for row in rows]
    if len(rows) > limits.rows:
        filled = sum(any(value != "" for value in row) for row in rows)
        if filled > limits.rows:
            raise Refused("sheet.too_many_rows", filled, expected=limits.rows)
        rows = rows[: limits.rows]
    return Table(sheet_name, list(enumerate(rows, 1)), scan)
