"""Templates: only what is owed, Excel's own checks, the same bytes, and no finding once filled."""

import csv
import zipfile
from datetime import date, datetime
from io import StringIO

import pytest
from openpyxl import load_workbook

from extract.submissions.content import check_document
from extract.submissions.forms import DECLARED, read_forms
from extract.submissions.owed import owed_rows
from extract.submissions.reading import read_file
from extract.submissions.standing import Standing
from extract.submissions.templates import FORMULA_STARTS, template_name, write_template
from smed.errors import SubmissionInvalid
from smed.plan import Plan
from smed.plan_rows import LineProponent, Party
from tests.extract.submissions.forms_filled import LINE, TODAY, shipped_plan

KPI_ENTRIES = {
    **{"Value": 47.5, "Definition": "same as before", "Source": "Central bank, 2025"},
    **{"Status": "final", "Origin": "routine statistics", "Numerator": 475, "Denominator": 1000},
}
LINE_ENTRIES = {
    **{"Status": "in progress", "Per cent complete": 60, "Start date": datetime(2018, 1, 1)},  # noqa: DTZ001
    **{"Current due date": datetime(2025, 6, 30), "Reason for the change": "Funds came late"},  # noqa: DTZ001
    **{"Budget planned": 1000, "Budget spent": 400, "Currency": "USD", "Output quality": 4},
    **{"Evidence link": "https://example.org/evidence", "Verified by": "Audit office"},
}
EARLIER = {
    ("E-1-1.5", "2025H1"): LINE
    | {"reporting_period": "2025H1", "party_code": "PHL", "current_due_date": date(2025, 12, 31)}
}


@pytest.fixture(scope="module")
def plan():
    return shipped_plan()


def _standing(**known) -> Standing:
    return Standing(today=TODAY, **known)


def _accepted(value: float) -> dict:
    row = {"value": value, "unit_code": "pct", "reporting_period": "2025H1"}
    return {("KPI-03", "VNM", 2017): row}


def test_a_member_state_owes_the_submitted_kpis_that_it_has_from_the_baseline_to_the_last_year_due(
    plan,
):
    rows = owed_rows(plan, _standing(accepted_values=_accepted(21.0)), "kpi", "VNM", "2025H2")
    # Viet Nam has KPI-03 and KPI-08, of KPI-05 the plan does not say; 2025 less a lag of 2 is 2023
    expected = [(kpi, year) for kpi in ("KPI-03", "KPI-05", "KPI-08") for year in range(2016, 2024)]
    assert [(row["kpi_code"], row["observation_year"]) for row in rows] == expected
    assert {row["observation_year"]: row["previous_value"] for row in rows[:3]} == {
        **{2016: None, 2017: 21.0, 2018: None}
    }
    assert {row["unit_code"] for row in rows} == {"per cent"}


def test_a_line_is_owed_until_the_period_in_which_it_is_completed(plan):
    def codes(standing):
        return [
            row["action_line_code"]
            for row in owed_rows(plan, standing, "progress", "PHL", "2025H2")
        ]

    assert codes(_standing()) == ["E-1-1.5", "E-2-1.2"]
    done = {"reported_status": "completed", "completed_date": date(2025, 3, 1)}
    before = {key: row | done for key, row in EARLIER.items()}
    assert codes(_standing(accepted_lines=before)) == ["E-2-1.2"]


def test_what_was_reported_last_stands_beside_the_line(plan):
    rows = owed_rows(plan, _standing(accepted_lines=EARLIER), "progress", "PHL", "2025H2")
    assert rows[0]["previous_report"] == "2025H1: in progress, 60 %, due 2025-12-31"
    assert rows[0]["initial_due_date"] == date(2025, 12, 31)
    assert rows[1]["previous_report"] is None


def test_an_organisation_that_carries_out_a_line_owes_it_and_no_kpi(plan, tmp_path):
    organisation = Party(party_code="FUND", party_name="A fund", party_type="organisation")
    proponent = LineProponent(action_line_code="A-1-2.1", party_code="FUND")
    rows = {
        **{name: rows for name, rows in vars(plan).items() if isinstance(rows, tuple)},
        **{"parties": (*plan.parties, organisation), "line_proponents": (proponent,)},
    }
    other = Plan(plan.folder, rows)
    owed = owed_rows(other, _standing(), "progress", "FUND", "2025H2")
    assert [row["action_line_code"] for row in owed] == ["A-1-2.1"]
    with pytest.raises(SubmissionInvalid, match="is no member state, and only those send"):
        write_template(other, _standing(), "kpi", "FUND", "2025H2", tmp_path / "t.xlsx")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("form", ["kpi", "progress"])
