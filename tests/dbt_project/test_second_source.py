"""A ratio of ADB's figures, a substitute and corrections in one small plan; all invented."""

import csv
from datetime import date

import duckdb
import pytest

from tests.dbt_project.test_methods import PLAN
from tests.dbt_project.warehouse import Vintage, Warehouse, project_with_plan

AS_OF = "2022-12-31"
FIRST, SECOND = "2021-03-01", "2022-03-01"
ECONOMIES = {"AAA": "AXX", "BBB": "BXX", "CCC": "CXX", "DDD": "DXX"}
SERIES = {"database_code": "DF", "source_state": "live", "state_from_date": "2016-01-01"}
TITLES = {"N": ("Output", "money"), "D": ("Employed", "persons")}

# vintage -> economy and year -> output, employed, flag, base year of output
FIGURES = {
    FIRST: {
        ("AXX", 2016): (600, 200, "A", "2010"),
        ("AXX", 2018): (660, 200, "A", "2010"),
        ("AXX", 2020): (700, 200, "A", "2010"),
        ("BXX", 2016): (500, 100, "A", "2010"),
        ("BXX", 2018): (550, 100, "B", "2010"),
        ("BXX", 2020): (600, 100, "A", "2010"),
        ("DXX", 2016): (100, 100, "A", "2010"),
        ("DXX", 2020): (110, 100, "A", "2010"),
    },
    SECOND: {
        ("AXX", 2016): (1200, 200, "A", "2015"),
        ("AXX", 2018): (1320, 200, "A", "2015"),
        ("AXX", 2020): (1452, 200, "A", "2015"),
        ("BXX", 2016): (500, 100, "A", "2010"),
        ("BXX", 2018): (550, 100, "B", "2010"),
        ("BXX", 2020): (600, 100, "A", "2010"),
    },
}
SUBSTITUTE = {("AAA", 2016): 6.6, ("CCC", 2016): 50.0, ("CCC", 2018): 40.0, ("CCC", 2020): 44.0}
CORRECTION = {
    **{"series_code": "S", "country_code": "CCC", "correction_status": "active"},
    **{"reason": "a slip", "first_seen_date": FIRST},
}
CORRECTIONS = [
    {
        **{"correction_id": "C-1", "observation_year": 2016, "expected_old_value": 50},
        **{"correction_action": "override", "corrected_value": 40, **CORRECTION},
        **{"correction_status": "retired", "retired_from_date": "2023-01-01"},
    },
    {
        **{"correction_id": "C-2", "observation_year": 2018, "expected_old_value": 40},
        **{"correction_action": "drop", **CORRECTION},
    },
    {
        **{"correction_id": "C-3", "observation_year": 2020, "expected_old_value": 44},
        **{"correction_action": "flag", **CORRECTION},
    },
    # the first one's cell again, from the day on which that is retired
    {
        **{"correction_id": "C-4", "observation_year": 2016, "expected_old_value": 51},
        **{"correction_action": "drop", **CORRECTION, "first_seen_date": "2023-01-01"},
    },
]


def _rows(series: str):
    """What landed of a component."""
    title = TITLES[series][0]
    for day, cells in FIGURES.items():
        for (economy, year), (output, employed, status, base) in cells.items():
            value = float(output if series == "N" else employed)
            flags = (status, "XXX", base, None) if series == "N" else ("A", "PS", None, None)
            yield (
                *("ADB", series, title, "DF", None, economy, str(year), value, *flags),
                *(day, "date_of_retrieval", False, f"{day} 05:00:00", f"{series} {day}"),
            )


def _registry() -> dict[str, list[dict]]:
    """The ratio serves first, the substitute second."""
    served = {"kpi_code": "X-1", "unit_code": "u", **SERIES}
    return {
        "kpi_series": [
            {"preference_number": 1, "source_code": "ADB", "series_code": "R", **served}
            | {"database_code": "", "series_title": "Output per person employed"},
            {"preference_number": 2, "source_code": "WB", "series_code": "S", **served}
            | {"series_title": "Substitute", "source_state": "substituted"},
        ],
        "component_series": [
            {"source_code": "ADB", "series_code": code, "series_title": title, **SERIES}
            | {"unit_code": unit}
            for code, (title, unit) in TITLES.items()
        ],
        "derived_series": [
            {"series_code": "R", "numerator_series_code": "N", "denominator_series_code": "D"}
            | {"unit_code": "u"}
        ],
    }


