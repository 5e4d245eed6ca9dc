"""What a correction does to what was sent before: what it changes, what it leaves, one row back."""

import json

import pytest

from extract.submissions import acts
from operate.submission_answers import effect_lines, print_outcome
from operate.submissions import described
from smed.errors import ActRefused
from tests.extract.submissions.desks import line, value
from tests.extract.submissions.landed_rows import current_rows

FIRST, SECOND = ("KPI-08", "MYS", 2021), ("KPI-08", "MYS", 2022)
REVIEWER = "somebody-else"


def _answer(office, outcome, name: str) -> str:
    folder = office.settings.home / "inbox" / outcome.submission.party_code / "answers"
    return (folder / outcome.submission.submission_id / name).read_text(encoding="utf-8")


@pytest.fixture
def corrected(office):
    """Three published values; the correction changes one, repeats one and leaves one out."""
    office.first = office.values([value(2020, 47.1), value(2021, 47.8), value(2022, 48.2)])
    office.publish()
    office.second = office.values([value(2020, 47.1), value(2022, 48.9)], version=2)
    return office


def test_what_was_sent_before_and_left_out_is_named_and_stays(corrected, capsys):
    said = json.loads(_answer(corrected, corrected.second, "answer.json"))
    (left,) = said["left_out"]
    # the second row below the header, after five lines of facts
    assert (left["what"], left["value"], left["row_number"]) == ("KPI-08 2021", "47.8", 8)
    page = " ".join(_answer(corrected, corrected.second, "answer.html").split())
    assert "it stays" in page
    assert "KPI-08 2021: 47.8 (published; row 8 of MYS-" in page
    print_outcome(corrected.second)
    shown = capsys.readouterr().out
    assert "1 row sent before and not taken from this file stays as before: KPI-08 2021" in shown
    assert f"smed retract {corrected.first.submission.submission_id} --row 8" in shown


def test_each_published_value_that_an_amendment_changes_is_named(corrected):
    said = json.loads(_answer(corrected, corrected.second, "answer.json"))
    (change,) = said["changes"]
    assert (change["what"], change["column"], change["before"], change["after"]) == (
        *("KPI-08 2022", "Value"),
        *("48.2", "48.9"),
    )
    assert change["is_published"]
    page = _answer(corrected, corrected.second, "answer.html")
    assert "KPI-08 2022, Value (row 8): 48.2 becomes 48.9; published" in page


def test_the_same_file_again_is_told_the_same_from_what_was_kept(corrected):
    first = json.loads(_answer(corrected, corrected.second, "answer.json"))
    again = corrected.values([value(2020, 47.1), value(2022, 48.9)], version=2)
    assert (again.kind, again.effects) == ("unchanged", corrected.second.effects)
    said = json.loads(_answer(corrected, again, "answer.json"))
    assert {name: said[name] for name in again.effects} == {
        name: first[name] for name in again.effects
    }


def test_the_second_person_is_told_the_same(corrected):
    with corrected.desk() as desk:
        said = described(desk, corrected.second.submission.submission_id)
    assert "- rows that it takes in: 2\n" in said
    assert "- changes KPI-08 2022, Value: 48.2 becomes 48.9 (published)" in said
    assert "stays as before: KPI-08 2021: 47.8" in said


def test_a_value_that_is_new_in_a_published_period_is_named_too(office):
    office.values([value(2022, 48.2)])
    office.publish()
    second = office.values([value(2022, 48.2), value(2021, 47.8)], version=2)
    (change,) = second.effects["changes"]
    assert (change["what"], change["before"], change["after"]) == ("KPI-08 2021", "nothing", "47.8")


def test_a_first_file_and_another_period_change_nothing(office):
    first = office.values([value(2022, 48.2)], period="2025H2")
    other = office.values([value(2021, 47.8)], period="2026H1", name="other.csv")
    for outcome in (first, other):
        assert effect_lines(outcome.effects) == []
        assert "sent before" not in _answer(office, outcome, "answer.html")


