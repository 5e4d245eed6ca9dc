"""What is missing, late or odd is told and not held back; and what ships rings nothing critical."""

from datetime import date, timedelta

import duckdb
import pytest

from expectations import raw_gate
from expectations.raw_gate import sift
from operate.build import make_inputs
from operate.inputs import pin_inputs
from smed.plan import Plan, read_plan
from smed.settings import Settings
from tests.expectations.raw import AAA, BBB, FIRST, SECOND, THIRD, Raw

NEWEST = date(2026, 7, 13)


@pytest.fixture
def raw() -> Raw:
    return Raw()


def test_each_missing_year_is_named(raw, plan):
    raw.land(FIRST, AAA=(50, None, 52, None, None, 55, 56))
    assert raw.sift(plan).found("check_id, country_code, observed_value, expected") == [
        (
            "raw.years.missing",
            "AAA",
            "none in 2011, 2013, 2014",
            "a value in every year from 2010 to 2016",
        )
    ]
    assert raw.held_back() == []


def test_a_year_that_is_lost_at_the_end_is_missing_too(raw, plan):
    # of 12 years one is 8 %, so the vintage stands
    facts = plan.facts.model_copy(update={"first_observation_year": 2005})
    longer = Plan(plan.folder, {**vars(plan), "plans": (facts,)})
    for day, newest in ((FIRST, 56.0), (SECOND, None)):
        raw.land(day, AAA=(*AAA[:6], newest))
        for year in range(2005, 2010):
            raw.cell(day, "AAA", f"YR{year}", 50.0)
            raw.cell(day, "BBB", f"YR{year}", 60.0)
    found = raw.sift(longer).found("check_id, country_code, observed_value")
    assert found == [("raw.years.missing", "AAA", "none in 2016")]


def test_a_country_without_a_value_is_named_if_the_plan_says_that_it_has_them(raw, plan):
    raw.land(FIRST, AAA=(None,) * 7)
    assert raw.sift(plan).found() == [("raw.country.missing", "AAA")]
    nobody = Plan(plan.folder, {**vars(plan), "kpi_availability": ()})
    assert raw.sift(nobody).found() == []


def test_a_country_that_a_second_series_serves_is_not_missing(raw, plan):
    second = plan.kpi_series[0].model_copy(
        update={"series_code": "S.2", "preference_number": 3, "series_title": "A second share"}
    )
    served = Plan(plan.folder, {**vars(plan), "kpi_series": (*plan.kpi_series, second)})
    raw.land(FIRST, AAA=(None,) * 7)
    raw.series = "S.2"
    raw.land(FIRST, title="A second share", BBB=(None,) * 7)
    assert raw.sift(served).found() == []


@pytest.mark.parametrize(
    ("newest", "found"),
    [
        # by 0.6 % a year with a median deviation of 0.02; under 10 % nothing is a jump
        (61.0, []),
        (56.0 * 1.16, [("raw.jump", "AAA")]),
        (56.0 * 0.85, [("raw.jump", "AAA")]),
    ],
)
def test_a_step_beyond_the_series_own_past_is_a_jump(raw, plan, newest, found):
    raw.land(FIRST)
    raw.land(SECOND)
    raw.cell(SECOND, "AAA", "YR2017", newest)
    assert raw.sift(plan).found() == found


def test_a_series_that_always_moves_far_may_do_so_again(raw, plan):
    # steps of 33 %, -25 %, 33 %, ...: their median deviation is 29 %
    raw.land(FIRST, AAA=(30, 40, 30, 40, 30, 40, 30))
    raw.land(SECOND, AAA=(30, 40, 30, 40, 30, 40, 30))
    raw.cell(SECOND, "AAA", "YR2017", 60.0)
    assert raw.sift(plan).found() == []


@pytest.mark.parametrize("steps_a_part", [1, 5, 1000])
def test_in_how_many_parts_steps_are_measured_changes_nothing(raw, plan, monkeypatch, steps_a_part):
    monkeypatch.setattr(raw_gate, "STEPS_A_PART", steps_a_part)
    for day in (FIRST, SECOND):
        raw.land(day)
    for country, values in (("AAA", AAA), ("BBB", BBB)):
        raw.cell(SECOND, country, "YR2017", values[-1] * 1.25)
    found = raw.sift(plan).found("check_id, country_code, observation_year")
    assert found == [("raw.jump", "AAA", 2017), ("raw.jump", "BBB", 2017)]


