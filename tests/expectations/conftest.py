"""A plan of two goals, two KPIs and two countries, and a clean candidate of it to spoil.

As of 2016 with years from 2010 and a publication lag of 0 every year is due: 7 years x 2 countries
= 14 rows a KPI. K1 has a value of 50 everywhere, K2 of 20 up to 2014, where its series ended. There
are 14 half-years, in the last of which AAA reports on one of its two action lines, with a budget.
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
SECOND_CHOICE = {"preference_number": 2, "source_state": "submitted"}
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
            "region_code": "R",
            "leading_group_code": "X",
            "following_group_code": "Y",
        }
    ],
    "goals": [{"goal_code": goal, "goal_name": f"Goal {goal}"} for goal in ("G1", "G2")],
    "desired_outcomes": [{"outcome_code": "G1-1", "goal_code": "G1", "outcome_name": "Better"}],
    "actions": [{"action_code": "G1-1-1", "outcome_code": "G1-1", "action_name": "Act"}],
    "action_lines": [
        {"action_line_code": f"G1-1-1.{number}", "line_number": number, **LINE} for number in (1, 2)
    ],
    "kpis": [{"kpi_code": kpi, "goal_code": f"G{kpi[1]}", **KPI} for kpi in ("K1", "K2")],
    "kpi_series": [
        *({"kpi_code": kpi, "series_code": f"S.{kpi}", **SERIES} for kpi in ("K1", "K2")),
        {"kpi_code": "K1", "series_code": "OWN.K1", **SERIES, **SECOND_CHOICE},
    ],
    "kpi_availability": [
        {"kpi_code": kpi, "country_code": country, "availability": "yes"}
        for kpi in ("K1", "K2")
        for country in ("AAA", "BBB")
    ],
    "countries": [
        {"country_code": code, "country_name": code, "iso2_code": code[:2], "group_code": group}
        for code, group in (("AAA", "X"), ("BBB", "Y"))
    ],
    "parties": [
        {
            "party_code": code,
            "party_name": code,
            "party_type": "member_state",
            "country_code": code,
        }
        for code in ("AAA", "BBB")
    ],
    "country_champions": [{"goal_code": "G1", "country_code": code} for code in ("BBB", "AAA")],
    "units": [{"unit_code": "pct", "unit_name": "per cent", "display_digits": 1}],
    "data_sources": [{"source_code": "SRC", "source_name": "A source", "cadence_days": 30}],
}
MARTS = "".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("marts.sql", "marts_of_progress.sql", "partition_checks.sql")
)


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
