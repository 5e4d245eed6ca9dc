"""Decisions are raw: they can be read again after anything, and nothing is decided twice."""

import json
import shutil
from datetime import datetime

import pytest

from extract.submissions import acts
from extract.submissions.lifecycle import TRANSITIONS, next_state
from smed.errors import ActRefused, HomeBusy, RawAltered
from smed.ledger import Ledger
from tests.extract.submissions.desks import value


def _observations(office) -> dict[str, bytes]:
    folder = office.settings.raw / "submissions" / "observations"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_lost_ledger_is_made_anew_from_the_events(office):
    office.values([value(2022, 48.2)])
    before, ledger = office.events(), office.settings.home / "ledger.db"
    ledger.unlink()
    with office.desk():
        pass
    assert office.events() == before
    indexed = Ledger(ledger).all("submission_event")
    assert [facts["event"] for _, facts in indexed] == [event["event"] for event in before]


def test_an_event_that_is_gone_stops_every_decision(office):
    office.values([value(2022, 48.2)])
    (office.settings.raw / "submissions" / "events" / "00000001-00000001.jsonl").unlink()
    with pytest.raises(RawAltered, match="an event is gone"):
        office.values([value(2022, 48.3)], version=2)


def test_events_are_written_once_and_numbered_without_a_gap(office):
    office.values([value(2022, 48.2)])
    office.values([value(2022, 48.3)], version=2)
    folder = office.settings.raw / "submissions" / "events"
    lines = [line for path in sorted(folder.iterdir()) for line in path.read_bytes().splitlines()]
    written = [json.loads(line) for line in lines]
    assert [event["event_number"] for event in written] == list(range(1, len(written) + 1))
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}
    assert [event["event"] for event in written] == [
        *("received", "validated", "accepted"),
        *("received", "validated", "accepted", "superseded"),
    ]


def test_time_never_goes_back_in_the_log(office):
    office.values([value(2022, 48.2)])
    office.clock.turn(days=-400)
    office.values([value(2022, 48.3)], version=2)
    times = [datetime.fromisoformat(event["at"]) for event in office.events()]
    assert times == sorted(set(times))


def test_a_landing_that_a_crash_prevented_is_made_up_for_byte_by_byte(office):
    outcome = office.values([value(2021, 47.8), value(2022, 48.2)])
    with office.desk() as desk:
        acts.retract(desk, outcome.submission.submission_id, "root", "wrong register")
    before = _observations(office)
    assert len(before) == 4
    assert {name.partition("_")[0] for name in before} == {"kpi/2026-07-01"}
    shutil.rmtree(office.settings.raw / "submissions" / "observations")
    with office.desk():
        pass
    assert _observations(office) == before


def test_a_file_that_a_crash_left_unchecked_is_taken_up_again(office):
    outcome = office.values([value(2022, 48.2)])
    folder = office.settings.raw / "submissions"
    for path in sorted((folder / "events").iterdir())[1:]:
        path.unlink()
    (office.settings.home / "ledger.db").unlink()
    shutil.rmtree(folder / "observations")
    again = office.values([value(2022, 48.2)])
    assert (again.kind, again.submission.submission_id) == (
        *("accepted",),
        outcome.submission.submission_id,
    )
    assert len(office.events()) == 3


def test_only_one_sits_at_the_desk(office, monkeypatch):
    from extract.submissions import desk as desks

    monkeypatch.setattr(desks, "WAIT_SECONDS", 0.1)
    with office.desk(), pytest.raises(HomeBusy, match="a test of"):
        office.values([value(2022, 48.2)])


@pytest.mark.parametrize("state", sorted({state for state, _ in TRANSITIONS if state}))
def test_what_may_not_follow_is_refused(state):
    events = {event for _, event in TRANSITIONS}
    for event in events:
        if (state, event) in TRANSITIONS:
            assert next_state(state, event, "x") == TRANSITIONS[state, event]
        else:
            with pytest.raises(ActRefused, match=f"it is {state} and cannot become {event}"):
                next_state(state, event, "x")
