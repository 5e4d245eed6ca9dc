"""Files are decided on together: in few files on the disk, all of a batch or nothing of it."""

import json
import os

import duckdb
import pytest

from extract.submissions import acts, intake
from extract.submissions.intake import Incoming, take_in
from extract.submissions.landing_rows import submission_ids
from smed import home
from smed.errors import RawAltered
from tests.extract.submissions.desks import START, Office, csv_file, value
from tests.extract.submissions.landed_rows import current_rows

BATCH = 3


def _files(folder, count: int) -> list:
    """Files of which each says another year."""
    return [
        csv_file(folder, f"{n}.csv", "kpi", "MYS", "2026H1", [value(2018 + n, 47.0 + n / 10)])
        for n in range(count)
    ]


def _names(office, folder: str) -> list[str]:
    return sorted(p.name for p in (office.settings.raw / "submissions" / folder).rglob("*.*"))


def test_a_batch_is_one_file_of_each_kind(office):
    office.send(*_files(office.folder, 3))
    assert _names(office, "events") == ["00000001-00000003.jsonl", "00000004-00000009.jsonl"]
    assert _names(office, "checked") == ["00000004.jsonl"]
    assert _names(office, "observations") == [
        "2026-07-01_00000004-00000009.parquet",
        "2026-07-01_00000004-00000009.provenance.json",
    ]
    assert len(current_rows(office, "kpi")) == 3


def test_a_landed_file_names_the_submissions_that_it_has_rows_of(office):
    outcomes = office.send(*_files(office.folder, 3))
    (landed,) = office.settings.raw.rglob("observations/kpi/*.parquet")
    path = str(landed.relative_to(office.settings.raw))
    names = {outcome.submission.submission_id for outcome in outcomes}
    assert set(submission_ids(office.settings, path)) == names


def test_what_is_decided_before_and_after_midnight_lands_by_its_day(office):
    office.clock.now = START.replace(hour=23, minute=58, second=30)
    with office.desk() as desk:
        files = []
        for path in _files(office.folder, 2):
            (outcome,) = take_in(desk, [Incoming(path, "MYS", home.actor())])
            files.append(outcome.submission.submission_id)
        with desk.together():
            acts.retract(desk, files[0], home.actor(), "wrong register")
            office.clock.turn(minutes=2)
            acts.retract(desk, files[1], home.actor(), "wrong register")
    assert [name[:10] for name in _names(office, "observations") if name.endswith("parquet")] == [
        *("2026-07-01", "2026-07-01", "2026-07-01", "2026-07-02")
    ]


def test_the_parts_of_a_ratio_are_kept_and_land_though_other_rows_have_none(office):
    parts = {"numerator": 96.4, "denominator": 200}
    rows = [value(2021, 47.8), value(2022, 48.2, **parts), value(2023, 48.9)]
    outcome = office.values(rows)
    (landed,) = office.settings.raw.rglob("observations/kpi/*.parquet")
    with duckdb.connect() as connection:
        query = f"select numerator, denominator from '{landed}' order by observation_year"
        assert connection.execute(query).fetchall() == [(None, None), (96.4, 200), (None, None)]
    with office.desk() as desk:
        kept = desk.book.checked(desk.book.submissions[outcome.submission.submission_id])
    assert [row.get("numerator") for row in kept.rows] == [None, 96.4, None]
    rows[1]["numerator"] = 96.5
    assert office.values(rows, version=2).kind == "accepted"
    (difference,) = office.events()[-2]["differences"]
    assert difference["changed"] == {"numerator": ["96.4", "96.5"]}


def test_large_files_are_decided_on_before_the_batch_is_full(office, monkeypatch):
    monkeypatch.setattr(intake, "ROWS_TOGETHER", 2)
    outcomes = office.send(*_files(office.folder, 5))
    assert [outcome.kind for outcome in outcomes] == ["accepted"] * 5
    assert len(_names(office, "checked")) == 3
    assert {os.path.basename(o.answer) for o in outcomes} == {
        o.submission.submission_id for o in outcomes
    }


def test_a_file_of_events_that_lost_a_line_stops_every_decision(office):
    office.send(*_files(office.folder, 2))
    path = office.settings.raw / "submissions" / "events" / "00000003-00000006.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.chmod(0o644)
    path.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(RawAltered, match="holds 3 of 4 events"), office.desk():
        pass


def test_a_check_that_is_gone_is_named(office):
    office.send(*_files(office.folder, 1))
    path = office.settings.raw / "submissions" / "checked" / "00000002.jsonl"
    path.unlink()
    with pytest.raises(RawAltered, match=str(path)), office.desk():
        pass


