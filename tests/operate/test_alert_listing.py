"""What ``smed alerts`` shows of who was told."""

import io

import pytest
from rich.console import Console

from operate.alerting import listing

ALERT = {
    **{"fingerprint": "f1", "severity": "critical", "title": "KPI-09 held back", "owners": ["BRN"]},
    **{"since": "2026-03-01", "day_number": 3, "snoozed_until": None},
}


@pytest.mark.parametrize(
    ("told_on", "not_delivered", "shown"),
    [
        ({"BRN": "2026-03-02", "secretariat": "2026-03-01"}, [], "2026-03-02"),
        ({}, ["BRN", "secretariat"], "not delivered: BRN, secretariat"),
        ({"BRN": "2026-03-01"}, ["secretariat"], "2026-03-01; not delivered: secretariat"),
        ({}, [], listing.NO_VALUE),
    ],
)
def test_told_last_is_the_day_of_what_arrived_and_names_whom_nothing_reached(
    monkeypatch, told_on, not_delivered, shown
):
    said = io.StringIO()
    monkeypatch.setattr(listing, "OUT", Console(file=said, width=300))
    alert = {**ALERT, "told_on": told_on, "not_delivered": not_delivered}
    facts = {"open": [alert], "undelivered": [], "problems": [], "is_configured": True}
    listing.print_alerts(facts)
    (row,) = [line for line in said.getvalue().splitlines() if "KPI-09" in line]
    assert row.split("\u2502")[-2].strip() == shown
