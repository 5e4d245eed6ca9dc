"""A country that is held back lands marked, is asked for again, and is whole again once mended."""

import json

import duckdb
import pytest
import time_machine

from extract.histories import history, read_landed
from operate import extraction as recorded_outcomes
from smed.errors import RawAltered, ResponseInvalid
from tests.extract.conftest import LIVE_DAY
from tests.extract.kidb_api import GDP, land, line
from tests.extract.lying_api import altered, cell

POPULATION, OTHER = "SP.POP.TOTL", "NY.GDP.MKTP.KD"
DATA = rf"/series/{POPULATION}/country/"
NOISE_RATIO = 1e-9


def with_value(value, country: str = "BRN") -> object:
    return altered(lambda page: cell(page, country, "YR2011").update(value=value))


def emptied(*countries: str) -> object:
    """The countries have no value, and Brunei one that is no number."""

    def change(page):
        for row in page["source"]["data"]:
            if row["variable"][0]["id"] in countries:
                row["value"] = None
        cell(page, "BRN", "YR2011")["value"] = "70,5"

    return altered(change)


def due(extraction) -> list[str]:
    return [item["series"] for item in extraction.due()["series"]]


def test_what_lands_of_a_whole_answer_is_named_by_its_figures_alone(recorded, recordings):
    # as it was before a cell could be marked: every file of the recorded figures stays as it is
    for series in {vintage.series for vintage in recordings.vintages}:
        for path in recorded.landed(series):
            with duckdb.connect() as connection:
                described = connection.execute("select * from read_parquet(?)", [str(path)])
                columns = [column[0] for column in described.description]
            assert not {"problem", "rule"} & set(columns)
            assert "problems" not in recorded.facts(path)
    newest = recorded.landed(POPULATION)[-1]
    assert newest.name == "2026-03-06_fb1892efd675eccd.parquet"


@pytest.mark.parametrize("text", ["a.person@example.org", "ask A. Person, telephone 555 0100"])
def test_what_somebody_wrote_into_a_cell_stays_in_the_response(api, extraction, text):
    api.tell(DATA, with_value(text))
    outcome = extraction.land_one(POPULATION)
    facts = extraction.facts(extraction.landed(POPULATION)[0])
    said = f"a text of {len(repr(text))} characters instead of a finite number"
    assert facts["problems"] == [["BRN", "YR2011", said, "world_bank.value.numeric"]]
    assert text not in json.dumps(outcome)


def test_the_provenance_names_the_problems_too(api, extraction):
    api.tell(DATA, with_value("70,5"))
    extraction.land_one(POPULATION)
    facts = extraction.facts(extraction.landed(POPULATION)[0])
    said = "'70,5' instead of a finite number"
    assert facts["problems"] == [["BRN", "YR2011", said, "world_bank.value.numeric"]]
    # 10 countries x 3 years, but one
    assert facts["values"] == 29


def test_a_held_back_country_is_asked_for_again_on_the_same_day_and_lands_only_once(
    api, extraction
):
    extraction.land_all()
    assert due(extraction) == []
    api.day = "2025-07-06"
    api.tell(DATA, with_value("70,5"), with_value("70,5"))
    (item,) = [i for i in extraction.due()["series"] if i["series"] == POPULATION]
    assert len(extraction.land(item)["landed"]) == 1
    again = [i for i in extraction.due()["series"] if i["series"] == POPULATION]
    result = extraction.land(again[0])
    assert (result["landed"], result["unchanged"]) == ([], 1)
    assert [found["rule"] for found in result["findings"]] == ["world_bank.value.numeric"]
    assert POPULATION in due(extraction)


def test_the_mended_answer_of_the_same_day_lands_as_of_the_day_on_which_it_was_seen(
    api, extraction
):
    api.tell(DATA, with_value("70,5"))
    extraction.land_all()
    (item,) = extraction.due()["series"]
    with time_machine.travel("2021-11-09T05:00:00Z", tick=False):
        result = extraction.land(item)
    assert [found["rule"] for found in result["findings"]] == ["world_bank.source.revised_in_place"]
    bad, mended = extraction.landed(POPULATION)
    assert (bad.name[:10], mended.name[:10]) == (LIVE_DAY, "2021-11-09")
    assert extraction.cells(mended)["BRN", "YR2011"] is not None
    assert "problems" not in extraction.facts(mended)
    assert due(extraction) == []


def test_a_mended_answer_without_another_figure_is_another_vintage_all_the_same(api, extraction):
    def with_the_future(page):
        extra = json.loads(json.dumps(cell(page, "BRN", "YR2011")))
        extra["variable"][2]["id"] = "YR2099"
        page["source"]["data"].append(extra)
        page["total"] += 1

    # what marks Brunei is a cell that is empty anyway
    api.tell(DATA, altered(with_the_future))
    with time_machine.travel(f"{LIVE_DAY}T05:00:00Z", tick=False):
        extraction.land_one(POPULATION)
        assert len(extraction.land_one(POPULATION)["landed"]) == 1
    assert len(extraction.landed(POPULATION)) == 2


# what the others must hold


def test_a_country_that_is_missing_does_not_count_as_figures_that_are_gone(api, extraction):
    # three countries of ten, each with as many values: 30 percent less in all
    extraction.land_one(POPULATION)

    def without_three(page):
        left = [r for r in page["source"]["data"] if r["variable"][0]["id"] not in gone]
        page["source"]["data"], page["total"] = left, len(left)

    gone = ("BRN", "KHM", "LAO")
    api.tell(DATA, altered(without_three))
    result = extraction.land_one(POPULATION, lastupdated="2021-11-05")
    assert len(result["landed"]) == 1
    assert [found["country"] for found in result["findings"]] == list(gone)


