"""From the source to raw: what is due, what lands, what is held back, and that nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date

import pytest

from extract.sources import open_sources
from smed.errors import RawAltered, ResponseInvalid, SeriesNotFound, SourceUnavailable
from smed.home import now
from smed.ledger import Ledger
from tests.extract.conftest import LIVE_DAY
from tests.extract.lying_api import altered, answer, cell

POPULATION = "SP.POP.TOTL"
DATA = rf"/series/{POPULATION}/country/"
SOURCE_2 = r"/sources/2$"
SOURCE_57 = r"/sources/57$"
TITLES_2 = r"/sources/2/series/[^/]+$"


def tree(extraction) -> dict[str, bytes]:
    """Every file of raw with its bytes."""
    raw = extraction.settings.raw
    return {str(p.relative_to(raw)): p.read_bytes() for p in raw.rglob("*") if p.is_file()}


def events(extraction) -> bytes:
    """The ledger, which grows with each event."""
    return extraction.ledger.path.read_bytes()


# recorded figures


def test_every_recorded_vintage_lands_once_under_its_own_date_and_title(recorded, recordings):
    landed = {
        (facts["series"], facts["vintage_date"], facts["series_title"], facts["vintage_basis"])
        for vintage in recordings.vintages
        for facts in map(recorded.facts, recorded.landed(vintage.series))
    }
    expected = {(v.series, v.vintage_date, v.title, v.vintage_basis) for v in recordings.vintages}
    assert landed == expected
    assert sum(len(recorded.landed(s)) for s in {v.series for v in recordings.vintages}) == 23


def test_landed_values_are_the_recorded_ones(recorded, recordings):
    for vintage in recordings.vintages:
        (path,) = [
            path
            for path in recorded.landed(vintage.series)
            if path.name.startswith(vintage.vintage_date)
        ]
        values = {k: v for k, v in recorded.cells(path).items() if v is not None}
        assert values == {(e, f"YR{year}"): v for (e, year), v in vintage.values.items()}


def test_recorded_rows_say_so_and_name_no_time_of_loading(recorded):
    (path, _) = recorded.landed("IC.REG.DURS")
    facts = recorded.facts(path)
    assert (facts["is_recorded"], facts["retrieved_at"]) == (True, None)
    assert (facts["database"], facts["version"]) == ("57", "201312")
    assert path.stat().st_mode & 0o777 == 0o444
    (digest,) = facts["responses"]
    response = recorded.settings.raw / "world_bank" / "responses" / f"{digest}.provenance.json"
    assert json.loads(response.read_bytes())["url"].startswith("recorded://world_bank/2013-12-21/")


def test_nothing_new_costs_one_request_a_database_and_writes_nothing(recorded):
    before, ledger = tree(recorded), events(recorded)
    due = recorded.due("recorded")
    assert (due["series"], due["findings"], due["requests"]) == ([], [], 2)
    assert (tree(recorded), events(recorded)) == (before, ledger)


def test_full_compares_everything_again_and_writes_nothing_if_it_is_equal(recorded):
    before, ledger = tree(recorded), events(recorded)
    results = recorded.land_all("recorded", full=True)
    assert [result["landed"] for result in results] == [[]] * 9
    assert (tree(recorded), events(recorded)) == (before, ledger)


def test_stages_later_than_a_day_are_left_for_later(extraction, recorded):
    extraction.land_all("recorded", until=date(2020, 12, 31))
    assert len(extraction.landed("SL.TLF.CACT.FE.ZS")) == 2
    assert extraction.landed("SL.TLF.CACT.FE.NE.ZS") == []
    extraction.land_all("recorded")
    assert tree(extraction) == tree(recorded)


def test_before_the_first_stage_nothing_is_due(extraction):
    due = extraction.due("recorded", until=date(2013, 1, 1))
    assert (due["series"], due["requests"]) == ([], 0)


def test_a_series_that_the_newest_stage_does_not_have_is_a_finding(extraction):
    due = extraction.due("recorded", until=date(2013, 12, 31))
    assert [f["series"] for f in due["findings"]] == ["SL.TLF.CACT.FE.NE.ZS"]
    assert due["findings"][0]["rule"] == "world_bank.series.missing"
    assert len(due["series"]) == 8


def test_a_shared_source_asks_what_it_knows_only_once(extraction):
    with open_sources(extraction.settings, "recorded") as opened:
        due = extraction.due("recorded", opened=opened)
        codes = ("SP.POP.TOTL", "NY.GDP.MKTP.KD")
        items = [item for item in due["series"] if item["series"] in codes]
        requests = [extraction.land(item, "recorded", opened)["requests"] for item in items]
    # 12 stages: the first series learns 4 lists that the search did not need, or 5 with the years
    assert requests[0] > requests[1] == 12


KILLED = """
import sys
from pathlib import Path
from smed.settings import Settings
from smed.plan import read_plan
from smed.ledger import Ledger
from extract import indicators
settings = Settings(home=Path(sys.argv[1]))
plan, ledger = read_plan(settings.plan), Ledger(settings.home / "ledger.db")
for item in indicators.find_due_series(settings, plan, ledger, "recorded")["series"]:
    indicators.extract_series(settings, plan, ledger, "recorded", item)
