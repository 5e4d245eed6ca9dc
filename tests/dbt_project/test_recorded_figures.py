"""What the recorded figures are known to say; the figures stand in the comments."""

from datetime import date

import pytest

KPIS = 10
MEMBERS = 10


def test_every_kpi_member_and_year_that_ought_to_exist_is_a_row(newest):
    # 2010 to 2026 are 17 years
    assert newest("select count(*) from marts.kpi_observations") == [(KPIS * MEMBERS * 17,)]
    assert newest(
        "select min(observation_year), max(observation_year) from marts.kpi_observations"
    ) == [(2010, 2026)]
    assert newest("select count(*) from marts.kpi_achievements") == [(KPIS * MEMBERS,)]
    assert newest("select count(*) from marts.goal_achievements") == [(5 * MEMBERS,)]
    assert newest("select goal_code from marts.goal_scorecards") == [(c,) for c in "ABCDE"]


def test_the_years_end_with_the_year_of_as_of(mid_term):
    # 2010 to 2020 are 11 years
    assert mid_term("select count(*) from marts.kpi_observations") == [(KPIS * MEMBERS * 11,)]


def test_a_withdrawn_value_is_a_row_without_a_value_and_is_not_resurrected(newest):
    # Indonesia's start-up days: the vintage of 2013 had 50, 48, 48 for 2010-2012, that of 2020
    # begins with 2013
    rows = newest(
        "select observation_year, value, observation_status, previous_value, vintage_date"
        " from marts.kpi_observations where series_code = 'IC.REG.DURS' and country_code = 'IDN'"
        " and observation_year between 2010 and 2013 order by 1"
    )
    withdrawn_on = date(2020, 7, 5)
    assert rows == [
        (2010, None, "withdrawn", 50.0, withdrawn_on),
        (2011, None, "withdrawn", 48.0, withdrawn_on),
        (2012, None, "withdrawn", 48.0, withdrawn_on),
        (2013, 77.0, "reported", 48.0, withdrawn_on),
    ]
    [(revision_pct,)] = newest(
        "select revision_pct from marts.kpi_observations where series_code = 'IC.REG.DURS'"
        " and country_code = 'IDN' and observation_year = 2013"
    )
    # (77 - 48) / 48
    assert revision_pct == pytest.approx(60.4167, abs=1e-4)


def test_a_revised_value_keeps_its_versions(newest):
    # Laos, female participation in 2016 by the vintages of 2020, 2021 and 2025
    assert newest(
        "select version_number, value, change_type, known_from, known_to,"
        " round(relative_change_pct, 2) from marts.kpi_revisions"
        " where series_code = 'SL.TLF.CACT.FE.ZS' and country_code = 'LAO'"
        " and observation_year = 2016 order by 1"
    ) == [
        (1, 76.769, "added", date(2020, 6, 17), date(2021, 11, 4), None),
        # (76.6 - 76.769) / 76.769 = -0.0022
        (2, 76.6, "changed", date(2021, 11, 4), date(2025, 12, 8), -0.22),
        # (56.105 - 76.6) / 76.6 = -0.26756
        (3, 56.105, "changed", date(2025, 12, 8), None, -26.76),
    ]


def test_as_of_an_earlier_day_a_later_vintage_is_not_known(mid_term):
    assert mid_term(
        "select value, vintage_date from marts.kpi_observations where kpi_code = 'KPI-09'"
        " and country_code = 'LAO' and observation_year = 2016"
    ) == [(76.769, date(2020, 6, 17))]
    assert mid_term("select count(*) from marts.kpi_revisions where known_from > as_of_date") == [
        (0,)
    ]


def test_a_change_of_unit_is_rebased_and_no_jump(newest):
    # eight of ten members had 2010-2012 in the vintage of 1990 dollars
    assert newest(
        "select change_type, previous_unit_code, unit_code, count(*), count(relative_change_pct)"
        " from marts.kpi_revisions where series_code = 'SL.GDP.PCAP.EM.KD' and version_number = 2"
        " group by all"
    ) == [("rebased", "ppp_1990_usd_per_worker", "ppp_2021_usd_per_worker", 24, 0)]
    assert newest(
        "select distinct unit_code, revision_pct from marts.kpi_observations"
        " where kpi_code = 'KPI-01'"
    ) == [("ppp_2021_usd_per_worker", None)]


def test_each_change_of_base_year_rebases_what_was_there_and_the_last_one_revises(newest):
    # GDP in dollars of 2005 (27 values of 2010-2012), of 2010 (63 more), of 2015 (60 more); the
    # vintage of 2026 has the same 150 cells: 111 equal, 18 only noise away, 21 revised
    assert newest(
        "select vintage_date, change_type, previous_unit_code, unit_code, count(*),"
        " count(relative_change_pct) from intermediate.int_observations_versioned"
        " where series_code = 'NY.GDP.MKTP.KD' and change_type != 'added'"
        " group by all order by 1"
    ) == [
        (date(2020, 6, 17), "rebased", "usd_2005", "usd_2010", 27, 0),
        (date(2025, 7, 6), "rebased", "usd_2010", "usd_2015", 90, 0),
        (date(2026, 2, 23), "changed", "usd_2015", "usd_2015", 21, 21),
    ]
    assert newest(
        "select vintage_date, count(*) from intermediate.int_observations_versioned"
        " where series_code = 'NY.GDP.MKTP.KD' and change_type = 'added' group by all order by 1"
    ) == [(date(2013, 12, 21), 27), (date(2020, 6, 17), 63), (date(2025, 7, 6), 60)]