def test_a_jump_that_was_there_in_the_vintage_before_is_no_news(raw, plan):
    for day in (FIRST, SECOND):
        raw.land(day)
        raw.cell(day, "AAA", "YR2017", 70.0)
    assert raw.sift(plan, "2016-03-31").found() == [("raw.jump", "AAA")]
    assert raw.sift(plan).found() == []


def test_who_lets_one_figure_pass_has_not_seen_another_of_the_same_year(raw, plan):
    raw.land(FIRST)
    raw.land(SECOND, AAA=tuple(65.2 if value == 53 else value for value in AAA))
    ((finding_id,),) = raw.sift(plan).found("finding_id")
    raw.acknowledge("raw.jump", None, finding_id)
    rings = "not is_acknowledged and check_id = 'raw.jump'"
    assert raw.sift(plan).found("observed_value", rings) == []
    raw.connection.execute(
        "update inputs.world_bank_observations set value = 47.7 where value = 65.2"
    )
    assert raw.sift(plan).found("observed_value", rings) == [("47.7 after 52, revised from 53",)]


@pytest.mark.parametrize(
    ("year", "revised", "told"),
    [
        # steps of 2 %; 47.7 is 10 % below 53: steps of -8.3 % to it and +13.2 % from it
        (2013, 47.7, [(2013, "47.7 after 52, revised from 53")]),
        # by 23 %: not yet what the gate holds back
        (2013, 65.2, [(2013, "65.2 after 52, revised from 53")]),
        # the first year has no step to it, the newest none from it
        (2010, 45.0, [(2010, "45 before 51, revised from 50")]),
        (2016, 50.0, [(2016, "50 after 55, revised from 56")]),
        # 5 %
        (2013, 55.6, []),
    ],
)
def test_a_year_that_is_revised_out_of_its_neighbours_is_a_jump(raw, plan, year, revised, told):
    raw.land(FIRST)
    spoiled = tuple(revised if 2010 + place == year else v for place, v in enumerate(AAA))
    raw.land(SECOND, AAA=spoiled)
    assert raw.sift(plan).held_back() == []
    assert raw.found("observation_year, observed_value", "check_id = 'raw.jump'") == told
    # once it has stood for a vintage it is no news
    raw.land(THIRD, AAA=spoiled)
    assert raw.sift(plan).found() == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        # the year after it is revised too, by a little
        ((*AAA[:3], 65.2, 53.8, *AAA[5:]), (2013, "65.2 after 52, revised from 53")),
        # and is new
        ((*AAA[:6], 65.2, 57.0), (2016, "65.2 after 55, revised from 56")),
        ((*AAA[:6], 56.1, 65.2), (2017, "65.2 after 56.1")),
    ],
)
def test_a_jump_names_the_year_that_moved_and_not_the_one_beside_it(raw, plan, values, told):
    raw.land(FIRST)
    raw.land(SECOND, AAA=values[:7])
    for newest in values[7:]:
        raw.cell(SECOND, "AAA", "YR2017", newest)
    assert raw.sift(plan).found("observation_year, observed_value") == [told]


def test_a_wide_step_is_no_news_when_both_its_years_are_revised_a_little(raw, plan):
    crisis = (50.0, 51.0, 52.0, 53.0, 54.0, 45.0, 46.0)
    raw.land(FIRST, AAA=crisis)
    raw.land(SECOND, AAA=(*crisis[:4], 54.5, 45.2, 46.1))
    assert raw.sift(plan).found() == []


@pytest.mark.parametrize(
    ("factor", "found"),
    [
        (1.2, [("raw.factor", "AAA", "every value 1.2 times what it was")]),
        (0.99, [("raw.factor", "AAA", "every value 0.99 times what it was")]),
        # the gate holds it back as a revision
        (1.3, []),
    ],
)
def test_a_partition_that_moves_by_one_factor_is_named(raw, plan, factor, found):
    raw.land(FIRST)
    # rounded as a source rounds
    raw.land(SECOND, AAA=tuple(round(value * factor, 3) for value in AAA))
    columns = "check_id, country_code, observed_value"
    assert raw.sift(plan).found(columns, "check_id != 'raw.revision'") == found


