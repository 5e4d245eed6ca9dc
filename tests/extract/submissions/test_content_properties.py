"""Whatever stands in the cells, each row lands, is set aside with a reason or says nothing."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.submissions.content import check_document
from extract.submissions.findings import BLOCKING
from extract.submissions.forms import SHOWN, read_forms
from extract.submissions.standing import Standing
from tests.extract.submissions.forms_filled import FILE, TODAY, document, shipped_plan

PLAN = shipped_plan()
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, 0.47, 47.0, 100])
DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1)) | st.sampled_from([TODAY, date(2016, 1, 1)])
BY_TYPE = {
    "number": NUMBERS,
    "integer": st.integers(-10, 10),
    "year": st.integers(2008, 2030),
    "date": DATES,
    "text": st.text(max_size=5),
    "kpi": st.sampled_from(["KPI-03", "kpi-08", "KPI-02", "KPI-99", "{x}"]),
    "action_line": st.sampled_from(["E-1-1.5", "A-2-1.2", "B-2-1.2", "E-1-1.1", "Z"]),
    "unit": st.sampled_from(["pct", "per cent", "%", "days", "{0}"]),
    "currency": st.sampled_from(["USD", "VND"]),
    "link": st.just("https://example.org"),
}


def _rows(form: str):
    cells = {
        column.column_code: st.none()
        | (st.sampled_from(column.choices) if column.choices else BY_TYPE[column.value_type])
        for column in read_forms()[form].columns
        if column.value_type != SHOWN
    }
    return st.lists(st.fixed_dictionaries(cells), max_size=6)


@pytest.mark.parametrize(("form", "party"), [("kpi", "VNM"), ("progress", "PHL")])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_row_ends_in_one_place_and_order_changes_nothing(form, party, data):
    rows = data.draw(_rows(form))
    sent = document(form, *rows, party=party)
    standing = Standing(today=TODAY)
    checked = check_document(sent, PLAN, standing, FILE, party)
    landed = [row["row_number"] for row in checked.rows]
    assert sorted([*landed, *checked.set_aside, *checked.unreported]) == [
        row.number for row in sent.rows
    ]
    blocked = {found.row_number for found in checked.findings if found.severity == BLOCKING}
    assert blocked == set(checked.set_aside)
    turned = document(form, *reversed(rows), party=party)
    again = check_document(turned, PLAN, standing, FILE, party)
    assert sorted(map(_said, again.rows)) == sorted(map(_said, checked.rows))


def _said(row: dict) -> str:
    return str({k: v for k, v in row.items() if k not in ("row_number", "cell_reference")})
