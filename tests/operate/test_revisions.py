"""What changed between two dates, on real revisions."""

import json

import pytest

from operate.revision_sentences import sentences
from tests.end_to_end.homes import finished


@pytest.fixture(scope="module")
def report(home_of_two_releases):
    home, _ = home_of_two_releases
    return json.loads(finished(home.smed("revisions", "--json")).stdout)


def test_without_dates_the_published_release_is_compared_with_the_one_before(report):
    assert (report["from_date"], report["to_date"]) == ("2021-11-04", "2026-07-13")


def test_counts_cover_what_was_known_on_either_date(report):
    changes = [change["change_type"] for change in report["changes"]]
    counts = {kind: changes.count(kind) for kind in set(changes)}
    unchanged = report["counts"].pop("unchanged")
    assert report["counts"] == counts
    # labour productivity: 24 values of 2013 came again in another unit
    assert counts["rebased"] == 24
    assert unchanged > 0


def test_a_revised_figure_says_by_how_much(report):
    (laos,) = (
        change
        for change in report["changes"]
        if (change["kpi_code"], change["country_code"], change["observation_year"])
        == ("KPI-09", "LAO", 2016)
    )
    assert (laos["old_value"], laos["new_value"]) == (76.6, 56.105)
    # (56.105 - 76.6) / 76.6
    assert laos["relative_change_pct"] == pytest.approx(-26.7559, abs=1e-4)


def test_withdrawn_figures_are_named(report):
    withdrawn = {
        (change["kpi_code"], change["country_code"], change["observation_year"])
        for change in report["changes"]
        if change["change_type"] == "withdrawn"
    }
    assert withdrawn == {("KPI-07", "IDN", year) for year in (2010, 2011, 2012)}


def test_the_largest_changes_come_first(report):
    sizes = [abs(c["relative_change_pct"]) for c in report["changes"] if c["relative_change_pct"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_status_that_flipped_says_whether_a_figure_behind_it_did(report):
    flips = {(flip["kpi_code"], flip["country_code"]): flip for flip in report["flips"]}
    laos = flips["KPI-09", "LAO"]
    assert (laos["old_status"], laos["new_status"]) == ("deterioration", "acceleration_needed")
    assert laos["is_revised"] is True
    # Brunei's only figure of R&D stayed as it was; it is stale now
    brunei = flips["KPI-02", "BRN"]
    assert (brunei["old_reason_code"], brunei["new_reason_code"]) == ("no_baseline", "stale")
    assert (brunei["is_revised"], brunei["has_new"]) == (False, False)
    # of Brunei's productivity nothing was held before
    productivity = flips["KPI-01", "BRN"]
    assert (productivity["is_revised"], productivity["has_new"]) == (False, True)


def test_flips_of_the_region_and_changes_of_goals_are_told_too(report):
    region = {(flip["kpi_code"], flip["group_code"]): flip for flip in report["region_flips"]}
    youth = region["KPI-10", "ASEAN"]
    assert (youth["old_reason_code"], youth["new_status"]) == ("no_vintage_held", "deterioration")
    goals = {goal["goal_code"]: goal for goal in report["goal_changes"]}
    # the score of goal E could not be told when two of its three KPIs had no figures
    assert goals["E"]["old_score"] is None
    assert goals["E"]["new_score"] == pytest.approx(-2.4, abs=0.05)
    assert "D" not in goals


def test_plain_sentences_say_the_same(home_of_two_releases):
    home, _ = home_of_two_releases
    done = finished(home.smed("revisions"))
    assert "Lao PDR, Labor force participation rate, female" in done.stdout
    assert "2016: 76.6 -> 56.105 (-26.8 %)." in done.stdout
    assert "status was deterioration, is acceleration needed." in done.stdout
    # 3 of 803
    assert "3 withdrawn (0.4 %)" in done.stdout
    assert "Indonesia, Cost of business start-up procedures" in done.stdout
    assert "24 figures are now in ppp_2021_usd_per_worker, were in ppp_1990" in done.stdout
    assert "ASEAN, Labor force participation rate for ages 15-24 (youth), total (%): status" in (
        done.stdout
    )
    assert (
        "Goal E, Promote Entrepreneurship and Human Capital Development: score none -> -2.4;"
        in (done.stdout)
    )


def test_one_kpi_and_country_is_told_alone_and_an_unknown_one_is_refused(home_of_two_releases):
    home, _ = home_of_two_releases
    report = json.loads(
        finished(home.smed("revisions", "--kpi", "KPI-09", "--country", "LAO", "--json")).stdout
    )
    assert {(c["kpi_code"], c["country_code"]) for c in report["changes"]} == {("KPI-09", "LAO")}
    assert [flip["country_code"] for flip in report["flips"]] == ["LAO"]
    assert (report["region_flips"], report["goal_changes"]) == ([], [])
    done = finished(home.smed("revisions", "--kpi", "KPI-99"), 1)
    assert "--kpi: KPI-99 is not in the plan; choose one of KPI-01," in done.stderr


def test_what_has_the_same_unit_and_another_base_is_no_revision():
    report = {
        **{"from_date": "2021-03-01", "to_date": "2022-03-01", "counts": {"rebased": 2}},
        **{"flips": [], "region_flips": [], "goal_changes": []},
        "changes": [
            {
                **{"change_type": "rebased", "kpi_name": "Output", "series_code": "R"},
                **{"old_unit_code": "u", "new_unit_code": "u"},
            }
        ]
        * 2,
    }
    assert sentences(report)[1:] == ["Output (R): 2 figures are now in u of another base."]
    nothing = {**report, "counts": {}, "changes": []}
    assert sentences(nothing) == [
        "Figures from 2021-03-01 to 2022-03-01: none was known on either date."
    ]


def test_dates_the_wrong_way_round_are_refused(refreshed_home):
    done = refreshed_home.smed("revisions", "--from", "2026-12-31")
    assert "2026-12-31 is not before 2026-07-13; swap the dates" in finished(done, 1).stderr


def test_without_an_older_release_a_date_is_asked_for(refreshed_home):
    done = finished(refreshed_home.smed("revisions"), 1)
    assert "--from: no kept release is of a date before 2026-07-13" in done.stderr
