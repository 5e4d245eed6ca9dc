"""From a run's incidents to what arrives at real receivers, day after day."""

import json
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from expectations.alerts import delivery
from expectations.alerts.delivery import Word
from expectations.alerts.incidents import WARNING, Fact
from smed.errors import ActRefused
from tests.expectations.alerts.conftest import held_back


def bodies(httpserver: HTTPServer, path: str) -> list[dict]:
    return [json.loads(r.data) for r, _ in httpserver.log if r.path == path]


def hook(httpserver: HTTPServer, path: str) -> str:
    httpserver.expect_request(path, method="POST").respond_with_data("ok")
    return f"json://127.0.0.1:{httpserver.port}{path}"


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def test_the_focal_point_and_the_secretariat_get_one_mail_each_that_names_cell_and_rule(
    house, mailbox
):
    house.urls = {
        "BRN": mailbox.url("focal@brunei.test"),
        "secretariat": mailbox.url("sec@asean.test"),
        "THA": mailbox.url("focal@thailand.test"),
    }
    done = house.run(held_back())
    assert sorted(mail["to"] for mail in mailbox.mails) == ["focal@brunei.test", "sec@asean.test"]
    assert set(mailbox.subjects()) == {
        "[SMED] critical: Brunei Darussalam: R&D expenditure is held back (a finite number)"
    }
    for mail in mailbox.mails:
        text, html = text_of(mail), mail.get_body(("html",)).get_content()
        for part in (
            "Brunei Darussalam, KPI-02, 2020 (figures in per cent)",
            "70,5",
            "(expected: a finite number)",
        ):
            assert part in text
        assert "Meanwhile: readers see the vintage of 2026-02-01" in text
        assert "smed acknowledge world_bank.value.numeric:BRN --reason TEXT" in text
        assert "<strong>70,5</strong>" in html
        assert any(message_id in text for message_id in done.sent)
    assert (len(done.sent), done.undelivered, done.suppressed) == (2, (), ())


def test_the_second_day_says_day_2_and_mending_it_sends_the_recovery_once(house, mailbox, clock):
    house.urls = {"BRN": mailbox.url()}
    house.run(held_back())
    clock.pass_days(1)
    house.run(held_back(facts=(Fact(value="71,5"),)))
    assert mailbox.subjects()[1].startswith(
        "[SMED] critical, still failing, day 2: Brunei Darussalam: R&D"
    )
    clock.pass_days(3)
    house.run(held_back())
    assert "still failing, day 5" in mailbox.subjects()[2]
    house.run()
    assert mailbox.subjects()[3].startswith("[SMED] recovered: Brunei Darussalam: R&D")
    clock.pass_days(1)
    house.run()
    assert len(mailbox.mails) == 4


def test_what_a_persons_word_ends_is_acknowledged_and_has_not_recovered(house, mailbox, clock):
    house.urls = {"BRN": mailbox.url()}
    lost = held_back()
    # of an earlier time, which ended another finding then
    words = {lost.fingerprint: Word(clock() - timedelta(days=1), "acknowledged by ann (old)")}
    house.run(lost)
    clock.pass_days(1)
    house.run(words=words)
    assert mailbox.subjects()[1].startswith("[SMED] recovered: Brunei Darussalam: R&D")
    assert "ann" not in text_of(mailbox.mails[1])
    house.run(lost)
    clock.pass_days(1)
    words = {lost.fingerprint: Word(clock(), "acknowledged by ann (withdrawn): what came is used")}
    house.run(words=words)
    assert mailbox.subjects()[3].startswith("[SMED] acknowledged: Brunei Darussalam: R&D")
    said = text_of(mailbox.mails[3])
    assert "Acknowledged" in said.splitlines()
    assert "; acknowledged by ann (withdrawn): what came is used" in said
    assert "recovered" not in said.lower()


def test_the_same_run_twice_and_a_second_run_of_the_day_are_silent(house, httpserver):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back(), held_back())
    again = house.run(held_back())
    assert len(bodies(httpserver, "/all")) == 1
    assert again.suppressed == (held_back().fingerprint,)
    assert again.sent == ()


