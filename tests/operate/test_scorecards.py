"""What the tables for people say, and that they say where nothing can be said."""

import io

import pytest
from rich.console import Console

from operate import scorecards
from smed.settings import Settings


@pytest.fixture
def said(monkeypatch):
    """What a table says of a home, in one line, by a word in its first column."""

    def say(print_table, home) -> dict[str, str]:
        output = io.StringIO()
        monkeypatch.setattr(scorecards, "OUT", Console(file=output, width=2000))
        print_table(Settings(home=home.path))
        rows = [line for line in output.getvalue().splitlines() if line.startswith("│")]
        cells = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
        wholes = []
        for row in cells:
            if row[0] or not wholes:
                wholes.append(row)
            else:  # a line more of the row before
                wholes[-1] = [" ".join(both).strip() for both in zip(wholes[-1], row, strict=True)]
        found = {row[0].split()[0]: " | ".join(row[1:]) for row in wholes}
        return {**found, "last": output.getvalue().splitlines()[-1]}

    return say


def test_a_goal_says_what_it_rests_on_and_what_is_missing(said, refreshed_home):
    goals = said(scorecards.print_scorecards, refreshed_home)
    assert goals["A"] == (
        "+1.7: 2 of 2 KPIs, 10 of 10 countries | KPI-02 of KPIs; BRN of countries"
        " | 4 stale, 1 no data"
        " | 5 of 5 reported, 60 % of 5 due delivered, 2 overdue | not delivered moving"
    )
    assert goals["B"] == (
        "+0.6: 1 of 1 KPIs, 4 of 6 countries | KPI-03 of KPIs; PHL of countries"
        " | 4 not applicable, 1 no data, 1 stale"
        " | 2 of 2 reported, 100 % of 2 due delivered; 1 more not at hand | delivered moving"
    )
    assert "20 discontinued" in goals["D"]
    # nothing of it was sent for half of goal C
    assert "none (coverage): 1 of 2 KPIs" in goals["C"]
    assert "10 nothing submitted" in goals["C"]


def test_a_kpi_says_how_far_the_region_and_its_members_came(said, refreshed_home):
    kpis = said(scorecards.print_region, refreshed_home)
    # means of the ten as the gate recounts them; Brunei has figures, but none of 2015 to 2017
    assert kpis["KPI-02"] == (
        "live | not assessed (coverage) | 2 on track, 3 deterioration; not assessed: 4 stale,"
        " 1 no data; without a baseline: BRN | -"
    )
    assert kpis["KPI-06"] == (
        "discontinued since 2021-09-16 | not assessed (discontinued); was on track: 43.2 in 2016,"
        " 37.1 in 2019 (days) | not assessed: 10 discontinued | diverging in 2019"
    )
    assert kpis["KPI-05"].startswith("submitted | not assessed (nothing submitted)")


def test_what_rests_on_invented_figures_is_marked(said, refreshed_home):
    goals = said(scorecards.print_scorecards, refreshed_home)
    assert goals["last"].startswith("* rests on figures that are invented")
    kpis = said(scorecards.print_region, refreshed_home)
    assert kpis["last"].startswith("* rests on figures that are invented")
