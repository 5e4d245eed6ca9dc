"""What a verdict says, and that the gate never passes when it could not look."""

import json
import subprocess
import sys

import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations.core import ExpectColumnValuesToNotBeNull

from expectations import gate, kpi_observations
from expectations.gate import check
from expectations.suites import Suite, card
from expectations.verdict import STOPPING
from smed.errors import CheckCouldNotRun
from smed.plan import Plan
from smed.settings import REPOSITORY

COLUMNS = [
    "check_id",
    "run_id",
    "partition_code",
    "table_name",
    "severity",
    "status",
    "observed_value",
    "expected",
    "rows_count",
    "failing_rows_count",
    "sample",
    "owner_code",
    "notes",
]
TABLES = tuple(guard.TABLE for guard in gate.GUARDS)


def with_status(verdict, status):
    return [row for row in verdict.results if row["status"] == status]


def test_a_failure_is_told_by_partition_with_its_worst_rows_first(spoiled, plan):
    path = spoiled(
        "update marts.kpi_observations set value = 100 + observation_year / 1000e0 "
        "where kpi_code = 'K1' and country_code = 'BBB'"
    )
    rows = [
        row
        for row in check(path, "run-7", plan).results
        if row["check_id"] == "kpi_observations.plausible_max"
    ]
    assert [(row["partition_code"], row["status"]) for row in rows] == [
        ("K1", "failed"),
        ("K2", "passed"),
    ]
    assert list(rows[0]) == COLUMNS
    assert rows[0]["run_id"] == "run-7"
    assert rows[0]["observed_value"] == "7 of 14 rows fail"
    assert (rows[0]["rows_count"], rows[0]["failing_rows_count"]) == (14, 7)
    assert rows[0]["sample"] == (
        "K1 BBB 2016: 102.016; K1 BBB 2015: 102.015; K1 BBB 2014: 102.014; "
        "K1 BBB 2013: 102.013; K1 BBB 2012: 102.012"
    )


def test_the_champions_of_the_goal_own_a_kpi_that_members_send_and_the_engineers_the_rest(
    clean, plan, monkeypatch
):
    monkeypatch.setattr(gate, "GUARDS", gate.GUARDS[:1])
    results = check(clean, "run-1", plan).results
    owners = {row["partition_code"]: row["owner_code"] for row in results}
    assert owners == {"K1": "AAA|BBB", "K2": None, "all": None}
    fetched = tuple(row for row in plan.kpi_series if row.source_state != "submitted")
    plan = Plan(plan.folder, {**vars(plan), "kpi_series": fetched})
    results = check(clean, "run-1", plan).results
    assert {row["owner_code"] for row in results} == {None}


def test_every_row_has_plain_types_and_its_own_key(clean, plan):
    results = check(clean, "run-1", plan, clean).results
    assert {type(value) for row in results for value in row.values()} == {str, int, type(None)}
    keys = {(row["check_id"], row["partition_code"]) for row in results}
    assert len(keys) == len(results)
    assert all(row["notes"] and row["severity"] in ("critical", "warning") for row in results)


def test_the_same_data_give_the_same_rows_and_the_same_pages(clean, plan, tmp_path):
    first, second = (check(clean, "run-1", plan, clean, tmp_path / name) for name in "ab")
    assert first == second
    pages = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "ab"]
    assert pages[0] == pages[1]


def test_a_warning_passes(spoiled, plan):
    path = spoiled("update marts.kpi_observations set yearly_change_pct = 31")
    verdict = check(path, "run-1", plan)
    assert verdict.passed
    assert {row["check_id"] for row in with_status(verdict, "warned")} == {
        "kpi_observations.yearly_change"
    }


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_table_could_not_be_checked(spoiled, plan, table):
    verdict = check(spoiled(f"drop table marts.{table}"), "run-1", plan)
    assert not verdict.passed
    blind = with_status(verdict, "could_not_run")
    # and what is compared with it
    assert table in {row["table_name"] for row in blind}
    assert all(f"marts.{table} is not in candidate" in row["observed_value"] for row in blind)
    assert not with_status(verdict, "failed")


