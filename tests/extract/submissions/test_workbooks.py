"""Workbooks: what stands beside values, what stands where it should not, and both readers."""

import re
import time
from datetime import date

import pytest

from extract.submissions.limits import Limits
from extract.submissions.workbooks import CALAMINE, OPENPYXL
from tests.extract.submissions.sent_files import (
    DATA_PART,
    FACTS,
    PROGRESS_FACTS,
    PROGRESS_ROW,
    ROW,
    codes,
    edit,
    labels,
    read,
    refused_for,
    rezip,
    write_workbook,
)

ENGINES = pytest.mark.parametrize("engine", [CALAMINE, OPENPYXL])


def _only(reading):
    (found,) = reading.findings
    return found


@ENGINES
def test_both_readers_read_the_same(tmp_path, engine):
    rows = [PROGRESS_ROW, {**PROGRESS_ROW, "Per cent complete": 40, "Issues": " Füße\n2 "}]
    path = write_workbook(tmp_path / "a.xlsx", *rows, facts=PROGRESS_FACTS)
    reading = read(path, engine=engine)
    assert reading.findings == ()
    first, second = reading.document.rows
    assert first.value("start_date") == date(2020, 3, 1)
    assert second.value("complete_pct") == 40.0
    assert second.value("issues") == "Füße\n2"


@ENGINES
@pytest.mark.parametrize(
    ("formula", "cached", "rule"),
    [
        ("=1+1", "", "cell.formula"),
        ("=1+1", "2", "cell.formula"),
        ('=HYPERLINK("http://evil.example","47")', "47", "cell.formula"),
        ("=cmd|'/c calc'!A1", "47", "cell.formula"),
        ("=[1]Sheet1!A1", "47", "cell.formula.external"),
    ],
)
def test_a_formula_is_named_and_never_calculated(tmp_path, engine, formula, cached, rule):
    path = write_workbook(
        tmp_path / "formula.xlsx",
        ROW,
        ROW,
        change=lambda book, data: data.write_formula("E3", formula, None, cached),
    )
    reading = read(path, engine=engine)
    found = _only(reading)
    assert (found.rule_code, found.reference, found.row_number) == (rule, "E3", 3)
    assert found.column_label == "Value"
    assert found.scope == "row"
    assert reading.document.rows[0].value("value") == 47.5
    assert reading.document.rows[1].value("value") is None


@ENGINES
@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A"])
def test_an_error_of_excel_is_named(tmp_path, engine, error):
    path = write_workbook(tmp_path / "error.xlsx", ROW)
    edit(path, DATA_PART, '<c r="E2"><v>47.5</v>', f'<c r="E2" t="e"><v>{error}</v>')
    found = _only(read(path, engine=engine))
    assert (found.rule_code, found.reference, found.value) == ("cell.error", "E2", error)


def test_a_formula_with_a_prefix_of_a_namespace_is_seen(tmp_path):
    path = write_workbook(tmp_path / "prefix.xlsx", ROW)
    edit(path, DATA_PART, '<c r="E2"><v>47.5</v></c>', '<x:c r="E2"><x:f>1</x:f><x:v>9</x:v></x:c>')
    edit(path, DATA_PART, "<worksheet ", '<worksheet xmlns:x="urn:x" ')
    assert _only(read(path)).rule_code == "cell.formula"


def test_links_to_other_workbooks_are_told(tmp_path):
    path = rezip(write_workbook(tmp_path / "a.xlsx", ROW), {"xl/externalLinks/e1.xml": b"<e/>"})
    assert codes(read(path)) == ["file.external_link"]


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "XFD3"])
def test_a_ghost_cell_far_out_does_not_keep_the_rows_from_being_read(tmp_path, place):
    path = write_workbook(
        tmp_path / "ghost.xlsx", ROW, change=lambda book, data: data.write(place, "boo")
    )
    start = time.process_time()
    reading = read(path)
    assert time.process_time() - start < 2
    assert (_only(reading).rule_code, _only(reading).reference) == ("sheet.cell.far", place)
    assert [row.number for row in reading.document.rows] == [2]


