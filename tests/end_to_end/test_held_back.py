"""One value of one country is broken at the source: the others get new figures, it keeps its own.

Brunei's value of 2016 in the series of KPI-09 comes as text on the second day. Figures by hand,
from the recorded vintages of 2020-06-17 and 2021-11-04: Brunei 59.03 and 58.17, Thailand 60.658
and 60.03.
"""

from datetime import date

import duckdb
import pytest

from tests.end_to_end.homes import SECOND_LIVE_DAY, api_of, copied
from tests.extract.lying_api import altered, cell

KPI, SERIES = "KPI-09", "SL.TLF.CACT.FE.ZS"
DATA = rf"/series/{SERIES}/country/"
CHECK = "raw.cell.readable"
SAID = "not a number: '58,17' (world_bank.value.numeric)"
FIRST, SECOND = date(2020, 6, 17), date(2021, 11, 4)


def with_text_for_brunei():
    return altered(lambda page: cell(page, "BRN", "YR2016").update(value="58,17"))


def asked(home, query: str, release: int | None = None) -> list[tuple]:
    """What a release, the published one by default, answers."""
    folder = home.path / "releases" / str(release) if release else home.path / "published"
    with duckdb.connect(folder / "smed.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def shown(home, year: int = 2016, release: int | None = None) -> dict[str, tuple]:
    """By country, of KPI-09 in a year: value, its vintage, and whether a newer one is held back."""
    query = (
        "select country_code, round(value, 3), vintage_date, is_held_back"
        f" from marts.kpi_observations where kpi_code = '{KPI}' and series_code = '{SERIES}'"
        f" and observation_year = {year}"
    )
    return {country: tuple(rest) for country, *rest in asked(home, query, release)}


@pytest.fixture(scope="module")
def broken(tmp_path_factory, live_home):
    """The live home after a second day on which Brunei's value of 2016 is no number."""
    home = copied(live_home, tmp_path_factory.mktemp("broken"))
    with api_of(SECOND_LIVE_DAY) as api:
        api.tell(DATA, with_text_for_brunei(), forever=True)
        done = home.smed("refresh", "--sources", "live", "--as-of", api.day, **api.addresses)
    assert "Traceback" not in done.stderr
    assert home.shown == 2, done.stderr
    return home


def test_nine_countries_get_new_figures_and_brunei_keeps_its_last_good_ones_marked(broken):
    before, after = shown(broken, release=1), shown(broken)
    assert len(after) == 10
    assert (before["BRN"], before["THA"]) == ((59.03, FIRST, False), (60.658, FIRST, False))
    assert (after["BRN"], after["THA"]) == ((59.03, FIRST, True), (60.03, SECOND, False))
    for country in after.keys() - {"BRN"}:
        assert after[country][1:] == (SECOND, False), country


def test_no_other_year_of_the_country_is_taken_from_the_vintage_that_is_held_back(broken):
    # 2019 was good in it: 56.09; the last good vintage says 58.979
    assert shown(broken, 2019)["BRN"] == (58.979, FIRST, True)
    assert shown(broken, 2019)["THA"][1:] == (SECOND, False)


def test_a_held_back_value_is_neither_missing_nor_withdrawn(broken):
    query = (
        "select distinct observation_status from marts.kpi_observations"
        f" where kpi_code = '{KPI}' and country_code = 'BRN' and observation_year in (2016, 2019)"
    )
    assert asked(broken, query) == [("reported",)]
    withdrawn = (
        "select count(*) from marts.kpi_revisions"
        f" where series_code = '{SERIES}' and change_type = 'withdrawn'"
    )
    assert asked(broken, withdrawn) == [(0,)]


def test_the_result_names_the_check_and_the_day(broken):
    query = (
        "select country_code, held_back_check_id, held_back_since_date"
        f" from marts.kpi_achievements where kpi_code = '{KPI}' and is_held_back"
    )
    ((country, checks, since),) = asked(broken, query)
    assert (country, since) == ("BRN", SECOND)
    assert checks == CHECK


def test_the_gates_results_name_the_cell_the_rule_and_whose_it_is(broken):
    query = (
        "select check_id, partition_code, severity, sample, owner_code from marts.quality_results"
        " where status = 'quarantined'"
    )
    assert asked(broken, query) == [
        (CHECK, f"{SERIES}/BRN", "critical", f"{SERIES} BRN 2016: {SAID}", "BRN")
    ]


def test_nothing_else_is_held_back(broken):
    query = "select distinct kpi_code, country_code from marts.kpi_observations where is_held_back"
    assert asked(broken, query) == [(KPI, "BRN")]


def test_the_means_and_scores_that_rest_on_it_name_it(broken):
    named = "held_back_country_codes is not null"
    for mart in ("regional_observations", "regional_achievements"):
        query = "select distinct kpi_code, group_code, held_back_country_codes from marts."
        assert sorted(asked(broken, f"{query}{mart} where {named}")) == [
            (KPI, "ASEAN", "BRN"),
            (KPI, "ASEAN-6", "BRN"),
        ]
    (row,) = asked(broken, f"select distinct kpi_code from marts.development_gaps where {named}")
    assert row == (KPI,)
    query = "select country_code, held_back_kpi_codes from marts.goal_achievements"
    assert asked(broken, f"{query} where held_back_kpi_codes is not null") == [("BRN", KPI)]
    query = "select held_back_country_codes from marts.goal_scorecards"
    assert asked(broken, f"{query} where {named}") == [("BRN",)]


def test_the_status_names_the_cell_and_the_rule(broken):
    said = [row["message"] for row in broken.status["findings"] if row["severity"] == "critical"]
    assert len(said) == 1
    assert "BRN YR2016 is '58,17' instead of a finite number" in said[0]
    assert "the others go on" in said[0]
    (held,) = broken.status["quarantined"]
    assert (held["owner_code"], held["since_date"], held["good_date"]) == (
        *("BRN", SECOND.isoformat()),
        FIRST.isoformat(),
    )
    assert held["message"] == f"{SERIES} BRN 2016: {SAID}"
    assert f"smed trace --kpi {KPI} --country BRN --year 2016" in held["next_step"]
    response = held["next_step"].partition("; response: ")[2].split()[0]
    assert "58,17" in (broken.path / response).read_text(encoding="utf-8")


def test_release_1_stays_byte_for_byte(broken, live_home):
    assert broken.bytes_of("releases/1") == live_home.bytes_of("releases/1")


def test_the_mended_value_is_found_under_the_same_day_and_the_mark_goes(broken, copy_of):
    home = copy_of(broken)
    with api_of(SECOND_LIVE_DAY) as api:
        # the database does not say that it moved; as of today, the day on which it was seen
        done = home.smed("refresh", "--sources", "live", **api.addresses)
    assert done.returncode == 0, done.stderr
    after = shown(home)
    assert after["BRN"][0] == 58.17
    assert [held for _, _, held in after.values()] == [False] * 10
    assert home.status["quarantined"] == []
    assert after["THA"] == (60.03, SECOND, False)
    assert after["BRN"][1] > SECOND
    critical = [row for row in home.status["findings"] if row["severity"] == "critical"]
    assert critical == []


def test_on_the_second_day_nothing_is_new_and_it_is_still_held_back(broken, copy_of):
    home = copy_of(broken)
    with api_of(SECOND_LIVE_DAY) as api:
        api.tell(DATA, with_text_for_brunei(), forever=True)
        done = home.smed("refresh", "--sources", "live", "--as-of", api.day, **api.addresses)
        assert api.asked_like(DATA) == 1
    assert "Traceback" not in done.stderr
    assert home.shown == 2
    assert shown(home)["BRN"] == (59.03, FIRST, True)
    assert len([r for r in home.status["findings"] if r["severity"] == "critical"]) == 1
