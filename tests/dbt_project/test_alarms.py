"""Each data test of the project rings when its data is broken, and every unit test passes."""

import shutil

import duckdb
import pytest

from tests.dbt_project.warehouse import SEEDS

UNIT_TESTS_AT_LEAST = 30
DOUBLED = "insert into {table} select * from {table} limit 1"
SENT_VALUE = (
    "insert into inputs.kpi_submissions (submission_id, party_code, kpi_code, country_code,"
    " observation_year, value, unit_code, known_from, submitted_at, is_illustrative)"
    " values ('s', 'THA', '{}', '{}', 2020, {}, '{}', '2021-01-01', '2021-01-01', false)"
)
SENT_REPORT = (
    "insert into inputs.progress_submissions (submission_id, party_code, action_line_code,"
    " reporting_period, currency_code, budget_spent, known_from, submitted_at, is_illustrative)"
    " values ('s', 'THA', '{}', '{}', {}, 1, '2021-01-01', '2021-01-01', false)"
)

# data test -> statements, each of which it must notice
BREAKS = {
    "kpi_observations_has_its_key": [DOUBLED, "update {table} set kpi_code = null"],
    "kpi_observations_refers_to_what_exists": [
        "update {table} set country_code = 'TLS' where country_code = 'THA'",
        "update {table} set source_code = 'nobody'",
        "update {table} set unit_code = 'furlongs'",
    ],
    "kpi_observations_keeps_its_rules": [
        "update {table} set value = null where observation_status = 'withdrawn' or value > 70",
        "update {table} set value = 0 where observation_status = 'missing'",
        "update {table} set observation_status = null",
        "update {table} set unit_code = null where observation_status = 'reported'",
        "update {table} set value = 'inf' where observation_status = 'reported'",
        "update {table} set source_state = 'alive'",
        "update {table} set known_from = as_of_date + 1 where known_from is not null",
        "update {table} set change_type = 'changed' where change_type = 'withdrawn'",
        "update {table} set is_illustrative = null",
        "update {table} set is_held_back = true",
        "update {table} set held_back_check_id = 'raw.range'",
    ],
    "kpi_revisions_has_its_key": [DOUBLED],
    "kpi_revisions_refers_to_what_exists": ["update {table} set unit_code = 'furlongs'"],
    "kpi_revisions_keeps_its_rules": [
        "update {table} set change_type = 'revised'",
        "update {table} set value = 1 where change_type = 'withdrawn'",
        "update {table} set version_number = 1 where change_type = 'changed'",
        "update {table} set relative_change_pct = 5 where change_type = 'rebased'",
        "update {table} set is_current = true",
    ],
    "kpi_achievements_has_its_key": [DOUBLED],
    "kpi_achievements_refers_to_what_exists": ["update {table} set goal_code = 'Z'"],
    "kpi_achievements_keeps_its_rules": [
        "update {table} set status = null",
        "update {table} set reason_code = null where reason_code = 'stale'",
        "update {table} set reason_code = 'because' where reason_code = 'stale'",
        "update {table} set score = 1 where status = 'not_assessed'",
        "update {table} set linear_path_status = 'on_track'",
        "update {table} set target_year = baseline_year, target_value = 1",
        "update {table} set status_before_discontinuation = 'limited' where kpi_code = 'KPI-10'",
        "update {table} set is_held_back = true",
        "update {table} set held_back_since_date = as_of_date",
    ],
    "goal_achievements_has_its_key": [DOUBLED],
    "goal_achievements_refers_to_what_exists": ["update {table} set worst_kpi_code = 'KPI-99'"],
    "goal_achievements_keeps_its_rules": [
        "update {table} set on_track_count = on_track_count + 1",
        "update {table} set score = 0 where score is null",
        "update {table} set kpis_applicable_count = kpis_count + 1",
        "update {table} set worst_kpi_code = null",
    ],
    "goal_scorecards_has_its_key": [DOUBLED],
    "goal_scorecards_refers_to_what_exists": ["update {table} set worst_country_code = 'TLS'"],
    "goal_scorecards_keeps_its_rules": [
        "update {table} set quadrant = 'delivered_moving'",
        "update {table} set due_lines_count = lines_count + 1",
        "update {table} set countries_assessed_count = countries_applicable_count + 1",
        "update {table} set achievement_reason_code = 'coverage'",
    ],
    "regional_observations_has_its_key": [DOUBLED],
    "regional_observations_keeps_its_rules": [
        "update {table} set value = null where value is not null",
        "update {table} set reason_code = 'because' where reason_code = 'coverage'",
        "update {table} set members_count = members_reporting_count - 1",
        "update {table} set weight_series_code = 'W'",
    ],
    "regional_achievements_has_its_key": [DOUBLED],
    "regional_achievements_keeps_its_rules": [
        "update {table} set status = 'on_track'",
        "update {table} set panel_country_codes = null",
        "update {table} set linear_path_status = 'on_track'",
    ],
    "development_gaps_has_its_key": [DOUBLED],
    "development_gaps_keeps_its_rules": [
        "update {table} set gap_status = 'unclear'",
        "update {table} set members_count = 0",
        "update {table} set log_gap = -1",
    ],
    "action_line_progress_has_its_key": [DOUBLED],
    "action_line_progress_keeps_its_rules": [
        "update {table} set delivery_status = 'done'",
        "update {table} set delivery_status = 'overdue'",
        "update {table} set completed_date = as_of_date",
        "update {table} set overall_light = 'green'",
        "update {table} set reason_code = null",
    ],
    "goal_progress_has_its_key": [DOUBLED],
    "goal_progress_keeps_its_rules": [
        "update {table} set lines_count = lines_count + 1",
        "update {table} set delivery_rate_pct = 120",
        "update {table} set due_completed_count = due_lines_count + 1",
    ],
    "goal_budgets_has_its_key": [
        "insert into {table} (goal_code, reporting_period) values ('A', '2016H1')"
    ],
    "reporting_coverage_has_its_key": [DOUBLED],
    "submitted_values_has_its_key": [
        "insert into {table} (kpi_code, country_code) values ('KPI-03', 'THA')"
    ],
    "reporting_coverage_keeps_its_rules": [
        "update {table} set reporting_status = 'on_time'",
        "update {table} set kpi_code = null",
    ],
    "sources_has_its_key": [DOUBLED],
    "sources_refers_to_what_exists": ["update {table} set source_code = 'nobody'"],
    "sources_keeps_its_rules": ["update {table} set last_vintage_date = null"],
    "source_discrepancies_has_its_key": [DOUBLED],
    "source_discrepancies_refers_to_what_exists": [
        "update {table} set other_source_code = 'me'",
        "update {table} set other_unit_code = 'furlongs'",
    ],
    "source_discrepancies_keeps_its_rules": [
        "update {table} set other_series_code = used_series_code",
        "update {table} set other_value = null",
        "update {table} set relative_difference_pct = null",
        "update {table} set other_unit_code = 'days'",
    ],
    "corrections_match_upstream": [
        "insert into {table} (correction_id, finding) values ('C-1', 'upstream is now 5')"
    ],
    "submissions_fit_the_plan": [
        SENT_VALUE.format("KPI-99", "THA", 1, "pct"),
        # nobody's series of it is submitted
        SENT_VALUE.format("KPI-09", "THA", 1, "pct"),
        SENT_VALUE.format("KPI-03", "TLS", 1, "pct"),
        SENT_VALUE.format("KPI-03", "THA", "'nan'", "pct"),
        SENT_VALUE.format("KPI-03", "THA", "'inf'", "pct"),
        SENT_VALUE.format("KPI-03", "THA", 1, "days"),
        SENT_REPORT.format("Z-9-9.9", "2018H1", "'USD'"),
        SENT_REPORT.format("A-1-2.1", "2018-H1", "'USD'"),
        SENT_REPORT.format("A-1-2.1", "2018H1", "null"),
    ],
    "int_thresholds_pivoted_keeps_its_rules": [
        "update {table} set cagr_on_track_pct = null",
        "update {table} set score_half = score_extreme",
        "update {table} set gap_group_missing_share = null",
        "update {table} set light_amber_index = light_green_index",
        "update {table} set submission_grace_days = null",
    ],
    "int_observations_versioned_has_its_key": [DOUBLED],
}


