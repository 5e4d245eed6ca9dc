"""One certain reading of every cell, or a finding: numbers, years, dates, choices, texts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.submissions.forms import Column, read_forms
from extract.submissions.numerals import Unreadable, read_number
from extract.submissions.values import VALUE_TYPES, CellReader


def _read(value_type, raw, decimal="", code="value", choices=()):
    column = Column(code, "Label", value_type, False, False, choices, None, None, 1, "")
    ((_, value, rule, expected),) = CellReader(decimal, 100).read([raw], column)
    return value, rule, expected


def test_every_column_of_every_form_has_a_reader():
    types = {column.value_type for form in read_forms().values() for column in form.columns}
    assert types <= VALUE_TYPES


@pytest.mark.parametrize(
    ("text", "number", "rule"),
    [
        ("12", 12.0, ""),
        (" 12.5 ", 12.5, ""),
        ("-3", -3.0, ""),
        ("\u22123", -3.0, ""),
        ("0", 0.0, ""),
        ("0.123", 0.123, ""),
        ("1234.567", 1234.567, ""),
        ("1.234,56", 1234.56, ""),
        ("1,234.56", 1234.56, ""),
        ("1.234.567,8", 1234567.8, ""),
        ("1,234,567", 1234567.0, ""),
        ("1 234", 1234.0, ""),
        ("1\u00a0234\u00a0567", 1234567.0, ""),
        ("1'234.5", 1234.5, ""),
        ("12,5", 12.5, "cell.number.comma"),
        ("0,123", 0.123, "cell.number.comma"),
        ("1 234,5", 1234.5, "cell.number.comma"),
        ("47%", 47.0, "cell.number.percent"),
        ("47 %", 47.0, "cell.number.percent"),
        ("\u0e51\u0e52.\u0e55", 12.5, "cell.number.native_digits"),
        ("\u17e1\u17e2", 12.0, "cell.number.native_digits"),
        ("\u0ed1\u0ed2", 12.0, "cell.number.native_digits"),
        ("\u1041\u1042", 12.0, "cell.number.native_digits"),
    ],
)
def test_a_number_with_one_reading_is_read(text, number, rule):
    assert _read("number", text)[:2] == (number, rule)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1.234", "cell.number.ambiguous"),
        ("1,234", "cell.number.ambiguous"),
        ("-12,345", "cell.number.ambiguous"),
        ("1_000", "cell.number.unreadable"),
        ("inf", "cell.number.unreadable"),
        ("infinity", "cell.number.unreadable"),
        ("nan", "cell.number.unreadable"),
        ("0x10", "cell.number.unreadable"),
        ("1,23,4", "cell.number.unreadable"),
        ("1.234.56", "cell.number.unreadable"),
        ("12 34", "cell.number.unreadable"),
        ("1O", "cell.number.unreadable"),
        ("(5)", "cell.number.unreadable"),
        ("Rp 5", "cell.number.unreadable"),
        ("=1+1", "cell.number.unreadable"),
        ("5-6", "cell.number.unreadable"),
        ("\u0e51\u17e2", "cell.number.unreadable"),
        ("\u0e512", "cell.number.unreadable"),
        ("\u0661", "cell.number.unreadable"),
        ("\u00b2", "cell.number.unreadable"),
        ("1e400", "cell.number.exponent"),
        ("1.2E+05", "cell.number.exponent"),
        ("9" * 41, "cell.number.unreadable"),
        (float("inf"), "cell.number.infinite"),
        (float("nan"), "cell.number.infinite"),
        (date(2020, 4, 3), "cell.number.date"),
        (True, "cell.number.unreadable"),
    ],
)
def test_a_number_without_one_reading_is_refused(text, rule):
    assert _read("number", text)[:2] == (None, rule)


def test_an_ambiguous_number_shows_both_readings():
    assert _read("number", "1,234")[2] == "1.234 or 1234"


@pytest.mark.parametrize(
    ("decimal", "text", "number", "rule"),
    [
        ("comma", "1.234", 1234.0, ""),
        ("comma", "1,234", 1.234, ""),
        ("comma", "12,5", 12.5, ""),
        ("point", "1.234", 1.234, ""),
        ("point", "1,234", 1234.0, ""),
        ("point", "12,5", 12.5, "cell.number.comma"),
    ],
)
def test_a_declared_mark_settles_what_is_ambiguous(decimal, text, number, rule):
    assert _read("number", text, decimal)[:2] == (number, rule)


def test_per_cent_of_a_budget_is_refused():
    assert _read("number", "47%", code="budget_spent")[1] == "cell.number.percent_misplaced"
    assert _read("number", "47%", code="complete_pct")[0] == 47.0


@given(st.text(max_size=12))
def test_whatever_is_written_is_a_finite_number_or_refused(text):
    try:
        number, _ = read_number(text, "")
    except Unreadable:
        return
    assert abs(number) < 1e41


@given(st.floats(-1e6, 1e6).map(lambda number: round(number, 2)))
def test_what_is_written_with_two_decimals_is_read_as_it_is(number):
    assert read_number(f"{number:.2f}", "") == (number, "")
    assert read_number(f"{number:,.2f}", "") == (number, "")


@pytest.mark.parametrize(
    "word", ["NA", "n/a", "N/A", "-", "\u2013", "..", "...", "nil", "NULL", " ", "None"]
)
@pytest.mark.parametrize("value_type", ["number", "year", "date", "choice", "text", "link"])
def test_a_word_for_missing_is_empty_and_never_zero(word, value_type):
    assert _read(value_type, word) == (None, "", "")


@pytest.mark.parametrize(
    ("raw", "value", "rule", "expected"),
    [
        (2020.0, 2020, "", ""),
        ("2020", 2020, "", ""),
        ("\u0e52\u0e50\u0e52\u0e50", 2020, "cell.number.native_digits", "2020"),
        (2563.0, None, "cell.year.buddhist", "2020"),
        ("\u0e52\u0e55\u0e56\u0e53", None, "cell.year.buddhist", "2020"),
        (20, None, "cell.year.short", ""),
        (2020.5, None, "cell.year.unreadable", ""),
        ("FY2020", None, "cell.year.unreadable", ""),
        ("2020-21", None, "cell.year.unreadable", ""),
        (date(2020, 1, 1), None, "cell.year.unreadable", ""),
        (20201.0, None, "cell.year.unreadable", ""),
        (float("inf"), None, "cell.year.unreadable", ""),
    ],
)
def test_a_year_is_of_the_common_era(raw, value, rule, expected):
    assert _read("year", raw) == (value, rule, expected)


@pytest.mark.parametrize(
    ("raw", "value", "rule", "expected"),
    [
        (date(2020, 3, 1), date(2020, 3, 1), "", ""),
        ("2020-03-01", date(2020, 3, 1), "", ""),
        ("2020-02-29", date(2020, 2, 29), "", ""),
        ("2021-02-29", None, "cell.date.impossible", ""),
        ("31/02/2020", None, "cell.date.impossible", ""),
        ("03/04/2020", None, "cell.date.ambiguous", "2020-03-04 or 2020-04-03"),
        ("04/04/2020", None, "cell.date.format", "2020-04-04"),
        ("25/03/2020", None, "cell.date.format", "2020-03-25"),
        ("2020/3/25", None, "cell.date.format", "2020-03-25"),
        ("25/03/20", None, "cell.date.short", ""),
        (43891.0, None, "cell.date.serial", "2020-03-01"),
        ("2563-03-01", None, "cell.date.buddhist", "2020"),
        ("01/03/2563", None, "cell.date.buddhist", "2020"),
        (date(2563, 3, 1), None, "cell.date.buddhist", "2020"),
        ("March 2020", None, "cell.date.unreadable", ""),
        (True, None, "cell.date.unreadable", ""),
        (float("inf"), None, "cell.date.unreadable", ""),
    ],
)
def test_a_date_is_a_real_date_or_iso(raw, value, rule, expected):
    assert _read("date", raw) == (value, rule, expected)


def test_a_choice_is_taken_without_regard_to_case_and_spaces():
    choices = ("not started", "in progress")
    assert _read("choice", " In  Progress ", choices=choices)[0] == "in progress"
    value, rule, expected = _read("choice", "started", choices=choices)
    assert (value, rule, expected) == (None, "cell.choice.unknown", "not started, in progress")


def test_text_has_one_spelling():
    """Vietnamese, decomposed as some keyboards write it: e, circumflex, dot below."""
    assert _read("text", " Vie\u0323\u0302t Nam_x000D_\n2 ")[0] == "Vi\u1ec7t Nam\n2"


@pytest.mark.parametrize("text", ["a\x00b", "a\x07", "_x0000_", "abc\u202ecba", "\u2066x"])
def test_a_text_with_controls_is_refused(text):
    assert _read("text", text)[:2] == (None, "cell.text.control")


def test_a_zero_width_space_between_words_of_khmer_is_no_control():
    assert _read("text", "\u1780\u200b\u1781")[1] == ""


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ask anna@ministry.example", "cell.text.personal"),
        ("call +84 24 3845 5298", "cell.text.personal"),
        ("Tel: 038 455 298", "cell.text.personal"),
        ("\u0e50\u0e58\u0e51 234 5678", "cell.text.personal"),
        ("From 2016 to 2020: 1 234 567 890 dong", ""),
        ("Survey 2020-01-01 to 2020-12-31", ""),
        ("x" * 101, "cell.text.long"),
    ],
)
def test_what_belongs_to_a_person_is_warned_of(text, rule):
    assert _read("text", text)[1] == rule


@pytest.mark.parametrize(
    ("link", "is_good"),
    [
        ("https://example.org/report.pdf", True),
        ("http://example.org", False),
        ("javascript:alert(1)", False),
        ("https://user:word@example.org", False),
        ("https://example.org/<script>", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
        ("www.example.org", False),
    ],
)
def test_a_link_is_a_plain_https_address(link, is_good):
    assert (_read("link", link)[1] == "") is is_good


def test_a_currency_has_three_letters():
    assert _read("currency", "usd")[0] == "USD"
    assert _read("currency", "$")[1] == "cell.currency.malformed"


def test_a_whole_number_has_no_fraction():
    assert _read("integer", 4.0)[0] == 4
    assert _read("integer", 4.5)[1] == "cell.integer.fraction"
