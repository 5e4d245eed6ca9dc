"""A source's answer is refused as a whole: readers see that older figures are shown because of it.

The World Bank answers for the series of KPI-09 with HTTP 400 on the second day. The release goes on
with the vintage of 2020-06-17, and says so in every country.
"""

import json
from datetime import date

import duckdb
import pytest

from tests.end_to_end.homes import SECOND_LIVE_DAY, api_of, copied, finished, refresh_live
from tests.extract.lying_api import answer

KPI, SERIES = "KPI-09", "SL.TLF.CACT.FE.ZS"
DATA = rf"/series/{SERIES}/country/"
CHECK = "raw.answer.usable"
FIRST, SECOND = date(2020, 6, 17), date.fromisoformat(SECOND_LIVE_DAY)
BAD = answer("no such parameter", 400)


def asked(home, query: str) -> list[tuple]:
    with duckdb.connect(home.path / "published" / "smed.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def refused(tmp_path_factory, live_home):
    """The live home after the second day. Only to be read."""
    home = copied(live_home, tmp_path_factory.mktemp("refused"))
    with api_of(SECOND_LIVE_DAY) as api:
        api.tell(DATA, BAD, forever=True)
        done = refresh_live(home, api, status=1)
    assert "HTTP 400" in done.stderr
    assert home.shown == 2
    return home


@pytest.fixture(scope="module")
def members(refused) -> list[str]:
    found = asked(refused, "select country_code from plan.countries order by all")
    return [code for (code,) in found]


def test_every_figure_of_the_series_says_that_it_is_not_the_newest_answer(refused, members):
    for mart in ("kpi_observations", "kpi_achievements"):
        marked = asked(
            refused,
            "select distinct kpi_code, country_code, held_back_check_id, held_back_since_date,"
            f" max(vintage_date) from marts.{mart} where is_held_back group by all order by all",
        )
        assert marked == [(KPI, code, CHECK, SECOND, FIRST) for code in members], mart


def test_means_gaps_and_scores_name_whose_last_good_figures_they_rest_on(refused, members):
    named = "held_back_country_codes is not null"
    for mart in ("regional_observations", "regional_achievements"):
        query = f"select distinct kpi_code, held_back_country_codes from marts.{mart}"
        assert asked(refused, f"{query} where group_code = 'ASEAN' and {named}") == [
            (KPI, "|".join(members))
        ]
    query = "select distinct kpi_code from marts.development_gaps where "
    assert asked(refused, query + named) == [(KPI,)]
    query = "select country_code from marts.goal_achievements where held_back_kpi_codes = "
    assert asked(refused, f"{query}'{KPI}' order by all") == [(code,) for code in members]
    query = "select held_back_country_codes from marts.goal_scorecards where "
    assert asked(refused, query + named) == [("|".join(members),)]


def test_the_gates_results_name_the_series_the_day_and_each_country(refused, members):
    query = (
        "select partition_code, severity, owner_code, observed_value from marts.quality_results"
        f" where status = 'quarantined' and check_id = '{CHECK}' order by all"
    )
    found = asked(refused, query)
    assert [row[:3] for row in found] == [(f"{SERIES}/{c}", "critical", c) for c in members]
    assert all("HTTP 400" in said for *_, said in found)


def test_the_report_says_so_on_the_pages_of_the_country_and_the_kpi(refused, members):
    report = refused.path / "published" / "report"
    for page in (f"country-{members[0]}", f"country-{members[-1]}", f"kpi-{KPI}", "quality"):
        text = (report / f"{page}.html").read_text(encoding="utf-8")
        assert "newer figures held back" in text or page == "quality", page
        assert "HTTP 400" in text, page
    index = (report / "index.html").read_text(encoding="utf-8")
    assert "10 sets of newer figures are held back" in index


def test_each_countrys_officers_the_engineers_and_the_secretariat_are_told(refused, members):
    said = json.loads(finished(refused.smed("alerts", "--json")).stdout)["open"]
    told = [row for row in said if row["kind"] == "quarantined"]
    assert sorted(row["owners"] for row in told) == [[code] for code in members]
    assert all("the source's whole answer is held back" in row["title"] for row in told)
    (whole,) = [row for row in said if row["kind"] == "source_failed"]
    assert (whole["owners"], SERIES in whole["title"]) == (["engineers"], True)


def test_the_status_has_one_row_and_a_trace_says_it(refused):
    (row,) = refused.status["quarantined"]
    assert (row["check_id"], row["country_name"], row["since_date"]) == (
        *(CHECK, "all countries"),
        SECOND_LIVE_DAY,
    )
    trace = finished(refused.smed("trace", "--kpi", KPI, "--country", "THA", "--year", "2016"))
    said = f"a newer answer for all countries of {SECOND_LIVE_DAY} is held back by {CHECK}"
    assert said in " ".join(trace.stdout.split())


def test_the_same_refusal_changes_nothing_and_the_next_good_answer_takes_the_mark_away(
    refused, copy_of
):
    home = copy_of(refused)
    with api_of(SECOND_LIVE_DAY) as api:
        api.tell(DATA, BAD, forever=True)
        refresh_live(home, api, status=1)
    assert home.shown == 2
    with api_of(SECOND_LIVE_DAY) as api:
        refresh_live(home, api)
    assert home.shown == 3
    assert asked(home, "select kpi_code from marts.kpi_observations where is_held_back") == []
    assert home.status["quarantined"] == []
    said = json.loads(finished(home.smed("alerts", "--json")).stdout)["open"]
    assert [row for row in said if SERIES in row["title"]] == []


def test_a_release_that_was_made_without_an_answer_can_be_made_again(refused, copy_of):
    home = copy_of(refused)
    done = finished(home.smed("verify", "--rebuild"))
    assert "is the same" in done.stdout