def test_equal_input_gives_equal_bytes(plan, tmp_path, form, suffix):
    paths = [tmp_path / f"{number}{suffix}" for number in (1, 2)]
    for path in paths:
        write_template(plan, _standing(), form, "VNM", "2025H2", path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("form", ["kpi", "progress"])
def test_a_workbook_says_what_it_is_and_hides_and_runs_nothing(plan, tmp_path, form):
    path = tmp_path / template_name(form, "VNM", "2025H2")
    write_template(plan, _standing(), form, "VNM", "2025H2", path)
    book = load_workbook(path)
    assert book.sheetnames == ["Guide", "Data", "About"]
    assert {sheet.sheet_state for sheet in book} == {"visible"}
    about = dict(list(book["About"].values)[1:])
    assert tuple(about) == DECLARED
    assert list(about.values()) == ["1", form, "VNM", "2025H2", "1"]
    for number, name in enumerate(DECLARED, 2):
        assert book.defined_names[name].attr_text == f"About!$B${number}"
    formulas = [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    names = zipfile.ZipFile(path).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]


def test_excel_itself_locks_what_is_filled_and_checks_what_is_entered(plan, tmp_path):
    path = tmp_path / "t.xlsx"
    rows = write_template(plan, _standing(), "kpi", "VNM", "2025H2", path)
    sheet = load_workbook(path)["Data"]
    labels = [cell.value for cell in sheet[1]]
    assert labels == [column.column_label for column in read_forms()["kpi"].columns]
    assert (sheet.max_row, rows) == (25, 24)
    assert sheet.protection.sheet
    assert sheet["A2"].protection.locked
    assert not sheet.column_dimensions["E"].protection.locked
    assert sheet.freeze_panes == "D2"
    assert sheet["E1"].comment.text.startswith("In the unit beside it")
    checks = {str(check.sqref): check for check in sheet.data_validations.dataValidation}
    assert checks["G2:G75"].formula1 == '"same as before,changed"'
    # KPI-03 is plausible from 0.1 to 100
    assert (checks["E2"].type, checks["E2"].formula1, checks["E2"].formula2) == (
        *("decimal", "0.1", "100.0"),
    )
    assert (checks["C2:C75"].formula1, checks["C2:C75"].formula2) == ("2010", "2025")


def test_the_csv_twin_holds_the_same_rows_and_no_formula(plan, tmp_path):
    path = tmp_path / "t.csv"
    write_template(plan, _standing(), "progress", "PHL", "2025H2", path)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[:5] == [
        *("# template_version: 1", "# form_code: progress", "# party_code: PHL"),
        *("# reporting_period: 2025H2", "# submission_version: 1"),
    ]
    rows = list(csv.DictReader(StringIO("\n".join(lines[5:]))))
    assert [row["Action line"] for row in rows] == ["E-1-1.5", "E-2-1.2"]
    assert not [v for row in rows for v in row.values() if v.startswith(FORMULA_STARTS)]


@pytest.mark.parametrize(
    ("form", "party", "period", "name", "said"),
    [
        ("kpi", "VNN", "2025H2", "t.xlsx", "VNN: no party to this plan"),
        ("kpi", "VNN", "2025H2", "t.xlsx", "did you mean VNM?"),
        ("kpis", "VNM", "2025H2", "t.xlsx", "no such form; it is one of kpi, progress"),
        ("kpi", "VNM", "2025", "t.xlsx", "no reporting period; write a half-year such as 2026H1"),
        ("kpi", "VNM", "2015H2", "t.xlsx", "lies before the plan; choose a period from 2016H1"),
        ("kpi", "VNM", "2026H2", "t.xlsx", "begins on 2026-07-01"),
        ("kpi", "VNM", "2016H1", "t.xlsx", "owes no KPI value in 2016H1"),
        ("kpi", "VNM", "2025H2", "t.ods", "a template is a workbook or a CSV and not .ods"),
    ],
)
def test_what_nobody_owes_is_an_error_that_says_what_to_ask_for(
    plan, tmp_path, form, party, period, name, said
):
    with pytest.raises(SubmissionInvalid) as caught:
        write_template(plan, _standing(), form, party, period, tmp_path / name)
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("form", "party", "entries"),
    [("kpi", "VNM", KPI_ENTRIES), ("progress", "PHL", LINE_ENTRIES)],
)
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_template_that_is_filled_in_passes_with_no_finding(
    plan, tmp_path, form, party, entries, suffix
):
    path = tmp_path / f"filled{suffix}"
    standing = _standing(accepted_lines=EARLIER)
    rows = write_template(plan, standing, form, party, "2025H2", path)
    (_fill_workbook if suffix == ".xlsx" else _fill_csv)(path, entries)
    read = read_file(path, path.name)
    assert read.findings == ()
    checked = check_document(read.document, plan, standing, path.name, party, read.findings)
    assert checked.findings == ()
    assert len(checked.rows) == rows
    assert checked.unreported == ()


def test_a_template_sent_back_empty_reports_nothing_and_breaks_no_rule(plan, tmp_path):
    path = tmp_path / "empty.xlsx"
    rows = write_template(plan, _standing(), "kpi", "VNM", "2025H2", path)
    read = read_file(path, path.name)
    assert read.findings == ()
    checked = check_document(read.document, plan, _standing(), path.name, "VNM")
    assert (checked.rows, checked.findings, len(checked.unreported)) == ((), (), rows)


def _fill_workbook(path, entries: dict) -> None:
    book = load_workbook(path)
    sheet = book["Data"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for number in range(2, sheet.max_row + 1):
        for label, value in entries.items():
            sheet.cell(number, places[label], value)
    book.save(path)


def _fill_csv(path, entries: dict) -> None:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    rows = list(csv.DictReader(StringIO("\n".join(lines[5:]))))
    said = {
        label: value.date().isoformat() if isinstance(value, datetime) else str(value)
        for label, value in entries.items()
    }
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows([row | said for row in rows])
    path.write_text("\r\n".join(lines[:5]) + "\r\n" + text.getvalue(), encoding="utf-8", newline="")


@pytest.mark.parametrize("form", ["kpi", "progress"])
def test_the_guide_says_of_every_column_whether_it_is_needed(plan, tmp_path, form):
    path = tmp_path / "t.xlsx"
    write_template(plan, _standing(), form, "PHL", "2025H2", path)
    lines = {row[0].value: row[1].value for row in load_workbook(path)["Guide"].iter_rows()}
    for column in read_forms()[form].columns:
        said = lines[column.column_label]
        if column.value_type != "shown":
            assert ("Needed in every row" in said) == column.is_required
            assert ("may stay empty" in said) != column.is_required
