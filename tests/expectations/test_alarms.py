"""Does the alarm ring? Each check has a fault that makes it, and no other one, fail."""

from datetime import date

import duckdb
import pytest

from expectations import gate
from expectations.verdict import STOPPING
from smed.plan import Plan
from tests.expectations.test_recounts import FAULTS as RECOUNTED

ONE = "where kpi_code = 'K1' and country_code = 'AAA'"
IN_2012 = f"{ONE} and observation_year = 2012"
OBSERVATIONS = {
    "value_has_unit": f"set unit_code = null {IN_2012}",
    "value_has_vintage": f"set vintage_date = null {IN_2012}",
    "value_has_snapshot": f"set snapshot_id = null {IN_2012}",
    "plausible_min": f"set value = 0.5 {IN_2012}",
    "plausible_max": f"set value = 100.5 {IN_2012}",
    "large_revision": f"set revision_pct = -26 {IN_2012}",
    "yearly_change": f"set yearly_change_pct = -31 {IN_2012}",
    # nobody reports 2016, which is due
    "freshness": "set value = null, observation_status = 'missing' "
    "where kpi_code = 'K1' and observation_year = 2016",
    # 4 of 14 due rows are left, 29 %, and K2's source has ended, so it is not stale
    "reported_share": "set value = null, observation_status = 'missing' "
    "where kpi_code = 'K2' and observation_year > 2011",
}
ACHIEVEMENTS = {
    "assessed_has_baseline": f"set baseline_value = null {ONE}",
    "assessed_has_latest": f"set latest_value = null {ONE}",
    "assessed_has_ratio": f"set progress_ratio = null {ONE}",
    "score_range": f"set score = 5.1 {ONE}",
    "target_ahead": f"set target_value = 49 {ONE}",
}
SCORECARDS = {
    "countries_assessed_count": "set countries_assessed_count = 3",
    # 1 completed and 2 overdue, of 2 lines
    "lines_accounted_count": "set lines_completed_count = 1, lines_overdue_count = 2",
    "kpis_count": "set kpis_count = 2",
    "lines_count": "set lines_count = 3",
    "lines_known_missing_count": "set lines_known_missing_count = 1",
    "delivery_rate": "set delivery_rate_pct = 100.5",
    "score_range": "set achievement_score = -5.1",
}
IN_REGION = "where kpi_code = 'K1' and group_code = 'R'"
REGION = {
    # the members have 50 each
    "regional_observations.lowest_member": f"set value = 49.9 {IN_REGION}",
    "regional_observations.highest_member": f"set value = 50.1 {IN_REGION}",
    "regional_observations.members_reporting_count": "set members_reporting_count = 1,"
    f" value = null, reason_code = 'coverage' {IN_REGION}",
    "regional_observations.value_where_all_report": "set value = null, reason_code = 'coverage'"
    f" {IN_REGION}",
    "regional_achievements.plausible_min": f"set baseline_value = 0.9 {IN_REGION}",
    "regional_achievements.plausible_max": f"set latest_value = 100.1 {IN_REGION}",
    "regional_achievements.score_range": f"set score = 5.1 {IN_REGION}",
    "development_gaps.plausible_min": "set clmv_value = 0.9 where observation_year = 2012",
    "development_gaps.plausible_max": "set asean6_value = 100.1 where observation_year = 2012",
}
PROGRESS = {
    "action_line_progress.complete_pct": "set complete_pct = 100.1 where submission_id = 's1'",
    "goal_progress.lines_count": "set lines_count = 1 where reporting_period = '2015H1'",
    "goal_budgets.lines_count": "set lines_count = 2",
    # 139 of the lines' 140
    "goal_budgets.amounts": "set budget_spent = 39",
    "source_discrepancies.complete": "set observation_year = 2011",
    "source_discrepancies.used_value": "set used_value = 49",
    "source_discrepancies.large_difference": "set relative_difference_pct = -51",
}
COMPARED = {
    # from 50 to 70, 40 %; its revision is small since another version came in between
    "kpi_observations.large_change_since_release": "update marts.kpi_observations set value = 70, "
    f"revision_pct = 1 {IN_2012}",
    # 2 of 14 values, 14 %
    "kpi_observations.coverage_drop": "update marts.kpi_observations set value = null, "
    "observation_status = 'missing' where kpi_code = 'K1' and observation_year = 2010",
    "kpi_observations.baseline_value_lost": "update marts.kpi_observations set value = null, "
    "observation_status = 'withdrawn' where kpi_code = 'K1' and country_code = 'AAA' "
    "and observation_year = 2012",
    # 3 of 19 means, 16 %
    "regional_observations.lost_since_release": "update marts.regional_observations set value ="
    " null, reason_code = 'no_weight' where observation_year = 2014",
    "action_line_progress.lost_since_release": "update marts.action_line_progress set"
    " submission_id = null",
    "reporting_coverage.lost_since_release": "update marts.reporting_coverage set"
    " submission_id = null",
    # from 100 to 0.1
    "action_line_progress.budget_scale": "update marts.action_line_progress set budget_planned ="
    " budget_planned / 1000",
    "kpi_achievements.status_flips": "update marts.kpi_achievements set status = 'on_track' "
    "where kpi_code = 'K1'",
}
ALARMS = [
    *((f"kpi_observations.{check}", sql) for check, sql in OBSERVATIONS.items()),
    *((f"kpi_achievements.{check}", sql) for check, sql in ACHIEVEMENTS.items()),
    *(
        (f"goal_scorecards.{check}", f"{sql} where goal_code = 'G1'")
        for check, sql in SCORECARDS.items()
    ),
    *REGION.items(),
    *PROGRESS.items(),
]
MISSING_KEYS = {
    "kpi_observations": f"{IN_2012}",
    "kpi_achievements": f"{ONE}",
    "regional_observations": f"{IN_REGION} and observation_year = 2012",
    "regional_achievements": IN_REGION,
    "development_gaps": "where kpi_code = 'K2' and observation_year = 2016",
    "action_line_progress": "where action_line_code = 'G1-1-1.2' and reporting_period = '2010H1'",
    "goal_progress": "where goal_code = 'G2' and reporting_period = '2016H2'",
    "reporting_coverage": "where obligation_id = 'kpi.BBB.K1.2013H2'",
    "goal_scorecards": "where goal_code = 'G2'",
    "goal_achievements": "where goal_code = 'G2' and country_code = 'BBB'",
}
# an empty table and one without a value are tested beside the gate, since more than one check rings
FIRST = ("kpi_observations", "kpi_achievements", "goal_scorecards")
BESIDE = {f"{table}.row_count" for table in FIRST} | {"kpi_observations.has_values"}


