"""Does the first gate ring? Each check of raw has a fault that makes it, and no other one, ring."""

from datetime import date

import duckdb
import pytest

from expectations.raw_gate import sift
from expectations.raw_plan import checks
from expectations.raw_plan import next_step as next_step_of
from smed.plan import Plan
from smed.plan_rows import Correction
from tests.expectations.raw import AAA, BBB, FIRST, SECOND, THIRD, Raw


@pytest.fixture
def raw() -> Raw:
    return Raw()


def _unreadable(raw: Raw) -> None:
    raw.land(SECOND, AAA=AAA[:6])
    raw.cell(SECOND, "AAA", "YR2016", None, problem="70,5 instead of a finite number")


def _infinite(raw: Raw) -> None:
    raw.land(SECOND, AAA=(*AAA[:6], float("inf")))


def _doubled(raw: Raw) -> None:
    raw.land(SECOND)
    raw.cell(SECOND, "AAA", "YR2012", 52.5)


def _quarter(raw: Raw) -> None:
    raw.land(SECOND)
    raw.cell(SECOND, "AAA", "YR2016Q1", 56.0)


def _future(raw: Raw) -> None:
    # as of 2016 a value of 2017 may be a forecast for the year that ends; one of 2018 is not
    raw.land(SECOND)
    raw.cell(SECOND, "AAA", "YR2018", 57.0)


def _ancient(raw: Raw) -> None:
    raw.land(SECOND)
    raw.cell(SECOND, "AAA", "YR1959", 10.0)


def _range(raw: Raw) -> None:
    raw.land(SECOND)
    raw.cell(SECOND, "AAA", "YR2017", 560.0)


def _revision(raw: Raw) -> None:
    # 52 to 66 is 27 %
    raw.land(SECOND, AAA=(50, 51, 66, 53, 54, 55, 56))


def _shifted(raw: Raw) -> None:
    # each value stands a year late, a step of 2 %
    raw.land(SECOND, AAA=(49, *AAA[:6]))


def _swapped(raw: Raw) -> None:
    # 20 % apart, so no large revision
    raw.land(SECOND, AAA=BBB, BBB=AAA)


def _lost(raw: Raw) -> None:
    # one of seven years is 14 %
    raw.land(SECOND, AAA=(50, None, *AAA[2:]))


def _emptied(raw: Raw) -> None:
    raw.land(SECOND, AAA=(None,) * 7)


def _left_out(raw: Raw) -> None:
    raw.land(SECOND, AAA=())


HELD = {
    "unreadable": (_unreadable, "raw.cell.readable"),
    "infinite": (_infinite, "raw.cell.readable"),
    "doubled": (_doubled, "raw.cell.unique"),
    "quarter": (_quarter, "raw.year.known"),
    "future": (_future, "raw.year.known"),
    "ancient": (_ancient, "raw.year.known"),
    "range": (_range, "raw.range"),
    "revision": (_revision, "raw.revision"),
    "shifted": (_shifted, "raw.values.moved"),
    "lost": (_lost, "raw.values.lost"),
    "emptied": (_emptied, "raw.values.lost"),
    "left_out": (_left_out, "raw.values.lost"),
}


@pytest.mark.parametrize("fault", HELD)
def test_a_fault_holds_one_country_back_and_no_other(raw, plan, fault):
    spoil, check_id = HELD[fault]
    raw.land(FIRST)
    spoil(raw)
    raw.sift(plan)
    assert raw.found() == [(check_id, "AAA")]
    assert raw.held_back("source_code, series_code, country_code, snapshot_id, check_id") == [
        ("SRC", "S.K1", "AAA", SECOND, check_id)
    ]


def test_swapped_countries_are_both_held_back(raw, plan):
    raw.land(FIRST)
    _swapped(raw)
    assert raw.sift(plan).found() == [("raw.values.moved", "AAA"), ("raw.values.moved", "BBB")]
    assert raw.found("observed_value, expected", "country_code = 'AAA'") == [
        ("those of BBB", f"values where they stood in the vintage of {FIRST}")
    ]


def test_a_title_that_the_plan_does_not_know_holds_every_country_back(raw, plan):
    raw.land(FIRST)
    raw.land(SECOND, title="A share of something else")
    assert raw.sift(plan).found() == [("raw.unit.known", "AAA"), ("raw.unit.known", "BBB")]


