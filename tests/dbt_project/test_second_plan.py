"""Another plan goes through every model without a change of code; figures added up by hand."""

import pytest

MARTS = "select table_name from information_schema.tables where table_schema = 'marts' order by 1"


def test_what_comes_later_leaves_earlier_results_untouched(built):
    # a fourth KPI, a new vintage, a changed definition and new reports, all later than the day
    tables = built["first"](MARTS)
    assert len(tables) > 10
    for (table,) in tables:
        rows = f"select * from marts.{table} order by all"
        assert built["before"](rows) == built["first"](rows), table


def test_a_kpi_is_owed_from_its_first_year_on(built, now):
    assert now(
        "select distinct observation_year from marts.kpi_observations where kpi_code = 'Y-4'"
    ) == [(2023,)]
    assert now("select count(*) from marts.kpi_achievements where kpi_code = 'Y-4'") == [(5,)]
    for table in ("kpi_observations", "kpi_achievements", "regional_achievements", "kpi_revisions"):
        rows = f"select count(*) from marts.{table} where kpi_code = 'Y-4'"
        assert built["before"](rows) == [(0,)]


def test_a_group_is_named_by_the_plan_and_averages_who_reports(now):
    assert now(
        "select group_code, value, coverage_pct, members_reporting_count"
        " from marts.regional_observations where kpi_code = 'Y-1' and observation_year = 2023"
        " order by 1"
    ) == [
        # (20 + 20 + 10 + 10) / 4; (20 + 20) / 2; (10 + 10) / 2
        ("ALL", 15, pytest.approx(80), 4),
        ("N", 20, pytest.approx(66.6667), 2),
        ("S", 10, 100, 2),
    ]


def test_change_is_measured_on_the_same_members_at_both_ends(now):
    # North without CCC: (10 + 20) / 2 = 15 to 20, though in 2020 all three averaged 20:
    # (20 / 15)^(1/3) - 1 = 0.10064
    assert now(
        "select panel_country_codes, baseline_value, latest_year, latest_value, progress_ratio,"
        " status from marts.regional_achievements where kpi_code = 'Y-1' and group_code = 'N'"
    ) == [("AAA|BBB", 15, 2023, 20, pytest.approx(0.10064, abs=5e-6), "on_track")]
    assert now(
        "select value from marts.regional_observations where kpi_code = 'Y-1'"
        " and group_code = 'N' and observation_year = 2020"
    ) == [(20,)]


def test_a_weighted_mean_weighs_its_members_and_their_absence(now):
    assert now(
        "select observation_year, group_code, round(value, 4), coverage_pct, reason_code"
        " from marts.regional_observations where kpi_code = 'Y-2'"
        " and observation_year in (2020, 2022) order by 1, 2"
    ) == [
        # (50 + 40 + 2 * 30 + 3 * 20 + 10) / 8; 150 / 4; 70 / 4
        (2020, "ALL", 27.5, 100, None),
        (2020, "N", 37.5, 100, None),
        (2020, "S", 17.5, 100, None),
        # EEE has no weight; CCC, half of the north's, has no value
        (2022, "ALL", None, None, "no_weight"),
        (2022, "N", None, 50, "coverage"),
        (2022, "S", None, None, "no_weight"),
    ]
    # a year without enough of them is passed over: 33.75 in 2021 of 37.5, nine tenths
    assert now(
        "select latest_year, latest_value, progress_ratio, status, is_fragile"
        " from marts.regional_achievements where kpi_code = 'Y-2' and group_code = 'N'"
    ) == [(2021, 33.75, pytest.approx(0.1), "on_track", True)]


def test_a_group_says_why_it_is_not_assessed(now):
    # of five members two sent anything
    assert now(
        "select group_code, status, reason_code from marts.regional_achievements"
        " where kpi_code = 'Y-3' order by 1"
    ) == [
        ("ALL", "not_assessed", "coverage"),
        # two of three have both ends, but AAA changed its definition between them
        ("N", "not_assessed", "break"),
        ("S", "not_assessed", "no_data"),
    ]


def test_the_gap_lies_between_the_groups_that_the_plan_names(now):
    assert now(
        "select observation_year, asean6_value, clmv_value, gap_ratio, members_count, gap_status,"
        " reason_code from marts.development_gaps where kpi_code = 'Y-1'"
        " and observation_year >= 2020 order by 1"
    ) == [
        (2020, 20, 7.5, pytest.approx(2.6667, abs=5e-5), 5, "not_assessed", "one_point"),
        (2021, None, None, None, 0, "not_assessed", "no_data"),
        # 24 / 9, as 20 / 7.5 before
        (2022, 24, 9, pytest.approx(2.6667, abs=5e-5), 5, "unclear", None),
        (2023, 20, 10, 2, 4, "unclear", None),
    ]


def test_submitted_values_make_observations_of_which_the_newest_wins(now):
    assert now(
        "select observation_year, value, snapshot_id, source_state, vintage_basis"
        " from marts.kpi_observations where kpi_code = 'Y-3' and country_code = 'AAA'"
        " and value is not null order by 1"
    ) == [
        (2020, 5, "k1", "submitted", "submission"),
        (2021, 8, "k2", "submitted", "submission"),
        # what is sent in parts withdraws nothing
        (2022, 7, "k3", "submitted", "submission"),
    ]
    assert now(
        "select version_number, value, change_type from marts.kpi_revisions"
        " where kpi_code = 'Y-3' and country_code = 'AAA' and observation_year = 2021 order by 1"
    ) == [(1, 6, "added"), (2, 8, "changed")]


def test_submitted_values_are_corrected_and_compared_as_any_others(now):
    assert now(
        "select value, is_corrected, correction_id from marts.kpi_observations"
        " where kpi_code = 'Y-3' and country_code = 'BBB' and observation_year = 2022"
    ) == [(7, True, "C")]
    # (8.75 - 7) / 7
    assert now(
        "select country_code, observation_year, used_series_code, used_value, other_series_code,"
        " other_value, relative_difference_pct from marts.source_discrepancies"
    ) == [("AAA", 2022, "OWN.Y-3", 7, "S.Y3", 8.75, 25)]


def test_a_changed_definition_stops_the_trend(now):
    assert now(
        "select country_code, status, reason_code from marts.kpi_achievements"
        " where kpi_code = 'Y-3' order by 1"
    ) == [
        ("AAA", "not_assessed", "break"),
        # 70 corrected to 7: (7 / 5)^(1/2) - 1 = 0.183
        ("BBB", "on_track", None),
        ("CCC", "not_assessed", "no_data"),
        ("DDD", "not_assessed", "no_data"),
        ("EEE", "not_assessed", "not_applicable"),
    ]