"""


@pytest.mark.parametrize("files", [1, 12])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_raw(extraction, recorded, files):
    home = extraction.settings.home
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(home)])
    deadline = time.monotonic() + 20
    while len(list(home.glob("raw/**/*.parquet"))) < files and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    landed = len(list(home.glob("raw/**/*.parquet")))
    assert files <= landed < 23
    results = extraction.land_all("recorded")
    assert sum(len(result["landed"]) for result in results) == 23 - landed
    found = {name: data for name, data in tree(extraction).items() if ".part-" not in name}
    assert found == tree(recorded)


def test_without_its_ledger_a_home_is_asked_again_and_lands_nothing_twice(extraction):
    until = date(2020, 12, 31)
    extraction.land_all("recorded", until=until)
    before = tree(extraction)
    extraction.ledger.path.unlink()
    extraction.ledger = Ledger(extraction.ledger.path)
    results = extraction.land_all("recorded", until=until)
    assert [result["landed"] for result in results] == [[]] * 8
    assert tree(extraction) == before


def test_another_recording_of_a_landed_day_is_refused(extraction, recordings):
    extraction.land_all("recorded", until=date(2013, 12, 31))
    with open_sources(extraction.settings, "recorded") as opened:
        for vintage in opened["WB"].recordings.vintages:
            if vintage.series == POPULATION:
                vintage.values["THA", 2010] += 1
        due = extraction.due("recorded", until=date(2013, 12, 31), full=True, opened=opened)
        item = next(item for item in due["series"] if item["series"] == POPULATION)
        with pytest.raises(RawAltered, match="2013-12-21 is not the one landed before"):
            extraction.land(item, "recorded", opened)


# the live API


def test_live_vintages_are_dated_by_the_source_and_say_when_they_came(api, extraction):
    extraction.land_all()
    facts = extraction.facts(extraction.landed(POPULATION)[0])
    assert (facts["vintage_date"], facts["vintage_basis"]) == (LIVE_DAY, "lastupdated")
    assert (facts["is_recorded"], facts["database"], facts["version"]) == (False, "2", None)
    assert facts["retrieved_at"] is not None
    archived = extraction.facts(extraction.landed("IC.REG.COST.PC.ZS")[0])
    # the archives were last updated on 2020-07-05, in the month of their newest version
    assert (archived["vintage_date"], archived["version"]) == ("2020-07-05", "202007")
    assert archived["vintage_basis"] == "archive_version"


def test_an_archived_series_comes_from_the_newest_version_that_holds_a_value(api, extraction):
    def emptied(page):
        for row in page["source"]["data"]:
            if row["variable"][3]["id"] == "202007":
                row["value"] = None

    api.tell(r"/version/all$", altered(lambda page: emptied(page)))
    extraction.land_one("IC.REG.DURS", "57", "2020-07-05")
    facts = extraction.facts(extraction.landed("IC.REG.DURS")[0])
    # 201312: its month ended before the archives' last update
    assert (facts["version"], facts["vintage_date"]) == ("201312", "2013-12-31")


def test_an_unchanged_day_costs_one_request_a_database_and_another_one_is_looked_into(
    api, extraction
):
    api.day = "2025-07-06"
    extraction.land_all()
    before, ledger = tree(extraction), events(extraction)
    api.asked.clear()
    assert extraction.due()["series"] == []
    assert len(api.asked) == 2
    assert (tree(extraction), events(extraction)) == (before, ledger)
    api.day = "2025-12-08"
    # the day of database 2 does not say which of its seven series changed: one did
    results = {r["series"]: len(r["landed"]) for r in extraction.land_all()}
    assert len(results) == 7
    assert [series for series, landed in results.items() if landed] == ["SL.TLF.CACT.FE.ZS"]
    assert extraction.due()["series"] == []


def test_a_revision_under_an_unchanged_day_is_found_by_full_and_dated_by_its_retrieval(
    api, extraction
):
    extraction.land_all()
    api.tell(DATA, altered(lambda page: cell(page, "KHM", "YR2016").update(value=1.0)))
    assert extraction.due()["series"] == []
    item = next(i for i in extraction.due(full=True)["series"] if i["series"] == POPULATION)
    result = extraction.land(item)
    assert [f["rule"] for f in result["findings"]] == ["world_bank.source.revised_in_place"]
    facts = extraction.facts(extraction.landed(POPULATION)[-1])
    assert facts["vintage_basis"] == "date_of_retrieval"
    assert facts["vintage_date"] == now().date().isoformat()
    assert len(extraction.landed(POPULATION)) == 2


def test_a_value_that_goes_back_is_a_third_vintage(api, extraction):
    item = {"series": POPULATION, "database": "2", "full": True}
    for day, value in (("2021-11-04", 1.0), ("2021-11-05", 2.0), ("2021-11-06", 1.0)):
        api.tell(DATA, altered(lambda page, v=value: cell(page, "KHM", "YR2016").update(value=v)))
        extraction.land({**item, "stages": [{"stage": None, "lastupdated": day}]})
    values = [extraction.cells(p)["KHM", "YR2016"] for p in extraction.landed(POPULATION)]
    assert values == [1.0, 2.0, 1.0]


def test_one_series_that_fails_is_due_again_and_the_others_are_done(api, extraction):
    api.tell(DATA, answer("down", 503), forever=True)
    for item in extraction.due()["series"]:
        if item["series"] == POPULATION:
            with pytest.raises(SourceUnavailable):
                extraction.land(item)
        else:
            extraction.land(item)
    assert [item["series"] for item in extraction.due()["series"]] == [POPULATION]


def test_one_database_that_fails_is_an_error_beside_the_others_series(api, extraction):
    api.tell(SOURCE_57, answer("down", 503), forever=True)
    due = extraction.due()
    assert [error["database"] for error in due["errors"]] == ["57"]
    assert due["errors"][0]["error"] == "SourceUnavailable"
    assert len(due["series"]) == 7 - 1  # one series of database 2 has no vintage by that day


def test_if_every_database_fails_the_error_is_raised(api, extraction):
    api.tell(r"/sources/\d+$", answer("<html>moved</html>"), forever=True)
    with pytest.raises(SourceUnavailable, match="not JSON"):
        extraction.due()
    assert extraction.responses() == [b"<html>moved</html>"]


@pytest.mark.parametrize("day", ["2999-01-01", "", None, "4 November 2021", 20211104.5])
def test_a_last_update_that_is_no_day_that_has_come_is_refused(api, extraction, day):
    for pattern in (SOURCE_2, SOURCE_57):
        lie = altered(lambda page: page[1][0].update(lastupdated=day))
        api.tell(pattern, lie, forever=True)
    with pytest.raises(ResponseInvalid, match="not a day that has come"):
        extraction.due()


# titles and series that go


def test_a_series_under_an_unknown_title_is_held_back_with_what_to_do(api, extraction):
    def retitled(page):
        for row in page["source"][0]["concept"][0]["variable"]:
            if row["id"] == POPULATION:
                row["value"] = "Population, total (thousands)"

    api.tell(TITLES_2, altered(retitled), forever=True)
    due = extraction.due()
    assert POPULATION not in [item["series"] for item in due["series"]]
    (found,) = [f for f in due["findings"] if f["series"] == POPULATION]
    assert found["rule"] == "world_bank.series.title"
    assert found["message"] == (
        "SP.POP.TOTL is titled 'Population, total (thousands)' now, 'Population, total' in the plan"
        " ('(thousands)' is new): held back until a person has looked at its unit, persons so far;"
        " its last good vintage stays in use"
    )


def test_a_title_that_changes_between_the_list_and_the_data_is_held_back_too(api, extraction):
    def retitled(page):
        for row in page["source"]["data"]:
            row["variable"][1]["value"] = "Population, total (thousands)"

    api.tell(DATA, altered(retitled))
    with pytest.raises(ResponseInvalid, match="held back until a person"):
        extraction.land_one(POPULATION)
    assert extraction.landed(POPULATION) == []


def archived() -> object:
    message = {"id": "175", "key": "Invalid format", "value": "deleted or archived"}
    return answer(json.dumps([{"message": [message]}]))


def test_one_series_that_spoils_the_list_of_titles_is_found_and_the_others_are_due(api, extraction):
    api.tell(r"/sources/2/series/[^/]*;[^/]*$", archived(), forever=True)
    api.tell(rf"/sources/2/series/{POPULATION}$", archived(), forever=True)
    due = extraction.due()
    assert POPULATION not in [item["series"] for item in due["series"]]
    assert POPULATION in [f["series"] for f in due["findings"]]
    assert "NY.GDP.MKTP.KD" in [item["series"] for item in due["series"]]


def test_a_discontinued_series_that_is_gone_is_no_finding_and_not_asked_again(api, extraction):
    extraction.land_all()
    # by 2023 the plan says that Doing Business has ended
    api.day = "2023-02-21"
    api.tell(r"/sources/57/series/[^/]+$", archived(), forever=True)
    due = extraction.due()
    assert [f for f in due["findings"] if f["series"].startswith("IC.")] == []
    api.asked.clear()
    extraction.due()
    assert api.asked_like("/sources/57/series/") == 0
    assert len(extraction.landed("IC.REG.DURS")) == 1


def test_an_archived_series_without_any_value_is_not_found(api, extraction):
    def emptied(page):
        for row in page["source"]["data"]:
            row["value"] = None

    api.tell(r"/version/all$", altered(emptied), forever=True)
    with pytest.raises(SeriesNotFound, match="no version of the archives"):
        extraction.land_one("IC.REG.DURS", "57", "2020-07-05")


# shrinking


def emptied(keep: int) -> object:
    def change(page):
        for row in page["source"]["data"][keep:]:
            row["value"] = None

    return altered(change)


# 50 rows are 4 countries x 12 years and 2 years more; of the 12 years 3 had a value: 4 x 3 + 2
@pytest.mark.parametrize(("keep", "values"), [(0, 0), (50, 14)])
def test_a_series_that_shrinks_is_held_back_with_both_counts(api, extraction, keep, values):
    extraction.land_one(POPULATION)
    before = extraction.landed(POPULATION)
    api.tell(DATA, emptied(keep))
    with pytest.raises(ResponseInvalid, match=f"{values} values, last time 30"):
        extraction.land_one(POPULATION, lastupdated="2021-11-05")
    assert extraction.landed(POPULATION) == before
    assert len(extraction.responses()) == 2


def test_a_series_that_never_held_a_value_does_not_land(api, extraction):
    api.tell(DATA, emptied(0))
    with pytest.raises(ResponseInvalid, match="no value at all, and none was ever held"):
        extraction.land_one(POPULATION)


def test_an_acknowledged_withdrawal_lands(api, extraction):
    row = extraction.plan.acknowledged_revisions[0]
    extraction.plan = extraction.plan_with(
        acknowledged_revisions=(
            row.model_copy(
                update={
                    "series_code": POPULATION,
                    "vintage_date": date(2021, 11, 5),
                    "country_code": None,
                }
            ),
        )
    )
    extraction.land_one(POPULATION)
    api.tell(DATA, emptied(50))
    assert extraction.land_one(POPULATION, lastupdated="2021-11-05")["landed"]
