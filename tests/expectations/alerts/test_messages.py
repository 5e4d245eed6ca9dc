"""What a message says, how long it may grow, and that nothing in it acts."""

import json
from datetime import date

import pytest

from expectations.alerts.delivery import open_alerts
from expectations.alerts.incidents import KINDS, WARNING, Fact, Incident
from expectations.alerts.messages import HEADINGS
from tests.expectations.alerts.conftest import held_back

HOSTILE = (
    "<script>alert(1)</script> @channel <!here> ![x](http://evil.test/p) `a` {{ 7*7 }}\r\nBcc: x"
)


def taken(httpserver, path="/all") -> dict:
    (message,) = [json.loads(r.data) for r, _ in httpserver.log if r.path == path]
    return message


@pytest.fixture
def told(house, httpserver):
    """Runs a run and returns what the secretariat's webhook got."""
    httpserver.expect_request("/all").respond_with_data("ok")
    house.urls = {"secretariat": f"json://127.0.0.1:{httpserver.port}/all"}

    def tell(*incidents: Incident) -> dict:
        httpserver.clear_log()
        house.run(*incidents)
        return taken(httpserver)

    return tell


def many(count: int) -> list[Incident]:
    facts = tuple(Fact("Lao PDR", "KPI-01", str(year), "1") for year in range(1000, 1050))
    return [
        held_back(
            kind="check_failed" if number % 2 else "quarantined",
            severity=WARNING if number % 4 else "critical",
            subject=f"s{number}",
            owners=("LAO",) if number % 2 else ("engineers",),
            title=f"Thing {number:03d}",
            facts=facts,
            facts_count=1000,
        )
        for number in range(count)
    ]


def test_two_hundred_failures_are_one_capped_message_with_counts(told, house):
    message = told(*many(200))
    text = message["message"]
    # every fourth of 0 .. 199 is critical: 50; every second one is of Lao PDR: 100
    assert message["title"] == "[SMED] critical: Thing 000; 199 more new (49 critical)"
    assert "For the secretariat: 200 new (50 critical)." in text
    assert "By owner: the engineers 100, Lao PDR 100." in text
    assert text.count("CRITICAL: Thing") == house.settings.alert_incidents == 20
    assert "and 180 more that are new; all of them: smed alerts" in text
    assert text.count("Lao PDR, KPI-01, 10") == 20 * house.settings.alert_rows
    assert text.count("and 997 more rows") == 20
    assert len(text) < 10_000


def test_the_caps_are_settings(told, house):
    house.more = {"alert_incidents": 2, "alert_rows": 1}
    text = told(*many(5))["message"]
    assert text.count("Lao PDR, KPI-01, 1000: 1") == 2
    assert "Lao PDR, KPI-01, 1001" not in text
    assert "and 3 more that are new" in text


def test_what_goes_on_and_what_is_mended_is_capped_and_counted_too(told, clock):
    told(*many(30))
    clock.pass_days(1)
    message = told(*many(25), held_back(title="A new one"))
    assert message["title"] == (
        "[SMED] critical: A new one; 25 still failing (7 critical), 5 recovered"
    )
    new, still, mended = (message["message"].index(part) for part in ("A new", "Still", "Recover"))
    assert new < still < mended
    assert "- CRITICAL, day 2 (since 2026-03-01): Thing 000" in message["message"]
    assert "- WARNING, day 2 (since 2026-03-01): Thing 001" in message["message"]
    assert "  - and 5 more\n" in message["message"]
    assert message["message"].count("was open since 2026-03-01") == 5


def test_what_is_critical_stands_before_what_only_warns(told):
    text = told(*many(8))["message"]
    assert text.index("CRITICAL: Thing 004") < text.index("WARNING: Thing 001")


def test_the_second_day_names_the_worst_and_says_what_to_do_of_what_is_critical(told, house, clock):
    late = [
        held_back(kind="submission_late", severity=WARNING, subject=f"l{n}", title=f"Late {n}")
        for n in range(42)
    ]
    cell = held_back(brief="KPI-02 of Brunei Darussalam 2020 held back")
    told(*late, cell)
    clock.pass_days(1)
    message = told(*late, cell)
    assert message["title"] == (
        "[SMED] critical, day 2: KPI-02 of Brunei Darussalam 2020 held back; 42 more still failing"
    )
    first, second = message["message"].split("  - ")[1:3]
    assert first.startswith("CRITICAL, day 2 (since 2026-03-01): Brunei Darussalam: R&D")
    assert "Meanwhile: readers see the vintage of 2026-02-01" in first
    assert "To do: smed acknowledge world_bank.value.numeric:BRN --reason TEXT" in first
    assert second.startswith("WARNING, day 2")
    assert "To do" not in second
    assert message["message"].index("smed snooze") < message["message"].index(first)


def test_a_long_name_leaves_room_for_the_counts(told):
    message = told(held_back(title="x" * 300), held_back(subject="b", severity=WARNING))
    assert len(message["title"]) == 150
    assert message["title"].endswith("x\u2026; 1 more new")


