"""What waits at the desk or is held back there stands in the status until it is settled."""

import pytest

from operate import reporting, submissions
from publish.status import read_status, write_status
from smed.settings import Settings
from tests.extract.submissions.desks import PLAN, Office, value


@pytest.fixture
def office(settings: Settings, tmp_path) -> Office:
    return Office(settings, tmp_path)


def unsettled(office: Office) -> list[tuple]:
    with office.desk() as desk:
        rows = reporting.unsettled(desk)
    return [(row["submission_id"], row["state"], row["reporting_period"]) for row in rows]


def test_a_file_that_is_held_back_is_named_until_its_party_sends_a_good_one(office):
    first = office.values([value(2022, 148.2)], name="a.csv")
    assert first.kind == "quarantined"
    first_id = first.submission.submission_id
    assert unsettled(office) == [(first_id, "quarantined", "2026H1")]
    # another period mends nothing
    office.clock.turn(days=200)
    office.values([value(2023, 48.4)], name="b.csv", period="2026H2")
    assert unsettled(office) == [(first_id, "quarantined", "2026H1")]
    # nor does one that is no better: it takes the first one's place
    second = office.values([value(2022, 248.2)], name="c.csv")
    assert unsettled(office) == [(second.submission.submission_id, "quarantined", "2026H1")]
    assert office.values([value(2022, 48.2)], name="d.csv", version=2).kind in ("accepted", "valid")
    assert [row for row in unsettled(office) if row[1] == "quarantined"] == []


def test_a_file_that_waits_says_for_what_and_how_to_decide(office):
    office.values([value(2022, 48.2)], name="a.csv")
    office.publish()
    sent = office.values([value(2022, 50.1)], name="b.csv", version=2)
    assert sent.kind == "valid"
    with office.desk() as desk:
        [row] = reporting.unsettled(desk)
    assert (row["submission_id"], row["state"]) == (sent.submission.submission_id, "waiting")
    assert (row["party_code"], row["party_name"], row["form_code"]) == ("MYS", "Malaysia", "kpi")
    assert row["reason"].startswith("it ")
    assert row["next_step"] == (
        f"smed review {row['submission_id']} --accept|--return --reason TEXT"
    )
    assert row["since"] == office.clock.now.isoformat()


def test_nothing_in_it_is_a_word_of_the_sender(office):
    note = "call me at +60 12 345 6789"
    office.values([value(2022, 148.2, note=note)], name="private.csv", actor="a-person")
    with office.desk() as desk:
        [row] = reporting.unsettled(desk)
    said = " ".join(map(str, row.values()))
    assert not any(word in said for word in (note, "private.csv", "a-person"))


def test_the_status_keeps_it_whoever_writes_it(office):
    office.values([value(2022, 148.2)], name="a.csv")
    rows = submissions.unsettled(office.settings, PLAN)
    write_status(office.settings, "unchanged", "nothing changed", 45, [], [], rows)
    assert [row["state"] for row in read_status(office.settings)["submissions"]] == ["quarantined"]


def test_a_book_that_cannot_be_read_stops_no_status(office, caplog):
    office.values([value(2022, 48.2)], name="a.csv")
    [first, *_] = sorted((office.settings.raw / "submissions" / "events").iterdir())
    first.unlink()
    assert submissions.unsettled(office.settings, PLAN) == []
    assert "an event is gone" in caplog.text
