"""Numbers as people write them; read only where one reading is possible, never guessed.

Python's float() takes Thai digits, ``1_000``, ``inf`` and ``nan``: none of it is used on a
sender's text before the grammar below has passed.
"""

import math
import re

POINT, COMMA = "point", "comma"
# zero of each script of the members' languages
_ZEROS = (0x0E50, 0x0ED0, 0x17E0, 0x1040, 0x1090)
_NATIVE = {zero + digit: (zero, str(digit)) for zero in _ZEROS for digit in range(10)}
TO_ASCII = {code: digit for code, (_, digit) in _NATIVE.items()}
# space, no-break space, thin space, narrow no-break space, apostrophes: thousands, never decimals
_SPACES = re.compile("[ \u00a0\u2009\u202f'\u2019]")
_GROUPED_BY_SPACE = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?|[.,]\d+")
_GROUPS_THEN_DECIMALS = re.compile(r"\d{1,3}(?:(,)\d{3}(?:,\d{3})*\.|(\.)\d{3}(?:\.\d{3})*,)\d+")
_GROUPS = re.compile(r"\d{1,3}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,})")
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_EXPONENT = re.compile(r"[\d.,]+[eE][+-]?\d+")
_LONGEST = 40


class Unreadable(Exception):
    """A cell without one certain reading: the rule's code, and what was expected."""

    def __init__(self, rule_code: str, expected: str = ""):
        super().__init__(rule_code)
        self.rule_code = rule_code
        self.expected = expected


def to_ascii_digits(text: str) -> tuple[str, bool]:
    """The text with native digits replaced, and whether there were any.

    Raises Unreadable where one text mixes the digits of several scripts.
    """
    if text.isascii():
        return text, False
    scripts = {_NATIVE[ord(sign)][0] for sign in text if ord(sign) in _NATIVE}
    if len(scripts) > 1 or (scripts and re.search("[0-9]", text)):
        raise Unreadable("cell.number.unreadable", "digits of one script")
    return text.translate(TO_ASCII), bool(scripts)


def read_number(text: str, decimal: str) -> tuple[float, str]:
    """The number in a text, and the rule of the warning that belongs to it ("" for none).

    ``decimal`` is the mark that the file declares: ``point``, ``comma`` or "" for none. A per
    cent sign is the caller's concern. Raises Unreadable.
    """
    text, is_native = to_ascii_digits(text.strip())
    sign, body = _split_sign(text)
    body, is_grouped = _without_spaces(body)
    whole, is_comma = _as_python(body, decimal, is_grouped)
    number = sign * float(whole)
    if not math.isfinite(number):
        raise Unreadable("cell.number.infinite")
    if is_native:
        return number, "cell.number.native_digits"
    return number, "cell.number.comma" if is_comma and decimal != COMMA else ""


def _split_sign(text: str) -> tuple[int, str]:
    if len(text) > _LONGEST:
        raise Unreadable("cell.number.unreadable")
    if text[:1] in "-\u2212" and text[1:2].isdigit():
        return -1, text[1:]
    return 1, text


def _without_spaces(body: str) -> tuple[str, bool]:
    spaced = _SPACES.sub(" ", body)
    if " " not in spaced:
        return body, False
    if not _GROUPED_BY_SPACE.fullmatch(spaced):
        raise Unreadable("cell.number.unreadable")
    return spaced.replace(" ", ""), True


def _as_python(body: str, decimal: str, is_grouped: bool) -> tuple[str, bool]:
    """Digits with a point for Python, and whether a lone comma was read as the decimal mark."""
    if not body.isascii():
        raise Unreadable("cell.number.unreadable")
    if _PLAIN.fullmatch(body):
        if is_grouped or not _AMBIGUOUS.fullmatch(body):
            return body.replace(",", "."), "," in body
        if not decimal:
            options = f"{body.replace(',', '.')} or {re.sub('[.,]', '', body)}"
            raise Unreadable("cell.number.ambiguous", options)
        mark = "," if decimal == COMMA else "."
        return (body.replace(mark, "."), False) if mark in body else (body[:-4] + body[-3:], False)
    if found := _GROUPS_THEN_DECIMALS.fullmatch(body):
        thousands = found.group(1) or found.group(2)
        return body.replace(thousands, "").replace(",", "."), False
    if _GROUPS.fullmatch(body):
        return re.sub("[.,]", "", body), False
    if _EXPONENT.fullmatch(body):
        raise Unreadable("cell.number.exponent")
    raise Unreadable("cell.number.unreadable")