def test_a_real_difference_of_less_than_a_billionth_is_no_version(newest):
    # Cambodia's GDP of 2021: 32909177695.68368 by the vintage of 2025, 32909177695.67303 by that of
    # 2026: 0.01065 / 32909177695.7 = 3.2e-13
    assert newest(
        "select value, vintage_date from intermediate.int_observations_versioned"
        " where series_code = 'NY.GDP.MKTP.KD' and country_code = 'KHM'"
        " and observation_year = 2021"
    ) == [(32909177695.68368, date(2025, 7, 6))]


def test_a_row_without_a_value_has_the_unit_of_its_time(mid_term):
    # by the end of 2020 the newest vintage of labour productivity was that of 2013
    assert mid_term(
        "select unit_code, count(value) > 0, count(*) > count(value) from marts.kpi_observations"
        " where kpi_code = 'KPI-01' group by all"
    ) == [("ppp_1990_usd_per_worker", True, True)]
    assert mid_term(
        "select distinct unit_code from marts.kpi_achievements where kpi_code = 'KPI-01'"
    ) == [("ppp_1990_usd_per_worker",)]


def test_the_sources_say_title_and_unit_of_the_newest_vintage_known(mid_term, newest):
    asked = (
        "select unit_code, series_name, last_vintage_date from marts.sources"
        " where series_code = '{}'"
    )
    gdp = asked.format("NY.GDP.MKTP.KD")
    assert mid_term(gdp) == [("usd_2010", "GDP (constant 2010 US$)", date(2020, 6, 17))]
    assert newest(gdp) == [("usd_2015", "GDP (constant 2015 US$)", date(2026, 2, 23))]
    # no vintage of the national estimates was known: what the plan says of them stands
    assert mid_term(asked.format("SL.TLF.CACT.FE.NE.ZS"))[0][::2] == ("pct_female_15_plus", None)


def test_a_pure_append_and_noise_make_no_revisions(newest):
    # the population of 2025-04-01 and 2026-03-06 is equal where both have it
    assert newest(
        "select count(*) from intermediate.int_observations_versioned"
        " where series_code = 'SP.POP.TOTL' and change_type = 'changed'"
        " and vintage_date = date '2026-03-06'"
    ) == [(0,)]


def test_a_baseline_is_the_plans_year_or_the_nearest_within_the_tolerance_and_says_which(newest):
    # R&D: 2016 for IDN, MYS, SGP, THA; 2015 for KHM, PHL, VNM (the earlier of two: VNM has 2017
    # too); 2017 for MMR; Brunei begins in 2018, Laos has none
    assert dict(
        newest(
            "select country_code, baseline_year from marts.kpi_achievements"
            " where kpi_code = 'KPI-02'"
        )
    ) == {
        "BRN": None,
        "IDN": 2016,
        "KHM": 2015,
        "LAO": None,
        "MMR": 2017,
        "MYS": 2016,
        "PHL": 2015,
        "SGP": 2016,
        "THA": 2016,
        "VNM": 2015,
    }
    assert newest(
        "select reason_code from marts.kpi_achievements where kpi_code = 'KPI-02'"
        " and country_code = 'LAO'"
    ) == [("no_data",)]


def test_the_baseline_shows_what_was_known_first(newest):
    # Malaysia's R&D in 2016: 1.43665 by the vintage of 2021, 1.41517 by that of 2026
    assert newest(
        "select baseline_value, baseline_value_first_known from marts.kpi_achievements"
        " where kpi_code = 'KPI-02' and country_code = 'MYS'"
    ) == [(1.41517, 1.43665)]


def test_growth_can_be_recomputed_from_the_row(newest):
    # Indonesia's start-up days: 26.3 in 2016, 12.6 in 2019: (12.6 / 26.3)^(1/3) - 1 = -0.21753
    [(latest_year, latest_value, baseline_value, growth_pct)] = newest(
        "select latest_year, latest_value, baseline_value, growth_pct from marts.kpi_achievements"
        " where kpi_code = 'KPI-06' and country_code = 'IDN'"
    )
    assert (latest_year, latest_value, baseline_value) == (2019, 12.6, 26.3)
    assert growth_pct == pytest.approx(-21.753, abs=1e-3)


def test_a_discontinued_series_shows_its_figures_without_a_verdict(newest):
    assert newest(
        "select distinct status, reason_code, source_state, state_from_date, latest_year, score,"
        " status_before_discontinuation != 'not_assessed' from marts.kpi_achievements"
        " where goal_code = 'D'"
    ) == [("not_assessed", "discontinued", "discontinued", date(2021, 9, 16), 2019, None, True)]
    assert newest(
        "select achievement_score, achievement_reason_code, countries_assessed_count,"
        " worst_kpi_code from marts.goal_scorecards where goal_code = 'D'"
    ) == [(None, "coverage", 0, None)]


