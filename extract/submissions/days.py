"""Years and dates: the common era and ISO 8601, or a real date of the workbook; never a guess."""

import re
from datetime import date, datetime, timedelta

from extract.submissions.numerals import Unreadable, to_ascii_digits

# years that only the Buddhist era gives, whose year 1 is 544 BCE
BUDDHIST_FIRST, BUDDHIST_LAST, BUDDHIST_AHEAD = 2400, 2700, 543
# the common era's years that a form can mean
EARLIEST, LATEST = 1900, BUDDHIST_FIRST - 1
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
_WRITTEN = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
# day 60 of Excel's calendar is the 29 February 1900 that never was
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_EXCEL_FIRST, _EXCEL_LAST = 61, 2_958_465


def read_year(raw: object) -> tuple[int, str]:
    """The year in a cell, and the rule of a warning; raises Unreadable."""
    warning = ""
    if isinstance(raw, str):
        text, is_native = _in_ascii(raw.strip(), "cell.year.unreadable")
        warning = "cell.number.native_digits" if is_native else ""
        if not re.fullmatch(r"[0-9]{1,6}", text):
            raise Unreadable("cell.year.unreadable")
        year = int(text)
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool) and raw == raw // 1:
        year = int(raw)
    else:
        raise Unreadable("cell.year.unreadable")
    return _checked_year(year, "cell.year"), warning


def _checked_year(year: int, rule: str) -> int:
    if EARLIEST <= year <= LATEST:
        return year
    if BUDDHIST_FIRST <= year <= BUDDHIST_LAST:
        raise Unreadable(f"{rule}.buddhist", str(year - BUDDHIST_AHEAD))
    if year < 100:
        raise Unreadable(f"{rule}.short")
    raise Unreadable(f"{rule}.unreadable")


def read_date(raw: object) -> tuple[date, str]:
    """The date in a cell, and the rule of a warning; raises Unreadable."""
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        _checked_year(raw.year, "cell.date")
        return raw, ""
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        is_day = _EXCEL_FIRST <= raw <= _EXCEL_LAST
        meant = str(_EXCEL_DAY_ZERO + timedelta(int(raw))) if is_day else ""
        raise Unreadable("cell.date.serial" if is_day else "cell.date.unreadable", meant)
    if not isinstance(raw, str):
        raise Unreadable("cell.date.unreadable")
    text, is_native = _in_ascii(raw.strip(), "cell.date.unreadable")
    if not (found := _ISO.fullmatch(text)):
        raise _not_iso(text)
    year = _checked_year(int(found.group(1)), "cell.date")
    day = _day(year, int(found.group(2)), int(found.group(3)))
    if day is None:
        raise Unreadable("cell.date.impossible")
    return day, "cell.number.native_digits" if is_native else ""


def _in_ascii(text: str, rule_code: str) -> tuple[str, bool]:
    try:
        text, is_native = to_ascii_digits(text)
    except Unreadable:
        raise Unreadable(rule_code) from None
    if not text.isascii():
        raise Unreadable(rule_code)
    return text, is_native


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _not_iso(text: str) -> Unreadable:
    """Why a date that is not ISO is not read, with the dates that it could mean."""
    if not (found := _WRITTEN.fullmatch(text)):
        return Unreadable("cell.date.unreadable")
    first, middle, last = found.groups()
    if len(first) <= 2 and len(last) <= 2:
        return Unreadable("cell.date.short")
    if len(first) > 2:
        year, readings = int(first), {(int(middle), int(last))}
    else:
        year, readings = int(last), {(int(middle), int(first)), (int(first), int(middle))}
    try:
        _checked_year(year, "cell.date")
    except Unreadable as error:
        return error
    days = sorted({str(day) for month, number in readings if (day := _day(year, month, number))})
    if not days:
        return Unreadable("cell.date.impossible")
    return Unreadable(
        "cell.date.ambiguous" if len(days) > 1 else "cell.date.format", " or ".join(days)
    )