@pytest.fixture(scope="module")
def data_tests(warehouse, newest_candidate) -> dict[str, tuple[str, str]]:
    """Test -> the table that it guards and its compiled SQL."""
    tables = {
        result.node.unique_id: f"{result.node.schema}.{result.node.alias}"
        for result in warehouse.nodes.values()
        if result.node.resource_type == "model"
    }
    return {
        name: (tables[result.node.attached_node], result.node.compiled_code)
        for name, result in warehouse.nodes.items()
        if result.node.resource_type == "test"
    }


@pytest.fixture(scope="module")
def damaged(newest_candidate, tmp_path_factory):
    """A connection to a copy of the candidate that may be damaged."""
    path = tmp_path_factory.mktemp("damaged") / "candidate.duckdb"
    shutil.copyfile(newest_candidate, path)
    with duckdb.connect(str(path)) as connection:
        yield connection


def test_every_data_test_has_data_that_breaks_it(data_tests):
    assert data_tests.keys() == BREAKS.keys()


@pytest.mark.parametrize(
    ("name", "statement"),
    [(name, statement) for name, statements in BREAKS.items() for statement in statements],
)
def test_a_data_test_rings(data_tests, damaged, name, statement):
    table, code = data_tests[name]
    assert damaged.execute(code).fetchall() == []
    damaged.execute("begin")
    try:
        damaged.execute(statement.format(table=table))
        assert damaged.execute(code).fetchall() != []
    finally:
        damaged.execute("rollback")


def test_a_broken_rule_is_named_in_the_row(data_tests, damaged):
    table, code = data_tests["goal_achievements_keeps_its_rules"]
    damaged.execute("begin")
    try:
        damaged.execute(f"update {table} set limited_count = 5")
        broken = damaged.execute(code).fetchone()[0]
    finally:
        damaged.execute("rollback")
    assert broken.startswith("kpis_assessed_count = achieved_count + on_track_count")


def test_the_unit_tests_of_the_models_pass(warehouse, newest_candidate, mid_term_candidate):
    results = warehouse.dbt("test", "--select", "test_type:unit")
    failed = {name: r.message for name, r in results.items() if r.status != "pass"}
    assert not failed
    assert len(results) >= UNIT_TESTS_AT_LEAST


def test_building_leaves_the_seeds_alone(warehouse, newest_candidate):
    # dbt writes what it ran beside its target; a seed outside its project it would write over
    for path in SEEDS.glob("*.csv"):
        assert "create table" not in path.read_text(encoding="utf-8")