def test_a_run_that_did_not_look_sends_no_recovery(house, httpserver):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back())
    house.run(checked={})
    house.run(checked={"quarantined": {"world_bank:another:BRN"}, "check_failed": delivery.ALL})
    assert len(bodies(httpserver, "/all")) == 1
    house.run(checked={"quarantined": {held_back().subject}})
    assert "recovered" in bodies(httpserver, "/all")[1]["title"]


def test_an_owner_without_an_address_is_named_to_the_secretariat(house, httpserver):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back())
    (told,) = bodies(httpserver, "/all")
    assert "Without an address, so please pass it on: Brunei Darussalam." in told["message"]


def test_engineers_stand_in_for_a_secretariat_without_an_address(house, httpserver):
    house.urls = {"engineers": hook(httpserver, "/eng"), "BRN": hook(httpserver, "/brn")}
    house.run(held_back())
    assert "pass it on: the secretariat." in bodies(httpserver, "/eng")[0]["message"]
    assert "pass it on" not in bodies(httpserver, "/brn")[0]["message"]


def test_with_addresses_but_none_for_who_gets_everything_it_waits_and_is_shown(house, httpserver):
    house.urls = {"THA": hook(httpserver, "/tha")}
    done = house.run(held_back())
    (waiting,) = done.undelivered
    assert waiting.receiver == "secretariat"
    assert waiting.reason == "has no address in SMED_ALERT_URLS"
    house.urls["secretariat"] = hook(httpserver, "/all")
    house.run(held_back())
    assert len(bodies(httpserver, "/all")) == 1
    assert delivery.undelivered(house.settings) == ()


def test_without_any_address_nothing_is_written_and_what_is_open_is_still_known(house, clock):
    done = house.run(held_back())
    assert not done.is_configured
    assert (done.sent, done.undelivered) == ((), ())
    clock.pass_days(1)
    (open_alert,) = delivery.open_alerts(house.settings, clock)
    assert (open_alert.day_number, open_alert.told_on) == (2, {})
    house.run()
    assert delivery.open_alerts(house.settings, clock) == []


def test_an_address_given_later_is_told_all_of_what_is_open(house, httpserver, clock):
    house.run(held_back())
    clock.pass_days(4)
    house.urls = {"BRN": hook(httpserver, "/brn"), "secretariat": hook(httpserver, "/all")}
    house.run(held_back())
    assert "70,5" in bodies(httpserver, "/brn")[0]["message"]


def test_a_connection_serves_where_the_setting_says_nothing(house, httpserver):
    house.urls = {"BRN": hook(httpserver, "/setting")}
    given = {"BRN": hook(httpserver, "/connection"), "secretariat": hook(httpserver, "/all")}
    house.run(held_back(), connections=given.get)
    assert len(bodies(httpserver, "/setting")) == len(bodies(httpserver, "/all")) == 1
    assert bodies(httpserver, "/connection") == []
    house.run(connections=given)
    assert len(bodies(httpserver, "/all")) == 2


def test_a_snooze_is_silent_until_its_day_and_the_recovery_is_told_all_the_same(
    house, httpserver, clock
):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back())
    until = clock().date().replace(day=4)
    snoozed = delivery.snooze(house.settings, held_back().fingerprint, until, "siti", 31, clock)
    assert (snoozed.snoozed_until, snoozed.snoozed_by) == ("2026-03-04", "siti")
    clock.pass_days(2)
    assert house.run(held_back()).suppressed == (held_back().fingerprint,)
    clock.pass_days(1)
    house.run(held_back())
    assert ["day 4" in body["title"] for body in bodies(httpserver, "/all")] == [False, True]
    delivery.snooze(
        house.settings, held_back().fingerprint, until.replace(day=9), "siti", 31, clock
    )
    house.run()
    assert "recovered" in bodies(httpserver, "/all")[2]["title"]


