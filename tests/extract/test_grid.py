"""An answer is the whole grid that was asked for; a country that is wrong in it is held back."""

import json

import pytest
from werkzeug import Response

from smed.errors import ResponseInvalid, SourceUnavailable
from tests.extract.lying_api import altered, cell

POPULATION = "SP.POP.TOTL"
DATA = rf"/series/{POPULATION}/country/"


def rows(page: dict) -> list[dict]:
    return page["source"]["data"]


def refused(api, extraction, lie) -> ResponseInvalid:
    """The error that the lie leads to; nothing has landed, and what came is kept."""
    api.tell(DATA, lie, forever=True)
    with pytest.raises(ResponseInvalid) as error:
        extraction.land_one(POPULATION)
    assert extraction.landed(POPULATION) == []
    assert len(extraction.responses()) >= 1
    assert api.asked_like(DATA) == len(extraction.responses())
    assert POPULATION in str(error.value)
    return error.value


def landed_without(api, extraction, lie, country: str = "KHM") -> dict:
    """The problems, by cell, of the vintage that lands though one country is held back.

    The others have every figure that they have without the lie, and the country none that is wrong.
    """
    extraction.land_one(POPULATION)
    (whole,) = extraction.landed(POPULATION)
    api.tell(DATA, lie)
    result = extraction.land_one(POPULATION, lastupdated="2021-11-05")
    assert len(result["landed"]) == 1
    path = extraction.landed(POPULATION)[-1]
    cells, problems = extraction.cells(path), extraction.problems(path)
    good = {cell: value for cell, value in extraction.cells(whole).items() if cell[0] != country}
    assert {cell: value for cell, value in cells.items() if cell[0] != country} == good
    assert {economy for economy, _ in problems} == {country}
    assert [cells[cell] for cell in problems] == [None] * len(problems)
    for found in result["findings"]:
        assert (found["severity"], found["country"]) == ("critical", country)
        assert found["message"].endswith(f": {country} is held back, the others go on")
    return problems


def changed(change) -> object:
    """A lie that changes the page in place."""
    return altered(lambda page: change(page) and None)


def with_value(value) -> object:
    return changed(lambda page: cell(page, "KHM", "YR2016").update(value=value))


def test_fewer_rows_than_the_header_says_are_refused_with_all_three_counts(api, extraction):
    # 10 countries x 12 years (2010 to 2021) = 120
    def short(page):
        page["total"] = 500
        page["per_page"] = 500
        del rows(page)[2:]

    error = refused(api, extraction, changed(short))
    assert "2 rows came, the header says 500, 120 were asked for" in str(error)


def test_no_rows_at_all_are_refused(api, extraction):
    def nothing(page):
        page["total"] = 0
        rows(page).clear()

    error = refused(api, extraction, changed(nothing))
    assert "0 rows came, the header says 0, 120 were asked for" in str(error)


def test_a_page_sent_twice_is_refused(api, extraction):
    def first_page_only(request, _):
        truth = api.truth(request.path, {"per_page": "60", "page": "1"})
        return Response(json.dumps({**truth, "page": int(request.args["page"])}))

    api.tell(DATA, first_page_only, forever=True)
    with pytest.raises(ResponseInvalid, match="instead of one row for the cell"):
        extraction.land_one(POPULATION)
    assert extraction.landed(POPULATION) == []


@pytest.mark.parametrize("value", ["70,5", "..", "", "n/a", "70.5", True, [1], {"v": 1}])
def test_a_value_that_is_no_number_is_named_with_country_and_year(api, extraction, value):
    problems = landed_without(api, extraction, with_value(value))
    said = f"{value!r} instead of a finite number"
    assert problems == {("KHM", "YR2016"): (said, "world_bank.value.numeric")}
    api.tell(DATA, with_value(value))
    (found,) = extraction.land_one(POPULATION)["findings"]
    assert found["message"].startswith(f"KHM YR2016 is {said}: KHM is held back")
    assert (found["country"], found["year"], found["observed"]) == ("KHM", 2016, repr(value))


