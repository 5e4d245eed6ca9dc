"""Answers: everything that was found, in words, and nothing of the sender's that runs."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from extract.submissions.answers import SHOWN_FINDINGS, write_answer
from extract.submissions.content import check_document
from extract.submissions.documents import Cell
from extract.submissions.findings import finding
from extract.submissions.forms import read_forms
from extract.submissions.standing import Standing
from tests.extract.submissions.desks import line, value
from tests.extract.submissions.forms_filled import (
    FILE,
    TODAY,
    VALUE,
    document,
    row_of,
    shipped_plan,
)

FORMULA = "=cmd|' /C calc'!A0"
MARKUP = "<script>alert(1)</script>"
JINJA = "{{ 7*7 }}{% raw %}"
TURNED = "\u202egpj.exe"
FACTS = {
    **{"submission_id": "s1", "party_code": "VNM", "form_code": "kpi", "state": "accepted"},
    **{"reporting_period": "2025H2", "original_name": f"{MARKUP}{TURNED}.xlsx"},
    **{"received_at": "2026-01-20T08:00:00", "waits_for": [], "reason": "", "rows_count": 1},
}


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    def handle_endtag(self, tag):
        self.text += " " if tag in ("dt", "dd") else ""

    def handle_data(self, data):
        self.text += data


def _page(path) -> _Tags:
    page = _Tags()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="module")
def sent():
    return document(
        "kpi",
        VALUE,
        VALUE | {"kpi_code": MARKUP, "note": FORMULA, "source_title": JINJA},
        VALUE | {"observation_year": 2020, "unit_code": JINJA},
        VALUE | {"observation_year": 2021, "unit_code": FORMULA},
        VALUE | {"kpi_code": TURNED},
    )


@pytest.fixture
def answer(sent, tmp_path):
    checked = check_document(sent, shipped_plan(), Standing(today=TODAY), FILE, "VNM")
    return write_answer(tmp_path, FACTS, list(checked.findings), tmp_path / "ab12.xlsx", sent)


def test_the_json_holds_the_facts_and_every_finding(answer):
    said = json.loads(answer.json_file.read_text(encoding="utf-8"))
    assert (said["submission_id"], said["kept_as"]) == ("s1", "ab12.xlsx")
    assert [found["rule_code"] for found in said["findings"]] == [
        *("kpi.unknown", "kpi.unit.other", "kpi.unit.other", "kpi.unknown")
    ]


def test_d12_no_markup_or_template_of_the_sender_lives_in_the_page(answer):
    page = _page(answer.page)
    assert page.tags.isdisjoint({"script", "img", "iframe", "a", "form", "link", "b"})
    assert MARKUP in page.text
    assert JINJA in page.text
    assert "The plan has no KPI 49" not in page.text
    assert FORMULA in page.text


def test_d6_what_turns_the_direction_of_text_is_made_visible(answer):
    page = _page(answer.page).text
    assert "\u202e" not in page
    assert "\ufffdgpj.exe" in page


def test_the_page_says_what_was_accepted_what_is_held_back_and_what_to_do(answer):
    text = " ".join(_page(answer.page).text.split())
    assert "Accepted in part: some rows are held back" in text
    assert "Rows in order 1 Rows held back 4 (row 3, 4, 5, 6)" in text
    assert "Give the value in per cent (pct) and write that as the unit." in text
    assert "Send the file again: its rows replace those of this one." in text
    assert text.index("Row 3 of the sheet Data") < text.index("Row 4 of the sheet Data")


def test_d11_the_marked_copy_holds_texts_and_numbers_only_each_where_it_stood(answer):
    book = load_workbook(answer.marked_copy)
    assert book.sheetnames == ["Data", "Findings", "About"]
    sheet = book["Data"]
    assert (sheet["A1"].value, sheet["A2"].value, sheet["C2"].value) == ("KPI", "KPI-03", 2022)
    assert (sheet["F5"].value, sheet["F5"].data_type) == (FORMULA, "s")
    assert (sheet["M3"].value, sheet["M3"].data_type) == (FORMULA, "s")
    assert sheet["F5"].fill.start_color.rgb == "FFF8CBC6"
    assert "kpi.unit.other" in sheet["F5"].comment.text
    assert "Give the value in per cent (pct)" in sheet["F5"].comment.text
    assert sheet["A2"].comment is None
    cells = [cell for one in book for row in one.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"n", "s"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert [row[7].value for row in book["Findings"].iter_rows(min_row=2)][:1] == ["kpi.unknown"]


@pytest.mark.parametrize(
    ("unit", "amount"), [("B2", "D2"), ("line 2, column 2", "line 2, column 4")]
)
def test_cells_stand_in_the_copy_where_they_stood_though_columns_were_reordered(
    tmp_path, unit, amount
):
    cells = {"unit_code": Cell("USD", "USD", unit), "value": Cell("47", 47.0, amount)}
    (sent,) = document("kpi", VALUE).rows
    moved = replace(document("kpi"), rows=(row_of(2, {**sent.cells, **cells}),))
    checked = check_document(moved, shipped_plan(), Standing(today=TODAY), FILE, "VNM")
    answer = write_answer(tmp_path, FACTS, list(checked.findings), None, moved)
    sheet = load_workbook(answer.marked_copy)["Data"]
    assert (sheet["B1"].value, sheet["B2"].value) == ("Unit", "USD")
    assert (sheet["D1"].value, sheet["D2"].value) == ("Value", 47)
    assert "kpi.unit.other" in sheet["B2"].comment.text
    assert sorted(cell.value for cell in sheet[1]) == sorted(
        column.column_label for column in read_forms()["kpi"].columns
    )


def test_the_copy_holds_what_the_form_shows_and_what_was_typed_as_it_was_typed(office):
    office.values([value(2021, 47.8)])
    given = [value(2021, "48,2"), value(2022, 48.5, unit_code="persons", note="+1 234")]
    outcome = office.values(given, version=2)
    book = load_workbook(next(Path(outcome.answer).glob("*.xlsx")))
    header, first, second = ([c.value for c in row] for row in book["Data"].iter_rows(6, 8))
    names = dict(zip(header, first, strict=True))
    # read with a warning from a text: it stays the text that is warned of
    assert (names["Value reported before"], names["Value"]) == (47.8, "48,2")
    assert names["KPI name"].startswith("Contribution of SMEs to employment")
    names = dict(zip(header, second, strict=True))
    assert (names["Value"], names["Year"], names["Note"]) == (48.5, 2022, "+1 234")


def test_a_date_is_a_date_in_the_copy(office):
    given = [line("D-2-1.2", 40, current_due_date="2031-01-31", due_date_reason="funds")]
    outcome = office.progress(given, party="IDN")
    sheet = load_workbook(next(Path(outcome.answer).glob("*.xlsx")))["Data"]
    header, row = ([c.value for c in row] for row in sheet.iter_rows(6, 7))
    names = dict(zip(header, row, strict=True))
    assert names["Current due date"].date().isoformat() == "2031-01-31"
    assert names["Initial due date"].date().year < 2026


def test_the_copy_says_what_it_is_and_is_told_so_when_it_comes_back(office):
    outcome = office.values([value(2021, "48,2")])
    copy = next(Path(outcome.answer).glob("*.xlsx"))
    about = {row[0].value: row[1].value for row in load_workbook(copy)["About"].iter_rows()}
    assert about["marked_copy_of"] == outcome.submission.submission_id
    assert "Mend your own file" in about["note"]
    (again,) = office.send(copy)
    found = next(f for f in again.findings if f.rule_code == "file.marked_copy")
    assert again.kind == "quarantined"
    assert f"the marked copy of the answer to {outcome.submission.submission_id}" in found.message


def test_a_thousand_findings_are_capped_on_the_page_and_whole_in_the_json(tmp_path):
    warnings = [
        finding("kpi.value.fraction", FILE, row_number=n, column_label="Value", value=0.5)
        for n in range(2, 1002)
    ]
    grave = finding("kpi.unknown", FILE, row_number=1002, column_label="KPI", value="X")
    answer = write_answer(tmp_path, FACTS, [*warnings, grave])
    text = _page(answer.page).text
    assert f"and {1001 - SHOWN_FINDINGS} more" in text
    # what must be mended is never among those left out
    assert "Row 1002" in text
    assert len(json.loads(answer.json_file.read_text(encoding="utf-8"))["findings"]) == 1001
    assert answer.marked_copy is None


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("received", "Received"),
        ("quarantined", "Held back"),
        ("valid", "a second person will look at it"),
        ("accepted", "Accepted"),
        ("published", "Published"),
        ("returned", "Returned to you"),
        ("superseded", "Replaced by another file"),
        ("retracted", "Withdrawn"),
        ("duplicate", "Already here"),
    ],
)
def test_every_state_has_its_words(tmp_path, state, said):
    answer = write_answer(tmp_path, FACTS | {"state": state, "reason": MARKUP}, [])
    page = _page(answer.page)
    assert said in page.text
    assert "Nothing was found to be wrong." in page.text
    assert "script" not in page.tags


def test_an_answer_written_again_keeps_the_marked_copy(sent, answer):
    before = answer.marked_copy.read_bytes()
    again = write_answer(answer.page.parent, FACTS | {"state": "retracted"}, [])
    assert again.marked_copy.read_bytes() == before
    assert "Withdrawn" in _page(again.page).text


def test_a_file_that_could_not_be_read_is_answered_without_a_copy(tmp_path):
    found = finding("file.unreadable", FILE, value="not a workbook")
    facts = {"state": "quarantined", "original_name": FILE}
    answer = write_answer(tmp_path, facts, [found], tmp_path / "x.bin")
    text = " ".join(_page(answer.page).text.split())
    assert answer.marked_copy is None
    assert "Rows held back all" in text
    assert "The file cannot be read (not a workbook)." in text