# the small plan's members have submitted nothing
@pytest.mark.parametrize("table", [table for table in TABLES if table != "submitted_values"])
def test_an_empty_table_never_passes(spoiled, plan, table):
    verdict = check(spoiled(f"delete from marts.{table}"), "run-1", plan)
    assert not verdict.passed
    of_table = [row for row in verdict.results if row["table_name"] == table]
    assert any(row["status"] in STOPPING for row in of_table)


@pytest.mark.parametrize("table", ["kpi_observations", "kpi_achievements", "goal_scorecards"])
def test_an_empty_table_says_so(spoiled, plan, table):
    verdict = check(spoiled(f"delete from marts.{table}"), "run-1", plan)
    of_table = [row for row in verdict.results if row["table_name"] == table]
    failed = {row["check_id"] for row in of_table if row["status"] == "failed"}
    assert {f"{table}.row_count", f"{table}.key_set"} <= failed
    in_rows = [row for row in of_table if row["check_id"] == f"{table}.row_count"]
    assert [row["observed_value"] for row in in_rows] == ["0"]
    assert any("there is no row to look at" in row["observed_value"] for row in of_table)


def test_a_table_without_a_single_value_never_passes(spoiled, plan):
    path = spoiled("update marts.kpi_observations set value = null, observation_status = 'missing'")
    failed = with_status(check(path, "run-1", plan), "failed")
    of_table = [row for row in failed if row["table_name"] == "kpi_observations"]
    assert {row["check_id"] for row in of_table} == {
        "kpi_observations.has_values",
        "kpi_observations.current_version",
    }


@pytest.mark.parametrize(
    ("column", "checks"),
    [
        (
            "snapshot_id",
            {
                *("kpi_observations.value_has_snapshot", "kpi_observations.current_version"),
                "submitted_values.trace",
            },
        ),
        ("yearly_change_pct", {"kpi_observations.yearly_change"}),
        (
            "source_state",
            {
                *("kpi_observations.freshness", "kpi_observations.reported_share"),
                *("submitted_values.trace", "sources.freshness"),
            },
        ),
    ],
)
def test_a_missing_column_is_named_and_blinds_only_its_own_checks(spoiled, plan, column, checks):
    path = spoiled(f"alter table marts.kpi_observations drop column {column}")
    verdict = check(path, "run-1", plan)
    assert not verdict.passed
    blind = with_status(verdict, "could_not_run")
    assert {row["check_id"] for row in blind} == checks
    assert all(row["observed_value"].startswith("could not run: ") for row in blind)
    assert all(column.removesuffix("_pct") in row["observed_value"] for row in blind)
    assert not with_status(verdict, "failed")


def test_an_exception_inside_great_expectations_is_not_a_failure(clean, plan, monkeypatch):
    def burst(*_, **__):
        raise ZeroDivisionError("burst")

    monkeypatch.setattr(ExpectColumnValuesToNotBeNull, "_validate", burst)
    verdict = check(clean, "run-1", plan)
    assert not verdict.passed
    assert not with_status(verdict, "failed")
    blind = {
        row["check_id"]: row["observed_value"] for row in with_status(verdict, "could_not_run")
    }
    assert "burst" in blind["kpi_observations.value_has_unit"]
    assert "kpi_observations.plausible_min" not in blind


def test_a_warning_that_could_not_run_does_not_pass(clean, plan, monkeypatch):
    warning = gxe.ExpectColumnValuesToNotBeNull(
        column="nowhere", severity="warning", notes="x", meta=card("t.nowhere", "anything")
    )
    suite = Suite("odd", "kpi_observations", kpi_observations.rows, [warning])
    monkeypatch.setattr(kpi_observations, "suites", lambda plan: [suite])
    verdict = check(clean, "run-1", plan)
    assert not verdict.passed
    (row,) = with_status(verdict, "could_not_run")
    assert (row["check_id"], row["severity"]) == ("t.nowhere", "warning")
    assert "nowhere" in row["observed_value"]