def test_a_value_as_long_as_a_book_is_shown_by_its_length(api, extraction):
    problems = landed_without(api, extraction, with_value("7" * 100_000))
    (said, _) = problems["KHM", "YR2016"]
    assert said == "a text of 100002 characters instead of a finite number"


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "1" + "0" * 400])
def test_a_number_that_is_none_in_arithmetic_is_no_value(api, extraction, literal):
    def lie(request, truth):
        cell(truth, "KHM", "YR2016")["value"] = "here"
        return Response(json.dumps(truth).replace('"here"', literal))

    assert list(landed_without(api, extraction, lie)) == [("KHM", "YR2016")]


def test_a_renamed_key_is_an_unknown_shape(api, extraction):
    def renamed(page):
        for row in rows(page):
            row["dimensions"] = row.pop("variable")

    assert "KeyError: 'variable'" in str(refused(api, extraction, changed(renamed)))


def test_a_new_field_is_noted_once_and_the_series_lands(api, extraction):
    def extended(page):
        for row in rows(page):
            row["obs_status"] = "E"

    api.tell(DATA, changed(extended))
    result = extraction.land_one(POPULATION)
    assert len(result["landed"]) == 1
    (found,) = result["findings"]
    assert (found["rule"], found["severity"]) == ("world_bank.field.known", "warning")
    assert found["observed"] == "obs_status"


def test_a_null_stays_null(api, extraction):
    api.tell(DATA, changed(lambda page: cell(page, "KHM", "YR2011").update(value=None)))
    extraction.land_one(POPULATION)
    (path,) = extraction.landed(POPULATION)
    cells = extraction.cells(path)
    assert cells["KHM", "YR2011"] is None
    # 10 countries x 12 years; of the 3 years that were known then one value was taken away
    assert len(cells) == 120
    assert sum(value is not None for value in cells.values()) == 10 * 3 - 1


@pytest.mark.parametrize("code", ["EAS", "TH", "XKX"])
def test_economies_outside_the_plan_are_left_out_and_counted(api, extraction, code):
    def with_another(page):
        extra = json.loads(json.dumps(cell(page, "THA", "YR2016")))
        extra["variable"][0]["id"] = code
        rows(page).append(extra)
        page["total"] += 1

    api.tell(DATA, changed(with_another))
    result = extraction.land_one(POPULATION)
    (path,) = extraction.landed(POPULATION)
    assert len({economy for economy, _ in extraction.cells(path)}) == 10
    (found,) = result["findings"]
    assert found["rule"] == "world_bank.economy.known"
    assert f"1 rows of other economies left out: {code}" in found["message"]


def test_a_country_under_another_code_is_missing_and_the_others_land(api, extraction):
    def iso2(page):
        for row in rows(page):
            row["variable"][0]["id"] = row["variable"][0]["id"].replace("THA", "TH")

    api.tell(DATA, changed(iso2))
    missing, unknown = extraction.land_one(POPULATION)["findings"]
    assert missing["message"] == (
        "12 of 12 cells of THA are missing: YR2010, YR2011, YR2012, YR2013, YR2014 and 7 more:"
        " THA is held back, the others go on"
    )
    assert (missing["rule"], missing["country"]) == ("world_bank.cell.present", "THA")
    assert "1 rows" not in unknown["message"]
    assert "12 rows of other economies left out: TH" in unknown["message"]


def test_a_country_that_the_answer_leaves_out_lands_as_missing_in_every_year(api, extraction):
    def without_brunei(page):
        kept = [row for row in rows(page) if row["variable"][0]["id"] != "BRN"]
        page["source"]["data"], page["total"] = kept, len(kept)

    problems = landed_without(api, extraction, changed(without_brunei), "BRN")
    assert set(problems.values()) == {("missing in the answer", "world_bank.cell.present")}
    assert [time for _, time in problems] == [f"YR{year}" for year in range(2010, 2022)]


