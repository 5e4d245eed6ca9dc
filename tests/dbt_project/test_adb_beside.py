"""The shipped plan once ADB answers: its figures, all invented, stand beside those that serve."""

from datetime import date

import duckdb
import pytest

from tests.dbt_project.conftest import NEWEST
from tests.dbt_project.warehouse import SEEDS, members, read_rows, recorded_vintages

READ = "2026-03-01"
# GDP in the member's own currency, with ten percent more in 2020, and persons employed
OUTPUT = {2016: 9.5e12, 2020: 10.45e12}
EMPLOYED = 3.8e7


def _adb_rows():
    read = (READ, "date_of_retrieval", False, f"{READ} 05:00:00")
    for row in read_rows(SEEDS / "adb_economies.csv"):
        cell = ("DF_KIDB", None, row["adb_economy_code"])
        for year, output in OUTPUT.items():
            flags = ("A", row["currency_code"], "2010", None)
            gdp = ("ADB", "NGDP_R_XDC", "GDP at constant prices", *cell, str(year), output)
            yield (*gdp, *flags, *read, "N")
            persons = ("ADB", "LE_PE_NUM", "Employed persons", *cell, str(year), EMPLOYED)
            yield (*persons, "A", "PS", None, None, *read, "D")


@pytest.fixture(scope="module")
def ask(warehouse, newest_candidate, tmp_path_factory):
    """Everything recorded, and of every member two years of ADB's."""
    vintages = recorded_vintages(date.fromisoformat(NEWEST))
    warehouse.prepare(vintages, members(), NEWEST, list(_adb_rows()))
    warehouse.build()
    path = warehouse.keep(tmp_path_factory.mktemp("adb") / "candidate.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    "mart",
    [
        "kpi_observations",
        "kpi_achievements",
        "regional_observations",
        "regional_achievements",
        "development_gaps",
        "goal_scorecards",
    ],
)
def test_the_region_stays_assessable_and_no_verdict_moves(ask, newest, mart):
    query = f"select * from marts.{mart} order by all"
    assert ask(query) == newest(query)
    assert ask(f"select count(*) from marts.{mart}") != [(0,)]


def test_what_serves_still_says_that_it_is_a_substitute(ask):
    assert ask(
        "select distinct series_code, source_state, is_substitute from marts.kpi_achievements"
        " where kpi_code = 'KPI-01'"
    ) == [("SL.GDP.PCAP.EM.KD", "substituted", True)]


def test_figures_in_two_units_are_both_shown_and_compared_by_their_growth(ask):
    assert ask(
        "select count(*) from marts.source_discrepancies where kpi_code = 'KPI-01'"
        " and relative_difference_pct is null"
    ) == [(20,)]
    base, row = ask(
        "select used_value, unit_code, other_value, other_unit_code, growth_difference_pp"
        " from marts.source_discrepancies where kpi_code = 'KPI-01' and country_code = 'THA'"
        " order by observation_year"
    )
    # 9.5e12 / 3.8e7
    currency = "national_currency_constant_per_worker"
    assert base == (34706.25736, "ppp_2021_usd_per_worker", 250000.0, currency, 0.0)
    # 10.45e12 / 3.8e7; 275000 / 250000 - 35914.62079 / 34706.25736 = 1.1 - 1.034817
    assert row[:4] == (35914.62079, "ppp_2021_usd_per_worker", 275000.0, currency)
    assert row[4] == pytest.approx(6.5183, abs=1e-4)
