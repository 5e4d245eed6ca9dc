"""What is wrong with a submission, in words that its sender can act on.

The rules are rows of rules.csv: id, how bad it is, what it stops, the message and the hint.
"""

import csv
import unicodedata
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

RULES_FILE = Path(__file__).with_name("rules.csv")
BLOCKING = "blocking"
WARNING = "warning"
# what a blocking finding holds back
FILE = "file"
ROW = "row"
# invisible, and part of how Khmer, Lao, Myanmar and Thai are written
JOINERS = "\u200b\u200c\u200d"
# longest piece of a sender's text that is repeated
SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class Rule:
    """One row of rules.csv; ``message`` and ``hint`` are templates for str.format.

    What breaks a rule with ``forces_review`` waits for a second person, though it is a warning.
    """

    rule_code: str
    severity: str
    scope: str
    message: str
    hint: str
    forces_review: bool


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where it stands, what was expected, and how to mend it."""

    rule_code: str
    severity: str
    scope: str
    message: str
    hint: str
    file_name: str
    sheet_name: str = ""
    row_number: int | None = None
    column_label: str = ""
    reference: str = ""
    value: str = ""
    expected: str = ""

    def facts(self) -> dict:
        """The finding as a JSON-able dict."""
        return asdict(self)


@cache
def read_rules() -> dict[str, Rule]:
    """Every rule by its code."""
    with RULES_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["rule_code"]: Rule(**{**row, "forces_review": row["forces_review"] == "yes"})
            for row in csv.DictReader(file)
        }


def rules_version() -> str:
    """Names the rules of today: the first 12 digits of the sha256 of rules.csv and forms.csv."""
    import hashlib

    from extract.submissions.forms import FORMS_FILE

    digest = hashlib.sha256(RULES_FILE.read_bytes() + FORMS_FILE.read_bytes())
    return digest.hexdigest()[:12]


def printable(text: object) -> str:
    """A text in which control characters, such as those that turn its direction, are visible."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in JOINERS else _visible(c) for c in text)


def _visible(character: str) -> str:
    return " " if unicodedata.category(character) == "Zs" else "\ufffd"


def shorten(text: object) -> str:
    """A sender's text, short enough to repeat, without control characters."""
    # what is cut off is not looked at: a cell may hold megabytes
    clean = printable(str(text)[: SHOWN_CHARACTERS + 1])
    return clean if len(clean) <= SHOWN_CHARACTERS else clean[: SHOWN_CHARACTERS - 1] + "…"


def finding(rule_code: str, file_name: str, *, value: object = "", **place) -> Finding:
    """A finding by a rule; KeyError for a rule that rules.csv lacks.

    ``place`` holds sheet_name, row_number, column_label, reference, expected where they are
    known; message and hint may name any of them, and ``value``, in braces.
    """
    rule = read_rules()[rule_code]
    shown = shorten(value)
    words = {
        "file_name": shorten(file_name),
        "value": shown,
        **{key: place.get(key, "") for key in ("sheet_name", "row_number", "column_label")},
        **{key: place.get(key, "") for key in ("reference", "expected")},
    }
    return Finding(
        rule.rule_code,
        rule.severity,
        rule.scope,
        rule.message.format_map(words),
        rule.hint.format_map(words),
        shorten(file_name),
        value=shown,
        **place,
    )
