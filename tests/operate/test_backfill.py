"""Past vintages that come afterwards: what landed, and which releases would change."""

import json

import duckdb
import pytest

from smed import home as floor
from smed.settings import Settings
from tests.end_to_end.homes import FIRST_LIVE_DAY, api_of, contents, finished
from tests.extract.lying_api import altered, answer, cell

DAYS, COST = "IC.REG.DURS", "IC.REG.COST.PC.ZS"
ONE_VERSION = r"/version/201312$"


@pytest.fixture
def backfilled(copy_of, live_home):
    """Backfills a copy of the live home; its release 1 is as of FIRST_LIVE_DAY."""
    home = copy_of(live_home)

    def load(*series: str, versions: str = "201312", status: int = 0, tell=()):
        named = [part for code in series for part in ("--series", code)]
        with api_of(FIRST_LIVE_DAY) as api:
            for lie in tell:
                api.tell(*lie, forever=True)
            command = ("backfill", *named, "--versions", versions, "--json")
            done = finished(home.smed(*command, **api.addresses), status)
        return json.loads(done.stdout), done.stderr

    load.home = home
    return load


def _ask(home, release: int, query: str) -> list[tuple]:
    path = home.path / "releases" / str(release) / "smed.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_an_older_vintage_names_the_releases_that_it_changes_and_changes_them(backfilled):
    home = backfilled.home
    before = home.bytes_of("releases/1")
    said, _ = backfilled(DAYS)
    assert [vintage["vintage_date"] for vintage in said["series"][0]["landed"]] == ["2013-12-31"]
    # the vintage has 38 values; of the 35 that the one of 2020 has too it changes only what was
    # known before, and of Indonesia's three that 2020 withdrew that there was anything
    rows = {row["as_of"]: row for row in said["releases"]}
    assert {day: (row["release_code"], row["releases"]) for day, row in rows.items()} == {
        "2016-12-31": ("baseline", []),
        FIRST_LIVE_DAY: (None, [1]),
        "2020-12-31": ("mid-term", []),
        "2025-12-31": ("end-line", []),
    }
    counts = ("values_changed_count", "versions_changed_count")
    assert [rows["2016-12-31"][name] for name in counts] == [38, 38]
    assert [rows[FIRST_LIVE_DAY][name] for name in counts] == [0, 38]
    assert rows["2016-12-31"]["newest_vintage_before"] is None
    # nothing was built, and nothing is published but what was
    assert (home.shown, home.bytes_of("releases")) == (1, before)
    with api_of(FIRST_LIVE_DAY) as api:
        finished(home.smed("refresh", "--as-of", FIRST_LIVE_DAY, **api.addresses))
    assert home.shown == 2
    assert home.bytes_of("releases/1") == before
    old, new = contents(home.manifest(1)), contents(home.manifest(2))
    changed = {name for name in old if old[name] != new[name]}
    assert {"marts.kpi_revisions", "marts.kpi_observations"} <= changed
    withdrawn = (
        "select observation_year, previous_value from marts.kpi_observations"
        f" where series_code = '{DAYS}' and country_code = 'IDN'"
        " and observation_status = 'withdrawn' order by 1"
    )
    assert _ask(home, 1, withdrawn) == []
    assert _ask(home, 2, withdrawn) == [(2010, 50.0), (2011, 48.0), (2012, 48.0)]
    # release 2 has it now: once more there is nothing to name
    again, _ = backfilled(DAYS)
    assert [vintage["version"] for vintage in again["series"][0]["held"]] == ["201312"]
    assert again["releases"] == []


def test_a_release_that_was_not_built_again_is_named_once_more(backfilled):
    backfilled(DAYS)
    said, _ = backfilled(DAYS)
    assert said["series"][0]["landed"] == []
    assert [(row["as_of"], row["releases"]) for row in said["releases"]] == [(FIRST_LIVE_DAY, [1])]


def test_a_release_as_of_a_day_before_the_vintage_is_not_named(backfilled):
    """The archives repeat the vintage of 2020 in a version of 2021, dated after release 1."""
    with api_of("2023-02-21") as api:
        command = ("backfill", "--series", DAYS, "--versions", "202302", "--json")
        done = finished(backfilled.home.smed(*command, **api.addresses))
    (row,) = json.loads(done.stdout)["releases"]
    assert (row["as_of"], row["release_code"]) == ("2025-12-31", "end-line")
    # no figure differs, but the newest vintage of the series is another
    assert (row["values_changed_count"], row["versions_changed_count"]) == (0, 0)
    newest = (row["newest_vintage_before"], row["newest_vintage_after"])
    assert newest == (FIRST_LIVE_DAY, "2023-02-21")


