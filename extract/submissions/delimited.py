"""CSV files: strictly, so that a ragged line is named instead of shifting its neighbours."""

import codecs
import csv
import io
import re

from extract.submissions.collector import Collector
from extract.submissions.containers import Refused
from extract.submissions.forms import Form
from extract.submissions.limits import Limits
from extract.submissions.records import Fact, Table
from extract.submissions.tables import normal

_DELIMITERS = ",;\t"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FACT = re.compile(r"""^"?#\s*([A-Za-z_]{1,40})\s*:(.*)$""")
# runs of high bytes: whole words in a script of its own, single letters among Latin ones
_THAI_RUN = re.compile(rb"[\xa1-\xfb]{4,}")
_VIETNAMESE = re.compile(
    rb"[A-Za-z\xc0-\xff][\xcc\xd2\xde\xec\xf2]|[\xf0\xd0\xfd][A-Za-z\xc0-\xff]"
)
_BINARY = "binary data"
# what a spreadsheet program puts behind every line when it saves a sheet
_PADDING = ',;\t" '


def read_delimited(
    data: bytes, forms: dict[str, Form], limits: Limits, collector: Collector
) -> tuple[dict[str, Fact], Table | None]:
    """The facts before the header by their names, and the lines from the header on.

    Raises Refused for bytes that are not text, or text whose quotes do not close.
    """
    text = _decode(data)
    facts, start, line = _facts(text)
    rest = text[start:]
    if not rest.strip():
        raise Refused("file.empty")
    delimiter = _delimiter(rest, forms)
    records = _records(rest, delimiter, line, limits)
    width = len(records[0][1])
    kept = records[:1]
    for number, record in records[1:]:
        if len(record) == width:
            kept.append((number, record))
        elif record:
            collector.add("sheet.ragged", value=len(record), expected=width, row_number=number)
    return facts, Table("", kept, is_text=True)


def _decode(data: bytes) -> str:
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused("file.encoding", _guess(data)) from None
    if "\0" in text:
        guess = _guess(data)
        raise Refused("file.kind.other" if guess == _BINARY else "file.encoding", guess)
    # lines as the Macintosh ended them, which Excel still offers
    return text if "\n" in text else text.replace("\r", "\n")


def _guess(data: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8, in words."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "damaged UTF-16"
    zeros = data.count(b"\0")
    # of a text mostly in Latin letters every second byte is zero, and no other
    if zeros * 4 > len(data) and not (data[::2].count(b"\0") and data[1::2].count(b"\0")):
        return "UTF-16 without its mark"
    if zeros:
        return _BINARY
    if _THAI_RUN.search(data):
        return "Thai, Windows-874"
    if _VIETNAMESE.search(data):
        return "Vietnamese, Windows-1258"
    return "Western, Windows-1252"


def _facts(text: str) -> tuple[dict[str, Fact], int, int]:
    """The facts, where the rest begins, and how many lines stand before it."""
    facts: dict[str, Fact] = {}
    start = line = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        said = text[start:end].strip(_PADDING + "\r\n")
        if said and not said.startswith("#"):
            break
        line += 1
        if found := _FACT.match(said):
            name = found.group(1).casefold()
            facts.setdefault(name, Fact(found.group(2).strip(_PADDING), "", f"line {line}"))
        start = end
    return facts, start, line


def _delimiter(text: str, forms: dict[str, Form]) -> str:
    """The delimiter under which the first line holds the most labels of a form."""
    labels = {normal(c.column_label) for form in forms.values() for c in form.columns}
    first = text[: text.find("\n")] if "\n" in text else text

    def known(delimiter: str) -> int:
        return sum(normal(field.strip('"')) in labels for field in first.split(delimiter))

    return max(_DELIMITERS, key=lambda delimiter: (known(delimiter), first.count(delimiter)))


def _records(text: str, delimiter: str, line: int, limits: Limits) -> list[tuple[int, list]]:
    """Every record with the number of its first line in the file."""
    csv.field_size_limit(limits.packed_bytes)
    # csv counts a lone carriage return as a line; the file's editor may not
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, number = [], line + 1
    try:
        for record in reader:
            if len(records) > limits.rows:
                raise Refused("sheet.too_many_rows", f"over {limits.rows}", expected=limits.rows)
            records.append((number, record))
            number = line + reader.line_num + 1
    except csv.Error as error:
        place = f"line {line + max(reader.line_num, 1)}"
        raise Refused("file.csv.quotes", error, reference=place) from None
    return records
