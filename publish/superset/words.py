"""How columns and codes read: what they are called, in which format, in which words and marks."""

from functools import cache
from pathlib import Path

from publish.report.labels import LABELS

WORDS = "_words"
_GROUPS = Path(__file__).with_name("words.yml")
# what the end of a column's name says of its unit
_ENDS = {"_pct": ", %", "_pp": ", percentage points", "_days": ", days", "_code": " (code)"}
_DROPPED = ("_name", "_count", "_number")
_SPELT = {"kpi": "KPI", "kpis": "KPIs", "asean6": "ASEAN-6", "clmv": "CLMV", "un": "UN", "id": "ID"}
_CALLED = {"country_name": "Member state", "observation_year": "Year", "as_of_date": "As of"}


def called(column: str) -> str:
    """What a column is called: ``on_time_rate_pct`` -> ``On time rate, %``."""
    if column in _CALLED:
        return _CALLED[column]
    stem, end = column, ""
    for suffix, words in _ENDS.items():
        if column.endswith(suffix):
            stem, end = column.removesuffix(suffix), words
    for suffix in _DROPPED:
        stem = stem.removesuffix(suffix)
    words = " ".join(_SPELT.get(word, word) for word in stem.split("_"))
    return words[0].upper() + words[1:] + end


def number_format(column: str, type_: str) -> str | None:
    """The d3 format of a number; years are not grouped by thousands."""
    if column.endswith("_year"):
        return ".0f"
    if type_ == "integer":
        return ",d"
    if column.endswith(("_pct", "_pp")) or column.endswith("score"):
        return ",.1f"
    return ",.2~f" if type_ == "double" else None


@cache
def _groups() -> dict[str, dict]:
    import yaml

    return yaml.safe_load(_GROUPS.read_text(encoding="utf-8"))


def group_of(table: str, column: str) -> str | None:
    """The group of words that a column's codes belong to; None if it holds no such codes."""
    for name, group in _groups().items():
        if column in group["columns"] or f"{table}.{column}" in group["columns"]:
            return name
    return None


def words_of(group: str) -> dict[str, str]:
    """Code -> its words, with its mark before them where it has one."""
    codes = _groups()[group].get("codes", {})
    return {
        code: f"{codes[code]['mark']} {words}" if code in codes else words
        for code, words in LABELS[group].items()
        if not codes or code in codes
    }


def colours_of(group: str) -> dict[str, str]:
    """Words of a code -> its colour; empty for a group without colours."""
    codes = _groups()[group].get("codes", {})
    return {words: codes[code]["colour"] for code, words in words_of(group).items() if codes}


def all_colours() -> dict[str, str]:
    """The colours of all words that have one."""
    return {
        words: colour for group in _groups() for words, colour in colours_of(group).items()
    }
