"""The formats that are made from a release's database: for spreadsheets, packages and SDMX."""

import csv
import errno
import json
import shutil
from datetime import date, datetime

import duckdb
import frictionless
import openpyxl
import pytest

from publish import spreadsheets
from publish.contents import read_keys
from publish.dbt_docs import DBT_MANIFEST
from publish.formats import write_formats
from publish.publication import publish
from publish.tables import DATABASE, write_tables
from smed.errors import NoSpace
from tests.publish.conftest import VERDICT

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
HARMLESS = ["1=1", "'", "", " =1", "<script>", "Lào\nCai"]


@pytest.fixture
def make_release(tmp_path):
    """Makes the folder of a release whose one mart is what a statement selects."""

    def make(select, name="release"):
        candidate = tmp_path / name / "candidate.duckdb"
        folder = tmp_path / name / "made"
        folder.mkdir(parents=True)
        with duckdb.connect(str(candidate)) as connection:
            connection.execute("create schema marts; create schema plan")
            connection.execute(f"create table marts.figures as {select}")
            connection.execute("comment on column marts.figures.note is 'In words'")
        write_tables(candidate, folder)
        write_formats(folder, {"as_of": "2026-07-13", "sources": "live", "run_id": "run-1"}, {})
        return folder

    return make


def _notes(texts):
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    return f"select unnest([{listed}]) as note, -1.5 as value"


def _sheet(folder, name):
    workbook = openpyxl.load_workbook(folder / spreadsheets.WORKBOOK)
    return workbook[name]