@pytest.mark.parametrize("least_pct", [0, 1])
def test_one_factor_is_named_beside_the_revisions_of_the_source(raw, plan, least_pct):
    revised = (value * (1 + (least_pct + place / 2) / 100) for place, value in enumerate(AAA))
    raw.land(FIRST)
    raw.land(SECOND, AAA=tuple(1.1 * value for value in revised))
    told = f"every value about {1.1 * (1.015 + least_pct / 100):.4g} times what it was"
    assert raw.sift(plan).found("check_id, observed_value") == [("raw.factor", told)]


def test_a_revision_that_differs_from_year_to_year_has_no_factor(raw, plan):
    raw.land(FIRST)
    # by 1 to 7 %
    raw.land(SECOND, AAA=tuple(v * (1.01 + place / 100) for place, v in enumerate(AAA)))
    assert raw.sift(plan).found() == []


def test_a_country_that_lags_behind_the_others_is_late(raw, plan):
    # due as of 2016-12-31 with a cadence of 30 days and no lag: 2015
    raw.land(FIRST, AAA=AAA[:5])
    assert raw.sift(plan).found("check_id, country_code, observed_value, expected") == [
        ("raw.freshness", "AAA", "newest year 2014", "the year 2015 or later")
    ]


@pytest.mark.parametrize(
    "values",
    [
        # a source that is late as a whole rings by its KPI, beside the marts
        {"AAA": AAA[:5], "BBB": BBB[:5]},
        # every second year is this country's rhythm: 2014 and then 2016
        {"AAA": (50, None, 52, None, 54)},
    ],
)
def test_nobody_is_late_before_the_time(raw, plan, values):
    raw.land(FIRST, **values)
    assert raw.sift(plan).found(where="check_id = 'raw.freshness'") == []


@pytest.mark.parametrize("state", ["discontinued", "frozen"])
def test_a_series_that_has_ended_is_never_late_nor_missing(raw, plan, state):
    ended = tuple(row.model_copy(update={"source_state": state}) for row in plan.kpi_series)
    raw.land(FIRST, AAA=(50, None, 52, 53, 54))
    assert raw.sift(plan).found() != []
    assert raw.sift(Plan(plan.folder, {**vars(plan), "kpi_series": ended})).found() == []


@pytest.mark.parametrize("state", ["discontinued", "frozen"])
def test_a_series_jumps_no_more_from_the_day_on_which_it_ended(raw, plan, state):
    ended = plan.kpi_series[0].model_copy(
        update={"source_state": state, "state_from_date": date(2016, 12, 1)}
    )
    ending = Plan(plan.folder, {**vars(plan), "kpi_series": (*plan.kpi_series, ended)})
    raw.land(FIRST)
    raw.land(SECOND)
    raw.cell(SECOND, "AAA", "YR2017", 70.0)
    assert raw.sift(ending, "2016-11-30").found() == [("raw.jump", "AAA")]
    assert raw.sift(ending, "2016-12-01").found() == []


def test_an_acknowledged_warning_is_silent_until_it_says_something_else(raw, plan):
    gap = (50, None, 52, 53, 54, 55, 56)
    raw.land(FIRST, AAA=gap)
    raw.acknowledge("raw.years.missing", None, "raw.years.missing:S.K1:AAA:2011")
    assert raw.sift(plan).found() == []
    raw.land(SECOND, AAA=gap)
    assert raw.sift(plan).found() == []
    raw.land(THIRD, AAA=(*gap[:3], None, *gap[4:]))
    raw.acknowledge("raw.values.lost", THIRD)
    found = raw.sift(plan).found("check_id, finding_id")
    assert found == [("raw.years.missing", "raw.years.missing:S.K1:AAA:2011+2013")]


def test_a_submission_is_judged_behind_the_intake(raw, plan):
    raw.send("good")
    raw.send("wrong unit", unit_code="usd")
    raw.send("too large", value=560.0)
    raw.send("two values", value=55.0)
    raw.send("two values", value=57.0)
    raw.send("to come", observation_year=2019)
    raw.send("no such KPI", kpi_code="K9")
    raw.send("not submitted", kpi_code="K2")
    raw.send("no such country", country_code="ZZZ")
    raw.send("retracted", value=560.0, is_retracted=True)
    raw.send("not known yet", value=560.0, known_from="2017-01-01")
    columns = "snapshot_id, check_id, series_code, country_code, kpi_code, table_name"
    assert raw.sift(plan).held_back(columns) == [
        (name, f"raw.{check}", series, country, kpi, "inputs.kpi_submissions")
        for name, check, series, country, kpi in [
            ("no such KPI", "submission.known", "K9", "AAA", "K9"),
            ("no such country", "submission.known", "K1", "ZZZ", "K1"),
            ("not submitted", "submission.known", "K2", "AAA", "K2"),
            ("to come", "year.known", "OWN.K1", "AAA", "K1"),
            ("too large", "range", "OWN.K1", "AAA", "K1"),
            ("two values", "cell.unique", "OWN.K1", "AAA", "K1"),
            ("wrong unit", "unit.known", "OWN.K1", "AAA", "K1"),
        ]
    ]