def test_a_table_without_checks_never_passes(clean, plan, monkeypatch):
    monkeypatch.setattr(kpi_observations, "suites", lambda plan: [])
    verdict = check(clean, "run-1", plan)
    assert not verdict.passed
    (row,) = with_status(verdict, "could_not_run")
    assert row["check_id"] == "kpi_observations.has_checks"
    assert row["observed_value"] == "could not run: there is no check"


def test_a_gate_without_checks_never_passes(clean, plan, monkeypatch):
    monkeypatch.setattr(gate, "GUARDS", ())
    assert not check(clean, "run-1", plan).passed


def test_a_candidate_that_cannot_be_opened_is_named(plan, tmp_path):
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"not a database" * 1000)
    with pytest.raises(CheckCouldNotRun, match=r"broken\.duckdb"):
        check(broken, "run-1", plan)
    with pytest.raises(CheckCouldNotRun, match=r"absent\.duckdb"):
        check(tmp_path / "absent.duckdb", "run-1", plan)


def test_a_last_release_that_cannot_be_opened_says_how_to_mend_it(clean, plan, tmp_path):
    with pytest.raises(CheckCouldNotRun, match=r"absent\.duckdb.*; run `smed verify`"):
        check(clean, "run-1", plan, tmp_path / "absent.duckdb")


def test_a_last_release_that_cannot_be_read_is_not_passed_over(spoiled, clean, plan):
    older = spoiled("alter table marts.kpi_observations drop column as_of_date", "older")
    assert check(clean, "run-1", plan, older).passed
    older = spoiled("alter table marts.kpi_observations drop column value", "older")
    blind = with_status(check(clean, "run-1", plan, older), "could_not_run")
    assert "kpi_observations.coverage_drop" in {row["check_id"] for row in blind}


def test_the_pages_show_results_and_notes_and_need_nothing_from_outside(spoiled, plan, tmp_path):
    path = spoiled(
        "update marts.kpi_observations set value = 123.5, unit_code = '<b>' "
        "where observation_year = 2012 and country_code = 'AAA';"
        "alter table marts.kpi_achievements drop column score"
    )
    check(path, "run-1", plan, None, tmp_path / "docs")
    pages = {page.name: page.read_text() for page in (tmp_path / "docs").iterdir()}
    assert "K1 AAA 2012: 123.5" in pages["index.html"]
    assert "A change of scale" in pages["index.html"]
    assert "The gate has not passed" in pages["index.html"]
    # what did not simply pass stands at the top, before every check by itself
    assert '<b>could_not_run</b>: <a href="#kpi_achievements.' in pages["index.html"]
    assert '<b>failed</b>: <a href="#kpi_observations.' in pages["index.html"]
    assert "could not run" in pages["index.html"]
    assert "2 unexpected values found" in pages["kpi_observations.html"]
    for page in ("index.html", "kpi_observations.html"):
        assert "<p><b>critical</b>: expected at least" in pages[page]
        assert "widen the range in kpis.csv" in pages[page]
    assert 'href="index.html#kpi_observations.' in pages["kpi_observations.html"]
    everything = "".join(pages.values())
    for foreign in ("http://", "https://", "<script", "np.", "Traceback", str(REPOSITORY)):
        assert foreign not in everything
    linked = {name for name in pages if f'href="{name}"' in pages["index.html"]}
    assert linked == pages.keys() - {"index.html"}


def test_nothing_calls_out(clean, plan, tmp_path):
    program = f"""
import json, sys
calls = []
sys.addaudithook(lambda event, facts: calls.append(event) if event in
    ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request") else None)
from pathlib import Path
from expectations.gate import check
from smed.plan import read_plan
verdict = check(Path({str(clean)!r}), "r", read_plan(Path({str(plan.folder)!r})), None,
    Path({str(tmp_path)!r}))
print(json.dumps([verdict.passed, calls]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [True, []]
