"""The value in one cell, by its column's type: one certain reading, or a finding."""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from extract.submissions.days import read_date, read_year
from extract.submissions.forms import Column
from extract.submissions.numerals import COMMA, TO_ASCII, Unreadable, read_number

# how people say that there is nothing; a value is never read from one of them
MISSING_WORDS = frozenset(
    {"na", "n/a", "n.a.", "n.a", "nil", "null", "none", "missing", "no data"}
    | {"not available", "not applicable", "-", "--", "---", "\u2013", "\u2014"}
    | {".", "..", "...", "\u2026"}
)
_LONGEST_MISSING = max(map(len, MISSING_WORDS))
# C0 and C1 controls but tab and line ends, and what turns the direction of the text around it
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}")
_PHONE = re.compile(
    r"(?:\+\d|\(0\d|(?<![\w.,-])0\d|(?:tel|phone|mobile|hp|fax|whatsapp)\W{0,4}\d)[\d\s()./-]{6,18}\d",
    re.IGNORECASE,
)
# as long as the shortest telephone number
_DIGITS = re.compile(r"\d[\d\s()./-]{5,}\d")
_PERCENT_COLUMNS = "_pct"
_CURRENCY = re.compile("[A-Z]{3}")
_LONGEST_LINK = 2_000

# text as it stood, value, rule of the finding ("" for none), what was expected
Read = tuple[str, object, str, str]
NOTHING: Read = ("", None, "", "")


def as_text(raw: object) -> str:
    """A cell's value as its sender sees it, nearly: formats are lost."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, float):
        return repr(raw).removesuffix(".0") if abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, (datetime, date, time)):
        return raw.isoformat()
    return str(raw)


def is_missing(text: str) -> bool:
    """Whether a text is empty or a word for "there is none"."""
    if len(text) > _LONGEST_MISSING + 20:
        return False
    text = text.strip().casefold()
    return not text or text in MISSING_WORDS


def clean_text(raw: str) -> str:
    """One spelling (NFC) of a text, without the spaces around it; raises Unreadable."""
    if "_x" in raw:
        raw = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), raw)
    if not raw.isascii():
        raw = unicodedata.normalize("NFC", raw)
    if not raw.isprintable() and _FORBIDDEN.search(raw):
        raise Unreadable("cell.text.control")
    return raw.replace("\r\n", "\n").replace("\r", "\n").strip()


class CellReader:
    """Reads the cells of one file. ``decimal`` is the mark that it declares, or ""."""

    def __init__(self, decimal: str, longest: int):
        self.decimal = decimal
        self.longest = longest

    def read(self, raws: list, column: Column) -> list[Read]:
        """What stands in the cells of a column; at most one finding a cell, the gravest."""
        known: dict[object, Read] = {"": NOTHING}
        found = []
        is_number = column.value_type == "number"
        for raw in raws:
            if type(raw) is float and is_number and math.isfinite(raw):
                found.append((as_text(raw), raw, "", ""))
            elif isinstance(raw, str):
                if (read := known.get(raw)) is None:
                    read = known[raw] = self._from_text(raw, column)
                found.append(read)
            else:
                found.append(self._convert(raw, as_text(raw), column))
        return found

    def read_percent(self, read: Read, column: Column) -> Read:
        """A cell that shows its number times 100 with a per cent sign, as it is shown."""
        if not isinstance(read[1], (int, float)) or read[2]:
            return read
        shown = f"{read[1] * 100:.12g}%"
        return self._convert(shown, shown, column)

    def _from_text(self, raw: str, column: Column) -> Read:
        if len(raw) > self.longest:
            return raw, None, "cell.text.long", str(self.longest)
        if is_missing(raw):
            return raw, None, "", ""
        return self._convert(raw, raw, column)

    def _convert(self, raw: object, text: str, column: Column) -> Read:
        try:
            value, rule_code = _READERS[column.value_type](raw, column, self.decimal)
        except Unreadable as error:
            return text, None, error.rule_code, error.expected
        return text, value, rule_code, _shown(value) if rule_code else ""


def _shown(value: object) -> str:
    return as_text(value) if isinstance(value, (int, float, date)) else ""


def _number(raw: object, column: Column, decimal: str) -> tuple[float, str]:
    if isinstance(raw, float) or type(raw) is int:
        if not math.isfinite(raw):
            raise Unreadable("cell.number.infinite")
        return float(raw), ""
    if isinstance(raw, (date, time, timedelta)):
        raise Unreadable("cell.number.date")
    if not isinstance(raw, str):
        raise Unreadable("cell.number.unreadable")
    text = raw.strip()
    if text[-1:] in "%\uff05\u066a":
        if column.column_code != "value" and not column.column_code.endswith(_PERCENT_COLUMNS):
            raise Unreadable("cell.number.percent_misplaced")
        number, warning = read_number(text[:-1], decimal)
        return number, warning or "cell.number.percent"
    return read_number(text, decimal)


def _integer(raw: object, column: Column, decimal: str) -> tuple[int, str]:
    number, warning = _number(raw, column, decimal)
    if number != int(number):
        raise Unreadable("cell.integer.fraction")
    return int(number), warning


def _text(raw: object, column: Column, decimal: str) -> tuple[str, str]:
    text = clean_text(as_text(raw))
    if "@" in text and _MAIL.search(text):
        return text, "cell.text.personal"
    if not _DIGITS.search(text):
        return text, ""
    digits = text if text.isascii() else text.translate(TO_ASCII)
    return text, "cell.text.personal" if _PHONE.search(digits) else ""


def _code(raw: object, column: Column, decimal: str) -> tuple[str, str]:
    return " ".join(clean_text(as_text(raw)).split()), ""


def _choice(raw: object, column: Column, decimal: str) -> tuple[str, str]:
    said = _code(raw, column, decimal)[0].casefold()
    for choice in column.choices:
        if choice.casefold() == said:
            return choice, ""
    raise Unreadable("cell.choice.unknown", ", ".join(column.choices))


def _currency(raw: object, column: Column, decimal: str) -> tuple[str, str]:
    code = _code(raw, column, decimal)[0].upper()
    if not _CURRENCY.fullmatch(code):
        raise Unreadable("cell.currency.malformed")
    return code, ""


def _link(raw: object, column: Column, decimal: str) -> tuple[str, str]:
    text = clean_text(as_text(raw))
    try:
        parts = urlsplit(text)
        is_good = parts.scheme == "https" and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        is_good = False
    if not is_good or len(text) > _LONGEST_LINK or re.search(r"[\s<>\"'`{}\\]", text):
        raise Unreadable("cell.link.malformed")
    return text, ""


_READERS = {
    "number": _number,
    "integer": _integer,
    "year": lambda raw, column, decimal: read_year(raw),
    "date": lambda raw, column, decimal: read_date(raw),
    "choice": _choice,
    "text": _text,
    "kpi": _code,
    "action_line": _code,
    "unit": _code,
    "currency": _currency,
    "link": _link,
}
VALUE_TYPES = frozenset(_READERS) | {"shown"}
DECIMALS = frozenset({"point", COMMA})