def test_what_breaks_the_reader_is_told_in_words_of_the_sender(tmp_path):
    path = write_workbook(tmp_path / "ghost.xlsx", ROW)
    edit(path, DATA_PART, '<c r="A2"', '<c r="ZZZZZZ99999999999"')
    found = read(path).findings[0]
    assert found.rule_code == "file.unreadable"
    assert not re.search("Panic|overflow|Error", found.message)


def test_a_ghost_cell_without_a_value_is_nothing(tmp_path):
    def ghost(book, data):
        data.write_blank("XFD1048576", None, book.add_format({"bold": True}))

    reading = read(write_workbook(tmp_path / "ghost.xlsx", ROW, change=ghost))
    assert reading.findings == ()
    assert len(reading.document.rows) == 1


def test_more_rows_than_a_form_can_have_are_refused(tmp_path):
    path = write_workbook(tmp_path / "long.xlsx", *[ROW] * 12)
    assert codes(read(path, Limits(rows=10))) == ["sheet.too_many_rows"]


def test_a_short_text_in_very_many_cells_is_refused(tmp_path):
    rows = [{**ROW, "Note": "n" * 1000}] * 20
    path = write_workbook(tmp_path / "amplified.xlsx", *rows)
    assert codes(read(path, Limits(all_characters=10_000))) == ["sheet.too_much_text"]


def test_columns_are_found_by_label_in_any_order_below_a_title(tmp_path):
    header = [f" {label.upper()}  " for label in reversed(labels())]
    row = {f" {label.upper()}  ": value for label, value in ROW.items()}

    def title(book, data):
        data.write("A1", "Values of Viet Nam")

    path = write_workbook(tmp_path / "a.xlsx", row, header=header, header_row=3, change=title)
    reading = read(path)
    assert reading.findings == ()
    assert reading.document.rows[0].value("value") == 47.5


def test_missing_and_unknown_labels_are_one_finding_that_lists_them(tmp_path):
    header = ["Valeu" if label == "Value" else label for label in labels()][:-1]
    found = _only(read(write_workbook(tmp_path / "a.xlsx", ROW, header=header)))
    assert found.rule_code == "header.missing"
    assert (found.expected, found.value, found.reference) == ("Value, Note", "Valeu", "E1")


def test_an_additional_column_is_not_read(tmp_path):
    header = [*labels(), "Our remarks"]
    reading = read(write_workbook(tmp_path / "a.xlsx", {**ROW, "Our remarks": 1}, header=header))
    assert codes(reading) == ["header.unknown"]
    assert reading.document is not None


