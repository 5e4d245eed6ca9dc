"""One exit code says whether readers are affected, and a line says what to do."""

import json
import shutil

import pytest

from operate.health import NEEDS_ATTENTION, READERS_AFFECTED, WELL, examine, exit_code
from publish.publication import roll_back
from publish.status import write_status
from smed import home
from smed.errors import HomeInvalid
from smed.settings import Settings
from tests.end_to_end.homes import Home


@pytest.fixture
def copied(refreshed_home, tmp_path) -> Settings:
    """A home with a release, to be spoilt."""
    path = tmp_path / "home"
    shutil.copytree(refreshed_home.path, path, symlinks=True)
    return Settings.load(home=path)


def _parts(settings) -> tuple[int, list[str]]:
    found = examine(settings)
    return exit_code(found), [one.part for one in found]


def test_a_home_that_is_well_says_nothing(refreshed_home):
    assert _parts(Settings.load(home=refreshed_home.path)) == (WELL, [])
    done = refreshed_home.smed("health")
    assert (done.returncode, done.stdout, done.stderr) == (WELL, "All is well.\n", "")


def test_a_damaged_release_affects_readers_and_the_way_back_is_said(copied):
    file = copied.published / "csv" / "sources.csv"
    file.chmod(0o644)
    file.write_bytes(b"other")
    (found,) = examine(copied)
    assert (found.part, found.affects_readers) == ("release", True)
    assert "sources.csv" in found.message
    assert found.next_step


def test_a_release_that_is_gone_comes_with_the_command_to_another_one(copied):
    (copied.releases / "1").rename(copied.releases / "7")
    (found,) = examine(copied)
    assert (found.part, found.affects_readers) == ("release", True)
    assert found.next_step == "smed rollback 7"


def test_what_is_held_is_let_go_before_it_can_be_fresh(copied):
    (copied.home / home.KIND_FILE).write_text('{"sources": "live"}')
    roll_back(copied, 1)
    write_status(copied, "rolled_back", "", fresh_days=-1, findings=[])
    found = {one.part: one.next_step for one in examine(copied)}
    assert found["freshness"] == "smed release-hold, then smed refresh"


def test_nothing_published_affects_readers(settings):
    settings.home.mkdir()
    assert _parts(settings) == (READERS_AFFECTED, ["release"])


def test_a_live_release_that_is_no_longer_fresh_affects_readers(copied):
    (copied.home / home.KIND_FILE).write_text('{"sources": "live"}')
    write_status(copied, "published", "", fresh_days=-1, findings=[])
    code, parts = _parts(copied)
    assert (code, parts) == (READERS_AFFECTED, ["freshness"])


def test_a_failed_attempt_and_a_hold_wait_for_somebody(copied):
    write_status(copied, "failed", "the source is away", fresh_days=45, findings=[])
    assert _parts(copied) == (NEEDS_ATTENTION, ["refresh"])
    roll_back(copied, 1)
    assert _parts(copied) == (NEEDS_ATTENTION, ["refresh", "hold"])


def test_a_disk_that_fills_up_is_said_before_it_is_full(copied, monkeypatch):
    monkeypatch.setattr("operate.health.SPACE_FACTOR", 10**9)
    assert _parts(copied) == (NEEDS_ATTENTION, ["disk"])


def test_what_is_held_back_is_named_by_its_country_or_as_a_whole(copied):
    held = [{"country_name": "Thailand"}, {"country_name": "all countries"}]
    write_status(copied, "published", "", fresh_days=45, findings=[], quarantined=held)
    (found,) = examine(copied)
    assert found.message == "2 series are held back: Thailand, all countries"
    assert exit_code([found]) == NEEDS_ATTENTION


def test_a_monitor_reads_json(copied):
    write_status(copied, "failed", "the source is away", fresh_days=45, findings=[])
    done = Home(copied.home).smed("health", "--json")
    assert done.returncode == NEEDS_ATTENTION
    (said,) = json.loads(done.stdout)
    assert said["part"] == "refresh"
    assert said["affects_readers"] is False


def test_no_home_is_said(settings):
    with pytest.raises(HomeInvalid, match="there is no home here"):
        examine(settings)
