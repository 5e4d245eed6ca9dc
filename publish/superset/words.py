"""How columns and codes read: what they are called, in which format, in which words and marks."""

from functools import cache
from pathlib import Path

from publish.report.labels import LABELS

WORDS, MARK = "_words", "_mark"
_HERE = Path(__file__).parent
# what the end of a column's name says of its unit
_ENDS = {"_pct": ", %", "_pp": ", percentage points", "_days": ", days", "_code": " (code)"}
_DROPPED = ("_name", "_count", "_number")
_SPELT = {"kpi": "KPI", "kpis": "KPIs", "asean6": "ASEAN-6", "clmv": "CLMV", "un": "UN", "id": "ID"}


def called(column: str) -> str:
    """What a column is called: ``on_time_rate_pct`` -> ``On time rate, %``."""
    of_words = column.endswith((WORDS, MARK))
    stem, end = column.removesuffix(WORDS).removesuffix(MARK), ""
    given = read_list("columns.yml")["called"]
    if stem in given:
        return given[stem]
    for suffix, words in _ENDS.items():
        if stem.endswith(suffix):
            stem, end = stem.removesuffix(suffix), "" if of_words else words
            break
    for suffix in _DROPPED:
        stem = stem.removesuffix(suffix)
    words = " ".join(_SPELT.get(word, word) for word in stem.split("_"))
    return words[0].upper() + words[1:] + end


def computed(table: str) -> dict[str, dict]:
    """The columns that Superset computes for a mart: type, description and SQL by name."""
    return read_list("columns.yml")["computed"].get(table, {})


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
def read_list(name: str) -> dict:
    """One of the lists beside this module."""
    import yaml

    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))


def _codes(group: str) -> dict[str, dict]:
    return read_list("words.yml")[group].get("codes", {})


def group_of(table: str, column: str) -> str | None:
    """The group of words that a column's codes belong to; None if it holds no such codes."""
    for name, group in read_list("words.yml").items():
        if column in group["columns"] or f"{table}.{column}" in group["columns"]:
            return name
    return None


def words_of(group: str) -> dict[str, str]:
    """Code -> its words, with its mark before them where it has one."""
    marks = marks_of(group)
    return {
        code: f"{marks[code]} {words}" if code in marks else words
        for code, words in LABELS[group].items()
        if not marks or code in marks
    }


def marks_of(group: str) -> dict[str, str]:
    """Code -> its mark; empty for a group without."""
    return {code: facts["mark"] for code, facts in _codes(group).items() if "mark" in facts}


def colours_of(group: str) -> dict[str, str]:
    """Code -> its colour; empty for a group without."""
    return {code: facts["colour"] for code, facts in _codes(group).items()}


def all_colours() -> dict[str, str]:
    """The colours of all words that have one."""
    return {
        words_of(group)[code]: colour
        for group in read_list("words.yml")
        for code, colour in colours_of(group).items()
    }
