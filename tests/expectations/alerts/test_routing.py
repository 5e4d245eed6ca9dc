"""Addresses and digests from the settings: a slip is named, without what is secret in it."""

import pytest

from expectations.alerts.routing import owner_codes, read_addresses
from smed.settings import Settings
from tests.expectations.alerts.conftest import held_back

SECRET = "mailtos://user:geheim@host"


def addresses(plan, urls="{}", connections=None, digest=""):
    return read_addresses(Settings.load(alert_urls=urls, alert_digest=digest), plan, connections)


def test_an_owner_has_one_address_or_several(plan):
    read = addresses(plan, '{"BRN": "json://a", "secretariat": ["json://b", "json://c"]}')
    assert read.urls == {"BRN": ("json://a",), "secretariat": ("json://b", "json://c")}
    assert read.problems == ()


@pytest.mark.parametrize(
    ("urls", "named"),
    [
        (f'{{"BRM": "{SECRET}"}}', "'BRM' is no owner; did you mean BRN?"),
        (f'{{"secretariate": "{SECRET}"}}', "did you mean secretariat?"),
        (f'{{"{SECRET}": "BRN"}}', "one is no owner; they are BRN, IDN"),
        ('{"BRN": 5}', "the address of BRN is neither a text nor a list of texts"),
        (f'{{"BRN": ["{SECRET}", ""]}}', "the address of BRN is neither a text nor a list"),
        (SECRET, "SMED_ALERT_URLS is not JSON of owners"),
        (f'["{SECRET}"]', "SMED_ALERT_URLS is not JSON of owners"),
    ],
)
def test_a_slip_in_an_address_is_named_and_its_secret_is_not(plan, urls, named):
    read = addresses(plan, urls)
    (problem,) = read.problems
    assert named in problem
    assert "geheim" not in problem
    assert read.urls == {}
    assert read.is_configured


def test_a_slip_for_one_owner_leaves_the_others_their_alerts(house, httpserver):
    httpserver.expect_request("/all").respond_with_data("ok")
    house.urls = {"secretariat": f"json://127.0.0.1:{httpserver.port}/all", "BRM": SECRET}
    done = house.run(held_back())
    assert len(done.sent) == 1
    assert "did you mean BRN" in done.problems[0]


def test_what_cannot_be_read_keeps_the_message(house):
    house.urls = {"BRM": SECRET}
    (waiting,) = house.run(held_back()).undelivered
    assert waiting.receiver == "secretariat"
    assert "did you mean BRN" in waiting.reason


def test_nothing_set_is_nothing_wrong(plan):
    for empty in ("", "{}", '{"BRN": []}'):
        read = addresses(plan, empty)
        assert (read.urls, read.problems, read.is_configured) == ({}, (), False)


@pytest.mark.parametrize(
    ("digest", "named"),
    [
        ("BRM=weekly", "'BRM' is no owner; did you mean BRN?"),
        ("BRN=monthly", "BRN has 'monthly', not daily or weekly"),
        ("BRN", "BRN has '', not daily or weekly"),
    ],
)
def test_a_slip_in_a_digest_is_named(plan, digest, named):
    read = addresses(plan, digest=digest)
    assert named in read.problems[0]
    assert read.digest_days == {}


def test_digests_are_days_by_owner(plan):
    assert addresses(plan, digest="secretariat=weekly, BRN=daily").digest_days == {
        "secretariat": 7,
        "BRN": 1,
    }


def test_everybody_who_can_be_told_is_of_the_plan(plan):
    assert owner_codes(plan) == (*sorted(plan.country_codes), "secretariat", "engineers")


def test_a_setting_shows_no_address():
    settings = Settings.load(alert_urls=f'{{"BRN": "{SECRET}"}}')
    assert "geheim" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_a_plan_that_cannot_be_read_keeps_nobody_from_being_told_so(house, httpserver):
    for path in ("/all", "/brn"):
        httpserver.expect_request(path).respond_with_data("ok")
    house.urls = {
        "secretariat": f"json://127.0.0.1:{httpserver.port}/all",
        "BRN": f"json://127.0.0.1:{httpserver.port}/brn",
    }
    house.plan = None
    assert len(house.run(held_back()).sent) == 2
