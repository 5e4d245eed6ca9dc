"""A plan of synthetic KPIs, each with the two to five values of a golden case of the methods."""

import duckdb
import pytest

from tests.dbt_project.warehouse import Vintage, Warehouse, project_with_plan

AS_OF = "2024-12-31"
COUNTRY = "AAA"

# KPI -> direction, natural limit, target and its year, values from the baseline year 2016 on
CASES = {
    "X-1": ("higher", "", None, {2016: 50, 2024: 50 * 1.008**8}),
    "X-2": ("lower", "", None, {2016: 30, 2020: 20}),
    "X-3": ("higher", "100", None, {2016: 97, 2024: 97.6}),
    "X-4": ("higher", "", None, {2016: 97, 2024: 97.6}),
    "X-5": ("lower", "", (10, 2025), {2016: 30, 2020: 20}),
    "X-6": ("higher", "", (80, 2025), {2016: 40, 2020: 38}),
    "X-7": ("higher", "", None, {2016: 60, 2017: 61, 2018: 62, 2019: 63, 2020: 58}),
    "X-8": ("higher", "", None, {2016: 60, 2017: 61, 2018: 62, 2019: 63, 2020: 63}),
    # exactly on the straight line to the target: 60 - 54 * 4/9 and 40 + 40 * 4/9
    "X-9": ("lower", "", (6, 2025), {2016: 60, 2020: 36}),
    "X-10": ("higher", "", (80, 2025), {2016: 40, 2020: 40 + 40 * 4 / 9}),
    "X-11": ("higher", "", (40, 2025), {2016: 50, 2020: 60}),
    "X-12": ("lower", "", (0, 2025), {2016: 50, 2020: 25}),
}

RATIOS = {
    "X-1": 0.0080,  # 1.008 - 1
    "X-2": 0.0964,  # 1 - (20 / 30)^(1/4)
    "X-3": 0.0008,  # (97.6 / 97)^(1/8) - 1
    "X-4": 0.0008,
    "X-5": 0.8389,  # 0.0964 / (1 - (10 / 30)^(1/9))
    "X-6": -0.1591,  # ((38 / 40)^(1/4) - 1) / ((80 / 40)^(1/9) - 1) = -0.01274 / 0.08006
    "X-7": -0.0084,  # (58 / 60)^(1/4) - 1
    "X-8": 0.0123,  # (63 / 60)^(1/4) - 1
    "X-9": 0.5311,  # (1 - (36 / 60)^(1/4)) / (1 - (6 / 60)^(1/9)) = 0.11989 / 0.22574
    "X-10": 1.2027,  # ((57.7778 / 40)^(1/4) - 1) / 0.08006 = 0.09629 / 0.08006
    "X-12": 0.1591,  # (1 - (25 / 50)^(1/4)) / 1: to reach 0 all of it must go
}

STATUSES = {
    "X-1": ("acceleration_needed", "fair", "not_applicable", "all"),
    "X-2": ("on_track", "on_track", "not_applicable", "all"),
    # what is left of the cuts is 1 - 0.97^4.44 = 0.1265: 0.0019 and 0.0006
    "X-3": ("acceleration_needed", "stagnation_or_regression", "not_applicable", "split"),
    "X-4": ("limited", "stagnation_or_regression", "not_applicable", "split"),
    "X-5": ("acceleration_needed", "fair", "on_track", "majority"),
    "X-6": ("deterioration", "stagnation_or_regression", "deterioration", "all"),
    "X-7": ("deterioration", "stagnation_or_regression", "not_applicable", "all"),
    "X-8": ("acceleration_needed", "fair", "not_applicable", "all"),
    "X-9": ("limited", "fair", "on_track", "majority"),
    "X-10": ("on_track", "on_track", "on_track", "all"),
    # 50 was past 40 already at the baseline
    "X-11": ("achieved", "achieved", "achieved", "all"),
    "X-12": ("limited", "fair", "on_track", "majority"),
}

SCORES = {
    "X-1": 0.75,  # 2.5 * (0.80 - 0.5) / (1.5 - 0.5)
    "X-2": 5,  # beyond 2 %
    "X-4": -2.11,  # -2.5 + 2.5 * 0.0771 / 0.5
    "X-5": 1.71,  # 5 * (0.8389 - 0.6) / (1.3 - 0.6)
    "X-6": -3.16,  # -5 + 5 * (-0.1591 + 0.6) / (0.6 + 0.6)
    "X-7": -3.55,  # -2.5 - 2.5 * 0.8439 / 2
    "X-11": 5,
}