def judged(verdict) -> list[dict]:
    """The results but for the recounts: they notice nearly everything, and have tests of theirs."""
    return [row for row in verdict.results if row["check_id"] not in RECOUNTED]


def rung(verdict) -> set[str]:
    return {row["check_id"] for row in judged(verdict) if row["status"] != "passed"}


def passed(verdict) -> bool:
    return not any(row["status"] in STOPPING for row in judged(verdict))


@pytest.fixture
def only(monkeypatch):
    """Lets the gate look at one table alone: the others are as clean as before.

    They may no longer agree with it, and looking at them too would take many times as long.
    """

    def look_at(table: str) -> None:
        guards = [guard for guard in gate.GUARDS if table == guard.TABLE]
        assert guards
        monkeypatch.setattr(gate, "GUARDS", guards)

    return look_at


@pytest.mark.parametrize(("check_id", "sql"), ALARMS, ids=[check for check, _ in ALARMS])
def test_a_fault_rings_its_own_alarm_and_no_other(spoiled, plan, check_id, sql, only):
    table = check_id.split(".")[0]
    only(table)
    verdict = gate.check(spoiled(f"update marts.{table} {sql}"), "run-1", plan)
    assert rung(verdict) == {check_id}
    severities = {row["severity"] for row in verdict.results if row["check_id"] == check_id}
    assert passed(verdict) == (severities == {"warning"})


@pytest.mark.parametrize("check_id", COMPARED)
def test_a_fault_beside_the_last_release_rings(spoiled, clean, plan, check_id, only):
    only(check_id.split(".")[0])
    verdict = gate.check(spoiled(COMPARED[check_id]), "run-1", plan, clean)
    assert rung(verdict) == {check_id}
    severities = {row["severity"] for row in verdict.results if row["check_id"] == check_id}
    assert passed(verdict) == (severities == {"warning"})


@pytest.mark.parametrize("table", MISSING_KEYS)
def test_a_missing_key_rings(spoiled, plan, table, only):
    only(table)
    path = spoiled(f"delete from marts.{table} {MISSING_KEYS[table]}")
    assert rung(gate.check(path, "run-1", plan)) == {f"{table}.key_set"}


