"""Past vintages come from the archives in any order, and what they do to the known ones is said."""

import pytest

from extract import landing
from extract.archives import backfill
from smed.errors import ResponseInvalid, SeriesNotFound, SettingInvalid, SourceUnavailable
from tests.extract.lying_api import altered, answer, cell

DAYS = "IC.REG.DURS"
COST = "IC.REG.COST.PC.ZS"
ONE_VERSION = r"/version/201312$"


@pytest.fixture
def past(extraction):
    """Backfills a series of the test's home."""

    def load(series: str, versions: str, sources: str = "live") -> dict:
        settings, plan, ledger = extraction.settings, extraction.plan, extraction.ledger
        return backfill(settings, plan, ledger, sources, series, versions)

    return load


def dates(extraction, series: str = DAYS) -> list[str]:
    return [path.name[:10] for path in extraction.landed(series)]


def rules(result: dict) -> list[str]:
    return [found["rule"] for found in result["findings"]]


def test_all_versions_that_hold_a_value_land_as_of_the_end_of_their_month(api, past, extraction):
    result = past(DAYS, "all")
    # the archives were last updated on 2020-07-05, within the month of the second version
    assert dates(extraction) == ["2013-12-31", "2020-07-05"]
    assert [landed["version"] for landed in result["landed"]] == ["201312", "202007"]
    facts = extraction.facts(extraction.landed(DAYS)[0])
    assert (facts["database"], facts["version"]) == ("57", "201312")
    assert facts["vintage_basis"] == "archive_version"
    # the recorded file has as many lines below its header
    assert facts["values"] == 38


def test_recorded_versions_land_under_the_dates_of_their_recordings(past, extraction, recorded):
    past(DAYS, "all", "recorded")
    names = [path.name for path in extraction.landed(DAYS)]
    # the archives repeat a series in each later version of the database: that is no new recording
    assert names == [path.name for path in recorded.landed(DAYS)]


def test_versions_may_come_out_of_order_and_an_older_one_names_the_days_it_changes(
    api, past, extraction
):
    first = past(DAYS, "202007")
    assert first["landed"][0]["known_until"] is None
    assert rules(first) == []
    second = past(DAYS, "201312")
    assert second["landed"][0]["known_until"] == "2020-07-05"
    (found,) = second["findings"]
    assert found["rule"] == "world_bank.vintage.older"
    assert "results as of 2013-12-31 to 2020-07-04 may change" in found["message"]
    assert dates(extraction) == ["2013-12-31", "2020-07-05"]


def test_what_is_held_does_not_land_again_and_what_the_archives_lack_is_said(api, past, extraction):
    past(DAYS, "201312")
    result = past(DAYS, "201312, 201612,201312")
    assert (result["missing"], result["landed"]) == (["201612"], [])
    assert result["archived"] == ["201312", "202007"]
    (held,) = result["held"]
    assert (held["version"], held["vintage_date"]) == ("201312", "2013-12-31")
    assert held["snapshot_id"] in extraction.landed(DAYS)[0].name
    assert dates(extraction) == ["2013-12-31"]


def test_a_version_that_repeats_the_one_before_lands_for_one_may_come_between(
    api, past, extraction, recordings
):
    earlier = {}

    def keep_it(page):
        earlier.update({(e, y): v for e, y, v in values(page)})

    def repeat_it(page):
        for row in page["source"]["data"]:
            ids = {v["concept"]: v["id"] for v in row["variable"]}
            row["value"] = earlier.get((ids["Country"], ids["Time"]))

    def values(page):
        for row in page["source"]["data"]:
            ids = {v["concept"]: v["id"] for v in row["variable"]}
            yield ids["Country"], ids["Time"], row["value"]

    api.tell(ONE_VERSION, altered(keep_it))
    past(DAYS, "201312")
    api.tell(r"/version/202007$", altered(repeat_it))
    assert len(past(DAYS, "202007")["landed"]) == 1
    contents = {extraction.facts(path)["content_sha256"] for path in extraction.landed(DAYS)}
    assert (len(contents), len(extraction.landed(DAYS))) == (1, 2)


def test_two_contents_of_one_day_are_a_finding_and_the_known_one_stays(api, past, extraction):
    past(DAYS, "201312")
    before = extraction.landed(DAYS)
    api.tell(ONE_VERSION, altered(lambda page: cell(page, "THA", "YR2012").update(value=1.0)))
    result = past(DAYS, "201312")
    assert (result["landed"], rules(result)) == ([], ["world_bank.vintage.conflict"])
    assert result["refused"] == ["201312"]
    assert "2013-12-31" in result["findings"][0]["message"]
    assert extraction.landed(DAYS) == before
    # what came is kept: two responses of two contents
    assert len(extraction.responses()) == 2


def test_a_newer_vintage_than_all_that_are_known_makes_the_source_be_asked_again(
    api, past, extraction
):
    api.day = "2013-12-21"
    extraction.land_all()
    api.day = "2020-07-05"
    api.tell(r"/version/all$", altered(lambda page: None))
    past(DAYS, "202007")
    assert extraction.ledger.latest("source_check", f"57/{DAYS}")["outcome"] == "backfilled"
    assert DAYS in [item["series"] for item in extraction.due()["series"]]


