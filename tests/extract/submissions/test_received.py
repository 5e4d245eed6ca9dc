"""What is received is copied first and kept for ever, whatever it is called and whatever it is."""

import json
import os

import pytest

from extract.submissions import received
from tests.extract.submissions.desks import csv_file, value

STRANGE_NAMES = (
    "..%2f..%2fevil.csv",
    "two\nlines.csv",
    "gnp\u202exslx.csv",
    "n" * 240 + ".csv",
    "😀.csv",
    "Việt.csv",
    "CON.csv",
)


def _send(office, path):
    (outcome,) = office.send(path)
    return outcome


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_a_name_is_data_and_names_nothing_on_the_disk(office, name):
    outcome = _send(
        office, csv_file(office.folder, name, "kpi", "MYS", "2026H1", [value(2022, 48)])
    )
    assert outcome.kind == "accepted"
    folder = office.settings.raw / "submissions"
    sha256 = outcome.submission.sha256
    assert sorted(p.name for p in folder.iterdir() if p.is_file()) == [
        f"{sha256}.csv",
        f"{sha256}.provenance.json",
    ]
    facts = json.loads((folder / f"{sha256}.provenance.json").read_bytes())
    shown = facts["original_name"]
    assert shown.isprintable()
    assert len(shown) <= 80
    assert facts["submission_id"] == outcome.submission.submission_id
    assert {"bytes", "party_code", "received_at", "actor", "is_illustrative"} <= facts.keys()


def test_what_is_no_file_is_refused_and_nothing_is_kept(office, tmp_path):
    target = csv_file(tmp_path, "target.csv", "kpi", "MYS", "2026H1", [value(2022, 48)])
    link, pipe, folder = (tmp_path / name for name in ("link.csv", "pipe.csv", "folder.csv"))
    link.symlink_to(target)
    os.mkfifo(pipe)
    folder.mkdir()
    outcomes = office.send(link, pipe, folder)
    assert {outcome.kind for outcome in outcomes} == {"refused"}
    assert {f.rule_code for o in outcomes for f in o.findings} == {"receipt.not_a_file"}
    assert not (office.settings.raw / "submissions").exists()


def test_what_is_far_too_large_is_refused_unread(office, tmp_path):
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.truncate(1 + 2 * 10 * 1024 * 1024)
    outcome = _send(office, path)
    assert [found.rule_code for found in outcome.findings] == ["receipt.too_large"]


def test_a_file_that_changes_while_it_is_read_is_left(office, tmp_path, monkeypatch):
    path = csv_file(tmp_path, "growing.csv", "kpi", "MYS", "2026H1", [value(2022, 48)])
    look = os.fstat

    def grown(descriptor):
        facts = look(descriptor)
        with path.open("a") as file:
            file.write("KPI-08")
        return facts

    monkeypatch.setattr(received.os, "fstat", grown)
    with pytest.raises(received.StillWritten):
        received.read_source(path, 1000)
    assert _send(office, path).kind == "left"


def test_the_same_bytes_from_two_parties_are_two_submissions_of_one_file(office, tmp_path):
    path = csv_file(tmp_path, "a.csv", "kpi", "MYS", "2026H1", [value(2022, 48)])
    (first,), (second,) = office.send(path), office.send(path, party="IDN")
    assert first.submission.sha256 == second.submission.sha256
    assert first.submission.submission_id != second.submission.submission_id
    assert len(list((office.settings.raw / "submissions").glob("*.csv"))) == 1


def test_what_another_user_sends_is_kept_and_held_back(office):
    (office.settings.home).mkdir()
    (office.settings.home / "people.csv").write_text("user,party_code,role\nann,IDN,sender\n")
    outcome = office.values([value(2022, 48)], actor="ann")
    assert [found.rule_code for found in outcome.findings] == ["party.not_allowed"]
    assert office.standing() == {}
