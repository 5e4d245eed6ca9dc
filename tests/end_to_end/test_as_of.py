"""The mid-term review as it would have been said then, whatever was learned since."""

import csv

import pytest

from tests.end_to_end.homes import Home, finished

MID_TERM = "2020-12-31"
# what the gate found, which looks at the release before too
VERDICT = "quality_results"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Release 1 as of the mid-term, 2 of all that is recorded, 3 as of the mid-term again."""
    home = Home(tmp_path_factory.mktemp("mid_term") / "home")
    finished(home.refresh("--as-of", MID_TERM))
    finished(home.refresh())
    finished(home.refresh("--as-of", MID_TERM))
    yield home
    finished(home.smed("verify", "1"))


def _rows(home: Home, mart: str, release: int = 1) -> list[dict[str, str]]:
    path = home.path / "releases" / str(release) / "csv" / f"{mart}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _reasons(home: Home, goal: str) -> dict[str, set[str]]:
    """The reasons of each KPI of a goal; an empty one where it is assessed."""
    found: dict[str, set[str]] = {}
    for row in _rows(home, "kpi_achievements"):
        if row["goal_code"] == goal:
            found.setdefault(row["kpi_code"], set()).add(row["reason_code"])
    return found


def _tables(home: Home, release: int) -> dict[str, str]:
    """The hash of each table's CSV and Parquet."""
    files = home.manifest(release)["files"].items()
    wanted = ("csv/", "parquet/")
    return {
        name: facts["sha256"]
        for name, facts in files
        if name.startswith(wanted) and VERDICT not in name
    }


def test_it_is_made_of_what_was_held_by_then(home):
    pinned = home.manifest(1)["inputs"]
    assert {row["vintage_date"] for row in pinned} == {"2013-12-21", "2020-06-17", "2020-07-05"}
    assert {row["as_of_date"] for row in _rows(home, "kpi_observations")} == {MID_TERM}


def test_what_was_not_held_then_is_said_and_not_filled_from_later(home):
    # by then the newest vintages of productivity and R&D were of 2013, before the plan
    assert _reasons(home, "A") == {"KPI-01": {"no_vintage_held"}, "KPI-02": {"no_vintage_held"}}
    # nothing was sent by the members, but four are not expected to send business loans
    assert _reasons(home, "B") == {"KPI-03": {"no_vintage_held", "not_applicable"}}
    # female participation was held as of June 2020
    assert _reasons(home, "E")["KPI-09"] == {""}


def test_the_goal_whose_source_ended_later_was_live(home):
    rows = [row for row in _rows(home, "kpi_achievements") if row["goal_code"] == "D"]
    assert {row["source_state"] for row in rows} == {"live"}
    # the cost was held as of 2013 only
    assert _reasons(home, "D") == {"KPI-06": {""}, "KPI-07": {"no_vintage_held"}}
    (goal,) = [row for row in _rows(home, "goal_scorecards") if row["goal_code"] == "D"]
    assert goal["countries_assessed_count"] == "10"
    assert float(goal["achievement_score"]) > 0
    now = [row for row in _rows(home, "kpi_achievements", 2) if row["goal_code"] == "D"]
    assert {row["reason_code"] for row in now} == {"discontinued"}


def test_after_newer_vintages_it_is_the_same_to_the_byte(home):
    assert len(home.manifest(2)["inputs"]) > len(home.manifest(1)["inputs"])
    first, again = _tables(home, 1), _tables(home, 3)
    assert len(first) == 2 * (len(home.manifest(1)["tables"]) - 1)
    assert first == again
    assert first != _tables(home, 2)


def test_a_source_is_late_until_it_has_ended_and_rings_no_more_then(home):
    def late(release: int) -> set[str]:
        return {
            row["partition_code"]
            for row in _rows(home, VERDICT, release)
            if row["check_id"] == "kpi_observations.freshness" and row["status"] == "warned"
        }

    ended = {
        row["kpi_code"]
        for row in _rows(home, "kpi_achievements", 2)
        if row["source_state"] == "discontinued"
    }
    assert late(1) & ended
    assert not late(2) & ended
