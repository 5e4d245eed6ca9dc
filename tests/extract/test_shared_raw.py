"""What one machine received all machines hold, once, as it came."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from extract import acknowledgements, landing
from extract.acknowledgements import Acknowledgement
from extract.asking import Response
from extract.landing import Snapshot
from extract.shared_desk import DESK
from extract.shared_raw import bring_in, exchange, send, shared_desk, unsent
from extract.submissions.events import EventLog
from smed.errors import ActRefused, RawAltered, StorageUnavailable

SNAPSHOT = Snapshot(
    source="WB",
    series="SP.POP.TOTL",
    series_title="Population, total",
    database="2",
    version=None,
    vintage_date="2021-11-04",
    vintage_basis="lastupdated",
    is_recorded=False,
    retrieved_at="2021-11-05T01:02:03+00:00",
    cells=(("THA", "YR2016", 1.5), ("THA", "YR2017", None)),
)
LATER = replace(SNAPSHOT, retrieved_at="2021-11-05T01:02:04+00:00")


def _land(settings, snapshot=SNAPSHOT) -> None:
    at = datetime.fromisoformat(snapshot.retrieved_at)
    response = Response("https://example.org/a", b'{"a": 1}', 200, at)
    kept = landing.keep_responses(settings, "WB", [("https://example.org/a", response)], False)
    landing.land(settings, snapshot, kept)


def _bytes(settings) -> dict[str, bytes]:
    files = (path for path in settings.raw.rglob("*") if path.is_file())
    return {path.relative_to(settings.raw).as_posix(): path.read_bytes() for path in files}


def _object(files, settings, end: str) -> str:
    (found,) = [p for p in files.find(settings.storage_url) if p.endswith(end)]
    return found


def _decide(settings, text: str) -> None:
    with shared_desk(settings):
        log = EventLog(settings, lambda: datetime(2026, 7, 1, tzinfo=UTC))
        list(log.read())
        log.append("reopened", None, "somebody", note=text)
        log.write()


def test_what_landed_on_one_machine_is_held_by_all_byte_by_byte(shared, storage):
    first, second = shared("first"), shared("second")
    _land(first)
    said = Acknowledgement(*"abcdefg", "me", "2021-11-05T00:00:00+00:00", "it is right")
    acknowledgements.keep(first, said)
    _decide(first, "one")
    exchange(first, storage)
    exchange(second, storage)
    assert _bytes(second) == _bytes(first)
    assert len(_bytes(first)) == 6
    assert unsent(first, storage) == []
    (vintage,) = landing.landed(second, "WB", SNAPSHOT.series)
    assert landing.received_path(second, vintage).exists()


def test_what_is_told_to_whom_stays_where_it_was_told(shared, storage):
    first, second = shared("first"), shared("second")
    (first.raw / "alerts" / "snoozes").mkdir(parents=True)
    (first.raw / "alerts" / "snoozes" / "1.json").write_bytes(b"{}")
    exchange(first, storage)
    exchange(second, storage)
    assert _bytes(second) == {}


def test_of_a_vintage_that_two_machines_fetched_the_first_that_was_sent_counts(shared, storage):
    first, second = shared("first"), shared("second")
    _land(first)
    _land(second, LATER)
    assert _bytes(first).keys() == _bytes(second).keys()
    assert _bytes(first) != _bytes(second)
    exchange(first, storage)
    exchange(second, storage)
    assert _bytes(second) == _bytes(first)
    # the pair belongs together
    (vintage,) = landing.landed(second, "WB", SNAPSHOT.series)
    landing.received_path(second, vintage)


def test_a_vintage_that_another_machine_only_began_to_send_is_not_mixed(shared, storage):
    first, second, third = shared("first"), shared("second"), shared("third")
    _land(first)
    _land(second, LATER)
    (path,) = first.raw.glob("*/observations/*/*.parquet")
    name = path.relative_to(first.raw).as_posix()
    storage.create(f"raw/{name}", path)  # killed before its provenance
    bring_in(third, storage)
    assert not [name for name in _bytes(third) if "observations" in name]
    with pytest.raises(StorageUnavailable, match="run the command again") as error:
        send(second, storage)
    assert str(second.raw / name) in str(error.value)
    assert storage.address(f"raw/{name}") in str(error.value)
    send(first, storage)
    exchange(second, storage)
    assert _bytes(second) == _bytes(first)


def test_what_never_landed_is_not_sent(shared, storage):
    first = shared("first")
    _land(first)
    (path,) = first.raw.glob("*/observations/*/*.parquet")
    path.unlink()  # as a kill between the two leaves it
    checked = first.raw / "submissions" / "checked" / "00000001.jsonl"
    checked.parent.mkdir(parents=True)
    checked.write_bytes(b"a check whose decision never came")
    exchange(first, storage)
    assert not [name for name in storage.list("raw/") if "observations" in name]
    assert not [name for name in storage.list("raw/") if "checked" in name]
    _decide(first, "one")
    assert "raw/submissions/checked/00000001.jsonl" in storage.list("raw/")


def test_other_bytes_under_the_same_name_are_an_error_that_names_both(shared, storage):
    first, second = shared("first"), shared("second")
    _decide(first, "one")
    exchange(second, storage)
    (path,) = (second.raw / "submissions" / "events").iterdir()
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"one", b"two"))
    with pytest.raises(RawAltered, match="holds other bytes than") as error:
        exchange(second, storage)
    assert str(path) in str(error.value)
    assert storage.address("raw/submissions/events/") in str(error.value)


@pytest.mark.parametrize("end", [".parquet", ".provenance.json", ".json"])
def test_a_damaged_object_is_found_by_its_hash(s3, shared, storage, end):
    first, second = shared("first"), shared("second")
    _land(first)
    exchange(first, storage)
    files = s3.files
    place = [p for p in files.find(first.storage_url) if p.endswith(end)][-1]
    files.pipe_file(place, b"x" * len(files.cat_file(place)))
    with pytest.raises(RawAltered, match="holds other bytes than were sent") as error:
        bring_in(second, storage)
    assert f"s3://{place}" in str(error.value)
    assert _bytes(second) == {}
    # as the error says
    files.rm_file(place)
    exchange(first, storage)
    bring_in(second, storage)
    assert _bytes(second) == _bytes(first)


def test_a_name_that_leads_elsewhere_is_not_followed(s3, shared, storage, tmp_path):
    storage.put("raw/../../escaped.json", b"{}", None)
    exchange(shared("first"), storage)
    assert not list(tmp_path.rglob("escaped.json"))


@pytest.mark.parametrize("after", [1, 3])
def test_a_storage_that_dies_loses_nothing_and_the_next_attempt_ends_it(s3, shared, storage, after):
    first, second = shared("first"), shared("second")
    _land(first)
    before = _bytes(first)
    s3.fail({"method": "PUT", "path": "raw/", "after": after, "do": "die"})
    with pytest.raises(StorageUnavailable):
        exchange(first, storage)
    assert _bytes(first) == before
    s3.start()
    bring_in(second, storage)  # whole pairs or nothing
    for vintage in landing.landed(second, "WB", SNAPSHOT.series):
        landing.received_path(second, vintage)
    exchange(first, storage)
    exchange(second, storage)
    assert _bytes(second) == before


def test_submissions_are_decided_on_at_one_desk(s3, shared, storage):
    first, second = shared("first"), shared("second")
    _decide(first, "one")
    with pytest.raises(ActRefused, match="not here; send, review and retract there"):
        _decide(second, "two")
    assert _bytes(second) == {}
    # the first machine is lost: as the error says
    s3.files.rm_file(_object(s3.files, first, DESK))
    _decide(second, "two")
    _decide(second, "three")
    events = sorted((second.raw / "submissions" / "events").iterdir())
    notes = [json.loads(path.read_bytes())["note"] for path in events]
    assert notes == ["one", "two", "three"]
    # it was not lost: what it decides now would have the number of another decision
    with pytest.raises(ActRefused):
        _decide(first, "another two")


def test_a_decision_stands_though_the_storage_is_away(s3, shared, storage, caplog):
    first, second = shared("first"), shared("second")
    _decide(first, "one")
    s3.fail({"method": "PUT", "path": "events", "do": "503"})
    _decide(first, "two")
    assert "sent by the next refresh" in caplog.text
    assert len(unsent(first, storage)) == 1
    s3.fail()
    exchange(first, storage)
    exchange(second, storage)
    assert _bytes(second) == _bytes(first)