def test_a_snooze_of_nothing_or_into_the_past_is_refused(house, clock):
    house.run(held_back())
    known = held_back().fingerprint
    tomorrow = clock().date().replace(day=2)
    with pytest.raises(ActRefused, match=f"did you mean {known}"):
        delivery.snooze(house.settings, known[:-2] + "zz", tomorrow, "siti", 31, clock)
    with pytest.raises(ActRefused, match="2026-03-01 is not to come"):
        delivery.snooze(house.settings, known, clock().date(), "siti", 31, clock)


def test_what_is_critical_is_silent_for_a_bounded_time(house, clock):
    known, until = held_back().fingerprint, clock().date() + timedelta(days=8)
    house.run(held_back())
    with pytest.raises(ActRefused, match=r"7 days at most, not until 2026-03-09.*up to 2026-03-08"):
        delivery.snooze(house.settings, known, until, "siti", 7, clock)
    delivery.snooze(house.settings, known, until - timedelta(days=1), "siti", 7, clock)
    # a warning harms nobody meanwhile, and rings through a snooze if it gets worse
    drifts = held_back(subject="other", severity=WARNING)
    house.run(drifts)
    delivery.snooze(house.settings, drifts.fingerprint, until.replace(year=2999), "siti", 7, clock)


def test_what_gets_worse_is_told_the_same_day_and_through_a_snooze(house, httpserver, clock):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back(severity=WARNING))
    until = clock().date().replace(day=9)
    delivery.snooze(house.settings, held_back().fingerprint, until, "siti", 31, clock)
    house.run(held_back())
    titles = [body["title"].split(":")[0] for body in bodies(httpserver, "/all")]
    assert titles == ["[SMED] warning", "[SMED] critical"]
    house.run(held_back())
    assert len(bodies(httpserver, "/all")) == 2


def test_a_discontinued_series_is_told_once(house, httpserver, clock):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    gone = held_back(kind="source_discontinued", severity=WARNING)
    for _ in range(3):
        house.run(gone)
        clock.pass_days(1)
    assert len(bodies(httpserver, "/all")) == 1
    house.run()
    assert "recovered" in bodies(httpserver, "/all")[1]["title"]


def test_a_large_revision_has_nothing_to_recover_from(house, httpserver):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.run(held_back(kind="revision_large", severity=WARNING))
    house.run()
    assert len(bodies(httpserver, "/all")) == 1
    assert delivery.open_alerts(house.settings) == []


def test_a_weekly_digest_gathers_warnings_and_lets_critical_ones_through(house, httpserver, clock):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    house.more = {"alert_digest": "secretariat=weekly"}
    first, second = (held_back(severity=WARNING, subject=subject) for subject in "ab")
    house.run(first)
    clock.pass_days(1)
    assert house.run(first, second).suppressed == (first.fingerprint, second.fingerprint)
    house.run(first, second, held_back())
    clock.pass_days(1)
    house.run(second, held_back())  # the first one is mended: that waits as well
    clock.pass_days(5)
    house.run(second)
    titles = [body["title"] for body in bodies(httpserver, "/all")]
    assert [title[7:15] for title in titles] == ["warning:", "critical", "critical", "1 new, 2"]
    assert "2 recovered" in titles[3]


def test_a_clock_that_was_set_back_silences_nothing(house, httpserver, clock):
    house.urls = {"secretariat": hook(httpserver, "/all")}
    clock.pass_days(365)
    house.run(held_back())
    clock.pass_days(-365)
    house.run(held_back())
    assert "day 1" in bodies(httpserver, "/all")[1]["title"]
    assert delivery.open_alerts(house.settings, clock)[0].day_number == 1


def test_the_trial_message_says_by_channel_whether_it_arrived(house, mailbox, httpserver, plan):
    httpserver.expect_request("/bad").respond_with_data("no", status=500)
    house.urls = {"BRN": [mailbox.url(), f"json://127.0.0.1:{httpserver.port}/bad"]}
    tried = delivery.send_test(house.settings, plan, "BRN")
    assert tried == {"1 mailto": None, "2 json": "answered 500"}
    assert mailbox.subjects() == ["[SMED] trial: alerts arrive here"]
