"""What the gate on raw found, told beside the marts: nothing there stops a release but silence."""

import pytest

from expectations import gate, goal_budgets
from expectations.raw_plan import checks
from expectations.verdict import RAW

CRITICAL = [check["check_id"] for check in checks() if check["severity"] == "critical"]
WARNING = [check["check_id"] for check in checks() if check["severity"] == "warning"]


@pytest.fixture
def raw_only(monkeypatch):
    """Lets the gate look at raw and one mart: the others are as clean."""
    monkeypatch.setattr(gate, "GUARDS", (goal_budgets,))


def _failing(check_id: str, **facts) -> str:
    told = {"is_acknowledged": "false", "is_in_force": "true"} | facts
    return (
        "insert into inputs.partition_checks select * replace ('AAA' as country_code,"
        " '560' as observed_value, 'from 1 to 100' as expected, 'S.K1 AAA 2012: 560' as message,"
        " 7 as rows_count, 1 as failing_rows_count, false as is_passed,"
        f" {told['is_acknowledged']} as is_acknowledged, {told['is_in_force']} as is_in_force)"
        f" from inputs.partition_checks where check_id = '{check_id}'"
    )


@pytest.mark.parametrize("check_id", [*CRITICAL, *WARNING])
def test_a_finding_is_a_result_in_its_own_words_and_stops_nothing(
    spoiled, plan, raw_only, check_id
):
    verdict = gate.check(spoiled(_failing(check_id)), "run-1", plan)
    assert verdict.passed
    (row,) = [row for row in verdict.results if row["status"] != "passed"]
    assert row["check_id"] == check_id
    assert row["status"] == ("quarantined" if check_id in CRITICAL else "warned")
    assert (row["table_name"], row["partition_code"]) == ("inputs.src_observations", "S.K1/AAA")
    assert (row["observed_value"], row["expected"]) == ("560", "from 1 to 100")
    assert (row["rows_count"], row["failing_rows_count"]) == (7, 1)
    assert (row["sample"], row["owner_code"]) == ("S.K1 AAA 2012: 560", "AAA")
    assert row["notes"]


def test_clean_raw_has_one_result_a_check_that_says_how_much_it_looked_at(spoiled, plan, raw_only):
    results = gate.check(spoiled(), "run-1", plan).results
    assert {row["status"] for row in results} == {"passed"}
    of_raw = [row for row in results if row["check_id"].startswith(RAW)]
    counts = {row["check_id"]: row["rows_count"] for row in of_raw}
    assert counts.pop("raw.checks_ran") == len(checks())
    assert counts == {check["check_id"]: 28 for check in checks()}


@pytest.mark.parametrize("facts", [{"is_acknowledged": "true"}, {"is_in_force": "false"}])
def test_what_a_person_acknowledged_or_a_newer_vintage_mended_rings_no_more(
    spoiled, plan, raw_only, facts
):
    # every row of the check is such a finding: that it ran must still be seen
    sql = (
        f"{_failing('raw.revision', **facts)};"
        "delete from inputs.partition_checks where check_id = 'raw.revision' and is_passed"
    )
    verdict = gate.check(spoiled(sql), "run-1", plan)
    assert {row["status"] for row in verdict.results} == {"passed"}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from inputs.partition_checks", "no partition of raw was looked at"),
        ("drop table inputs.partition_checks", "inputs.partition_checks is not in"),
        ("alter table inputs.partition_checks drop column is_passed", "is_passed"),
    ],
)
def test_a_gate_on_raw_that_looked_at_nothing_could_not_run(spoiled, plan, raw_only, sql, said):
    verdict = gate.check(spoiled(sql), "run-1", plan)
    assert not verdict.passed
    silent = [row for row in verdict.results if row["status"] == "could_not_run"]
    assert {row["check_id"] for row in silent} >= {check["check_id"] for check in checks()}
    assert all(said in row["observed_value"] for row in silent)


def test_a_check_of_raw_that_was_left_out_stops_the_release(spoiled, plan, raw_only):
    path = spoiled("delete from inputs.partition_checks where check_id = 'raw.range'")
    verdict = gate.check(path, "run-1", plan)
    failed = [row["check_id"] for row in verdict.results if row["status"] == "failed"]
    assert (verdict.passed, failed) == (False, ["raw.checks_ran"])