def _killed_when_naming(office: Office, number: int, files: list) -> bool:
    """Takes files in, in a process that dies when it names its so many-th file; if it did."""
    process = os.fork()
    if process == 0:
        named = [0]
        replace = os.replace

        def replace_or_die(*given) -> None:
            named[0] += 1
            if named[0] == number:
                os._exit(9)
            replace(*given)

        os.replace = replace_or_die
        try:
            with office.desk() as desk:
                sent = [Incoming(path, "MYS", home.actor()) for path in files]
                list(take_in(desk, sent, BATCH))
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


def test_wherever_it_is_killed_taking_in_again_ends_as_undisturbed(
    settings, tmp_path, tmp_path_factory, in_this_process
):
    files = _files(tmp_path, BATCH + 1)
    undisturbed = Office(settings, tmp_path)
    states = {o.submission.submission_id: o.kind for o in undisturbed.send(*files)}
    number, was_killed = 0, True
    while was_killed:
        number += 1
        folder = tmp_path_factory.mktemp("killed")
        office = Office(settings.model_copy(update={"home": folder / "home"}), folder)
        was_killed = _killed_when_naming(office, number, files)
        outcomes = office.send(*files)
        assert {o.submission.submission_id: o.submission.state for o in outcomes} == states
        assert office.standing() == undisturbed.standing()
        assert current_rows(office, "kpi") == current_rows(undisturbed, "kpi")
        assert all(os.path.isfile(f"{o.answer}/answer.json") for o in outcomes)
    # of each of the two batches at least copies, provenance, events twice, checks, what landed
    assert number > 20


def _as_before(office: Office) -> None:
    """Turns a home into one of the version that kept a file an event, a check and a landing."""
    folder = office.settings.raw / "submissions"
    with office.desk() as desk:
        checks = {s.submission_id: desk.book.checked(s) for s in desk.book.submissions.values()}
        events = office.events()
    for path in [*folder.glob("events/*"), *folder.glob("checked/*")]:
        path.unlink()
    for event in events:
        name = event["submission_id"]
        if "checked_name" in event:
            event["checked_name"] = f"{name}.0123456789ab"
        for landing in event.get("landings", ()):
            landing["stem"] = name
        path = folder / "events" / f"{event['event_number']:08d}.json"
        path.write_text(json.dumps(event) + "\n")
    for name, content in checks.items():
        kept = {key: getattr(content, key) for key in ("rows", "set_aside", "findings")}
        path = folder / "checked" / f"{name}.0123456789ab.json"
        path.write_text(json.dumps(kept, default=str))
    for path in folder.glob("observations/kpi/*"):
        suffix = path.name.partition(".")[2]
        if suffix == "provenance.json":
            facts = json.loads(path.read_bytes())
            (facts["submission_id"],) = facts.pop("submissions")
            path.chmod(0o644)
            path.write_text(json.dumps(facts))
        path.rename(path.with_name(f"{name}.{suffix}"))
    (office.settings.home / "ledger.db").unlink()


def test_a_home_of_before_is_read_and_goes_on(office):
    first = office.values([value(2021, 47.8), value(2022, 48.2)])
    _as_before(office)
    landed = _names(office, "observations")
    assert landed == [
        f"{first.submission.submission_id}.parquet",
        f"{first.submission.submission_id}.provenance.json",
    ]
    path = f"submissions/observations/kpi/{landed[0]}"
    assert submission_ids(office.settings, path) == [first.submission.submission_id]
    second = office.values([value(2021, 47.9), value(2022, 48.3)], version=2)
    assert (second.kind, office.states()) == ("accepted", ["superseded", "accepted"])
    # what was there stays as it was, and counts no more
    assert set(landed) < set(_names(office, "observations"))
    assert [row[5] for row in current_rows(office, "kpi")] == [47.9, 48.3]
    assert office.values([value(2021, 47.8), value(2022, 48.2)]).kind == "unchanged"


def test_what_a_home_of_before_lacks_is_landed_under_its_own_name(office):
    first = office.values([value(2022, 48.2)])
    before = current_rows(office, "kpi")
    _as_before(office)
    (landed,) = office.settings.raw.rglob("observations/kpi/*.parquet")
    landed.unlink()
    with office.desk():
        pass
    assert landed.name == f"{first.submission.submission_id}.parquet"
    assert current_rows(office, "kpi") == before
