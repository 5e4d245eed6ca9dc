"""The replay answers the real wbgapi as the API stood on each recorded date."""

import json
import urllib.request
from functools import partial

import pytest
import wbgapi

from extract.replay import replay
from extract.transport import Transport
from smed.errors import SeriesNotFound
from smed.settings import Settings

COUNTRIES = ("BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM")


@pytest.fixture(scope="module")
def server(recordings):
    with replay(recordings) as running:
        yield running


@pytest.fixture
def ask(server, tmp_path):
    transport = Transport(Settings(home=tmp_path), is_loopback=True)
    return lambda stage, question: transport.ask(server.endpoint(stage), "test", question)


def get(address: str) -> object:
    with urllib.request.urlopen(address, timeout=5) as response:
        return json.load(response)


def lastupdated(database: int) -> str:
    return wbgapi.source.get(database)["lastupdated"]


def data(code: str, years: range) -> list[dict]:
    return list(wbgapi.data.fetch(code, COUNTRIES, years, labels=True))


def test_every_stage_serves_each_series_as_its_newest_vintage(server, ask, recordings):
    for stage in server.stages:
        years = range(2010, int(ask(stage, partial(lastupdated, 2))[:4]) + 1)
        for code, vintage in recordings.series_of("2", stage).items():
            rows = ask(stage, partial(data, code, years))
            # the whole grid came, and its values are exactly those recorded
            assert len(rows) == len(COUNTRIES) * len(years)
            found = {
                (row["economy"]["id"], int(row["time"]["value"])): row["value"]
                for row in rows
                if row["value"] is not None
            }
            assert found == vintage.values
            assert {row["series"]["value"] for row in rows} == {vintage.title}


def test_lastupdated_is_the_newest_date_of_the_databases_own_series(ask):
    days = {
        (stage, database): ask(stage, partial(lastupdated, database))
        for stage in ("2013-12-21", "2020-07-05", "2023-02-21", "2026-07-13")
        for database in (2, 57)
    }
    assert days == {
        ("2013-12-21", 2): "2013-12-21",
        ("2013-12-21", 57): "2013-12-21",
        ("2020-07-05", 2): "2020-06-17",
        ("2020-07-05", 57): "2020-07-05",
        ("2023-02-21", 2): "2021-11-04",
        ("2023-02-21", 57): "2023-02-21",
        ("2026-07-13", 2): "2026-07-13",
        ("2026-07-13", 57): "2023-02-21",
    }


def test_the_archives_hold_a_version_for_each_recorded_month(ask):
    def versions():
        return [row["id"] for row in wbgapi.source.features("version", db=57)]

    assert ask("2013-12-21", versions) == ["201312"]
    assert ask("2026-07-13", versions) == ["201312", "202007", "202302"]


def test_a_version_holds_the_series_as_it_stood_in_its_month(ask):
    def start_up_days(version):
        rows = wbgapi.data.fetch("IC.REG.DURS", "IDN", [2013], db=57, version=version)
        return next(rows)["value"]

    # Indonesia's 2013 was revised from 48 to 77; 2023 saw no newer vintage of this series
    assert ask("2026-07-13", lambda: start_up_days("201312")) == 48
    assert round(ask("2026-07-13", lambda: start_up_days("202007"))) == 77
    assert round(ask("2026-07-13", lambda: start_up_days("202302"))) == 77


def test_a_series_without_a_vintage_yet_is_unknown_and_not_listed(ask):
    codes = ["SL.TLF.CACT.FE.NE.ZS", "SP.POP.TOTL"]
    listed = ask("2020-06-17", lambda: [row["id"] for row in wbgapi.series.list(codes)])
    assert listed == ["SP.POP.TOTL"]
    with pytest.raises(SeriesNotFound, match="175"):
        ask("2020-06-17", lambda: list(wbgapi.data.fetch(codes[0], "THA", [2015])))


def test_a_title_is_that_of_its_day(ask):
    def title():
        return wbgapi.series.get("NY.GDP.MKTP.KD")["value"]

    assert ask("2013-12-21", title) == "GDP (constant 2005 US$)"
    assert ask("2020-06-17", title) == "GDP (constant 2010 US$)"
    assert ask("2026-07-13", title) == "GDP (constant 2015 US$)"


@pytest.mark.parametrize(
    "path",
    [
        "sources/2/series/SP.POP.TOTL/country/TH/time/YR2015",
        "sources/2/series/SP.POP.TOTL/country/THA/time/YR1066",
        "sources/2/series/SP.POP.TOTL/country/THA/time/YR2015?page=0",
        "sources/2/series/SP.POP.TOTL/country/THA/time/YR2015?page=first",
        "sources/57/series/IC.REG.DURS/country/THA/time/YR2015",
        "sources/99",
        "sources/2/series/SP.POP.TOTL/country/THA",
    ],
)
def test_a_wrong_question_is_refused_in_the_apis_own_shape(server, path):
    (refusal,) = get(f"{server.endpoint('2026-07-13')}/en/{path}")
    assert refusal["message"][0]["id"] == "120"


def test_a_country_that_was_not_recorded_has_no_values(ask):
    rows = ask("2026-07-13", lambda: list(wbgapi.data.fetch("SP.POP.TOTL", "TLS", [2014, 2015])))
    assert [(row["economy"], row["value"]) for row in rows] == [("TLS", None), ("TLS", None)]


def test_an_unknown_address_is_named_as_such(server):
    (refusal,) = get(f"{server.endpoint('2026-07-13')}/en/topic/all/nothing")
    assert refusal["message"][0]["id"] == "140"


@pytest.mark.parametrize("separator", [";", "%3B"])
def test_lists_in_a_path_are_read_with_both_spellings_of_the_semicolon(server, separator):
    path = separator.join(["THA", "VNM"])
    address = f"{server.endpoint('2026-07-13')}/en/sources/2/series/SP.POP.TOTL/country/{path}"
    page = get(f"{address}/time/YR2015?per_page=1&page=2")
    assert (page["total"], page["pages"], page["page"]) == (2, 2, 2)
    (row,) = page["source"]["data"]
    assert row["variable"][0] == {"concept": "Country", "id": "VNM", "value": "Viet Nam"}


def test_wbgapi_knows_an_aggregate_from_a_country(ask):
    assert ask("2026-07-13", wbgapi.economy.aggregates) == {"EAS", "Z4"}