@pytest.mark.parametrize("time", ["YR2099", "YR1959", "YR2020Q1", "2016"])
def test_a_time_that_was_not_asked_for_marks_the_newest_cell_of_its_country(api, extraction, time):
    def moved(page):
        cell(page, "KHM", "YR2016")["variable"][2]["id"] = time

    problems = landed_without(api, extraction, changed(moved))
    assert problems == {
        ("KHM", "YR2016"): ("missing in the answer", "world_bank.cell.present"),
        ("KHM", "YR2021"): (f"{time} instead of a year asked for", "world_bank.time.expected"),
    }


def test_a_year_to_come_beside_a_whole_grid_holds_its_country_back(api, extraction):
    def with_the_future(page):
        extra = json.loads(json.dumps(cell(page, "KHM", "YR2016")))
        extra["variable"][2]["id"] = "YR2099"
        rows(page).append(extra)
        page["total"] += 1

    problems = landed_without(api, extraction, changed(with_the_future))
    assert list(problems) == [("KHM", "YR2021")]


@pytest.mark.parametrize(("second", "named"), [(1.5, "1.5"), (15.0, "15.0")])
def test_a_doubled_cell_lands_once_with_both_values_named(api, extraction, second, named):
    def twice(page):
        first = cell(page, "KHM", "YR2016")
        first["value"] = 15.0
        rows(page).append({**first, "value": second})
        page["total"] += 1

    problems = landed_without(api, extraction, changed(twice))
    said = f"15.0 and {named} instead of one row for the cell"
    assert problems == {("KHM", "YR2016"): (said, "world_bank.cell.unique")}


def test_all_that_is_wrong_with_a_cell_is_said_in_it(api, extraction):
    def twice(page):
        first = cell(page, "KHM", "YR2016")
        first["value"] = "70,5"
        rows(page).append({**first, "value": 15.0})
        page["total"] += 1

    ((said, rule),) = landed_without(api, extraction, changed(twice)).values()
    assert said == (
        "'70,5' instead of a finite number; no value and 15.0 instead of one row for the cell"
    )
    assert rule == "world_bank.value.numeric"


def test_if_no_country_is_whole_nothing_lands_and_every_cell_is_kept_in_the_findings(
    api, extraction
):
    def spoilt(page):
        for row in rows(page):
            if row["variable"][2]["id"] in ("YR2015", "YR2016"):
                row["value"] = ".."

    error = refused(api, extraction, changed(spoilt))
    # 10 countries x 2 years, of which 5 are shown
    assert "and 15 more" in str(error)
    assert len(error.findings) == 20
    assert "\n" not in str(error)
    assert "held back" not in str(error)


def test_countries_without_any_value_do_not_make_an_answer_whole(api, extraction):
    def spoilt(page):
        for row in rows(page):
            is_cambodia = row["variable"][0]["id"] == "KHM"
            row["value"] = ".." if is_cambodia else None

    assert "KHM YR2010 is '..'" in str(refused(api, extraction, changed(spoilt)))


def test_rows_of_another_series_are_refused(api, extraction):
    def swapped(page):
        for row in rows(page):
            row["variable"][1]["id"] = "NY.GDP.MKTP.KD"

    assert "rows of the series NY.GDP.MKTP.KD" in str(refused(api, extraction, changed(swapped)))


def test_two_titles_in_one_answer_are_refused(api, extraction):
    def retitled(page):
        cell(page, "KHM", "YR2016")["variable"][1]["value"] = "Population, female"

    assert "2 titles in one answer" in str(refused(api, extraction, changed(retitled)))


def test_a_database_that_changes_between_two_pages_is_asked_again(api, extraction):
    def moving(request, _):
        truth = api.truth(request.path, {**request.args, "per_page": "60"})
        return Response(json.dumps({**truth, "lastupdated": f"2021-11-0{request.args['page']}"}))

    api.tell(DATA, moving, forever=True)
    with pytest.raises(SourceUnavailable, match="the database changed meanwhile"):
        extraction.land_one(POPULATION)
    assert api.asked_like(DATA) == 2 * extraction.settings.http_attempts
