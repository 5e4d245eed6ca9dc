"""What a sheet's XML says that a reader of values would not: formulas, errors, far cells.

Searched as bytes, since a parser would cost several times what reading the values does. On a
sheet as spreadsheet programs write it a few searches find that nothing is the matter; only
otherwise is every cell looked at. What these searches could miss, the reader's own limits stop.
"""

import re
from dataclasses import dataclass, field

from extract.submissions.containers import Refused
from extract.submissions.limits import Limits

# a prefix of a namespace, as some programs write it before every name
_PREFIX = rb"<(?:[^\s<>/:=\"']{1,40}:)?"
_ENCODING = re.compile(rb"""^[^<]{0,8}<\?xml[^<>]{0,200}?encoding\s*=\s*["']([^"'<>]{1,40})["']""")
# a cell that does not begin as usual, or stands beyond ZZ9999
_UNUSUAL_CELL = re.compile(rb'<c(?! r="[A-Z]{1,2}[0-9]{1,4}"|[A-Za-z])')
_PREFIXED = re.compile(rb":(?:c|f|row)[\s/>]")
_FORMULA = re.compile(rb"<f[\s/>]")
# compiled, these are found faster than by `in`
_ERROR, _HIDES = re.compile(rb'"e"'), re.compile(rb"hidden")
_PIECE = re.compile(_PREFIX + rb"(row|c|f)(?=[\s/>])([^<>]*)")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
_IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]{1,6})["']""")
_SHOWN_ERROR = re.compile(rb"[^<]*<[^<>]*v[^<>]*>([^<>]{1,20})<")
_MERGED = re.compile(
    _PREFIX
    + rb"""mergeCell\s[^<>]*?ref\s*=\s*["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"""
)
# smaller parts cannot take long
_LARGE = 1024 * 1024
_ENDLESS_TAG = re.compile(rb"<[^<>]{16384}")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_ROW = re.compile(_PREFIX + rb"""row\s([^<>]*)""")
_COLUMN = re.compile(_PREFIX + rb"""col\s([^<>]*)""")
_EXTENT = re.compile(rb"""\s(min|max)\s*=\s*["']([0-9]{1,7})["']""")
_EXTERNAL = re.compile(rb"\[[0-9]{1,4}\]|\[[^\]<>]{1,80}\.xls")

Place = tuple[int, int]


@dataclass
class Scan:
    """What was seen; places are (row from 1, column from 0).

    ``marks`` maps a place to a rule and what to show; ``last`` is the last row and column of a
    cell with content, where every cell was looked at.
    """

    marks: dict[Place, tuple[str, str]] = field(default_factory=dict)
    percents: set[Place] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    far: list[Place] = field(default_factory=list)
    row_count: int = 0
    last: Place = (0, 0)


def check_xml(members: dict[str, bytes], limits: Limits) -> None:
    """Raises Refused for a part that declares entities, is not UTF-8, or would take too long."""
    for name, content in members.items():
        if name.endswith((".xml", ".rels", ".vml")):
            # most parts have no such mark, and one byte is found faster than several
            if b"!" in content and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
                raise Refused("file.xml.entities", name)
            declared = _ENCODING.match(content)
            encoding = declared.group(1).lower() if declared else b"utf-8"
            if encoding not in (b"utf-8", b"utf8", b"us-ascii") or b"\0" in content:
                raise Refused("file.xml.encoding", name)
            if len(content) > _LARGE:
                _check_large(name, content, limits)


def _check_large(name: str, content: bytes, limits: Limits) -> None:
    if (count := content.count(b"<")) > limits.tags:
        raise Refused("file.xml.tags", f"{name}: {count}", expected=limits.tags)
    # readers go over an unfinished tag again and again
    if _ENDLESS_TAG.search(content):
        raise Refused("file.xml.endless_tag", name)


def column_letters(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def column_number(letters: bytes) -> int:
    """0 for ``A``; the other way round."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def scan_sheet(xml: bytes, percent_styles: frozenset[int], rows: int, columns: int) -> Scan:
    """What the XML of a sheet holds besides values; ``far`` lies beyond ``rows`` or ``columns``."""
    scan = Scan()
    if (
        percent_styles
        or _ERROR.search(xml)
        or _FORMULA.search(xml)
        or _UNUSUAL_CELL.search(xml)
        or _PREFIXED.search(xml)
    ):
        _look_at_every_cell(xml, percent_styles, rows, columns, scan)
    if b"mergeCell" in xml:
        scan.merged = [
            (int(top), column_number(left), int(bottom), column_number(right))
            for left, top, right, bottom in _MERGED.findall(xml)
        ]
    if _HIDES.search(xml):
        _see_hidden(xml, scan)
    return scan


def _see_hidden(xml: bytes, scan: Scan) -> None:
    number = 0
    for row in _ROW.finditer(xml):
        place = _PLACE.search(b" " + row.group(1))
        number = int(place.group(2)) if place else number + 1
        if _HIDDEN.search(b" " + row.group(1)):
            scan.hidden_rows.add(number)
    for column in _COLUMN.finditer(xml):
        extent = dict(_EXTENT.findall(b" " + column.group(1)))
        if _HIDDEN.search(b" " + column.group(1)) and len(extent) == 2:
            scan.hidden_columns.append((int(extent[b"min"]) - 1, int(extent[b"max"]) - 1))


def _look_at_every_cell(
    xml: bytes, percent_styles: frozenset[int], rows: int, columns: int, scan: Scan
) -> None:
    row = column = 0
    for piece in _PIECE.finditer(xml):
        name, attributes = piece.groups()
        if name == b"f":
            text = xml[piece.end() : piece.end() + 200].partition(b"<")[0].lstrip(b">")
            rule = "cell.formula.external" if _EXTERNAL.search(text) else "cell.formula"
            scan.marks[row, column] = (rule, "=" + text.decode("utf-8", "replace"))
            continue
        place = _PLACE.search(attributes)
        if name == b"row":
            row, column = int(place.group(2)) if place else row + 1, -1
            scan.row_count += 1
            continue
        if place and place.group(1):
            row, column = int(place.group(2)), column_number(place.group(1))
        else:
            column += 1
        if not attributes.endswith(b"/"):
            _see_cell(xml, piece, (row, column), percent_styles, scan)
            if row > rows or column >= columns:
                scan.far.append((row, column))


def _see_cell(
    xml: bytes, piece: re.Match, place: Place, percent_styles: frozenset[int], scan: Scan
) -> None:
    attributes = piece.group(2)
    scan.last = (max(scan.last[0], place[0]), max(scan.last[1], place[1] + 1))
    if b"e" in attributes and _IS_ERROR.search(attributes):
        shown = _SHOWN_ERROR.match(xml, piece.end(), piece.end() + 200)
        text = shown.group(1).decode("utf-8", "replace") if shown else "an error"
        scan.marks[place] = ("cell.error", text)
    if percent_styles:
        style = _STYLE.search(attributes)
        if style and int(style.group(1)) in percent_styles:
            scan.percents.add(place)