def test_an_amended_submission_in_another_scale_is_held_back_and_a_real_one_is_not(raw, plan):
    years = range(2013, 2016)
    for year in years:
        raw.send("first", observation_year=year)
        raw.send("real", observation_year=year, value=80.0, known_from="2016-03-01")
        raw.send("months", observation_year=year, value=80 / 12, known_from="2016-04-01")
    assert raw.sift(plan).held_back("snapshot_id, check_id") == [("months", "raw.scale")]


@pytest.fixture(scope="module")
def shipped(refreshed_home):
    """Sifts what ships as of a day."""
    settings = Settings.load(home=refreshed_home.path)

    def sifted(day: date) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        plan = read_plan(settings.plan)
        make_inputs(connection, settings, plan, pin_inputs(settings, plan, "recorded", day))
        return connection

    return sifted


def test_no_recorded_vintage_and_no_sample_is_held_back_as_of_any_day(shipped):
    newest = shipped(NEWEST)
    days = newest.execute(
        "select distinct vintage_date from inputs.world_bank_observations"
        " union select distinct known_from from inputs.kpi_submissions order by 1"
    ).fetchall()
    assert len(days) > 15
    moved = "from inputs.partition_checks where check_id = 'raw.factor' and not is_passed"
    for (day,) in days:
        for as_of in (day, day + timedelta(days=200)):
            connection = shipped(as_of)
            held = connection.execute("from inputs.held_back_partitions").fetchall()
            assert (as_of, held) == (as_of, [])
            assert connection.execute(moved).fetchall() == [], as_of


def _spoiled(connection: duckdb.DuckDBPyConnection, value: str, where: str = "true"):
    """Brunei's participation of women is other than what came in November 2021."""
    connection.execute("alter view inputs.world_bank_observations rename to true_observations")
    connection.execute(
        "create view inputs.world_bank_observations as select * replace ("
        " case when series = 'SL.TLF.CACT.FE.ZS' and economy = 'BRN'"
        f" and vintage_date = '2021-11-04' and {where} then {value} else value end as value)"
        " from inputs.true_observations"
    )
    sift(connection, read_plan(Settings.load().plan))
    return connection


def test_what_a_person_saw_in_a_shipped_vintage_covers_no_wrong_value_in_it(shipped):
    """58.17 became 90 in a vintage of which the plan acknowledges revisions of up to 10 %."""
    connection = _spoiled(shipped(date(2021, 11, 4)), "90", "time = 'YR2016'")
    held = "select check_id, country_code, observed_value from inputs.held_back_partitions"
    assert connection.execute(held).fetchall() == [("raw.revision", "BRN", "90")]


def test_one_factor_is_named_beside_the_revisions_of_a_shipped_vintage(shipped):
    connection = _spoiled(shipped(date(2021, 11, 4)), "value * 1.2")
    found = "select country_code from inputs.partition_checks where check_id = 'raw.factor'"
    assert connection.execute(f"{found} and not is_passed").fetchall() == [("BRN",)]


def test_what_ships_has_few_warnings_and_they_are_true(shipped):
    """R&D is surveyed now and then; one country's participation rose by 14 % in a year."""
    told = shipped(NEWEST).execute(
        "select check_id, string_agg(country_code, ' ' order by country_code)"
        " from inputs.partition_checks where not is_passed and not is_acknowledged group by 1"
    )
    assert dict(told.fetchall()) == {
        "raw.years.missing": "IDN MYS PHL THA VNM",
        "raw.country.missing": "LAO",
        "raw.jump": "PHL",
        "raw.freshness": "BRN IDN KHM PHL SGP",
    }


def test_the_gate_runs_as_often_as_one_likes(shipped):
    connection = shipped(NEWEST)
    before = connection.execute("from inputs.partition_checks").fetchall()
    sift(connection, read_plan(Settings.load().plan))
    assert connection.execute("from inputs.partition_checks").fetchall() == before
