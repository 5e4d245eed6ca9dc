"""What somebody removed or damaged is named, and a refresh finds its way out."""

import shutil

from tests.end_to_end.homes import finished
from tests.end_to_end.processes import SMED, run


def test_a_received_vintage_that_is_gone_is_not_forgotten(refreshed_home, copy_of):
    home = copy_of(refreshed_home)
    path = home.landed("SL.TLF.CACT.FE.ZS")[1]
    path.unlink()
    done = finished(home.refresh(), 1)
    assert f"{path}: the shown release was made of it, and it is gone" in done.stderr
    assert (home.shown, home.status["outcome"]) == (1, "failed")


def test_a_new_release_replaces_the_only_one_that_is_damaged(refreshed_home, copy_of):
    home = copy_of(refreshed_home)
    written_into = ("smed.duckdb", "report/index.html")
    for name in written_into:
        path = home.path / "releases" / "1" / name
        path.chmod(0o644)
        path.write_bytes(b"garbage")
    done = finished(home.smed("verify"), 1)
    assert "run `smed refresh` for a new one" in done.stderr
    finished(home.refresh())
    assert home.shown == 2
    finished(home.smed("verify"))
    # no page of the one that somebody wrote into is taken over
    assert "garbage" not in (home.path / "published" / "report" / "index.html").read_text()
    # what the gate says is the same too, though it had nothing to compare with
    assert home.manifest()["content_sha256"] == refreshed_home.manifest()["content_sha256"]


def test_a_new_release_replaces_the_only_one_that_is_gone(refreshed_home, copy_of):
    home = copy_of(refreshed_home)
    shutil.rmtree(home.path / "releases" / "1")
    finished(home.refresh())
    finished(home.smed("verify"))


def test_a_date_that_has_not_come_is_refused(refreshed_home):
    done = finished(refreshed_home.refresh("--as-of", "2099-12-31"), 1)
    assert "--as-of: 2099-12-31 is in the future; give a date that has come" in done.stderr


def test_where_there_is_no_home_none_is_made(empty_home):
    for command in (("rollback", "1"), ("release-hold",)):
        done = finished(empty_home.smed(*command), 1)
        assert f"{empty_home.path}: there is no home here" in done.stderr
    assert not empty_home.path.exists()


def test_an_empty_name_of_a_home_is_refused():
    done = finished(run(SMED, "status", SMED_HOME=""), 1)
    assert "SMED_HOME: is empty" in done.stderr


def test_the_status_follows_a_rollback(home_of_two_releases, copy_of):
    home = copy_of(home_of_two_releases[0])
    finished(home.smed("rollback", "1"))
    assert (home.status["release"], home.status["as_of"]) == (1, "2021-11-04")
    assert home.status["held"]["release"] == 1
    finished(home.smed("release-hold"))
    assert home.status["held"] is None