@pytest.fixture(scope="module")
def achievements(tmp_path_factory) -> dict[str, dict]:
    """The rows of kpi_achievements by KPI."""
    folder = tmp_path_factory.mktemp("golden")
    project = project_with_plan(folder / "project", **_plan())
    warehouse = Warehouse(folder / "home", project)
    vintages = [
        Vintage(_series(kpi), f"Title of {kpi}", "2024-06-30", _values(points))
        for kpi, (_, _, _, points) in CASES.items()
    ]
    warehouse.prepare(vintages, [COUNTRY], AS_OF)
    warehouse.build()
    with duckdb.connect(str(warehouse.candidate), read_only=True) as connection:
        cursor = connection.execute("select * from marts.kpi_achievements")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["kpi_code"]: row for row in rows}


def _series(kpi: str) -> str:
    return f"S.{kpi}"


def _values(points: dict[int, float]) -> dict[tuple[str, int], float]:
    return {(COUNTRY, year): float(value) for year, value in points.items()}


PLAN = {
    **{"plan_code": "P", "plan_name": "Plan", "plan_start_date": "2016-01-01"},
    **{"plan_end_date": "2025-12-31", "baseline_year": 2016, "baseline_policy": "latest"},
    "first_observation_year": 2010,
}


def _plan() -> dict[str, list[dict]]:
    kpis = [
        {
            **{"kpi_code": kpi, "goal_code": "G", "kpi_name": kpi, "printed_kpi_name": kpi},
            **{"unit_code": "u", "direction": direction, "natural_limit": limit},
            **{"plausible_min": 0, "plausible_max": 1000, "max_yearly_change_pct": 100},
            **{"staleness_limit_years": 9, "publication_lag_years": 1},
            **{"baseline_tolerance_years": 1, "aggregation_code": "simple_mean"},
        }
        for kpi, (direction, limit, _, _) in CASES.items()
    ]
    series = [
        {
            **{"kpi_code": kpi, "preference_number": 1, "source_code": "WB"},
            **{"series_code": _series(kpi), "database_code": 2, "series_title": f"Title of {kpi}"},
            **{"unit_code": "u", "source_state": "live", "state_from_date": "2016-01-01"},
        }
        for kpi in CASES
    ]
    targets = [
        {
            **{"kpi_code": kpi, "country_code": COUNTRY, "target_source": "a test"},
            **{"target_value": target[0], "target_year": target[1]},
        }
        for kpi, (_, _, target, _) in CASES.items()
        if target
    ]
    return {
        "plans": [PLAN],
        "goals": [{"goal_code": "G", "goal_name": "Goal"}],
        "countries": [{"country_code": COUNTRY, "country_name": "Aland", "group_code": "H"}],
        "units": [{"unit_code": "u", "unit_name": "unit", "display_digits": 1}],
        "data_sources": [{"source_code": "WB", "source_name": "Bank", "cadence_days": 90}],
        "kpis": kpis,
        "kpi_series": series,
        "targets": targets,
    }


@pytest.mark.parametrize(("kpi", "ratio"), RATIOS.items())
def test_progress_is_as_computed_by_hand(achievements, kpi, ratio):
    assert achievements[kpi]["progress_ratio"] == pytest.approx(ratio, abs=5e-5)


@pytest.mark.parametrize(("kpi", "statuses"), STATUSES.items())
def test_the_methods_say_what_they_say_and_how_far_they_agree(achievements, kpi, statuses):
    columns = ("status", "un_chart_status", "linear_path_status", "agreement")
    assert tuple(achievements[kpi][column] for column in columns) == statuses


@pytest.mark.parametrize(("kpi", "score"), SCORES.items())
def test_the_score_is_as_computed_by_hand(achievements, kpi, score):
    assert achievements[kpi]["score"] == pytest.approx(score, abs=5e-3)


def test_the_chart_projects_the_growth_so_far_to_the_year_of_the_target(achievements):
    # 20 * (1 - 0.0964)^5 = 12.05; (12.05 - 30) / (10 - 30) = 0.8976
    assert achievements["X-5"]["un_chart_ratio"] == pytest.approx(0.8976, abs=5e-5)


def test_on_its_straight_line_a_kpi_has_the_linear_ratio_one(achievements):
    assert achievements["X-9"]["linear_path_ratio"] == pytest.approx(1)
    assert achievements["X-10"]["linear_path_ratio"] == pytest.approx(1)


def test_a_target_that_was_met_before_has_no_ratio(achievements):
    assert achievements["X-11"]["progress_ratio"] is None


def test_a_natural_limit_shrinks_the_cuts_that_stand_in_the_row(achievements):
    # 1.5 % and 0.5 % of 0.1265
    assert achievements["X-3"]["on_track_cut"] == pytest.approx(0.001898, abs=5e-6)
    assert achievements["X-3"]["acceleration_cut"] == pytest.approx(0.000633, abs=5e-6)


def test_a_status_that_hangs_on_the_latest_point_is_fragile(achievements):
    # without 58: (63 / 60)^(1/3) - 1 = 0.0164, on_track
    assert achievements["X-7"]["is_fragile"]
    # two points: without the second there is nothing to assess
    assert achievements["X-1"]["is_fragile"]


def test_every_kpi_has_its_row(achievements):
    assert achievements.keys() == CASES.keys()
