"""A plan of two goals, two KPIs and two countries, and a clean candidate of it to spoil.

As of 2016 with years from 2010 and a publication lag of 0 every year is due: 7 years x 2 countries
= 14 rows a KPI. K1 has a value of 50 everywhere, K2 of 20 up to 2014, where its series ended.
"""

import csv
import shutil
from pathlib import Path

import duckdb
import pytest

from smed.plan import Plan, read_plan
from smed.plan_seeds import SEEDS
from smed.settings import DBT_PROJECT

KPI = {
    "kpi_name": "A share",
    "printed_kpi_name": "A share",
    "unit_code": "pct",
    "direction": "higher",
    "plausible_min": 1,
    "plausible_max": 100,
    "max_yearly_change_pct": 30,
    "staleness_limit_years": 3,
    "publication_lag_years": 0,
    "baseline_tolerance_years": 1,
    "aggregation_code": "simple_mean",
}
SERIES = {
    "preference_number": 1,
    "source_code": "SRC",
    "series_title": "A share",
    "unit_code": "pct",
    "source_state": "live",
    "state_from_date": "2010-01-01",
}
LINE = {
    "action_code": "G1-1-1",
    "printed_action_code": "G1-1-1",
    "action_line_name": "Do it",
    "printed_time_frame": "2015",
    "due_date": "2015-12-31",
    "implementation_level": "regional",
    "lead_country_codes": "AAA",
}
ROWS = {
    "plans": [
        {
            "plan_code": "P",
            "plan_name": "A plan",
            "plan_start_date": "2010-01-01",
            "plan_end_date": "2020-12-31",
            "baseline_year": 2012,
            "baseline_policy": "latest",
            "first_observation_year": 2010,
        }
    ],
    "goals": [{"goal_code": goal, "goal_name": f"Goal {goal}"} for goal in ("G1", "G2")],
    "desired_outcomes": [{"outcome_code": "G1-1", "goal_code": "G1", "outcome_name": "Better"}],
    "actions": [{"action_code": "G1-1-1", "outcome_code": "G1-1", "action_name": "Act"}],
    "action_lines": [
        {"action_line_code": f"G1-1-1.{number}", "line_number": number, **LINE} for number in (1, 2)
    ],
    "kpis": [{"kpi_code": kpi, "goal_code": f"G{kpi[1]}", **KPI} for kpi in ("K1", "K2")],
    "kpi_series": [{"kpi_code": kpi, "series_code": f"S.{kpi}", **SERIES} for kpi in ("K1", "K2")],
    "kpi_availability": [
        {"kpi_code": kpi, "country_code": country, "availability": "yes"}
        for kpi in ("K1", "K2")
        for country in ("AAA", "BBB")
    ],
    "countries": [
        {"country_code": code, "country_name": code, "iso2_code": code[:2], "group_code": "X"}
        for code in ("AAA", "BBB")
    ],
    "country_champions": [{"goal_code": "G1", "country_code": code} for code in ("BBB", "AAA")],
    "units": [{"unit_code": "pct", "unit_name": "per cent", "display_digits": 1}],
    "data_sources": [{"source_code": "SRC", "source_name": "A source", "cadence_days": 30}],
}
MARTS = """
create schema marts;
create schema inputs;
create table inputs.builds as select 'run-1' as run_id, date '2016-12-31' as as_of_date;
create table marts.kpi_observations as
select
    kpi_code, country_code, cast(observation_year as integer) as observation_year,
    case when kpi_code = 'K1' then 50e0 when observation_year <= 2014 then 20e0 end as value,
    'pct' as unit_code, 'S.' || kpi_code as series_code, 'added' as change_type,
    case when kpi_code = 'K1' or observation_year <= 2014 then 'reported' else 'missing' end
        as observation_status,
    case when kpi_code = 'K1' then 'live' else 'discontinued' end as source_state,
    date '2016-06-01' as vintage_date, 'abc' as snapshot_id,
    cast(null as double) as revision_pct, false as is_revision_acknowledged,
    case when kpi_code = 'K1' or observation_year <= 2014 then 0e0 end as yearly_change_pct,
    1e0 as plausible_min, 100e0 as plausible_max, 30e0 as max_yearly_change_pct,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['AAA', 'BBB']) as countries(country_code),
    range(2010, 2017) as years(observation_year);
create table marts.kpi_achievements as
select
    kpi_code, country_code,
    if(kpi_code = 'K1', 'on_track', 'not_assessed') as status,
    if(kpi_code = 'K1', null, 'discontinued') as reason_code,
    if(kpi_code = 'K1', 'on_track', 'not_assessed') as un_chart_status,
    'not_applicable' as linear_path_status,
    if(kpi_code = 'K1', 'all', 'not_assessed') as agreement,
    50e0 as baseline_value, 55e0 as latest_value, cast(null as double) as target_value,
    if(kpi_code = 'K1', 2e-2, null) as progress_ratio, if(kpi_code = 'K1', 25e-1, null) as score,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['AAA', 'BBB']) as countries(country_code);
create table marts.goal_scorecards as
select
    goal_code, 1 as kpis_count, if(goal_code = 'G1', 1, 0) as kpis_assessed_count,
    if(goal_code = 'G1', 2, 0) as countries_assessed_count,
    if(goal_code = 'G1', 25e-1, null) as achievement_score,
    if(goal_code = 'G1', null, 'coverage') as achievement_reason_code,
    if(goal_code = 'G1', 'K1', null) as worst_kpi_code,
    if(goal_code = 'G1', 2, 0) as lines_count, 0 as lines_known_missing_count,
    if(goal_code = 'G1', 2, 0) as due_lines_count, cast(null as integer) as lines_completed_count,
    cast(null as integer) as lines_overdue_count, if(goal_code = 'G1', 2, 0) as
    lines_not_reported_count, cast(null as double) as delivery_rate_pct, 'unknown' as quadrant,
    date '2016-12-31' as as_of_date
from unnest(['G1', 'G2']) as goals(goal_code);
"""


@pytest.fixture(scope="session")
def plan(tmp_path_factory) -> Plan:
    """The small plan, with the thresholds of the shipped one."""
    folder = tmp_path_factory.mktemp("seeds")
    for name, seed in SEEDS.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(seed.row.model_fields))
            writer.writeheader()
            writer.writerows(ROWS.get(name, []))
    shutil.copy(DBT_PROJECT / "seeds" / "thresholds.csv", folder)
    return read_plan(folder)


@pytest.fixture(scope="session")
def clean(tmp_path_factory) -> Path:
    """A candidate without a fault; read it, never write it."""
    path = tmp_path_factory.mktemp("clean") / "candidate.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(MARTS)
    return path


@pytest.fixture
def spoiled(clean, tmp_path):
    """Makes a copy of the clean candidate and spoils it with SQL; returns its path."""

    def spoil(sql: str = "select 1", name: str = "candidate") -> Path:
        path = tmp_path / f"{name}.duckdb"
        shutil.copy(clean, path)
        with duckdb.connect(path) as connection:
            connection.execute(sql)
        return path

    return spoil
