"""An answer is the whole grid that was asked for, or the series is held back and the cell named."""

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
    error = refused(api, extraction, with_value(value))
    assert f"KHM YR2016 is {value!r} instead of a finite number" in str(error)
    (found,) = error.findings
    assert found["rule"] == "world_bank.value.numeric"
    assert (found["country"], found["year"], found["observed"]) == ("KHM", 2016, repr(value))


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "1" + "0" * 400])
def test_a_number_that_is_none_in_arithmetic_is_refused(api, extraction, literal):
    def lie(request, truth):
        cell(truth, "KHM", "YR2016")["value"] = "here"
        return Response(json.dumps(truth).replace('"here"', literal))

    assert "KHM YR2016" in str(refused(api, extraction, lie))


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


def test_a_country_under_another_code_is_missing(api, extraction):
    def iso2(page):
        for row in rows(page):
            row["variable"][0]["id"] = row["variable"][0]["id"].replace("THA", "TH")

    error = refused(api, extraction, changed(iso2))
    assert "12 of 120 cells are missing: THA YR2010" in str(error)


@pytest.mark.parametrize("time", ["YR2099", "YR1959", "YR2020Q1", "2016"])
def test_a_time_that_was_not_asked_for_is_named(api, extraction, time):
    def moved(page):
        cell(page, "KHM", "YR2016")["variable"][2]["id"] = time

    error = refused(api, extraction, changed(moved))
    assert f"KHM {time} is {time} instead of a year asked for" in str(error)


@pytest.mark.parametrize(("second", "named"), [(1.5, "1.5"), (15.0, "15.0")])
def test_a_doubled_cell_is_refused_with_both_values(api, extraction, second, named):
    def doubled(page):
        first = cell(page, "KHM", "YR2016")
        first["value"] = 15.0
        rows(page).append({**first, "value": second})
        page["total"] += 1

    error = refused(api, extraction, changed(doubled))
    assert f"KHM YR2016 is 15.0 and {named} instead of one row for the cell" in str(error)


def test_many_wrong_cells_are_counted_in_one_line_and_all_kept_in_the_findings(api, extraction):
    def spoilt(page):
        for row in rows(page)[:40]:
            row["value"] = ".."

    error = refused(api, extraction, changed(spoilt))
    assert "and 35 more" in str(error)
    assert len(error.findings) == 40
    assert "\n" not in str(error)


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