def test_figures_of_the_others_that_are_gone_are_not_excused_by_a_country_that_is_bad(
    api, extraction
):
    extraction.land_one(POPULATION)
    before = extraction.landed(POPULATION)
    api.tell(DATA, emptied("KHM"))
    # nine countries x 3 years, of which one country's are gone
    with pytest.raises(ResponseInvalid, match="24 values, last time 27") as raised:
        extraction.land_one(POPULATION, lastupdated="2021-11-05")
    assert "BRN YR2011 is '70,5'" in str(raised.value)
    assert extraction.landed(POPULATION) == before


def test_a_landed_vintage_that_was_altered_is_no_measure_of_what_is_missing(api, extraction):
    extraction.land_one(POPULATION)
    (path,) = extraction.landed(POPULATION)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")
    api.tell(DATA, with_value("70,5"))
    with pytest.raises(RawAltered, match=path.name):
        extraction.land_one(POPULATION, lastupdated="2021-11-05")


def test_a_held_back_vintage_withdraws_nothing_from_the_history(api, extraction):
    item = {"series": POPULATION, "database": "2", "full": True}
    lies = {
        "2021-11-04": with_value(1.0),
        "2021-11-05": with_value("70,5"),
        "2021-11-06": with_value(2.0),
    }
    for day, lie in lies.items():
        api.tell(DATA, lie)
        extraction.land({**item, "stages": [{"stage": None, "lastupdated": day}]})
    versions = history(read_landed(extraction.settings, "WB", POPULATION), NOISE_RATIO)
    assert versions["BRN", "YR2011"] == [("2021-11-04", 1.0), ("2021-11-06", 2.0)]
    assert versions["BRN", "YR2012"][1:] == []


def test_noise_is_a_vintage_of_raw_and_no_version_of_the_figure(api, extraction):
    # 71.2 that comes as 71.19999999 was measured once: the relative difference is 1.4e-10
    item = {"series": POPULATION, "database": "2", "full": True}
    for day, value in (("2021-11-04", 71.2), ("2021-11-05", 71.19999999)):
        api.tell(DATA, with_value(value))
        extraction.land({**item, "stages": [{"stage": None, "lastupdated": day}]})
    assert len(extraction.landed(POPULATION)) == 2
    versions = history(read_landed(extraction.settings, "WB", POPULATION), NOISE_RATIO)
    assert versions["BRN", "YR2011"] == [("2021-11-04", 71.2)]


# what the ledger says


def test_a_finding_that_stays_is_known_since_the_first_day(api, extraction):
    api.tell(DATA, with_value("70,5"), with_value("70,5"), with_value(1.0))
    settings, plan = extraction.settings, extraction.plan
    stages = [{"stage": None, "lastupdated": LIVE_DAY}]
    item = {"source": "WB", "series": POPULATION, "database": "2", "stages": stages, "full": True}
    since = []
    for day in ("2026-03-01", "2026-03-02"):
        with time_machine.travel(f"{day}T05:00:00Z", tick=False):
            recorded_outcomes.extract_one(settings, plan, "live", item)
            since += [found["since"][:10] for found in recorded_outcomes.findings(settings)]
    assert since == ["2026-03-01", "2026-03-01"]
    (found,) = recorded_outcomes.findings(settings)
    assert found["severity"] == "critical"
    assert "BRN is held back, the others go on" in found["message"]
    recorded_outcomes.extract_one(settings, plan, "live", item)
    (found,) = recorded_outcomes.findings(settings)
    assert (found["severity"], "changed at the source" in found["message"]) == ("warning", True)


def test_a_task_that_runs_twice_lands_once_and_forgets_nothing(api, extraction):
    api.tell(DATA, with_value("70,5"), with_value("70,5"))
    settings, plan = extraction.settings, extraction.plan
    items = {item["series"]: item for item in extraction.due()["series"]}
    for _ in range(2):
        recorded_outcomes.extract_one(settings, plan, "live", items[POPULATION])
        recorded_outcomes.extract_one(settings, plan, "live", items[OTHER])
    # the good one is done, the bad one is asked for again and found to be the same
    assert api.asked_like(DATA) == 2
    assert api.asked_like(rf"/series/{OTHER}/country/") == 1
    assert [len(extraction.landed(series)) for series in (POPULATION, OTHER)] == [1, 1]
    (found,) = recorded_outcomes.findings(settings)
    assert (found["series"], found["severity"]) == (POPULATION, "critical")


# the other source


def test_an_economy_of_adb_is_whole_again_once_mended(kidb, home):
    kidb.rows[GDP] += [line("VIE", 2016, "..")]
    with time_machine.travel("2026-03-01T05:00:00Z", tick=False):
        land(home)
    kidb.rows[GDP][-1] = line("VIE", 2016, "5")
    with time_machine.travel("2026-03-02T05:00:00Z", tick=False):
        assert len(land(home)["landed"]) == 1
    folder = home.settings.raw / "adb" / "observations" / GDP
    newest = sorted(folder.glob("2026-03-02*.parquet"))[-1]
    with duckdb.connect() as connection:
        query = "select value from read_parquet(?) where economy = 'VIE'"
        assert connection.execute(query, [str(newest)]).fetchall() == [(5e9,)]
