"""What the recorded figures say of the region; the sums are done by hand in the comments."""

import pytest


def test_the_regional_mean_is_that_of_the_ten_members(newest):
    # 57.411 + 50.949 + 75.918 + 56.105 + 49.229 + 50.981 + 48.190 + 61.313 + 60.170 + 72.530
    # = 582.796 in 2016, and 53.187 + 52.583 + 73.959 + 61.471 + 40.954 + 51.602 + 49.945 + 62.349
    # + 58.853 + 69.126 = 574.029 in 2024
    assert newest(
        "select observation_year, value, members_reporting_count, coverage_pct"
        " from marts.regional_observations where kpi_code = 'KPI-09' and group_code = 'ASEAN'"
        " and observation_year in (2016, 2024) order by 1"
    ) == [(2016, pytest.approx(58.2796), 10, 100), (2024, pytest.approx(57.4029), 10, 100)]


def test_how_far_the_region_is_reads_as_for_a_country(newest):
    # (57.4029 / 58.2796)^(1/8) - 1 = -0.001893; the score is -2.5 - 2.5 * 0.1893 / 2 = -2.7366
    assert newest(
        "select baseline_year, latest_year, progress_ratio, status, un_chart_status, agreement,"
        " score from marts.regional_achievements"
        " where kpi_code = 'KPI-09' and group_code = 'ASEAN'"
    ) == [
        (
            *(2016, 2024, pytest.approx(-0.001893, abs=5e-7), "deterioration"),
            *("stagnation_or_regression", "all", pytest.approx(-2.7366, abs=5e-5)),
        )
    ]


def test_too_few_members_make_no_mean(newest):
    # research and development: 4 of ten in 2016
    assert newest(
        "select value, coverage_pct, reason_code from marts.regional_observations"
        " where kpi_code = 'KPI-02' and group_code = 'ASEAN' and observation_year = 2016"
    ) == [(None, 40, "coverage")]
    assert newest(
        "select group_code, reason_code, panel_country_codes from marts.regional_achievements"
        " where kpi_code = 'KPI-02' order by 1"
    ) == [
        ("ASEAN", "coverage", None),
        # 4 of 6 are enough, but their newest common year is 2020: more than 5 years ago
        ("ASEAN-6", "stale", "IDN|MYS|SGP|THA"),
        ("CLMV", "coverage", None),
    ]


def test_a_gap_closes_only_if_ratio_and_variation_both_fall(newest):
    # labour productivity: ln(83939.485 / 14173.231) = 1.7787, ln(91444.698 / 17569.144) = 1.6496,
    # and the variation of the ten fell too; female participation: the gap fell from
    # |ln(54.8357 / 63.4455)| = 0.1458 to |ln(54.7532 / 61.3775)| = 0.1142, the variation rose
    assert newest(
        "select kpi_code, baseline_log_gap, log_gap, members_count, gap_status,"
        " variation_coefficient > baseline_variation_coefficient from marts.development_gaps"
        " where kpi_code in ('KPI-01', 'KPI-09') and observation_year = 2024 order by 1"
    ) == [
        (
            *("KPI-01", pytest.approx(1.7787, abs=5e-5), pytest.approx(1.6496, abs=5e-5)),
            *(10, "converging", False),
        ),
        (
            *("KPI-09", pytest.approx(0.1458, abs=5e-5), pytest.approx(0.1142, abs=5e-5)),
            *(10, "unclear", True),
        ),
    ]


def test_the_variation_is_the_deviation_of_the_ten_over_their_mean(newest):
    # the squares of the ten less 58.2796 add up to 823.16: the root of 82.316 is 9.0728
    [(variation,)] = newest(
        "select variation_coefficient from marts.development_gaps"
        " where kpi_code = 'KPI-09' and observation_year = 2016"
    )
    assert variation == pytest.approx(9.0728 / 58.2796, abs=5e-6)


def test_a_discontinued_region_shows_its_figures_without_a_verdict(newest, mid_term):
    asked = (
        "select status, reason_code, latest_year, status_before_discontinuation"
        " from marts.regional_achievements where kpi_code = 'KPI-06' and group_code = 'ASEAN'"
    )
    # 43.18 days to 37.11 in three years: (37.11 / 43.18)^(1/3) - 1 = -0.049
    assert newest(asked) == [("not_assessed", "discontinued", 2019, "on_track")]
    assert mid_term(asked) == [("on_track", None, 2019, None)]


def test_without_reports_all_lines_are_grey_and_owed(newest):
    assert newest(
        "select distinct delivery_status, overall_light, reason_code"
        " from marts.action_line_progress"
    ) == [("not_reported", "grey", "not_reported")]
    # 20 half-years of the plan and two since
    assert newest(
        "select count(*), count(distinct reporting_period), max(reporting_period)"
        " from marts.action_line_progress"
    ) == [(12 * 22, 22, "2026H2")]
    # 6, 4, 10 and 8 members have KPI-03, -04, -05 and -08; 10 lines have two leads, 2 have three
    assert newest(
        "select kind, reporting_status, count(*) from marts.reporting_coverage"
        " group by all order by all"
    ) == [
        # the days of grace after the half-year before are not over
        ("kpi", "due", 28),
        ("kpi", "not_yet_due", 28),
        ("kpi", "overdue", 28 * 20),
        ("progress", "due", 26),
        ("progress", "not_yet_due", 26),
        ("progress", "overdue", 26 * 20),
    ]
    assert newest("select count(*) from marts.goal_budgets") == [(0,)]