def test_a_party_reads_of_its_own_figures_first(house, httpserver):
    httpserver.expect_request("/brn").respond_with_data("ok")
    house.urls = {"BRN": f"json://127.0.0.1:{httpserver.port}/brn"}
    house.run(held_back(kind="check_failed", title="A release is stopped"), held_back())
    told = taken(httpserver, "/brn")
    assert told["title"].startswith("[SMED] critical: Brunei Darussalam: R&D")
    own, of_all = (told["message"].index(f"CRITICAL: {title}") for title in ("Brunei", "A release"))
    assert own < of_all


def test_a_part_is_told_to_its_owner_and_the_whole_to_who_gets_everything(house, httpserver):
    for path in ("/all", "/brn", "/eng"):
        httpserver.expect_request(path).respond_with_data("ok")
    address = f"json://127.0.0.1:{httpserver.port}"
    house.urls = {
        "secretariat": f"{address}/all",
        "BRN": f"{address}/brn",
        "engineers": f"{address}/eng",
    }
    whole = held_back(subject="all", owners=("engineers",), title="All are held back")
    parts = [
        held_back(part_of=whole.fingerprint),
        held_back(part_of=whole.fingerprint, subject="THA", owners=("THA",), title="Thailand's"),
    ]
    house.run(whole, *parts)
    assert taken(httpserver, "/brn")["title"].startswith("[SMED] critical: Brunei Darussalam")
    for path in ("/all", "/eng"):
        told = taken(httpserver, path)
        assert told["title"] == "[SMED] critical: All are held back"
        assert "Thailand's" not in told["message"]
    # nobody can tell Thailand: who reads of the whole passes it on
    assert "please pass it on: Thailand." in taken(httpserver)["message"]


def test_one_row_more_is_one_row(told):
    text = told(held_back(facts=(Fact(value="1"),) * 4))["message"]
    assert "- and 1 more row\n" in text


def test_hostile_text_does_nothing_in_a_mail(house, mailbox):
    house.urls = {"secretariat": mailbox.url()}
    house.run(held_back(title=HOSTILE, facts=(Fact(value=HOSTILE),), action=HOSTILE))
    (mail,) = mailbox.mails
    assert mail["bcc"] is None
    assert mail["subject"].endswith("'a' {{ 7*7 }} Bcc: x")
    html = mail.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "{{ 7*7 }}" in html
    assert "<img" not in html
    assert 'href="' not in html


def test_markup_in_a_mail_is_escaped_and_no_tag(house, mailbox):
    house.urls = {"secretariat": mailbox.url()}
    house.run(held_back(facts=(Fact(value='1 < 2 & "3"'),)))
    html = mailbox.mails[0].get_body(("html",)).get_content()
    assert "1 &lt; 2 &amp; &#34;3&#34;" in html
    assert '1 < 2 & "3"' in mailbox.mails[0].get_body(("plain",)).get_content()


def test_hostile_text_calls_nobody_in_a_chat(house, httpserver, monkeypatch):
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{httpserver.port}/slack")
    slack, token = (
        "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "3ccdd113474722377935511fc85d3dd4",
    )
    httpserver.expect_request(f"/slack/{slack}").respond_with_data("ok")
    httpserver.expect_request(f"/hooks/{token}").respond_with_data("ok")
    mattermost = f"mmost://127.0.0.1:{httpserver.port}/{token}"
    house.urls = {"secretariat": [f"slack://{slack}/#alerts", mattermost]}
    done = house.run(held_back(title=HOSTILE, facts=(Fact(value=HOSTILE),)))
    assert done.undelivered == ()
    for path in (f"/slack/{slack}", f"/hooks/{token}"):
        shown = json.dumps(taken(httpserver, path), ensure_ascii=False)
        assert "script" in shown
        for acting in ("<!", "<s", "<@", "@channel", "](", "http://evil", "`a`", "\\r\\nBcc"):
            assert acting not in shown, acting


def test_a_novel_makes_no_novel_of_the_subject(told):
    assert len(told(held_back(title="x" * 5000))["title"]) == 150


def test_every_kind_has_its_heading():
    assert set(HEADINGS) == set(KINDS)


def test_the_same_thing_is_known_again_whatever_its_values_are():
    other = held_back(facts=(Fact(value="9"),), severity=WARNING, title="x", run_id="run-2")
    assert other.fingerprint == held_back().fingerprint
    assert held_back(subject="another").fingerprint != other.fingerprint
    assert held_back(kind="check_failed").fingerprint != other.fingerprint
    assert Incident.from_dict(json.loads(json.dumps(other.to_dict()))) == other


@pytest.mark.parametrize("wrong", [{"kind": "typo"}, {"severity": "fatal"}])
def test_an_incident_of_no_known_kind_is_a_mistake_of_the_code(wrong):
    with pytest.raises(ValueError, match=r"^no (kind|severity) of"):
        held_back(**wrong)


def test_days_are_counted_from_the_first(house, clock):
    house.run(held_back())
    clock.pass_days(305)
    (alert,) = open_alerts(house.settings, clock)
    # 1 March to 31 December: 305 days later, so the 306th day
    assert (alert.since, clock().date(), alert.day_number) == (
        "2026-03-01",
        date(2026, 12, 31),
        306,
    )