def test_no_text_of_the_twin_begins_like_a_formula_and_no_number_is_touched(make_release):
    folder = make_release(_notes(HOSTILE + HARMLESS))
    text = (folder / "spreadsheet" / "figures.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    expected = ["'" + note for note in HOSTILE] + HARMLESS
    assert sorted(row["note"] for row in rows) == sorted(expected)
    assert {row["value"] for row in rows} == {"-1.5"}
    # the CSV for programs holds what was said, as it was said
    with (folder / "csv" / "figures.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["note"] for row in csv.DictReader(file)) == sorted(HOSTILE + HARMLESS)


def test_no_text_of_the_twin_becomes_a_formula_where_a_semicolon_parts_cells(make_release):
    folder = make_release(_notes(["loans;=1+1", "a; @SUM(1)", "a\t+1", "2-3; x=4"]))
    text = (folder / "spreadsheet" / "figures.csv").read_bytes().decode("utf-8-sig")
    for separator in ";\t":
        rows = csv.reader(text.splitlines(), delimiter=separator)
        cells = [cell.strip() for row in rows for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert "2-3; x=4," in text


def test_a_formula_in_a_note_is_a_text_in_the_workbook(make_release):
    sheet = _sheet(make_release(_notes(["=HYPERLINK(1)"])), "figures")
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=HYPERLINK(1)", "s")


def test_the_workbook_has_each_type_as_what_it_is(make_release):
    sheet = _sheet(
        make_release(
            "select 'x' as note, 1.5 as value, true as is_new, date '2026-01-31' as a_date,"
            " timestamp '2026-01-31 10:00:00' as an_at, 7 as n, null::double as nothing"
        ),
        "figures",
    )
    values = [cell.value for cell in sheet[2]]
    assert values == [
        "x",
        1.5,
        True,
        datetime(2026, 1, 31),  # noqa: DTZ001 (a spreadsheet knows no zones)
        datetime(2026, 1, 31, 10),  # noqa: DTZ001
        7,
        None,
    ]
    assert sheet["D2"].number_format == "yyyy-mm-dd"


def test_the_workbook_says_what_it_is_and_what_its_columns_mean(make_release):
    folder = make_release(_notes(["x"]))
    cover = dict(_sheet(folder, "About").iter_rows(values_only=True))
    assert cover["As of"] == "2026-07-13: what was known by that day"
    assert ("figures", "note", "varchar", "In words") in list(
        _sheet(folder, "Columns").iter_rows(values_only=True)
    )


def test_a_mart_longer_than_a_worksheet_is_named_on_the_cover(make_release, monkeypatch):
    monkeypatch.setattr(spreadsheets, "MOST_LINES", 3)
    folder = make_release(_notes(["a", "b", "c"]))
    assert openpyxl.load_workbook(folder / spreadsheets.WORKBOOK).sheetnames == ["About", "Columns"]
    cover = dict(_sheet(folder, "About").iter_rows(values_only=True))
    assert cover["figures"] == "3 rows, more than a worksheet has: see csv/figures.csv"


def test_equal_content_has_equal_bytes(make_release):
    one, other = (make_release(_notes(HARMLESS), name) for name in ("one", "other"))
    for path in sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file()):
        if path.name != DATABASE:
            assert (one / path).read_bytes() == (other / path).read_bytes(), path


def test_the_package_is_valid_and_finds_a_file_that_was_changed(make_release):
    folder = make_release(
        "select 'x' as note, 1e-9 as value, false as is_new, date '2026-01-31' as a_date,"
        " unnest([timestamp '2026-01-31 10:00:00', timestamp '2026-01-31 10:00:00.25']) as an_at"
    )
    report = frictionless.validate(folder / "datapackage.json")
    assert (report.valid, report.stats["tasks"]) == (True, 1)
    (resource,) = frictionless.Package(folder / "datapackage.json").resources
    # lines end as they do in the file, which RFC 4180 would end with two letters
    assert resource.dialect.get_control("csv").line_terminator == "\n"
    assert b"\r" not in (folder / "csv" / "figures.csv").read_bytes()
    path = folder / "csv" / "figures.csv"
    path.write_text(path.read_text().replace("x", "y"))
    report = frictionless.validate(folder / "datapackage.json")
    assert report.flatten(["type"]) == [["hash-count"]]


def test_figures_go_out_as_sdmx(make_release, tmp_path):
    candidate, folder = tmp_path / "candidate.duckdb", tmp_path / "made"
    folder.mkdir()
    with duckdb.connect(str(candidate)) as connection:
        connection.execute("create schema marts; create schema plan")
        connection.execute("""
            create table marts.kpi_observations as
            select 'K' as kpi_code, 'BRN' as country_code, 'pct' as unit_code, 'S' as source_code,
                's' as series_code, date '2026-01-01' as vintage_date, false as is_illustrative,
                false as is_recorded, *
            from (values
                (2016, 1.5, 'reported', false, false), (2017, 2.5, 'reported', true, false),
                (2018, 3.5, 'reported', false, true), (2019, null, 'missing', false, false),
                (2020, null, 'not_applicable', false, false),
                (2021, null, 'not_yet_due', false, false)
            ) as t (observation_year, value, observation_status, is_break, is_substitute)
        """)
    write_tables(candidate, folder)
    write_formats(folder, {"as_of": "2026-07-13", "sources": "live", "run_id": "run-1"}, {})
    with (folder / "sdmx" / "kpi_observations.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["TIME_PERIOD"], r["OBS_VALUE"], r["OBS_STATUS"]) for r in rows] == [
        ("2016", "1.5", "A"),
        ("2017", "2.5", "B"),
        ("2018", "3.5", "D"),
        ("2019", "", "O"),
        ("2020", "", "M"),
    ]
    assert rows[0] == rows[0] | {
        "STRUCTURE": "dataflow",
        "STRUCTURE_ID": "SMED:KPI_OBSERVATIONS(1.0)",
        "ACTION": "I",
        "FREQ": "A",
        "INDICATOR": "K",
        "REF_AREA": "BRN",
        "UNIT_MEASURE": "pct",
    }


def test_the_key_that_dbt_tested_is_told_in_the_manifest_and_the_package(
    settings, make_candidate, make_run, tmp_path
):
    candidate = make_candidate()
    manifest = json.loads(candidate.with_name(DBT_MANIFEST).read_text())
    manifest["nodes"]["test.toy.key"] = {
        **manifest["nodes"]["model.toy.figures"],
        "resource_type": "test",
        "alias": "figures_has_its_key",
        "test_metadata": {"name": "is_key", "kwargs": {"columns": ["key_code"]}},
        "attached_node": "model.toy.figures",
    }
    candidate.with_name(DBT_MANIFEST).write_text(json.dumps(manifest))
    assert read_keys(candidate)["marts", "figures"] == ("key_code",)
    publish(settings, make_run(), candidate, VERDICT, tmp_path / "docs")
    told = json.loads((settings.published / "manifest.json").read_bytes())["tables"]
    assert told["marts.figures"]["key"] == ["key_code"]
    package = json.loads((settings.published / "datapackage.json").read_bytes())
    figures = next(r for r in package["resources"] if r["name"] == "figures")
    assert figures["schema"]["primaryKey"] == ["key_code"]
    assert date.fromisoformat(package["description"].split("As of: ")[1][:10]) == date(2026, 7, 13)


def _write_again(folder):
    (folder / "datapackage.json").unlink()
    for name in (spreadsheets.SPREADSHEET, "sdmx"):
        shutil.rmtree(folder / name, ignore_errors=True)
    with pytest.raises(NoSpace, match=r"no space left to write it .*the release before stays"):
        write_formats(folder, {"as_of": "2026-07-13", "sources": "live", "run_id": "run-1"}, {})


def test_a_disk_that_is_full_when_the_workbook_is_written_is_named(make_release):
    folder = make_release("select 'x' as note")
    (folder / spreadsheets.WORKBOOK).unlink()
    (folder / spreadsheets.WORKBOOK).symlink_to("/dev/full")
    _write_again(folder)


def test_a_disk_that_is_full_when_the_sheets_are_put_together_is_named(make_release, monkeypatch):
    folder = make_release("select 'x' as note")

    def fill_up(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xlsxwriter.Workbook._store_workbook", fill_up)
    _write_again(folder)
