"""A home is of one kind, and one writer at a time works in it."""

import os
import pwd
import subprocess
import sys

import pytest

from smed import home
from smed.errors import HomeBusy, HomeInvalid

HOLDER = """
import sys, time
from smed import home
from smed.settings import Settings
with home.writing(Settings.load(home=sys.argv[1]), "a test"):
    print("held", flush=True)
    time.sleep(60)
"""


def _hold(settings):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(settings.home)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_home_of_recorded_figures_refuses_live_ones(settings):
    home.claim(settings, "recorded")
    home.claim(settings, "recorded")
    settings.raw.mkdir()
    (settings.raw / "a.parquet").write_bytes(b"figures")
    with pytest.raises(HomeInvalid, match="holds recorded figures and would be mixed with live"):
        home.claim(settings, "live")


def test_a_home_that_holds_no_figures_yet_may_change_its_kind(settings):
    home.claim(settings, "live")
    home.claim(settings, "recorded")
    assert home.kind_of(settings) == "recorded"


@pytest.mark.parametrize("text", ["{", "[]", '{"sources": null}', '{"sources": "both"}'])
def test_a_mark_that_is_none_is_named(settings, text):
    settings.home.mkdir()
    (settings.home / home.KIND_FILE).write_text(text)
    with pytest.raises(HomeInvalid, match=r"home\.json"):
        home.kind_of(settings)


def test_a_file_in_the_place_of_the_home_is_named(settings):
    settings.home.write_text("")
    with (
        pytest.raises(HomeInvalid, match="a file is where a folder must be"),
        home.writing(settings, "a test"),
    ):
        pass


def test_a_second_writer_is_told_who_works_there_since_when(settings):
    process = _hold(settings)
    try:
        with pytest.raises(HomeBusy) as caught, home.writing(settings, "another"):
            pass
        assert f"a test of {home.actor()} (process {process.pid}) writes here since 20" in str(
            caught.value
        )
    finally:
        process.kill()
        process.wait()


def test_a_writer_that_was_killed_holds_nothing(settings):
    process = _hold(settings)
    process.kill()
    process.wait()
    with home.writing(settings, "another"):
        pass


def test_who_acts_is_the_operating_systems_user_whatever_the_variables_say(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert home.actor() == pwd.getpwuid(os.getuid()).pw_name


def test_a_home_keeps_its_id_once_it_was_begun(settings):
    assert home.identity(settings) is None
    settings.home.mkdir(parents=True)
    home.claim(settings, "live")
    first = home.identity(settings)
    assert (len(first), home.identity(settings)) == (home.ID_DIGITS, first)
    # without figures it may still become another kind of home
    home.claim(settings, "recorded")
    assert (home.kind_of(settings), home.identity(settings)) == ("recorded", first)
