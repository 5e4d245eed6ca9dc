"""What the README says of changing the plan: a row in the seeds suffices, no code changes.

A goal, a KPI that a landed series serves, and a country of which no figure is held are added to a
copy of the seeds; and a KPI that a later version of the plan has, from 2021 on.
"""

from contextlib import ExitStack

import duckdb
import pytest

from tests.end_to_end.homes import change_plan, copied, finished

MID_TERM = "2020-12-31"
ADDED = {
    "goals": ["F,Count Everybody"],
    "kpis": [
        "KPI-11,F,Population,Population,persons,persons,higher,,1000,1000000000,20,3,1,1,"
        "simple_mean,,WB,,,",
        "KPI-12,F,Population since,Population,persons,persons,higher,,1000,1000000000,20,3,1,1,"
        "simple_mean,,WB,,2021-01-01,",
    ],
    "kpi_series": [
        f'{kpi},1,WB,SP.POP.TOTL,2,"Population, total",persons,live,2016-01-01,,,'
        for kpi in ("KPI-11", "KPI-12")
    ],
    "countries": ["TLS,Timor-Leste,TL,CLMV"],
}


@pytest.fixture(scope="module")
def releases(tmp_path_factory, refreshed_home):
    """The marts of two releases of the changed plan that passed the gate, by their as-of date."""
    folder = tmp_path_factory.mktemp("changed-plan")
    home = copied(refreshed_home, folder)
    plan = change_plan(folder, **ADDED)
    finished(home.refresh(SMED_PLAN=plan))
    finished(home.refresh("--as-of", MID_TERM, SMED_PLAN=plan))
    assert home.shown == 3
    with ExitStack() as open_files:
        yield {
            home.manifest(number)["as_of"]: open_files.enter_context(
                duckdb.connect(home.path / "releases" / str(number) / "smed.duckdb", read_only=True)
            )
            for number in (2, 3)
        }


@pytest.fixture(scope="module")
def marts(releases):
    """Asks the newer of them."""
    return lambda query: releases[max(releases)].execute(query).fetchall()


def test_a_goal_has_its_scorecard(marts):
    query = (
        "select goal_name, kpis_count, kpis_assessed_count, countries_assessed_count, lines_count"
        " from marts.goal_scorecards where goal_code = 'F'"
    )
    # of two KPIs one has its baseline
    assert marts(query) == [("Count Everybody", 2, 1, 10, 0)]


def test_a_kpi_of_a_later_version_of_the_plan_counts_from_its_day_on(marts, releases):
    years = "select distinct observation_year from marts.kpi_observations where kpi_code = 'KPI-12'"
    assert sorted(marts(years)) == [(year,) for year in range(2021, 2027)]
    assert releases[MID_TERM].execute(years).fetchall() == []
    counted = "select kpis_count from marts.goal_scorecards where goal_code = 'F'"
    assert releases[MID_TERM].execute(counted).fetchall() == [(1,)]


def test_a_kpi_is_observed_and_assessed_from_a_landed_series(marts):
    query = (
        "select goal_code, unit_code, series_code, baseline_year, status, reason_code"
        " from marts.kpi_achievements where kpi_code = 'KPI-11' and country_code = '{}'"
    )
    # Laos grew from 6.9 to 7.8 million, 1.4 % a year: between 0.5 and 1.5 %
    assert marts(query.format("LAO")) == [
        ("F", "persons", "SP.POP.TOTL", 2016, "acceleration_needed", None)
    ]
    # of the new country this series holds nothing
    assert marts(query.format("TLS"))[0][-2:] == ("not_assessed", "no_data")
    observed = "select count(distinct country_code) from marts.kpi_observations where kpi_code = "
    assert marts(f"{observed}'KPI-11'") == [(11,)]


def test_a_country_without_figures_has_rows_that_say_so(marts):
    kpis = marts("select count(*) from plan.kpis")[0][0]
    query = "select {} from marts.{} where country_code = 'TLS'"
    assert marts(query.format("count(distinct kpi_code)", "kpi_observations")) == [(kpis,)]
    statuses = query.format("distinct observation_status", "kpi_observations")
    assert sorted(marts(statuses)) == [("missing",), ("not_yet_due",)]
    assert marts(query.format("count(value)", "kpi_observations")) == [(0,)]
    achievements = query.format("count(*), count(distinct status), min(status)", "kpi_achievements")
    assert marts(achievements) == [(kpis, 1, "not_assessed")]
    assert marts(query.format("count(score)", "goal_achievements")) == [(0,)]