@pytest.mark.parametrize("table", MISSING_KEYS)
def test_a_key_that_is_there_twice_rings(spoiled, plan, table, only):
    only(table)
    named = f"marts.{table} {MISSING_KEYS[table]} limit 1"
    path = spoiled(f"insert into marts.{table} select * from {named}")
    assert f"{table}.key_set" in rung(gate.check(path, "run-1", plan))


def test_a_key_that_is_not_in_the_plan_is_named(spoiled, plan):
    path = spoiled(
        "insert into marts.kpi_achievements select * replace ('ZZZ' as country_code) "
        f"from marts.kpi_achievements {ONE}"
    )
    verdict = gate.check(path, "run-1", plan)
    assert rung(verdict) == {"kpi_achievements.key_set"}
    (row,) = [row for row in judged(verdict) if row["status"] == "failed"]
    assert (row["partition_code"], row["sample"]) == ("K1", "K1 ZZZ: not in the plan")


@pytest.mark.parametrize(("target", "direction"), [(49, "higher"), (50, "higher"), (51, "lower")])
def test_a_target_that_the_baseline_meets_is_named_with_it(spoiled, plan, target, direction):
    path = spoiled(
        f"update marts.kpi_achievements set target_value = {target}, direction = '{direction}' "
        f"{ONE}"
    )
    verdict = gate.check(path, "run-1", plan)
    (row,) = [row for row in judged(verdict) if row["status"] != "passed"]
    assert (row["check_id"], row["status"]) == ("kpi_achievements.target_ahead", "warned")
    assert row["sample"] == f"K1 AAA: target {target}, baseline 50, {direction} is better"


def test_every_check_has_a_fault_that_rings_it(clean, plan):
    checks = {row["check_id"] for row in gate.check(clean, "run-1", plan, clean).results}
    faults = {check for check, _ in ALARMS} | COMPARED.keys() | BESIDE | RECOUNTED.keys()
    # those of raw have theirs beside the gate on raw
    of_marts = {check for check in checks if not check.startswith("raw.")}
    assert of_marts == faults | {f"{table}.key_set" for table in MISSING_KEYS}


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        # a real revision, once a person acknowledged it
        "update marts.kpi_observations set value = 90, revision_pct = 80, "
        f"is_revision_acknowledged = true {IN_2012}",
        # a change of unit has no revision, however far the values lie apart
        "update marts.kpi_observations set value = 99, unit_code = 'new', change_type = 'rebased'",
        # another series of the same unit is no revision either
        "update marts.kpi_observations set value = 99, series_code = 'S.new'",
        # a withdrawal that a person acknowledged is no drop in coverage
        "update marts.kpi_observations set value = null, observation_status = 'withdrawn', "
        f"yearly_change_pct = null, is_revision_acknowledged = true {ONE} "
        "and observation_year < 2013",
        # where the baseline already met the target there is no ratio
        "update marts.kpi_achievements set status = 'achieved', target_value = 40, "
        f"direction = 'lower', progress_ratio = null {ONE}",
    ],
)
def test_clean_data_raises_no_alarm(spoiled, clean, plan, sql, only):
    if sql.startswith("update"):
        only(sql.split()[1].removeprefix("marts."))
    verdict = gate.check(spoiled(sql), "run-1", plan, clean)
    assert rung(verdict) == set()
    assert passed(verdict)


def test_a_bound_that_is_missing_hides_nothing(spoiled, plan):
    path = spoiled(f"update marts.kpi_observations set plausible_min = null {IN_2012}")
    assert rung(gate.check(path, "run-1", plan)) == {"kpi_observations.plausible_min"}


def test_an_acknowledgement_that_is_null_hides_nothing(spoiled, plan):
    path = spoiled(
        "update marts.kpi_observations set revision_pct = 80, is_revision_acknowledged = null"
    )
    assert rung(gate.check(path, "run-1", plan)) == {"kpi_observations.large_revision"}


def test_a_count_that_is_null_hides_nothing(spoiled, plan):
    path = spoiled("update marts.goal_scorecards set countries_assessed_count = null")
    assert "goal_scorecards.countries_assessed_count" in rung(gate.check(path, "run-1", plan))


