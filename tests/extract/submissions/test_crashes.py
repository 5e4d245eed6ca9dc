"""A crash at any point of the intake: the same file once more makes up for it, once."""

import pytest

from extract.submissions import desk as desks
from tests.extract.submissions.desks import csv_file, value

PARTS = ["answer.html", "answer.json", "marked.xlsx"]
# a comma is read with a warning, so there is a cell to mark
ROWS = [value(2022, "48,2")]


class Killed(BaseException):
    """What no handler of the product takes for an error."""


def _kill(*_, **__):
    raise Killed


def _answers(office) -> list[str]:
    return sorted(p.name for p in (office.settings.home / "inbox/MYS/answers").glob("*/*"))


def test_killed_before_the_answer_all_three_parts_are_written_by_the_same_command(
    office, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr(desks, "write_answer", _kill)
        with pytest.raises(Killed):
            office.values(ROWS)
    assert (office.states(), _answers(office)) == (["accepted"], [])
    again = office.values(ROWS)
    assert (again.kind, _answers(office)) == ("unchanged", PARTS)


def test_a_copy_that_is_lacking_is_made_up_for_beside_a_file_that_replaces_it(office, monkeypatch):
    given = ("kpi", "MYS", "2026H1")
    first = csv_file(office.folder, "first.csv", *given, ROWS)
    second = csv_file(office.folder, "second.csv", *given, [value(2022, 48.9)], version=2)
    with monkeypatch.context() as patched:
        patched.setattr(desks, "write_answer", _kill)
        with pytest.raises(Killed):
            office.send(first)
    office.send(second, first)
    assert office.states() == ["superseded", "accepted"]
    assert _answers(office) == sorted([*PARTS, "answer.html", "answer.json"])


def test_killed_before_the_marked_copy_it_is_written_by_the_same_command(office, monkeypatch):
    from extract.submissions import marked_copy

    with monkeypatch.context() as patched:
        patched.setattr(marked_copy, "marked_copy_bytes", _kill)
        with pytest.raises(Killed):
            office.values(ROWS)
    office.values(ROWS)
    assert _answers(office) == PARTS
    page = next((office.settings.home / "inbox/MYS/answers").glob("*/answer.html"))
    assert "The marked copy is marked.xlsx" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("event", ["validated", "accepted"])
def test_killed_before_an_event_the_file_is_decided_on_by_the_same_command(
    office, monkeypatch, event
):
    record = desks.Desk.record

    def until_then(desk, name, *given, **facts):
        if name == event:
            raise Killed
        return record(desk, name, *given, **facts)

    with monkeypatch.context() as patched:
        patched.setattr(desks.Desk, "record", until_then)
        with pytest.raises(Killed):
            office.values(ROWS)
    assert office.states() == [{"validated": "received", "accepted": "valid"}[event]]
    assert office.values(ROWS).kind == "accepted"
    assert (office.states(), _answers(office)) == (["accepted"], PARTS)


def test_a_file_that_was_answered_is_not_read_again(office, monkeypatch):
    office.values(ROWS)
    from extract.submissions.intake import _Readers

    read = []
    monkeypatch.setattr(_Readers, "read", lambda self, kept: read.extend(kept) or iter(()))
    office.values(ROWS)
    assert read == []
