"""Receivers that are down, slow or half there: nothing is lost, nothing waits for them."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from expectations.alerts import delivery
from smed.errors import HomeInvalid
from smed.settings import REPOSITORY
from tests.expectations.alerts.conftest import held_back
from tests.operate.receivers import free_port

SECRET = "geheim1234567890geheim"


def hook(httpserver: HTTPServer, path: str, status: int = 200) -> str:
    httpserver.expect_request(path).respond_with_data("answer", status=status)
    return f"json://user:{SECRET}@127.0.0.1:{httpserver.port}{path}?+X-Token={SECRET}"


def titles(httpserver: HTTPServer, path: str) -> list[str]:
    return [json.loads(r.data)["title"] for r, _ in httpserver.log if r.path == path]


def kept_files(house, folder: str) -> list[str]:
    return sorted(path.name for path in (house.folder / "alerts" / folder).glob("*"))


def test_a_dead_channel_keeps_the_message_and_the_next_run_delivers_it_once(
    house, httpserver, clock, caplog
):
    caplog.set_level("DEBUG")
    house.urls = {"secretariat": f"json://user:{SECRET}@127.0.0.1:{free_port()}/all"}
    (waiting,) = house.run(held_back()).undelivered
    assert (waiting.receiver, waiting.attempts) == ("secretariat", 1)
    assert waiting.reason == "1 json refused the connection"
    (again,) = house.run(held_back()).undelivered
    assert again.attempts == 2
    clock.pass_days(1)
    house.urls = {"secretariat": hook(httpserver, "/all")}
    done = house.run(held_back())
    assert [title[7:15] for title in titles(httpserver, "/all")] == ["critical", "critical"]
    assert (len(done.sent), done.undelivered) == (2, ())
    assert house.run(held_back()).sent == ()
    assert (kept_files(house, "outbox"), len(kept_files(house, "delivered"))) == ([], 2)
    everything = "".join(p.read_text() for p in house.folder.rglob("*.json")) + caplog.text
    assert SECRET not in everything + repr(house.settings) + repr(waiting)


def test_a_month_without_a_receiver_is_no_month_of_reminders(house, httpserver, clock):
    house.urls = {"secretariat": f"json://127.0.0.1:{free_port()}/"}
    for _ in range(30):
        house.run(held_back())
        clock.pass_days(1)
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back())
    first, last = titles(httpserver, "/all")
    assert first.startswith("[SMED] critical")
    assert "still failing, day 31" in last


def test_told_is_what_arrived_and_not_what_was_written(house, httpserver, clock):
    house.urls = {
        "BRN": hook(httpserver, "/brn"),
        "secretariat": f"json://127.0.0.1:{free_port()}/",
    }
    house.run(held_back())
    (alert,) = delivery.open_alerts(house.settings, clock)
    assert (alert.told_on, alert.not_delivered) == ({"BRN": "2026-03-01"}, ("secretariat",))
    # a reminder that made room for the next one has not arrived either
    for _ in range(2):
        clock.pass_days(1)
        house.run(held_back())
    (alert,) = delivery.open_alerts(house.settings, clock)
    assert (alert.told_on, alert.not_delivered) == ({"BRN": "2026-03-03"}, ("secretariat",))
    clock.pass_days(1)
    house.urls["secretariat"] = hook(httpserver, "/all")
    delivery.retry(house.settings, house.plan, now=clock)
    (alert,) = delivery.open_alerts(house.settings, clock)
    assert alert.told_on == {"BRN": "2026-03-03", "secretariat": "2026-03-04"}
    assert alert.not_delivered == ()


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_an_answer_that_is_no_yes_is_told_by_its_number(house, httpserver, status):
    house.urls = {"secretariat": hook(httpserver, "/all", status)}
    (waiting,) = house.run(held_back()).undelivered
    assert waiting.reason == f"1 json answered {status}"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("json://no-such-host.invalid/", "1 json has no such host"),
        ("mailto://127.0.0.1:{port}?from=a@b.cd&to=e@f.gh&mode=insecure", "refused the connection"),
        (f"carrier-pigeon://{SECRET}", "1 unknown is no address that apprise knows"),
        ("slack://", "1 slack is no address that apprise knows"),
        (SECRET, "1 unknown is no address that apprise knows"),
    ],
)
def test_a_bad_address_says_which_and_why_and_not_what_is_secret_in_it(house, url, reason, caplog):
    caplog.set_level("DEBUG")
    house.urls = {"secretariat": url.format(port=free_port())}
    (waiting,) = house.run(held_back()).undelivered
    assert reason in waiting.reason
    assert SECRET not in caplog.text + repr(waiting)


@pytest.mark.parametrize("scheme", ["json://127.0.0.1:{}/", "mailto://127.0.0.1:{}?{}"])
def test_a_mute_channel_costs_a_run_no_more_than_the_setting(house, httpserver, mute_port, scheme):
    mail = "from=a@b.cd&to=e@f.gh&mode=insecure"
    house.urls = {
        "secretariat": [scheme.format(mute_port, mail), hook(httpserver, "/all")],
        "BRN": hook(httpserver, "/brn"),
    }
    house.more = {"alert_seconds": 1}
    begun = time.monotonic()
    done = house.run(held_back())
    assert time.monotonic() - begun < 2
    (waiting,) = done.undelivered
    assert "did not answer in time" in waiting.reason
    assert len(titles(httpserver, "/all")) == len(titles(httpserver, "/brn")) == 1


def test_a_channel_that_took_it_gets_it_no_second_time(house, httpserver):
    house.urls = {"secretariat": [hook(httpserver, "/good"), hook(httpserver, "/bad", 500)]}
    (waiting,) = house.run(held_back()).undelivered
    assert waiting.reason == "2 json answered 500"
    httpserver.clear_all_handlers()
    house.urls = {"secretariat": [hook(httpserver, "/good"), hook(httpserver, "/bad")]}
    (sent,) = delivery.retry(house.settings, house.plan).sent
    assert sent == waiting.message_id
    assert len(titles(httpserver, "/good")) == 1
    assert len(titles(httpserver, "/bad")) == 2


def test_a_dead_channel_is_tried_once_a_run_however_much_waits(house, httpserver, clock):
    house.urls = {"secretariat": hook(httpserver, "/all", 500)}
    for subject in "abc":
        house.run(held_back(subject=subject), checked={})
    httpserver.clear_log()
    delivery.retry(house.settings, house.plan)
    assert len(titles(httpserver, "/all")) == 1
    assert [waiting.attempts for waiting in delivery.undelivered(house.settings)] == [4, 3, 2]
    (shown,) = {w.reason for w in delivery.undelivered(house.settings)}
    assert shown == "1 json answered 500"


KILLED = """
import json, sys
from expectations.alerts.delivery import ALL, deliver
from smed.plan import read_plan
from smed.errors import HomeInvalid
from smed.settings import Settings
from tests.expectations.alerts.conftest import held_back
settings = Settings.load()
deliver(settings, read_plan(settings.plan), [held_back()], {"quarantined": ALL})
"""


def run_in_a_process(house) -> subprocess.Popen:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SMED_")},
        "PYTHONPATH": str(REPOSITORY),
        "SMED_HOME": str(house.folder),
        "SMED_ALERT_URLS": json.dumps(house.urls),
    }
    return subprocess.Popen([sys.executable, "-c", KILLED], env=environment)


def wait_until(happened) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_a_run_that_is_killed_while_it_sends_loses_nothing(house, httpserver, mute_port):
    house.urls = {"secretariat": f"json://127.0.0.1:{mute_port}/"}
    killed = run_in_a_process(house)
    wait_until((house.folder / "alerts" / "events" / "00000001.json").exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert len(kept_files(house, "outbox")) == 1
    house.urls = {"secretariat": hook(httpserver, "/all")}
    done = delivery.retry(house.settings, house.plan)
    assert len(done.sent) == len(titles(httpserver, "/all")) == 1


def test_a_run_that_is_killed_after_a_channel_took_it_sends_it_again_under_the_same_id(
    house, httpserver
):
    took = []

    def take_and_say_nothing(request):
        took.append(json.loads(request.data))
        time.sleep(1)
        return Response("too late")

    httpserver.expect_request("/all").respond_with_handler(take_and_say_nothing)
    house.urls = {"secretariat": f"json://127.0.0.1:{httpserver.port}/all"}
    killed = run_in_a_process(house)
    wait_until(lambda: took)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    (sent,) = delivery.retry(house.settings, house.plan).sent
    assert len(took) == 2
    assert all(f"message {sent}" in body["message"] for body in took)


def test_a_message_of_a_run_that_was_killed_before_it_noted_it_is_told_anew(house, httpserver):
    house.urls = {"secretariat": f"json://127.0.0.1:{free_port()}/"}
    house.run(held_back())
    # killed between the message and the event that names it
    (house.folder / "alerts" / "events" / "00000001.json").unlink()
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back())
    assert len(titles(httpserver, "/all")) == 1


def test_a_damaged_message_is_shown_and_keeps_back_no_other(house, httpserver):
    house.urls = {"secretariat": f"json://127.0.0.1:{free_port()}/"}
    house.run(held_back(), checked={})
    house.run(held_back(subject="another"), checked={})
    name = next(n for n in kept_files(house, "outbox") if "tried" not in n)
    spoil(house.folder / "alerts" / "outbox" / name)
    house.urls = {"secretariat": hook(httpserver, "/all")}
    (damaged,) = delivery.retry(house.settings, house.plan).undelivered
    assert damaged.message_id == name.removesuffix(".json")
    assert f"outbox/{name} back from a backup" in damaged.reason
    assert len(titles(httpserver, "/all")) == 1


def test_what_a_damaged_event_told_is_told_anew(house, httpserver):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back(), checked={})
    house.run(held_back(subject="another"), checked={})
    spoil(house.folder / "alerts" / "events" / "00000001.json")
    house.run(held_back(), held_back(subject="another"))
    assert len(titles(httpserver, "/all")) == 3


def test_a_home_that_cannot_be_written_silences_nobody(house, httpserver):
    house.urls = {"secretariat": hook(httpserver, "/all"), "BRN": f"json://{SECRET}@127.0.0.1:1/"}
    (house.folder / "alerts").mkdir(parents=True)
    (house.folder / "alerts" / "events").write_text("in the way")
    with pytest.raises(HomeInvalid, match="a file is where a folder must be"):
        house.run(held_back())
    assert len(titles(httpserver, "/all")) == 1


def test_many_who_ring_at_once_are_one_message(house, httpserver):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    with ThreadPoolExecutor(8) as callers:
        done = list(callers.map(lambda _: house.run(held_back()), range(8)))
    assert sum(len(delivery.sent) for delivery in done) == 1
    assert len(titles(httpserver, "/all")) == 1
    assert kept_files(house, "outbox") == []


def spoil(path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"{")