@pytest.mark.parametrize(
    ("factor", "said"),
    # 50 to 56 times these stay within the range of 1 to 100
    [(1 / 12, "values about 12 times smaller"), (1 / 30.4, "values about 30.4375 times smaller")],
)
def test_a_shift_by_a_scale_is_named_before_the_revisions_that_it_makes(raw, plan, factor, said):
    raw.land(FIRST)
    raw.land(SECOND, AAA=[value * factor for value in AAA])
    assert raw.sift(plan).found() == [("raw.revision", "AAA"), ("raw.scale", "AAA")]
    assert raw.held_back("check_id, observed_value, finding_id, is_acknowledgeable") == [
        ("raw.scale|raw.revision", said, f"raw.scale:S.K1:AAA:{SECOND}", True)
    ]


def test_a_whole_series_in_another_scale_is_told_as_that_and_not_as_out_of_range(raw, plan):
    raw.land(FIRST)
    raw.land(SECOND, AAA=[x / 100 for x in AAA], BBB=[x / 100 for x in BBB])
    columns = "country_code, check_id, observation_year, observed_value, is_acknowledgeable"
    said = "values about 100 times smaller in 2 countries"
    assert raw.sift(plan).held_back(columns) == [
        (country, "raw.scale|raw.range", None, said, False) for country in ("AAA", "BBB")
    ]
    # a source that stays so is compared with the last good vintage, not with the broken one
    raw.land(THIRD, AAA=[x / 100 for x in AAA], BBB=BBB)
    assert raw.sift(plan).held_back(columns)[:-1] == [
        ("AAA", "raw.scale|raw.range", None, "values about 100 times smaller", False),
        ("AAA", "raw.scale|raw.range", None, said, False),
    ]


def test_values_out_of_range_by_no_scale_are_that_alone(raw, plan):
    raw.land(FIRST)
    raw.land(SECOND, AAA=[x * 3 for x in AAA])
    assert raw.sift(plan).found() == [("raw.range", "AAA")]


def test_a_first_vintage_in_another_scale_than_all_other_countries_is_held_back(raw, plan):
    # of four countries; 2 is 25 times below the least of the others' averages, 53 being AAA's
    extra = [plan.countries[0].model_copy(update={"country_code": code}) for code in ("CCC", "DDD")]
    wider = Plan(plan.folder, {**vars(plan), "countries": (*plan.countries, *extra)})
    raw.land(FIRST, CCC=BBB, DDD=(2.0,) * 7)
    assert raw.sift(wider).found("check_id, country_code, expected") == [
        ("raw.scale", "DDD", "the scale of the other countries, 53 to 63.46")
    ]


def test_a_finding_names_the_cell_what_came_and_the_rule(raw, plan):
    raw.land(FIRST)
    _unreadable(raw)
    columns = "observation_year, observed_value, expected, message, finding_id"
    assert raw.sift(plan).held_back(columns) == [
        (
            2016,
            "70,5",
            "a number (a_source.value.numeric)",
            "S.K1 AAA 2016: not a number: 70,5 (a_source.value.numeric)",
            f"raw.cell.readable:S.K1:AAA:{SECOND}",
        )
    ]


def test_a_finding_says_what_to_do_and_names_the_command_and_the_seed(raw, plan):
    raw.land(FIRST)
    _range(raw)
    ((message, next_step),) = raw.sift(plan).held_back("message, next_step")
    assert message == "S.K1 AAA 2017: 560 instead of a value from 1 to 100"
    ask, trace, widen = (
        next_step.index(said)
        for said in (
            "ask the source",
            "smed trace --kpi K1 --country AAA --year 2017",
            "widen the range of K1 in dbt_project/seeds/kpis.csv",
        )
    )
    assert ask < trace < widen


@pytest.mark.parametrize("fault", HELD)
def test_no_next_step_has_an_unfilled_name(raw, plan, fault):
    raw.land(FIRST)
    HELD[fault][0](raw)
    ((next_step,),) = raw.sift(plan).held_back("next_step")
    assert "{" not in next_step
    assert "smed trace --kpi K1 --country AAA --year 201" in next_step


def test_the_notes_of_a_check_have_no_unfilled_name():
    assert [check["check_id"] for check in checks() if "{" in next_step_of(check)] == []


def test_a_revision_is_named_by_its_worst_cell(raw, plan):
    raw.land(FIRST)
    # 53 to 67 is 26 %, 55 to 30 is 45 %
    raw.land(SECOND, AAA=(50, 51, 52, 67, 54, 30, 56))
    columns = "observation_year, observed_value, expected, failing_rows_count, rows_count"
    assert raw.sift(plan).found(columns) == [
        (2015, "30", f"within 25 % of 55, as in the vintage of {FIRST}", 2, 7)
    ]


@pytest.mark.parametrize(
    "values",
    [
        AAA,
        [value * (1 + 1e-12) for value in AAA],
        # by 2 to 22 %, in every year more
        [value * (1.02 + place / 30) for place, value in enumerate(AAA)],
        # one more year
        (*AAA, 57.0),
    ],
)
def test_what_a_source_does_every_day_rings_nothing(raw, plan, values):
    raw.land(FIRST)
    raw.land(SECOND, AAA=values)
    assert raw.sift(plan).found() == []
    assert raw.held_back() == []


