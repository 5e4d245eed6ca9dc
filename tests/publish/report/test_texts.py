"""Every text is in every catalogue, and every code has words."""

import re
from pathlib import Path

import pytest
import yaml
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from publish.report import labels, wording
from publish.report.labels import LABELS
from publish.report.wording import CATALOGUE, LANGUAGES, LOCALES, SOURCE_LANGUAGE, Words
from smed.settings import DBT_PROJECT

KEYWORDS = {"_": None, "w": None, "N_": None, "many": (1, 2), "gettext": None, "ngettext": (1, 2)}
OTHERS = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
GAP = re.compile(r"%\(\w+\)s|\{\w+\}|%%")


def _texts() -> set:
    """What the pages say, as Babel finds it."""
    with (LOCALES / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    room = Path(labels.__file__).parent
    found = extract_from_dir(room, method_map=methods, options_map=options, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def _catalogue(language):
    with (LOCALES / language / CATALOGUE).open("rb") as file:
        return read_po(file, locale=language)


def test_there_is_more_than_one_language():
    assert LANGUAGES[0] == SOURCE_LANGUAGE
    assert len(LANGUAGES) >= 2


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_text_and_no_other(language):
    held = {message.id for message in _catalogue(language) if message.id}
    wanted = _texts()
    assert len(wanted) > 300
    assert held == wanted


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_empty_or_doubtful_or_loses_a_gap(language):
    wrong = []
    for message in _catalogue(language):
        if not message.id:
            continue
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        text = message.id[-1] if isinstance(message.id, tuple) else message.id
        if message.fuzzy or not all(said):
            wrong.append((message.id, "empty"))
        elif any(sorted(GAP.findall(one)) != sorted(GAP.findall(text)) for one in said):
            wrong.append((message.id, "gaps"))
    assert wrong == []


def test_no_template_says_anything_past_the_catalogues():
    """Letters between tags that no gettext call holds."""
    kept = {"SMED", "smed", "csv", "xlsx", "duckdb", "json", "sdmx", "kpi", "code"}
    loud = []
    for path in (Path(labels.__file__).parent / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"{#.*?#}|{% trans .*?{% endtrans %}", " ", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}", "\0", text, flags=re.DOTALL)
        text = re.sub(r"<code>.*?</code>|<!doctype html>", " ", text)
        for said in re.findall(r">([^<>]*)<", text):
            words = set(re.findall(r"[A-Za-z]{3,}", said)) - kept
            if words and not re.fullmatch(r"\s*[\w./\0]+\.(csv|xlsx|duckdb|json)\s*", said):
                loud.append((path.name, said.strip()))
    assert loud == []


def test_every_code_of_the_marts_has_words():
    """The closed lists that dbt holds the marts to."""
    columns = {
        "status": "status", "un_chart_status": "un", "linear_path_status": "linear",
        "agreement": "agreement", "source_state": "state", "observation_status": "observation",
        "delivery_status": "delivery", "reporting_status": "reporting", "quadrant": "quadrant",
        "gap_status": "gap", "change_type": "change", "reason_code": "reason",
        "direction": "direction", "overall_light": "light", "kind": "kind",
    }  # fmt: skip
    unsaid, seen = [], set()
    for path in (DBT_PROJECT / "models" / "marts").glob("*.yml"):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            for test in model.get("data_tests", []):
                said = (test.get("holds") or {}).get("arguments", {})
                lists = {**said.get("closed_lists", {}), **said.get("nullable_closed_lists", {})}
                for column, codes in lists.items():
                    if column in columns:
                        seen.add(column)
                        known = LABELS[columns[column]]
                        unsaid += [(path.stem, column, c) for c in codes if c not in known]
    assert unsaid == []
    assert seen >= {"status", "reason_code", "delivery_status", "observation_status"}
    assert set(labels.REASONS_EXPLAINED) == set(labels.REASONS)


@pytest.mark.parametrize(
    ("language", "value", "digits", "said"),
    [
        ("en", 1234567.891, 2, "1\u202f234\u202f567.89"),
        ("id", 1234567.891, 2, "1\u202f234\u202f567,89"),
        ("en", -0.5, 1, "\u22120.5"),
        ("en", None, 1, "\u2013"),
    ],
)
def test_numbers_have_the_marks_of_their_language(language, value, digits, said):
    assert Words(language, [], []).number(value, digits) == said


def test_a_sign_is_always_said_but_of_zero():
    words = Words("en", [], [])
    assert [words.signed(v) for v in (1.25, -2, 0.04, None)] == [
        "+1.2",
        "\u22122.0",
        "0.0",
        "\u2013",
    ]


def test_dates_are_said_in_words():
    assert Words("en", [], []).date("2026-08-27") == "27 August 2026"
    assert Words("id", [], []).date("2026-08-27") == "27 Agustus 2026"


def test_a_code_that_nobody_translated_is_shown_as_it_is():
    assert Words("id", [], []).label("status", "brand_new") == "brand new"
    assert Words("id", [], []).label("status", None) == wording.DASH