def test_one_version_that_fails_is_an_error_beside_the_others(api, past, extraction):
    api.tell(ONE_VERSION, answer("down", 503), forever=True)
    result = past(DAYS, "all")
    assert [error["version"] for error in result["errors"]] == ["201312"]
    assert result["errors"][0]["error"] == "SourceUnavailable"
    assert dates(extraction) == ["2020-07-05"]


def test_if_every_version_fails_the_error_is_raised(api, past):
    api.tell(r"/version/20\d+$", answer("down", 503), forever=True)
    with pytest.raises(SourceUnavailable, match="503"):
        past(DAYS, "all")


def test_an_incomplete_version_does_not_land(api, past, extraction):
    api.tell(ONE_VERSION, altered(lambda page: page["source"]["data"].pop() and None))
    with pytest.raises(ResponseInvalid, match="rows came"):
        past(DAYS, "201312")
    assert extraction.landed(DAYS) == []


def test_a_version_under_an_unknown_title_is_held_back(api, past, extraction):
    def retitled(page):
        for row in page["source"]["data"]:
            row["variable"][1]["value"] = "Time required to start a business (months)"

    api.tell(ONE_VERSION, altered(retitled))
    result = past(DAYS, "201312")
    assert (rules(result), result["refused"]) == (["world_bank.series.title"], ["201312"])
    assert extraction.landed(DAYS) == []


def test_a_version_with_a_bad_cell_lands_without_its_country_and_the_mended_one_beside_it(
    api, past, extraction
):
    api.tell(ONE_VERSION, altered(lambda page: cell(page, "BRN", "YR2012").update(value="n/a")))
    result = past(DAYS, "201312")
    assert rules(result) == ["world_bank.value.numeric"]
    assert result["findings"][0]["message"].endswith("BRN is held back, the others go on")
    result = past(DAYS, "201312")
    assert (rules(result), result["refused"]) == ([], [])
    assert dates(extraction) == ["2013-12-31", "2013-12-31"]
    bad = [path for path in extraction.landed(DAYS) if "problems" in extraction.facts(path)]
    held = [extraction.problems(path) for path in bad]
    assert held == [
        {("BRN", "YR2012"): ("'n/a' instead of a finite number", "world_bank.value.numeric")}
    ]
    newest = landing.landed(extraction.settings, "WB", DAYS)[-1]
    assert "problems" not in newest
    # and it is held now
    assert past(DAYS, "201312")["held"][0]["snapshot_id"] == newest["snapshot_id"]


def test_a_bad_cell_in_place_of_a_good_vintage_is_a_conflict(api, past, extraction):
    past(DAYS, "201312")
    api.tell(ONE_VERSION, altered(lambda page: cell(page, "BRN", "YR2012").update(value="n/a")))
    result = past(DAYS, "201312")
    assert (rules(result), result["refused"]) == (["world_bank.vintage.conflict"], ["201312"])
    assert dates(extraction) == ["2013-12-31"]


def test_a_series_whose_base_year_changed_is_not_loaded_for_its_title_cannot_tell(
    api, past, extraction
):
    row = extraction.plan.former_series_titles[0].model_copy(update={"series_code": DAYS})
    extraction.plan = extraction.plan_with(former_series_titles=(row,))
    result = past(DAYS, "all")
    assert (rules(result), result["landed"]) == (["world_bank.version.unit"], [])
    assert result["refused"] == ["201312", "202007"]
    assert extraction.landed(DAYS) == []


def test_a_series_that_was_never_archived_is_not_found(api, past):
    with pytest.raises(SeriesNotFound, match=r"the archives .* hold no version of it"):
        past("SP.POP.TOTL", "all")


@pytest.mark.parametrize(
    ("versions", "landed"), [("201401-202012", ["202007"]), ("201312-202007", ["201312", "202007"])]
)
def test_a_range_takes_what_the_archives_hold_of_it_ends_included(api, past, versions, landed):
    result = past(DAYS, versions)
    assert [vintage["version"] for vintage in result["landed"]] == landed
    assert result["missing"] == []


@pytest.mark.parametrize("versions", ["201612,201712", "201401-201912"])
def test_if_the_archives_hold_none_of_the_versions_it_is_said_which_they_hold(
    api, past, extraction, versions
):
    said = f"hold no version {versions} of it; they hold 2, from 201312 to 202007; choose"
    with pytest.raises(SeriesNotFound, match=said):
        past(DAYS, versions)
    assert extraction.landed(DAYS) == []


@pytest.mark.parametrize(
    "versions",
    ["", "2016", "201613", "all,201612", "2016-12", "201612-", "201612-201613", "202012-201612"],
)
def test_a_version_is_a_year_and_a_month(api, past, versions):
    with pytest.raises(SettingInvalid, match="--versions"):
        past(DAYS, versions)


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ("IC.REG.DURZ", f"the plan has no series IC.REG.DURZ; known of WB are .*{DAYS}"),
        ("NATIONAL.KPI-03", "NATIONAL.KPI-03 is a series of NATIONAL, and only WB keeps archives"),
        ("NGDP_R_XDC.PER.LE_PE_NUM", "is a series of ADB, and only WB keeps archives"),
    ],
)
def test_a_series_that_the_world_bank_cannot_have_archived_is_refused_unasked(
    api, past, series, said
):
    with pytest.raises(SettingInvalid, match=said):
        past(series, "all")
    assert api.asked == []