def test_what_the_gate_would_hold_back_changes_no_release(backfilled):
    """Brunei's value of 2012 as 101,000 days: of its four values of the vintage none is used."""
    lie = altered(lambda page: cell(page, "BRN", "YR2012").update(value=101000.0))
    said, _ = backfilled(DAYS, tell=[(ONE_VERSION, lie)])
    rows = {row["as_of"]: row for row in said["releases"]}
    assert rows["2016-12-31"]["values_changed_count"] == 38 - 4


def test_what_does_not_land_is_an_error_and_the_rest_lands(backfilled):
    said, stderr = backfilled(
        *(DAYS, COST),
        versions="201312,201612",
        status=1,
        tell=[(f"/series/{DAYS}/.*{ONE_VERSION}", answer("<html>", 200))],
    )
    assert [row["series"] for row in said["series"]] == [COST]
    assert [vintage["version"] for vintage in said["series"][0]["landed"]] == ["201312"]
    assert len(backfilled.home.landed(DAYS)) == 1
    errors = [line for line in stderr.splitlines() if line.startswith("smed: ")]
    assert len(errors) == 2
    assert errors[0].startswith(f"smed: World Bank, series {DAYS}")
    assert errors[1].startswith(f"smed: {COST}: the archives hold no version 201612 of it; they")
    assert "Traceback" not in stderr


def test_two_contents_of_one_day_are_an_error_and_the_known_one_stays(backfilled):
    backfilled(DAYS)
    before = backfilled.home.bytes_of("raw/world_bank/observations")
    lie = altered(lambda page: cell(page, "THA", "YR2012").update(value=1.0))
    said, stderr = backfilled(DAYS, status=1, tell=[(ONE_VERSION, lie)])
    (found,) = said["series"][0]["findings"]
    assert (found["rule"], found["severity"]) == ("world_bank.vintage.conflict", "critical")
    assert "201312 did not land: version 201312 of IC.REG.DURS differs from" in stderr
    assert backfilled.home.bytes_of("raw/world_bank/observations") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((DAYS, "2016"), "--versions: '2016' is not a version; write years and months like"),
        ((DAYS, "202012-201612"), "--versions: 202012-201612 ends before it begins"),
        (("IC.REG.DURZ", "all"), "--series: the plan has no series IC.REG.DURZ; known of WB"),
        (("LE_PE_NUM", "all"), "--series: LE_PE_NUM is a series of ADB, and only WB keeps"),
    ],
)
def test_a_mistake_is_said_before_anything_is_asked_or_made(empty_home, arguments, said):
    series, versions = arguments
    done = finished(empty_home.smed("backfill", "--series", series, "--versions", versions), 1)
    assert done.stdout == ""
    assert done.stderr.startswith(f"smed: {said}")
    assert not empty_home.path.exists()


def test_a_home_of_recorded_figures_takes_recorded_versions_only(copy_of, refreshed_home):
    home = copy_of(refreshed_home)
    command = ("backfill", "--series", DAYS, "--versions", "all")
    done = finished(home.smed(*command, SMED_WORLD_BANK_URL="http://127.0.0.1:9/v2"), 1)
    assert "this home holds recorded figures and would be mixed with live ones" in done.stderr
    assert "or `smed backfill --sources recorded` in this one" in done.stderr
    done = finished(home.smed(*command, "--sources", "recorded"))
    # three versions of the archives, two recordings
    assert "held already: 201312 (vintage 2013-12-21), 202007 (vintage 2020-07-05)" in done.stdout
    assert done.stdout.endswith("No release would change.\n")
    assert home.bytes_of("raw") == refreshed_home.bytes_of("raw")


def test_while_somebody_else_writes_nothing_is_asked(empty_home):
    command = ("backfill", "--series", DAYS, "--versions", "all")
    with floor.writing(Settings(home=empty_home.path), "a refresh"):
        done = finished(empty_home.smed(*command, SMED_WORLD_BANK_URL="http://127.0.0.1:9/v2"), 1)
    assert "a refresh of " in done.stderr
    assert "writes here since" in done.stderr
    assert not (empty_home.path / "raw").exists()


def test_people_read_the_same_and_what_to_run(copy_of, live_home):
    home = copy_of(live_home)
    with api_of(FIRST_LIVE_DAY) as api:
        command = ("backfill", "--series", DAYS, "--versions", "201312")
        printed = finished(home.smed(*command, **api.addresses)).stdout
    assert f"{DAYS}: landed: 201312 (vintage 2013-12-31)" in printed
    assert "mid-term" in printed
    assert "smed refresh --as-of DATE" in printed