def test_a_label_that_stands_twice_is_refused(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", ROW, header=[*labels(), "value"])
    assert refused_for(path) == "header.repeated"


def test_values_without_a_label_are_told(tmp_path):
    path = write_workbook(
        tmp_path / "a.xlsx", ROW, ROW, change=lambda book, data: data.write("P3", 12)
    )
    found = _only(read(path))
    assert (found.rule_code, found.reference) == ("header.unlabelled", "P3")


def test_a_second_header_is_not_a_row(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", ROW, {label: label for label in labels()}, ROW)
    reading = read(path)
    assert (_only(reading).rule_code, _only(reading).row_number) == ("header.second", 3)
    assert [row.number for row in reading.document.rows] == [2, 4]


def test_no_header_is_refused(tmp_path):
    assert refused_for(write_workbook(tmp_path / "a.xlsx", ROW, header=["x"])) == "header.not_found"


def test_merged_cells_hold_back_their_rows(tmp_path):
    def merge(book, data):
        data.merge_range("E3:E4", 12)

    reading = read(write_workbook(tmp_path / "a.xlsx", ROW, ROW, ROW, change=merge))
    assert [(f.rule_code, f.row_number) for f in reading.findings] == [
        ("sheet.merged", 3),
        ("sheet.merged", 4),
    ]


def test_hidden_rows_columns_and_sheets_are_read_and_told(tmp_path):
    def hide(book, data):
        data.set_row(2, None, None, {"hidden": True})
        data.set_column("E:F", None, None, {"hidden": True})
        data.hide()

    reading = read(write_workbook(tmp_path / "a.xlsx", ROW, ROW, change=hide))
    assert codes(reading) == ["sheet.hidden", "sheet.rows_hidden", "sheet.columns_hidden"]
    assert reading.findings[1].value == "3"
    assert reading.findings[2].value == "Value, Unit"
    assert len(reading.document.rows) == 2


def test_another_sheet_is_told(tmp_path):
    path = write_workbook(
        tmp_path / "a.xlsx", ROW, change=lambda book, data: book.add_worksheet("Data (2)")
    )
    assert _only(read(path)).rule_code == "sheet.unknown"


@pytest.mark.parametrize("name", ["About", "Data"])
def test_a_missing_sheet_is_named(tmp_path, name):
    path = write_workbook(tmp_path / "a.xlsx", ROW)
    edit(path, "xl/workbook.xml", f'name="{name}"', 'name="Sheet1"')
    found = next(f for f in read(path).findings if f.rule_code == "sheet.missing")
    assert found.expected == name


@pytest.mark.parametrize(
    ("fact", "value", "rule"),
    [
        ("template_version", "0", "file.template_version"),
        ("form_code", "budget", "file.fact.malformed"),
        ("party_code", "<b>VNM</b>", "file.fact.malformed"),
        ("reporting_period", "2026", "file.fact.malformed"),
        ("submission_version", "0", "file.fact.malformed"),
        ("submission_version", "", "file.fact.missing"),
    ],
)
def test_a_wrong_fact_is_named_with_its_cell(tmp_path, fact, value, rule):
    path = write_workbook(tmp_path / "a.xlsx", ROW, facts={**FACTS, fact: value})
    reading = read(path)
    assert reading.document is None
    assert _only(reading).rule_code == rule
    assert _only(reading).reference in ("", f"B{list(FACTS).index(fact) + 1}")


@ENGINES
@pytest.mark.parametrize("is_1904", [False, True])
def test_dates_of_both_calendars_of_excel_are_the_same_days(tmp_path, engine, is_1904):
    path = write_workbook(
        tmp_path / "a.xlsx", PROGRESS_ROW, facts=PROGRESS_FACTS, date_1904=is_1904
    )
    reading = read(path, engine=engine)
    assert reading.document.rows[0].value("start_date") == date(2020, 3, 1)


@ENGINES
def test_a_number_that_excel_made_a_date_is_refused(tmp_path, engine):
    def turn(book, data):
        data.write_datetime("E2", date(2020, 4, 3), book.add_format({"num_format": "d-mmm"}))

    found = _only(read(write_workbook(tmp_path / "a.xlsx", ROW, change=turn), engine=engine))
    assert (found.rule_code, found.reference) == ("cell.number.date", "E2")


@ENGINES
@pytest.mark.parametrize("form", ["0%", "0.0%"])
def test_a_number_in_the_format_of_per_cent_is_read_as_it_is_shown(tmp_path, engine, form):
    def show(book, data):
        data.write_number("E2", 0.47, book.add_format({"num_format": form}))

    reading = read(write_workbook(tmp_path / "a.xlsx", ROW, change=show), engine=engine)
    assert _only(reading).rule_code == "cell.number.percent"
    assert reading.document.rows[0].value("value") == 47.0


@ENGINES
def test_markup_and_formulas_in_texts_stay_texts(tmp_path, engine):
    notes = ["<script>alert(1)</script>", "{{ 7*7 }}", "'; drop table x; --", "=cmd|'/c calc'!A1"]
    path = write_workbook(tmp_path / "a.xlsx", *({**ROW, "Note": note} for note in notes))
    reading = read(path, engine=engine)
    assert reading.findings == ()
    assert [row.value("note") for row in reading.document.rows] == notes


def test_a_file_without_rows_says_so(tmp_path):
    assert codes(read(write_workbook(tmp_path / "a.xlsx"))) == ["sheet.no_rows"]


def test_a_zero_is_a_row(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"Value": 0})
    assert [row.value("value") for row in read(path).document.rows] == [0.0]