def test_an_answer_that_was_refused_as_a_whole_is_held_back_of_every_country(raw, plan):
    raw.land(FIRST)
    # AAA's second vintage is held back for itself: its last good one is the first
    raw.land(SECOND, AAA=[value * 1000 for value in AAA])
    for series in ("S.K1", "no series of the plan"):
        raw.refuse(series, THIRD)
    columns = "country_code, snapshot_id, check_id, held_since_date, last_good_vintage_date"
    first, second, third = map(date.fromisoformat, (FIRST, SECOND, THIRD))
    assert raw.sift(plan).held_back(columns) == [
        ("AAA", SECOND, "raw.scale|raw.range", second, first),
        ("AAA", None, "raw.answer.usable", third, first),
        ("BBB", None, "raw.answer.usable", third, second),
    ]
    told = raw.found("country_code, observed_value, severity", "check_id = 'raw.answer.usable'")
    assert told == [(code, "an error page", "critical") for code in ("AAA", "BBB")]


def test_every_check_says_that_it_ran_and_over_how_many_rows(raw, plan):
    raw.land(FIRST)
    told = raw.sift(plan).connection.execute(
        "select check_id, rows_count from inputs.partition_checks where is_passed"
    )
    counts = dict(told.fetchall())
    assert counts.keys() == {check["check_id"] for check in checks()}
    # 2 countries x 7 years
    assert {rows for check, rows in counts.items() if check != "raw.submission.known"} == {14}


def test_nothing_landed_leaves_no_row_that_could_be_taken_for_a_pass(raw, plan):
    raw.sift(plan)
    assert raw.connection.execute("select * from inputs.partition_checks").fetchall() == []


def test_a_missing_table_is_an_error_and_not_a_pass(raw, plan):
    raw.connection.execute("drop table inputs.adb_observations")
    with pytest.raises(duckdb.Error, match="adb_observations"):
        raw.sift(plan)


def test_only_the_two_tables_stay(raw, plan):
    raw.land(FIRST)
    tables = "select table_name from duckdb_tables() union all select view_name from duckdb_views()"
    raw.sift(plan)
    left = {name for (name,) in raw.connection.execute(tables).fetchall() if "raw_" in name}
    assert left == set()
    sift(raw.connection, plan)  # so a second run finds nothing in its way


def test_a_corrected_value_is_judged_as_corrected(raw, plan):
    raw.land(FIRST, AAA=(50, 51, 520, *AAA[3:]))
    told = {"correction_id": "C1", "series_code": "S.K1", "country_code": "AAA"}
    told |= {"observation_year": 2012, "expected_old_value": 520, "reason": "a dot was lost"}
    told |= {"correction_action": "override", "corrected_value": 52, "correction_status": "active"}
    row = Correction(**told, first_seen_date="2016-02-01")
    corrected = Plan(plan.folder, {**vars(plan), "corrections": (row,)})
    assert raw.sift(corrected).held_back() == []
    # before anybody knew of it
    assert raw.sift(corrected, "2016-01-31").held_back() == [(FIRST, "AAA")]


def test_rows_in_another_order_give_the_same_tables(raw, plan):
    raw.land(FIRST)
    raw.land(SECOND, AAA=(50, 51, 52, 67, 54, 30, None), BBB=[value * 100 for value in BBB])
    tables = ("inputs.partition_checks", "inputs.held_back_partitions")
    first = [raw.sift(plan).connection.execute(f"from {table}").fetchall() for table in tables]
    raw.connection.execute(
        "create or replace table inputs.world_bank_observations as"
        " from inputs.world_bank_observations order by hash(economy, time)"
    )
    again = [raw.sift(plan).connection.execute(f"from {table}").fetchall() for table in tables]
    assert again == first


@pytest.mark.parametrize(
    ("years", "said"), [(range(2010, 2017), "2010 to 2016"), ((2011, 2013), "2011, 2013")]
)
def test_a_country_that_the_answer_lacks_is_named_with_every_year(raw, plan, years, said):
    raw.land(FIRST)
    raw.land(SECOND, AAA=())
    for year in years:
        raw.cell(SECOND, "AAA", f"YR{year}", None, problem="missing in the answer")
    columns = "observed_value, expected, message"
    rule = "a cell for every year (a_source.value.numeric)"
    observed = f"missing in the answer in {said}"
    assert raw.sift(plan).held_back(columns) == [
        (observed, rule, f"S.K1 AAA {min(years)}: {observed} instead of {rule}")
    ]