def test_before_it_was_discontinued_it_was_live(mid_term):
    assert mid_term(
        "select distinct source_state, reason_code, status_before_discontinuation"
        " from marts.kpi_achievements where kpi_code = 'KPI-06'"
    ) == [("live", None, None)]
    # of the two KPIs of the goal only one has a vintage by then: half is enough
    assert mid_term(
        "select countries_assessed_count, achievement_score > 0 from marts.goal_scorecards"
        " where goal_code = 'D'"
    ) == [(10, True)]


def test_a_series_without_a_vintage_within_the_plan_says_so(newest, mid_term):
    # by the end of 2020 labour productivity was held only as of 2013
    assert mid_term(
        "select distinct status, reason_code from marts.kpi_achievements where kpi_code = 'KPI-01'"
    ) == [("not_assessed", "no_vintage_held")]
    assert newest(
        "select reason_code, count(*) from marts.kpi_achievements where kpi_code = 'KPI-03'"
        " group by all order by 1"
    ) == [("no_vintage_held", 6), ("not_applicable", 4)]


def test_a_declared_substitute_says_that_it_is_one(newest):
    assert newest("select distinct kpi_code from marts.kpi_achievements where is_substitute") == [
        ("KPI-01",)
    ]


def test_what_is_not_recorded_of_a_preferred_source_is_served_by_the_substitute(newest, mid_term):
    assert newest(
        "select source_code, series_code, count(*) from marts.kpi_achievements"
        " where kpi_code = 'KPI-01' group by all"
    ) == [("WB", "SL.GDP.PCAP.EM.KD", 10)]
    # by the end of 2020 two members had no value of either: the series that is held stays
    assert mid_term(
        "select distinct series_code from marts.kpi_achievements where kpi_code = 'KPI-01'"
    ) == [("SL.GDP.PCAP.EM.KD",)]


def test_two_series_of_one_unit_are_compared_where_both_have_a_value(newest, mid_term):
    # the national estimates have 98 values, each of a year that is modelled too
    assert newest("select kpi_code, count(*) from marts.source_discrepancies group by all") == [
        ("KPI-09", 98)
    ]
    [(used, other, difference_pct)] = newest(
        "select used_value, other_value, relative_difference_pct from marts.source_discrepancies"
        " where country_code = 'LAO' and observation_year = 2010"
    )
    # (76.658 - 56.884) / 56.884 = 0.347620
    assert (used, other) == (56.884, 76.658)
    assert difference_pct == pytest.approx(34.7620, abs=1e-4)
    # the national estimates were not held then
    assert mid_term("select count(*) from marts.source_discrepancies") == [(0,)]


def test_delivery_is_unknown_while_nothing_is_reported(newest, mid_term):
    # 5, 2, 1, 2 and 2 lines of Appendix C; 0, 1, 1, 1 and 5 that the numbering proves
    assert newest(
        "select goal_code, lines_count, lines_known_missing_count, due_lines_count,"
        " lines_not_reported_count, lines_completed_count, delivery_rate_pct, quadrant"
        " from marts.goal_scorecards order by 1"
    ) == [
        ("A", 5, 0, 5, 5, None, None, "unknown"),
        ("B", 2, 1, 2, 2, None, None, "unknown"),
        ("C", 1, 1, 1, 1, None, None, "unknown"),
        ("D", 2, 1, 2, 2, None, None, "unknown"),
        ("E", 2, 5, 2, 2, None, None, "unknown"),
    ]
    # by the end of 2020 one line of A (2021) and both of E (2025) were not due
    assert mid_term("select due_lines_count from marts.goal_scorecards order by goal_code") == [
        (4,),
        (2,),
        (1,),
        (2,),
        (0,),
    ]


def test_the_scorecard_names_champions_and_the_worst(newest):
    assert newest(
        "select champion_country_codes, worst_kpi_code, kpis_count, kpis_assessed_count"
        " from marts.goal_scorecards where goal_code = 'E'"
    ) == [("BRN|MMR|PHL", "KPI-10", 3, 2)]


def test_each_series_in_use_stands_once_among_the_sources(newest):
    assert newest(
        "select series_code, kpi_codes, last_vintage_date, latest_year, first_retrieved_at"
        " from marts.sources where source_code = 'WB' and kpi_codes is null or kpi_codes = 'KPI-02'"
        " order by 1"
    ) == [
        ("GB.XPD.RSDV.GD.ZS", "KPI-02", date(2026, 7, 13), 2023, None),
        ("NY.GDP.MKTP.KD", None, date(2026, 2, 23), 2024, None),
        ("SP.POP.TOTL", None, date(2026, 3, 6), 2024, None),
    ]


def test_nothing_recorded_is_illustrative(newest):
    for table in ("kpi_observations", "kpi_revisions", "kpi_achievements", "goal_achievements"):
        assert newest(f"select count(*) from marts.{table} where is_illustrative") == [(0,)]
