"""What changed between two dates, on real revisions."""

import json

import pytest

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
    assert brunei["is_revised"] is False


def test_plain_sentences_say_the_same(home_of_two_releases):
    home, _ = home_of_two_releases
    done = finished(home.smed("revisions", "--kpi", "KPI-09", "--country", "LAO"))
    assert "Lao PDR, Labor force participation rate, female" in done.stdout
    assert "2016: 76.6 -> 56.105 (-26.8 %)." in done.stdout
    assert "status was deterioration, is acceleration needed." in done.stdout


def test_dates_the_wrong_way_round_are_refused(refreshed_home):
    done = refreshed_home.smed("revisions", "--from", "2026-12-31")
    assert "2026-12-31 is not before 2026-07-13; swap the dates" in finished(done, 1).stderr


def test_without_an_older_release_a_date_is_asked_for(refreshed_home):
    done = finished(refreshed_home.smed("revisions"), 1)
    assert "--from: no kept release is of a date before 2026-07-13" in done.stderr
