"""A series whose meaning may have changed waits for a person, who is told the line to add."""

import re
import shutil

import pytest

from extract.registry import registered
from extract.titles import difference, title_finding
from smed.plan import read_plan
from smed.settings import DBT_PROJECT
from tests.extract.kidb_api import GDP
from tests.extract.lying_api import altered

POPULATION = "SP.POP.TOTL"
NEW_TITLE = 'Population, "de jure", total'
TITLES = r"/sources/2/series/[^/]+$"
DATA = rf"/series/{POPULATION}/country/"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("GDP (constant 2015 US$)", "GDP (constant 2021 US$)", "'2015' became '2021'"),
        ("Population, total", "Population, total (thousands)", "'(thousands)' is new"),
        ("Tax rate (% of profit)", "Tax rate", "'(% of profit)' is gone"),
        ("Time (days)", "Cost (months)", "'Time (days)' became 'Cost (months)'"),
        ("A b c d", "A x c", "'b' became 'x'; 'd' is gone"),
        ("A  b", "A b", "only spaces differ"),
    ],
)
def test_the_difference_is_told_word_by_word(before, after, said):
    assert difference(before, after) == said


def lines(next_step: str) -> tuple[str, str]:
    """The two lines for former_series_titles.csv that a finding offers."""
    pattern = r"former_series_titles\.csv: (.*) ; .*this line instead: (.*)$"
    return re.search(pattern, next_step).groups()


@pytest.mark.parametrize(
    ("source", "code", "seeds"),
    [
        ("WB", POPULATION, "weight_series.csv (a new unit into units.csv too)"),
        ("WB", "IC.REG.DURS", "kpi_series.csv (a new unit into units.csv and kpis.csv too)"),
        ("ADB", GDP, "component_series.csv (a new unit into units.csv too)"),
    ],
)
def test_the_line_that_is_offered_makes_the_title_known_in_the_unit_of_before(
    whole_plan, tmp_path, source, code, seeds
):
    series = registered(whole_plan, source, code)
    found = title_finding(series, NEW_TITLE, "2026-11-04")
    assert seeds in found["next_step"]
    same, _ = lines(found["next_step"])
    plan = tmp_path / "seeds"
    shutil.copytree(DBT_PROJECT / "seeds", plan)
    with (plan / "former_series_titles.csv").open("a", encoding="utf-8") as seed:
        seed.write(same + "\n")
    mended = read_plan(plan)
    assert NEW_TITLE in registered(mended, source, code).titles
    (row,) = [row for row in mended.former_series_titles if row.series_title == NEW_TITLE]
    assert (row.unit_code, str(row.first_seen_date)) == (series.unit_code, "2026-11-04")


def test_the_other_line_keeps_the_old_title_where_title_and_unit_changed(whole_plan, tmp_path):
    series = registered(whole_plan, "WB", POPULATION)
    _, before = lines(title_finding(series, NEW_TITLE, "2026-11-04")["next_step"])
    plan = tmp_path / "seeds"
    shutil.copytree(DBT_PROJECT / "seeds", plan)
    path = plan / "weight_series.csv"
    row = '"Population, total",persons'
    text = path.read_text(encoding="utf-8")
    assert row in text
    path.write_text(text.replace(row, "Population in thousands,usd_2015"), encoding="utf-8")
    with (plan / "former_series_titles.csv").open("a", encoding="utf-8") as seed:
        seed.write(before + "\n")
    mended = registered(read_plan(plan), "WB", POPULATION)
    assert mended.titles == {"Population, total", "Population in thousands"}
    assert (mended.title, mended.unit_code) == ("Population in thousands", "usd_2015")


def test_a_title_of_several_lines_is_told_in_one(whole_plan):
    found = title_finding(registered(whole_plan, "WB", POPULATION), "A\nb", "2026-11-04")
    assert "\n" not in found["message"] + found["next_step"]


def test_until_a_person_has_looked_the_last_good_vintage_stays_and_then_the_new_one_lands(
    api, extraction
):
    extraction.land_all()
    (before,) = extraction.landed(POPULATION)

    def retitled(page):
        for row in page["source"][0]["concept"][0]["variable"]:
            if row["id"] == POPULATION:
                row["value"] = NEW_TITLE

    def retitled_data(page):
        for row in page["source"]["data"]:
            row["variable"][1]["value"] = NEW_TITLE

    api.day = "2025-07-06"
    api.tell(TITLES, altered(retitled), forever=True)
    api.tell(DATA, altered(retitled_data), forever=True)
    due = extraction.due()
    assert POPULATION not in [item["series"] for item in due["series"]]
    assert extraction.landed(POPULATION) == [before]
    # it stays a finding on the next day, until the line is there
    (found,) = [f for f in extraction.due()["findings"] if f["series"] == POPULATION]
    assert (found["severity"], found["observed"]) == ("warning", NEW_TITLE)
    row = extraction.plan.former_series_titles[0]
    new = {"series_code": POPULATION, "series_title": NEW_TITLE, "unit_code": "persons"}
    known = (*extraction.plan.former_series_titles, row.model_copy(update=new))
    extraction.plan = extraction.plan_with(former_series_titles=known)
    due = extraction.due()
    assert [f for f in due["findings"] if f["series"] == POPULATION] == []
    (item,) = [item for item in due["series"] if item["series"] == POPULATION]
    assert len(extraction.land(item)["landed"]) == 1
    assert extraction.facts(extraction.landed(POPULATION)[-1])["series_title"] == NEW_TITLE
