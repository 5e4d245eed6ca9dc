"""The machine's clock and zone decide nothing that is published from recorded figures.

A clock that is off makes no release that looks older than the one before, loses nothing, and is
said.
"""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from operate.steps import resolve_as_of
from publish import clock
from smed import home as floor
from smed.errors import ClockBehind
from smed.settings import Settings
from tests.end_to_end.homes import OLDER_DAY, contents, finished
from tests.end_to_end.processes import PYTHON, run

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# the whole process, and what it imports, lives an hour ago
AN_HOUR_BEHIND = """
from datetime import datetime, timedelta
import time_machine
time_machine.travel(datetime.now().astimezone() - timedelta(hours=1)).start()
from operate.cli import main
main()
"""


def test_another_zone_and_a_clock_a_year_ahead_change_nothing(home_of_two_releases, refreshed_home):
    home, _ = home_of_two_releases
    here, there = refreshed_home.manifest(), home.manifest()
    assert int(there["published_at"][:4]) > int(here["published_at"][:4])  # it did travel
    assert (there["run_id"], there["as_of"]) == (here["run_id"], here["as_of"])
    assert contents(there) == contents(here)
    assert home.bytes_of("raw") == refreshed_home.bytes_of("raw")


def test_a_clock_an_hour_behind_makes_no_release_that_looks_older(refreshed_home, copy_of):
    home = copy_of(refreshed_home)
    raw, first = home.bytes_of("raw"), home.manifest()
    command = (PYTHON, "-c", AN_HOUR_BEHIND, "refresh", "--sources", "recorded")
    done = finished(run(*command, "--as-of", OLDER_DAY, "--home", str(home.path)))
    second = home.manifest()
    assert (second["release"], second["as_of"]) == (2, OLDER_DAY)
    assert second["published_at"] == first["published_at"]
    said = f"release 1 was published at {first['published_at']}, and so is the next one"
    assert said in done.stderr
    assert home.bytes_of("raw") == raw
    finished(home.smed("verify"))
    # under the right clock it goes on as if nothing had been
    finished(home.refresh())
    assert contents(home.manifest()) == contents(first)


@pytest.fixture(autouse=True)
def _log_is_heard(monkeypatch):
    # a command that ran in this process keeps the log to itself
    monkeypatch.setattr(logging.getLogger("smed"), "propagate", True)


@pytest.fixture
def at(settings, monkeypatch):
    """A home that shows a release of a time; the function sets the clock to another one."""
    published = datetime(2026, 3, 1, 0, 20, tzinfo=UTC)
    folder = settings.releases / "4"
    folder.mkdir(parents=True)
    facts = {"as_of": "2026-03-01", "published_at": published.isoformat()}
    (folder / "manifest.json").write_text(json.dumps(facts))
    settings.published.symlink_to("releases/4")

    def turn(by: timedelta) -> Settings:
        monkeypatch.setattr(floor, "now", lambda: published + by)
        return settings

    return turn


@pytest.mark.parametrize(
    ("by", "day"), [(HOUR, "2026-03-01"), (-HOUR, "2026-03-01"), (2 * DAY, "2026-03-03")]
)
def test_as_of_never_goes_back_over_midnight(at, by, day, caplog):
    """At 23:20 of the day before, what landed on the day of the release would be left out."""
    assert resolve_as_of(at(by), "live", None).isoformat() == day
    said = [record.getMessage() for record in caplog.records]
    expected = ["the clock says 2026-02-28: release 4 is as of 2026-03-01 already"]
    assert said == (expected if by < timedelta(0) else [])


def test_a_date_that_is_given_is_taken_whatever_the_clock_says(at):
    older = datetime(2026, 1, 1, tzinfo=UTC).date()
    assert resolve_as_of(at(-3 * DAY), "live", older) == older


def test_a_clock_days_behind_stops_a_refresh_until_it_is_set(at):
    with pytest.raises(ClockBehind) as refused:
        resolve_as_of(at(-3 * DAY), "live", None)
    assert str(refused.value).startswith(
        "the clock of this machine: it says 2026-02-26, and release 4 is as of 2026-03-01; set it"
    )


def test_a_release_is_never_dated_before_the_one_it_follows(at):
    base = datetime(2026, 3, 1, 0, 20, tzinfo=UTC)
    assert clock.time_after(at(-HOUR), 4) == base
    assert clock.time_after(at(HOUR), 4) == base + HOUR
    assert clock.time_after(at(-HOUR), None) == base - HOUR
