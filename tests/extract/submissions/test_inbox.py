"""The inboxes: what a party puts there is taken in, put away and answered."""

import os
import time

from extract.submissions import inbox
from extract.submissions.people import read_people
from tests.extract.submissions.desks import PLAN, csv_file, value


def _put(office, name: str, party: str = "MYS", amount: float = 48.2, age: float = 60):
    folder = office.settings.home / "inbox" / party
    folder.mkdir(parents=True, exist_ok=True)
    path = csv_file(folder, name, "kpi", party, "2026H1", [value(2022, amount)])
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def _collect(office):
    office.clock.turn(minutes=1)
    with office.desk() as desk:
        return inbox.collect(desk)


def test_a_file_is_taken_in_put_away_and_answered(office):
    path = _put(office, "ours.csv")
    (outcome,) = _collect(office)
    name = outcome.submission.submission_id
    assert outcome.kind == "accepted"
    assert not path.exists()
    assert (path.parent / "done" / name / "ours.csv").exists()
    assert (path.parent / "answers" / name / "answer.html").exists()
    assert _collect(office) == []


def test_its_actor_is_who_owns_the_file(office):
    path = _put(office, "ours.csv")
    if os.getuid() == 0:
        os.chown(path, 65534, -1)
    (outcome,) = _collect(office)
    assert outcome.submission.sender == (
        "nobody" if os.getuid() == 0 else read_people(office.settings).home_owner
    )


def test_what_is_unfinished_or_fresh_is_left(office):
    for name in ("half.csv.part", "~$open.xlsx", ".hidden.csv"):
        _put(office, name)
    _put(office, "fresh.csv", age=0)
    assert _collect(office) == []
    assert len(list((office.settings.home / "inbox" / "MYS").iterdir())) == 4


def test_what_is_no_file_is_put_away_with_an_answer(office):
    path = _put(office, "ours.csv")
    (path.parent / "link.csv").symlink_to(path)
    outcomes = _collect(office)
    assert sorted(outcome.kind for outcome in outcomes) == ["accepted", "refused"]
    assert (path.parent / "refused" / "link.csv").is_symlink()
    assert len(list((path.parent / "answers").glob("refused-*/answer.json"))) == 1


def test_a_file_that_was_replaced_after_it_was_read_is_taken_in_next(office, monkeypatch):
    path = _put(office, "ours.csv")
    put_away = inbox._put_away

    def replaced(outcome):
        _put(office, "ours.csv", amount=49)
        put_away(outcome)

    monkeypatch.setattr(inbox, "_put_away", replaced)
    _collect(office)
    monkeypatch.undo()
    assert path.exists()
    _collect(office)
    assert office.standing() == {("KPI-08", "MYS", 2022): 49}


def test_an_inbox_of_nobody_is_named(office):
    _put(office, "ours.csv")
    (office.settings.home / "inbox" / "VietNam").mkdir()
    assert inbox.unknown_inboxes(office.settings, PLAN) == ["VietNam"]
