"""What the pages must not say of what nobody knows, worked out by hand from the small release."""

import json
import re

import pytest

from publish.report.wording import Words
from tests.publish.report.small_release import small_tables


def _words(report, name):
    html = (report / f"{name}.html").read_text(encoding="utf-8")
    html = re.sub(r"<script.*?</script>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def _scorecards(score):
    """As of a day before the first report: nobody knows of deliveries, so of no quadrant."""
    rows = small_tables()["goal_scorecards"]
    rows[0].update(achievement_score=score, delivery_rate_pct=None, quadrant="unknown")
    rows[0]["due_lines_count"] = 5
    return rows


@pytest.mark.parametrize(
    ("score", "headline", "said", "stands"),
    [
        (2.8, "1 of 2 goals is moving; of 1 too little is known.",
         "The KPIs are moving the right way: score +2.8.", "Moving; what"),
        (-2.4, "0 of 2 goals are moving; 1 is not; of 1 too little is known.",
         "The KPIs are not moving the right way: score \u22122.4.", "Not moving; what"),
    ],
)  # fmt: skip
def test_before_the_first_report_a_goal_is_judged_by_its_score(
    make_report, score, headline, said, stands
):
    report = make_report(goal_scorecards=_scorecards(score), action_line_progress=[])
    index = _words(report, "index")
    assert headline in index
    assert f"{said} 5 action lines are due, and no report tells whether they" in index
    assert f"{stands} is delivered is not known" in index
    assert "Y no score: too little is known X a score, yet nobody knows" in index
    assert f"{stands} is delivered is not known" in _words(report, "goal-X")
    assert "No report tells whether any of 0" in _words(report, "action-lines")


def test_only_where_none_is_due_no_action_line_is_due(make_report):
    rows = _scorecards(1.0)
    rows[0]["due_lines_count"] = 0
    assert "score +1.0. No action line is due yet." in _words(
        make_report(goal_scorecards=rows), "index"
    )


def test_only_of_what_member_states_send_is_it_said_that_they_did_not(make_report):
    tables = small_tables()
    for row in tables["kpi_achievements"]:
        if row["kpi_code"] == "K-4":
            row["source_state"] = "live"
    report = make_report(**tables)
    said = _words(report, "kpi-K-4")
    assert "No verdict yet. No copy of the source&#39;s figures as of this day is held." in said
    assert "Only member states" not in said
    assert "3 no copy held" in _words(report, "index")


def test_the_gap_is_explained_by_a_year_that_has_values(make_report):
    """Three years without any value do not hide that a fourth has too few."""
    unknown = {"kpi_code": "K-3", "gap_status": "not_assessed", "reason_code": "no_data"}
    gaps = [{**unknown, "observation_year": year} for year in (2016, 2017, 2018)]
    gaps.append({**unknown, "observation_year": 2017, "reason_code": "coverage"})
    said = _words(make_report(development_gaps=gaps), "kpi-K-3")
    assert "The gap cannot be told. Too few member states" in said
    said = _words(make_report(2, development_gaps=gaps[:3]), "kpi-K-3")
    assert "The gap cannot be told. The source has no value" in said


def test_furthest_behind_are_only_verdicts_and_all_that_share_the_lowest_score(make_report):
    """The worst KPI and the worst member state of a scorecard have no verdict together."""
    tables = small_tables()
    tables["goal_scorecards"][0].update(worst_kpi_code="K-2", worst_country_code="CCC")
    for row in tables["kpi_achievements"]:
        if (row["kpi_code"], row["country_code"]) == ("K-1", "CCC"):
            row["score"] = -5.0
    report = make_report(**tables)
    for name in ("index", "goal-X"):
        said = _words(report, name).replace(" ;", ";")
        assert "Furthest behind: Cambodia, K-1; Singapore, K-1" in said, name
        assert "Singapore, K-2" not in said, name


def test_revised_figures_are_counted_once_and_without_what_member_states_amended(make_report):
    (revision,) = small_tables()["kpi_revisions"]
    again = {**revision, "version_number": 3, "relative_change_pct": 1.0}
    sent = {**revision, "kpi_code": "K-3", "vintage_basis": "submission"}
    report = make_report(kpi_revisions=[revision, again, sent])
    assert "the sources themselves have revised 1 figure," in _words(report, "index")
    largest = _words(report, "changes").partition("The largest revisions")[2]
    assert "K-1 Figure" in largest
    assert "K-3 Figure" not in largest.partition("What became known")[0]


def test_changed_figures_stand_by_size_whatever_lay_between_the_releases(make_report):
    """No version says 1010 to 700: several came in between; 3010 to 3011 is the least."""
    make_report()
    rows = small_tables()["kpi_observations"]
    changes = {("AAA", 2017): 700.0, ("CCC", 2017): 3011.0, ("BBB", 2017): 1005.0,
               ("BBB", 2018): 9000.0}  # fmt: skip
    for row in rows:
        if row["kpi_code"] == "K-1":
            key = (row["country_code"], row["observation_year"])
            row["value"] = changes.get(key, row["value"])
    said = _words(make_report(2, {"base": 1}, kpi_observations=rows), "changes")
    found = re.findall(r"Figure K-1, 201\d: (?:was [^(]*\([^)]*%\)|new: [\d ]+\d)", said)
    assert found == [
        "Figure K-1, 2017: was 2 010, is 1 005 (\u221250.0 %)",
        "Figure K-1, 2017: was 1 010, is 700 (\u221230.7 %)",
        "Figure K-1, 2017: was 3 010, is 3 011 (0.0 %)",
        "Figure K-1, 2018: new: 9 000",
    ]


def test_scores_that_rest_on_recorded_figures_say_so(report):
    """X rests on K-1, which is recorded; Y has no score."""
    index = _words(report, "index")
    assert "Furthest behind: Cambodia, K-1 . recorded" in index
    assert "Not yet delivered, yet things are moving recorded" in index
    assert "Too little is known illustrative Which" in index
    assert "Indonesia +2.5 recorded" in _words(report, "goal-X")


def test_dates_of_an_illustrative_report_are_hollow(report):
    html = (report / "goal-X.html").read_text(encoding="utf-8")
    found = re.findall(r'class="specification">(.*?)</script>', html, flags=re.DOTALL)
    (timeline,) = (spec for spec in map(json.loads, found) if "until" in json.dumps(spec["data"]))
    marks = {row["mark"]: row["hollow"] for row in timeline["data"]["values"]}
    assert marks == {"due": False, "now": True}
    (points,) = (layer for layer in timeline["layer"] if layer["mark"]["type"] == "point")
    assert points["encoding"]["fill"]["condition"]["test"] == "datum.hollow"


def test_what_fragile_means_is_what_was_tried(make_report):
    rows = small_tables()["kpi_achievements"]
    rows[0]["is_fragile"] = True
    said = "1 verdicts are fragile: without the newest value they would be others."
    assert said in _words(make_report(kpi_achievements=rows), "index")


def test_lists_end_with_the_word_of_their_language():
    assert Words("en", [], []).listed(["a", "b", "c"]) == "a, b and c"
    assert Words("id", [], []).listed(["a", "b", "c"]) == "a, b dan c"


def test_what_waits_for_a_second_person_is_said(make_report):
    waiting = {
        "party_name": "Thailand",
        "form_code": "kpi",
        "reporting_period": "2023H2",
        "since": "2024-01-05T10:00:00+00:00",
        "reason": "it changes a published value",
        "is_illustrative": True,
    }
    report = make_report(run={"waiting": [waiting]})
    said = _words(report, "quality")
    assert "No newer figures are held back; 1 submission waits for a second person; 1 of 2" in said
    row = "Thailand KPI values 2023H2 5 January 2024 it changes a published value illustrative"
    assert row in said
    assert "1 submission waits for a second person" in _words(report, "index")
    assert "waits for a second person" not in _words(make_report(2), "quality")


OWED = {"kind": "progress", "party_code": "AAA", "obligation_id": "one"}


@pytest.mark.parametrize(
    ("is_past_due", "owed", "said", "counts"),
    [
        (True, {"2023H2": "not_yet_due"}, "Overdue", "1 0"),
        (False, {"2023H2": "not_yet_due"}, "Under way", "0 0"),
        (False, {"2023H2": "due"}, "Under way", "0 0"),
        (False, {"2023H2": "overdue"}, "Not reported", "0 1"),
    ],
)
def test_a_half_year_that_has_only_begun_makes_no_line_unreported(
    make_report, is_past_due, owed, said, counts
):
    """Its newest report, of the half-year before, says that it is under way."""
    tables = small_tables()
    current, reported = tables["action_line_progress"]
    current["is_past_due"] = is_past_due
    reported.update(delivery_status="in_progress", is_past_due=False)
    tables["goal_progress"] = [
        {"goal_code": "X", "goal_name": "Grow", "is_current": True, "lines_count": 1,
         "due_lines_count": 1, "completed_on_time_count": 0, "completed_late_count": 0,
         "overdue_count": 0, "not_reported_count": 1}
    ]  # fmt: skip
    tables["reporting_coverage"] = [
        {**OWED, "reporting_period": period, "reporting_status": status}
        for period, status in {"2023H1": "on_time", **owed}.items()
    ]
    words = _words(make_report(**tables), "action-lines")
    assert f"1 July 2023 100 days later {said} 40" in words
    assert f"X Grow 1 1 0 0 {counts} " in words
