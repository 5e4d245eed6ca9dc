"""Whoever must know is told how a run ended, by real receivers; the run ends as it would."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.end_to_end.homes import finished
from tests.end_to_end.processes import PYTHON, run
from tests.operate.receivers import HOST, free_port, later, mail_server, urls, webhook

FAILED = 1
NAMES_IMPORTED = """
import sys
from operate.cli import main
try:
    main()
finally:
    print("apprise" in sys.modules, "jinja2" in sys.modules, file=sys.stderr)
"""
POPULATION = "SP.POP.TOTL"


@pytest.fixture
def home(copy_of, refreshed_home):
    """A home with one release, to be written to."""
    return copy_of(refreshed_home)


@pytest.fixture
def mail():
    with mail_server() as opened:
        yield opened


@pytest.fixture
def hook():
    with webhook() as opened:
        yield opened


def _refresh(home, days: int, **given: str):
    return later(home, days, "refresh", "--sources", "recorded", **given)


def _alerts(home, status: int = 0, **given: str) -> dict:
    return json.loads(finished(home.smed("alerts", "--json", **given), status).stdout)


def _spoil(home) -> bytes:
    """Alters a received file; returns what it held."""
    path = home.landed(POPULATION)[0]
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data + b"x")
    return data


def _mend(home, data: bytes) -> None:
    home.landed(POPULATION)[0].write_bytes(data)


def _open(home, kind: str) -> dict:
    (alert,) = [row for row in _alerts(home)["open"] if row["kind"] == kind]
    return alert


def test_it_is_told_once_a_day_until_it_is_mended(home, mail, hook):
    (box, mail_url), (posted, hook_url) = mail, hook
    given = urls(secretariat=mail_url, engineers=hook_url)
    data = _spoil(home)
    done = finished(_refresh(home, 0, **given), FAILED)
    last = done.stderr.splitlines()[-1]
    # one message each, in which the engineers find the file and what to do
    (to_all,), (to_engineers,) = box.take(), posted.take()
    for message in (to_all, to_engineers):
        assert f"{POPULATION}/" in message
        assert "put the landed file back from a backup" in message
        assert "readers keep the release before" in message
    # what members owe is told in the same message, to who gets all
    assert "Viet Nam has not sent its kpi form" in to_all
    assert "Viet Nam" not in to_engineers
    # a second run of the day fails in the same way and is silent
    assert finished(_refresh(home, 0, **given), FAILED).stderr.splitlines()[-1] == last
    assert (box.take(), posted.take()) == ([], [])
    # the second day it goes on
    finished(_refresh(home, 1, **given), FAILED)
    (to_engineers,) = posted.take()
    assert "day 2" in to_engineers
    assert len(box.take()) == 1
    # mended: both hear of it, and nothing of it is open any more
    _mend(home, data)
    finished(_refresh(home, 1, **given))
    (to_all,), (to_engineers,) = box.take(), posted.take()
    assert "recovered" in to_engineers.lower() or "mended" in to_engineers.lower()
    assert "smed refresh failed" in to_all
    assert "task_failed" not in {row["kind"] for row in _alerts(home, **given)["open"]}


def test_a_member_is_told_its_own_and_the_secretariat_all(home, mail, hook):
    (box, mail_url), (posted, hook_url) = mail, hook
    finished(_refresh(home, 0, **urls(secretariat=mail_url, BRN=hook_url)))
    (to_brunei,), (to_all,) = posted.take(), box.take()
    assert "Brunei Darussalam has not sent its kpi form of" in to_brunei
    assert "smed template --kind kpi --party BRN --period" in to_brunei
    assert "Indonesia" not in to_brunei
    assert "Indonesia has not sent its kpi form of" in to_all


def test_a_gate_that_stops_a_release_tells_the_check_and_what_readers_see(home, changed_plan, hook):
    """No female participation above 50 % is plausible any more, which is true of most countries.

    Those are held back one by one; that so many figures are lost at once stops the release.
    """
    posted, url = hook
    plan = changed_plan(
        kpis=("pct_female_15_plus,higher,100,5,100", "pct_female_15_plus,higher,100,5,50")
    )
    before = home.bytes_of("releases/1")
    finished(_refresh(home, 0, SMED_PLAN=plan, **urls(engineers=url)), FAILED)
    (message,) = posted.take()
    (stopping,) = (part for part in message.split("\n\n") if "coverage_drop)" in part)
    for said in (
        "(KPI-09): ",
        "(check kpi_observations.coverage_drop)",
        "expected at most 10",
        "readers see release 1 as of",
        "run: smed refresh",
    ):
        assert said in stopping
    # the checks say it all: that the step failed is not told beside them
    kinds = {row["kind"] for row in _alerts(home)["open"]}
    assert "task_failed" not in kinds
    assert home.bytes_of("releases/1") == before


def test_a_plan_that_cannot_be_read_is_told_of_too(home, changed_plan, hook):
    posted, url = hook
    plan = changed_plan(kpi_series=("KPI-02,1,WB", "KPI-99,1,WB"))
    finished(home.refresh(SMED_PLAN=plan, **urls(engineers=url)), FAILED)
    (message,) = posted.take()
    assert "kpi_series.csv row 4: kpi_code KPI-99 is not in kpis.csv" in message


def test_a_slip_of_who_calls_rings_at_nobody(home, hook):
    posted, url = hook
    finished(home.refresh("--as-of", "2001-01-01", **urls(engineers=url)), FAILED)
    assert posted.take() == []


def test_a_dead_channel_changes_nothing_of_a_refresh_and_the_next_one_delivers(empty_home):
    port = free_port()
    url = f"json://user:geheim@{HOST}:{port}/hook"
    given = urls(secretariat=url, engineers=url)
    done = finished(empty_home.refresh(**given))
    assert empty_home.shown == 1
    assert "not delivered; see `smed alerts`" in done.stderr
    listed = finished(empty_home.smed("alerts", **given), FAILED)
    assert "Not delivered to secretariat" in listed.stdout
    assert "refused the connection" in listed.stdout
    alerts = _alerts(empty_home, FAILED, **given)["open"]
    assert {tuple(alert["told_on"]) for alert in alerts} == {()}
    assert "secretariat" in {name for alert in alerts for name in alert["not_delivered"]}
    status = finished(empty_home.smed("status", **given)).stdout
    assert "1 alerts are not delivered; see `smed alerts`" in status
    again = finished(empty_home.smed("alerts", "--retry", **given), FAILED)
    said = "".join(d.stdout + d.stderr for d in (done, listed, again)) + status
    assert "geheim" not in said
    with webhook(port) as (posted, _):
        finished(empty_home.refresh(**given))
        (message,) = posted.take()
        assert "has not sent its kpi form" in message
        finished(empty_home.refresh(**given))
        assert posted.take() == []
    assert _alerts(empty_home, **given)["undelivered"] == []


def test_a_refresh_that_is_killed_while_it_tells_loses_no_message(home, hook):
    posted, url = hook
    reached, released = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        released.wait(60)

    posted.before_answer = hold
    given = urls(secretariat=url)
    with home.begin_refresh(**given) as running:
        assert reached.wait(60)
        running.process.kill()
        running.wait()
    posted.status = 500  # nobody is there to hear it
    released.set()
    (waiting,) = _alerts(home, FAILED, **given)["undelivered"]
    posted.status, posted.before_answer = 200, lambda: None
    finished(home.refresh(**given))
    (message,) = posted.take()
    assert waiting["message_id"] in message
    assert _alerts(home, **given)["undelivered"] == []
    # what the dead process had told of is not told again
    finished(home.refresh(**given))
    assert posted.take() == []


def test_a_slow_channel_holds_a_refresh_up_no_longer_than_the_setting(home, hook):
    posted, url = hook
    released = threading.Event()
    posted.before_answer = lambda: released.wait(60)
    try:
        given = {**urls(secretariat=url), "SMED_ALERT_SECONDS": "1"}
        done = finished(home.refresh(**given))
        assert "not delivered; see `smed alerts`" in done.stderr
        assert not released.is_set()
    finally:
        released.set()


def test_without_an_address_nothing_is_sent_nor_waits_and_nothing_is_imported_for_it(home):
    command = ("refresh", "--sources", "recorded", "--home", str(home.path))
    done = finished(run(PYTHON, "-c", NAMES_IMPORTED, *command))
    assert done.stderr.splitlines()[-1].startswith("False ")
    said = finished(home.smed("alerts")).stdout
    assert "No address is set, so nobody is told. Set SMED_ALERT_URLS" in said
    facts = _alerts(home)
    assert (facts["undelivered"], facts["is_configured"]) == ([], False)
    assert {row["kind"] for row in facts["open"]} >= {"submission_late"}


def test_a_snooze_keeps_an_alert_quiet_but_not_its_end(home, mail, hook):
    posted, url = hook
    given = urls(engineers=url, secretariat=mail[1])
    data = _spoil(home)
    finished(_refresh(home, 0, **given), FAILED)
    posted.take()
    known = _open(home, "task_failed")["fingerprint"]
    done = home.smed("snooze", known[:-1] + "x", "--until", "2999-01-01")
    assert f"did you mean {known}" in finished(done, FAILED).stderr
    done = home.smed("snooze", known, "--until", "2020-01-01")
    assert "2020-01-01 is not to come" in finished(done, FAILED).stderr
    assert "2020" in finished(home.smed("snooze", known, "--until", "1/1/2020"), 2).stderr
    # snooze_critical_days of thresholds.csv
    done = home.smed("snooze", known, "--until", "2999-01-01")
    assert "for 31 days at most, not until 2999-01-01" in finished(done, FAILED).stderr
    until = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    said = finished(home.smed("snooze", known, "--until", until)).stdout
    assert f"{known} is quiet until {until}" in said
    alert = _open(home, "task_failed")
    assert alert["snoozed_until"] == until
    assert alert["snoozed_by"]
    finished(_refresh(home, 1, **given), FAILED)
    assert posted.take() == []
    _mend(home, data)
    finished(_refresh(home, 2, **given))
    (message,) = posted.take()
    assert "smed refresh failed" in message


def test_an_owner_can_be_sent_a_message_to_see_that_its_address_works(empty_home, hook):
    posted, url = hook
    said = finished(empty_home.smed("alerts", "--test", "BRN", **urls(BRN=url))).stdout
    assert said == "BRN was sent a message; ask whether it has come.\n"
    assert len(posted.take()) == 1
    dead = f"json://user:geheim@{HOST}:{free_port()}"
    done = finished(empty_home.smed("alerts", "--test", "BRN", **urls(BRN=dead)), FAILED)
    assert re.fullmatch(r"smed: BRN, channel 1 json: refused the connection\n", done.stderr)
    done = finished(empty_home.smed("alerts", "--test", "BRN", **urls(THA=url)), FAILED)
    assert "there is no address of Brunei Darussalam" in done.stderr


@pytest.mark.parametrize(
    ("value", "said"),
    [("{", "is not JSON of owners"), ('{"BRM": "json://u:geheim@h"}', "did you mean BRN?")],
)
def test_an_address_that_is_no_address_is_named_without_its_secret(home, value, said):
    done = finished(home.refresh(SMED_ALERT_URLS=value))
    listed = finished(home.smed("alerts", SMED_ALERT_URLS=value), FAILED)
    for text in (done.stderr, listed.stdout):
        assert "SMED_ALERT_URLS" in text
        assert said in text
        assert "geheim" not in text


def test_no_secret_stays_in_the_home(home, hook):
    _, url = hook
    finished(home.refresh(**urls(secretariat=url, engineers="json://u:geheim@127.0.0.1:9")))
    holders = [
        path
        for path in home.path.rglob("*")
        if path.is_file() and not path.is_symlink() and b"geheim" in path.read_bytes()
    ]
    assert holders == []