def test_a_mart_without_a_row_fails_where_the_plan_asks_for_rows_and_only_there(spoiled, plan):
    """Budgets, discrepancies: nobody need report any, but what was reported must be there."""
    empty = "; ".join(f"delete from marts.{table}" for table in ("goal_budgets", "kpi_revisions"))
    nothing_sent = (
        "update marts.action_line_progress set currency_code = null;"
        "delete from marts.source_discrepancies"
    )
    assert rung(gate.check(spoiled(f"{empty}; {nothing_sent}"), "run-1", plan)) == set()
    path = spoiled("delete from marts.goal_budgets; delete from marts.source_discrepancies")
    assert rung(gate.check(path, "run-1", plan)) == {
        "goal_budgets.lines_count",
        "goal_budgets.amounts",
        "source_discrepancies.complete",
    }


def test_a_kpi_is_expected_while_the_plan_has_it(clean, plan):
    """The candidate is as of 2016-12-31."""

    def rung_by(**dates: date) -> set[str]:
        second = plan.kpis[1].model_copy(update=dates)
        dated = Plan(plan.folder, {**vars(plan), "kpis": (plan.kpis[0], second)})
        return rung(gate.check(clean, "run-1", dated))

    assert rung_by(valid_to_date=date(2016, 12, 31)) == set()
    tables = ("kpi_observations", "kpi_achievements", "regional_observations")
    unplanned = {f"{table}.key_set" for table in (*tables, "regional_achievements")}
    unplanned |= {"development_gaps.key_set", "goal_scorecards.kpis_count"}
    assert rung_by(valid_from_date=date(2017, 1, 1)) == unplanned
    assert rung_by(valid_to_date=date(2016, 12, 30)) == unplanned
    # of years before its first nothing is owed
    of_years = {f"{table}.key_set" for table in (*tables[::2], "development_gaps")}
    assert rung_by(valid_from_date=date(2012, 7, 1)) == of_years


def test_a_half_year_is_expected_once_it_began(spoiled, plan):
    """The plan ran from 2010 to 2020 and the candidate is as of 2016-12-31."""
    changed = "update inputs.builds set as_of_date = date '{}'"
    of_years = {f"{table}.key_set" for table in MISSING_KEYS} - {
        *("kpi_achievements.key_set", "regional_achievements.key_set", "goal_scorecards.key_set"),
        "goal_achievements.key_set",
    }
    assert rung(gate.check(spoiled(changed.format("2017-01-01")), "run-1", plan)) == of_years
    # a year less
    assert rung(gate.check(spoiled(changed.format("2015-12-31")), "run-1", plan)) == of_years


def test_an_unreported_line_may_be_overdue_too(spoiled, plan):
    """Of two lines one is completed, the other overdue, and nothing was ever said of it."""
    path = spoiled(
        "update marts.goal_scorecards set lines_completed_count = 1, lines_overdue_count = 1,"
        " lines_not_reported_count = 1 where goal_code = 'G1'"
    )
    assert rung(gate.check(path, "run-1", plan)) == set()


def test_a_candidate_as_of_an_earlier_date_is_not_measured_by_a_later_release(spoiled, clean, plan):
    later = spoiled("update marts.kpi_observations set as_of_date = date '2017-01-01'", "later")
    path = spoiled(COMPARED["kpi_observations.coverage_drop"])
    checks = {row["check_id"] for row in gate.check(path, "run-1", plan, later).results}
    assert "kpi_observations.coverage_drop" not in checks
    assert "kpi_achievements.status_flips" in checks


def test_a_table_that_the_last_release_lacks_is_not_compared(spoiled, clean, plan):
    older = spoiled("drop table marts.kpi_achievements", "older")
    verdict = gate.check(clean, "run-1", plan, older)
    assert verdict.passed
    assert "kpi_achievements.status_flips" not in {row["check_id"] for row in verdict.results}


def test_a_kpi_that_lost_every_value_stops_the_release(spoiled, clean, plan, only):
    only("kpi_observations")
    path = spoiled(
        "update marts.kpi_observations set value = null, observation_status = 'missing' "
        "where kpi_code = 'K2'"
    )
    verdict = gate.check(path, "run-1", plan, clean)
    (row,) = [row for row in judged(verdict) if row["status"] == "failed"]
    assert (row["check_id"], row["partition_code"], row["observed_value"]) == (
        "kpi_observations.coverage_drop",
        "K2",
        "100",
    )


def test_the_fixture_is_not_spoiled(clean):
    with duckdb.connect(clean, read_only=True) as connection:
        (count,) = connection.execute("select count(*) from marts.kpi_observations").fetchone()
    assert count == 28