def _plan() -> dict[str, list[dict]]:
    kpi = {
        **{"kpi_code": "X-1", "goal_code": "G", "kpi_name": "X", "printed_kpi_name": "X"},
        **{"unit_code": "u", "direction": "higher", "plausible_min": 0, "plausible_max": 1000},
        **{"max_yearly_change_pct": 100, "staleness_limit_years": 9, "publication_lag_years": 1},
        **{"baseline_tolerance_years": 1, "aggregation_code": "simple_mean"},
    }
    sources = [("ADB", "One bank"), ("WB", "Another bank")]
    return {
        "plans": [PLAN],
        "goals": [{"goal_code": "G", "goal_name": "Goal"}],
        "countries": [
            {"country_code": code, "country_name": code, "group_code": "H"} for code in ECONOMIES
        ],
        "adb_economies": [
            {"country_code": code, "adb_economy_code": adb} for code, adb in ECONOMIES.items()
        ],
        "units": [
            {"unit_code": unit, "unit_name": unit, "display_digits": 1}
            for unit in ("u", "money", "persons")
        ],
        "data_sources": [
            {"source_code": code, "source_name": name, "cadence_days": 90} for code, name in sources
        ],
        "kpis": [kpi],
        "corrections": CORRECTIONS,
        **_registry(),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Warehouse:
    """A built candidate of the small plan."""
    folder = tmp_path_factory.mktemp("second_source")
    project = project_with_plan(folder / "project", **_plan())
    warehouse = Warehouse(folder / "home", project)
    substitute = Vintage("S", "Substitute", FIRST, SUBSTITUTE)
    adb = [*_rows("N"), *_rows("D")]
    warehouse.prepare([substitute], list(ECONOMIES), AS_OF, adb)
    warehouse.build()
    return warehouse


@pytest.fixture
def ask(home):
    with duckdb.connect(str(home.candidate), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_the_declared_ratio_serves_the_kpi_in_its_unit(ask):
    # 1200 / 200, 1320 / 200, 1452 / 200; two years of five have no figures
    assert ask(
        "select observation_year, value, unit_code, source_code, series_code, is_substitute,"
        " vintage_date, snapshot_id from marts.kpi_observations"
        " where country_code = 'AAA' and value is not null order by 1"
    ) == [
        (year, value, "u", "ADB", "R", False, date(2022, 3, 1), f"N {SECOND}+D {SECOND}")
        for year, value in ((2016, 6.0), (2018, 6.6), (2020, 7.26))
    ]


def test_another_base_year_is_rebased_and_no_revision(ask):
    # 600 / 200 = 3 before, 1200 / 200 = 6 since
    assert ask(
        "select version_number, change_type, value, relative_change_pct from marts.kpi_revisions"
        " where series_code = 'R' and country_code = 'AAA' and observation_year = 2016 order by 1"
    ) == [(1, "added", 3.0, None), (2, "rebased", 6.0, None)]


def test_no_trend_is_measured_across_a_break(ask):
    assert ask(
        "select country_code, status, reason_code, baseline_value, latest_value"
        " from marts.kpi_achievements where country_code in ('AAA', 'BBB') order by 1"
    ) == [
        # (7.26 / 6)^(1/4) - 1 = 0.0488
        ("AAA", "on_track", None, 6.0, 7.26),
        ("BBB", "not_assessed", "break", 5.0, 6.0),
    ]
    assert ask(
        "select observation_year from marts.kpi_observations where is_break and value = 5.5"
    ) == [(2018,)]


def test_a_country_that_a_vintage_leaves_out_is_withdrawn(ask):
    # 100 / 100 and 110 / 100 before
    assert ask(
        "select observation_year, value, previous_value, series_code from marts.kpi_observations"
        " where country_code = 'DDD' and observation_status = 'withdrawn' order by 1"
    ) == [(2016, None, 1.0, "R"), (2020, None, 1.1, "R")]


def test_without_a_value_of_the_preferred_source_the_substitute_serves(ask):
    assert ask(
        "select distinct source_code, series_code, is_substitute from marts.kpi_achievements"
        " where country_code = 'CCC'"
    ) == [("WB", "S", True)]


def test_two_sources_with_a_value_of_one_year_are_both_shown(ask):
    # (6.6 - 6) / 6
    [row] = ask(
        "select country_code, observation_year, used_series_code, used_value, other_series_code,"
        " other_value, round(relative_difference_pct, 6) from marts.source_discrepancies"
    )
    assert row == ("AAA", 2016, "R", 6.0, "S", 6.6, 10.0)


def test_corrected_values_say_so(ask):
    assert ask(
        "select observation_year, value, observation_status, is_corrected, correction_id"
        " from marts.kpi_observations where country_code = 'CCC'"
        " and observation_year in (2016, 2018, 2020) order by 1"
    ) == [
        (2016, 40.0, "reported", True, "C-1"),
        (2018, None, "missing", True, "C-2"),
        (2020, 44.0, "reported", False, "C-3"),
    ]
    # (44 / 40)^(1/4) - 1 = 0.0241; what was published stays among the revisions
    assert ask("select status from marts.kpi_achievements where country_code = 'CCC'") == [
        ("on_track",)
    ]
    assert ask(
        "select value from marts.kpi_revisions where series_code = 'S' and country_code = 'CCC'"
        " and observation_year in (2016, 2018) order by observation_year"
    ) == [(50.0,), (40.0,)]


def test_the_parts_of_the_ratio_stand_among_the_sources(ask):
    assert ask("select series_code, kpi_codes from marts.sources order by 1") == [
        ("D", None),
        ("N", None),
        ("R", "X-1"),
        ("S", "X-1"),
    ]


def test_no_group_averages_figures_of_several_base_years(ask):
    # of four members three report in 2016, one of them in prices of another year
    assert ask(
        "select value, members_reporting_count, reason_code from marts.regional_observations"
        " where group_code = 'H' and observation_year = 2016"
    ) == [(None, 3, "unit_mismatch")]


def test_a_correction_whose_upstream_has_changed_stops_the_build_and_says_so(home, tmp_path):
    built = home.keep(tmp_path / "built.duckdb")
    seed = home.project / "seeds" / "corrections.csv"
    before = seed.read_bytes()
    try:
        with seed.open("w", encoding="utf-8", newline="") as file:
            columns = before.decode().splitlines()[0].split(",")
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerow({**CORRECTIONS[0], "expected_old_value": 49})
        results = home.dbt("build", "--exclude-resource-type", "unit_test")
        failed = [name for name, result in results.items() if result.status == "fail"]
        assert failed == ["corrections_match_upstream"]
        with duckdb.connect(str(home.candidate), read_only=True) as connection:
            code = results["corrections_match_upstream"].node.compiled_code
            [row] = connection.execute(code).fetchall()
        assert row[1:3] == (
            "C-1",
            f"corrections: C-1, S CCC 2016: upstream is 50.0 since {FIRST}: retire it from that day"
            " on, or renew it in a row that begins there",
        )
    finally:
        seed.write_bytes(before)
        built.replace(home.candidate)