def test_no_text_of_a_sender_is_repeated_to_the_second_person(office):
    office.progress([line("D-3-1.1", 10, issues="**call me**")], party="KHM")
    office.publish()
    second = office.progress(
        [line("D-3-1.1", 20, issues="<b>now</b>")], party="KHM", version=2, name="b.csv"
    )
    with office.desk() as desk:
        said = described(desk, second.submission.submission_id)
    assert "D-3-1.1, Per cent complete: 10 becomes 20 (published)" in said
    assert "D-3-1.1, Note: a text becomes another text" in said
    assert "call me" not in said
    assert "now</b>" not in said


def test_one_row_is_taken_back_and_the_others_stand(office):
    outcome = office.values([value(2021, 47.8), value(2022, 48.2)])
    with office.desk() as desk:
        done = acts.retract(desk, outcome.submission.submission_id, "root", "wrong year", (8,))
    assert (done.state, office.standing()) == ("accepted", {FIRST: 47.8})
    assert "row 8 was taken back: wrong year" in _answer(office, outcome, "answer.html")
    # a row that says so, in a file of its own
    assert len(list(office.settings.raw.rglob("observations/kpi/*.parquet"))) == 2
    assert [row[4] for row in current_rows(office, "kpi")] == [2021]


def test_all_rows_taken_back_are_the_submission_taken_back(office):
    outcome = office.values([value(2021, 47.8), value(2022, 48.2)])
    with office.desk() as desk:
        name = outcome.submission.submission_id
        acts.retract(desk, name, "root", "wrong year", (8,))
        done = acts.retract(desk, name, "root", "wrong too", (7,))
    assert (done.state, office.standing()) == ("retracted", {})


def test_a_row_that_does_not_stand_is_refused_with_those_that_do(office):
    outcome = office.values([value(2021, 47.8), value(2022, 48.2)])
    with office.desk() as desk, pytest.raises(ActRefused, match="rows of it that stand: 7, 8"):
        acts.retract(desk, outcome.submission.submission_id, "root", "why not", (7, 99))
    assert len(office.standing()) == 2


def test_a_published_row_is_taken_back_by_somebody_else_only(office):
    outcome = office.values([value(2021, 47.8), value(2022, 48.2)])
    office.publish()
    name = outcome.submission.submission_id
    with office.desk() as desk:
        with pytest.raises(ActRefused, match="two pairs of eyes"):
            acts.retract(desk, name, outcome.submission.sender, "wrong year", (8,))
        acts.retract(desk, name, REVIEWER, "wrong year", (8,))
    assert office.standing() == {FIRST: 47.8}


@pytest.mark.parametrize("end", ["retracted", "superseded", "returned"])
def test_the_same_bytes_of_what_is_over_are_answered_with_what_to_do(office, end):
    office.values([value(2021, 47.8)])
    office.publish()
    rows, given = [value(2021, 48.1)], {"version": 2, "name": "again.csv"}
    outcome = office.values(rows, **given)
    name = outcome.submission.submission_id
    with office.desk() as desk:
        if end == "retracted":
            acts.retract(desk, name, "root", "wrong register")
        else:
            acts.review(desk, name, REVIEWER, end == "superseded", "looked at")
    if end == "superseded":
        newer = office.values([value(2021, 48.3)], version=3, name="newer.csv")
        with office.desk() as desk:
            acts.review(desk, newer.submission.submission_id, REVIEWER, True, "looked at")
    again = office.values(rows, **given)
    assert (again.kind, again.submission.state) == ("unchanged", end)
    assert "raise submission_version by one and send it" in again.message
    assert "aise submission_version by one" in _answer(office, again, "answer.html")


def test_d16_the_events_keep_no_word_of_a_sender(office):
    office.values([value(2021, 47.8, source_title="Ms Tran", note="call 0912 345 678")])
    office.values([value(2021, 47.8, source_title="Mr Minh", note="call 0912 999 999")], version=2)
    assert office.states() == ["superseded", "accepted"]
    events = office.settings.raw / "submissions" / "events"
    told = "".join(path.read_text(encoding="utf-8") for path in events.glob("*.jsonl"))
    assert '"source_title": ["a text", "a text"]' in told
    for words in ("Tran", "Minh", "0912"):
        assert words not in told
