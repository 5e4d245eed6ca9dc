"""What is sent twice, again, late, out of order, or taken back."""

from itertools import permutations

import pytest

from extract.submissions import acts
from smed.errors import ActRefused
from smed.settings import Settings
from tests.extract.submissions.desks import Office, csv_file, line, value

KEY = ("KPI-08", "MYS", 2022)
REVIEWER = "somebody-else"


def test_the_same_file_twice_is_a_no_op_that_names_the_first(office):
    first = office.values([value(2022, 48.2)])
    events = len(office.events())
    second = office.values([value(2022, 48.2)], name="renamed.csv")
    assert (first.kind, second.kind) == ("accepted", "unchanged")
    assert first.submission.submission_id in second.message
    assert len(office.events()) == events


def test_the_same_file_twice_at_once_stops_nothing(office):
    first = csv_file(office.folder, "a.csv", "kpi", "MYS", "2026H1", [value(2022, 48.2)])
    second = office.folder / "b.csv"
    second.write_bytes(first.read_bytes())
    third = csv_file(office.folder, "c.csv", "kpi", "MYS", "2026H1", [value(2021, 47.8)])
    assert [o.kind for o in office.send(first, second, third)] == [
        *("accepted", "unchanged"),
        "accepted",
    ]


def test_the_same_content_in_another_file_changes_nothing(office):
    first = office.values([value(2021, 47.8), value(2022, 48.2)])
    second = office.values([value(2022, "48.20"), value(2021, 47.8)], name="saved-again.csv")
    assert second.kind == "duplicate"
    assert first.submission.submission_id in second.message
    assert office.states() == ["accepted", "duplicate"]


def test_an_amended_file_supersedes_and_its_differences_are_kept(office):
    office.values([value(2022, 48.2)])
    second = office.values([value(2022, 48.3)], version=2)
    assert office.states() == ["superseded", "accepted"]
    assert office.standing() == {KEY: 48.3}
    (accepted,) = (
        e
        for e in office.events()
        if e["event"] == "accepted" and e["submission_id"] == second.submission.submission_id
    )
    (difference,) = accepted["differences"]
    assert difference["changed"] == {"value": ["48.2", "48.3"]}


def test_an_older_version_that_arrives_later_never_overrides(office):
    office.values([value(2022, 48.3)], version=2)
    office.values([value(2022, 48.2)], version=1, name="older.csv")
    assert office.states() == ["accepted", "superseded"]
    assert office.standing() == {KEY: 48.3}


def test_a_value_of_an_earlier_period_never_overrides_one_of_a_later(office):
    office.values([value(2022, 48.3)], period="2026H1")
    office.values([value(2022, 48.0)], period="2025H2", name="earlier-period.csv")
    assert office.standing() == {KEY: 48.3}


def test_what_is_older_says_that_it_will_not_count_and_asks_nobody(office):
    office.values([value(2022, 48.3)], period="2026H1", version=2)
    office.publish()
    for period, version in (("2025H2", 1), ("2026H1", 1)):
        name = f"{period}-{version}.csv"
        older = office.values([value(2022, 48.0)], period=period, version=version, name=name)
        assert older.kind == "superseded"
        (found,) = older.findings
        assert found.rule_code == "row.older"
        assert "48.0 will not count: 48.3 of 2026H1, which is published" in found.message
    assert office.standing() == {KEY: 48.3}


def test_any_order_of_arrival_gives_the_same_values(settings, tmp_path):
    """Two versions of one period and one of the period before, each with a year of its own."""
    sent = [
        ("2025H2", 1, [value(2021, 40), value(2020, 39)]),
        ("2026H1", 1, [value(2021, 41), value(2022, 42)]),
        ("2026H1", 2, [value(2021, 43)]),
    ]
    found = []
    for number, order in enumerate(permutations(sent)):
        office = Office(Settings.load(home=tmp_path / f"home{number}"), tmp_path)
        for period, version, rows in order:
            office.values(rows, period=period, version=version)
        found.append(office.standing())
    by_hand = {("KPI-08", "MYS", 2020): 39, ("KPI-08", "MYS", 2021): 43, KEY: 42}
    assert found == [by_hand] * 6


def test_a_partial_file_leaves_the_other_rows_alone(office):
    office.values([value(2021, 47.8), value(2022, 48.2)])
    office.values([value(2022, 48.4)], version=2)
    assert office.states() == ["accepted", "accepted"]
    assert office.standing() == {("KPI-08", "MYS", 2021): 47.8, KEY: 48.4}


def test_a_retraction_is_a_row_and_the_submission_stays(office):
    outcome = office.values([value(2022, 48.2)])
    with office.desk() as desk:
        done = acts.retract(desk, outcome.submission.submission_id[:8], "root", "wrong register")
    assert (done.state, office.standing()) == ("retracted", {})
    landed = sorted(p.name for p in office.settings.raw.rglob("observations/kpi/*.parquet"))
    # received is 1, validated and accepted are 2 and 3, retracted is 4
    assert landed == [
        "2026-07-01_00000002-00000003.parquet",
        "2026-07-01_00000004-00000004.parquet",
    ]


def test_what_was_retracted_is_not_retracted_again(office):
    outcome = office.values([value(2022, 48.2)])
    name = outcome.submission.submission_id
    with office.desk() as desk:
        acts.retract(desk, name, "root", "wrong register")
        with pytest.raises(ActRefused, match="it is retracted and cannot become retracted"):
            acts.retract(desk, name, "root", "again")
    # what was refused was not written either, and the next one finds a desk
    assert office.states() == ["retracted"]


def test_one_bad_file_of_ten_stops_nothing(office_with_pool):
    office = office_with_pool
    files = [
        csv_file(office.folder, f"{n}.csv", "kpi", "MYS", "2026H1", [value(2010 + n, 40 + n)])
        for n in range(10)
    ]
    files[4].write_bytes(b"\x00\x01 no table at all")
    outcomes = office.send(*files)
    assert [o.kind for o in outcomes].count("accepted") == 9
    assert outcomes[4].kind == "quarantined"
    assert outcomes[4].findings


def test_a_bad_row_is_held_back_and_the_good_ones_go_on(office):
    outcome = office.values([value(2021, 47.8), value(2022, "about half")])
    assert (outcome.kind, outcome.rows_count, outcome.held_count) == ("accepted", 1, 1)
    assert not outcome.is_whole
    assert office.standing() == {("KPI-08", "MYS", 2021): 47.8}


def test_what_a_file_says_of_its_sender_counts_for_nothing(office):
    path = csv_file(office.folder, "a.csv", "kpi", "MYS", "2026H1", [value(2022, 48.2)])
    (outcome,) = office.send(path, party="IDN")
    assert outcome.kind == "quarantined"
    assert [found.rule_code for found in outcome.findings] == ["party.mismatch"]


@pytest.mark.parametrize("said", ["mys", "MY", "Malaysia", " malaysia "])
def test_e7_a_file_may_name_its_party_as_the_world_does(office, said):
    path = csv_file(office.folder, "a.csv", "kpi", said, "2026H1", [value(2022, 48.2)])
    (outcome,) = office.send(path)
    assert (outcome.kind, outcome.submission.party_code) == ("accepted", "MYS")


@pytest.mark.parametrize(
    ("said", "why"),
    [("TLS", "joined ASEAN in October 2025"), ("Timor-Leste", "joined"), ("Narnia", "sent for")],
)
def test_e7_who_is_no_party_is_told_why(office, said, why):
    path = csv_file(office.folder, "a.csv", "kpi", said, "2026H1", [value(2022, 48.2)])
    (outcome,) = office.send(path)
    (found,) = outcome.findings
    assert (outcome.kind, found.rule_code) == ("quarantined", "party.unknown")
    assert why in found.message


def test_an_amendment_of_a_published_period_waits_for_somebody_else(office):
    office.values([value(2022, 48.2)])
    office.publish()
    outcome = office.values([value(2022, 48.3)], version=2)
    name = outcome.submission.submission_id
    assert outcome.kind == "valid"
    assert office.standing() == {KEY: 48.2}
    with office.desk() as desk:
        with pytest.raises(ActRefused, match="sent it and may not decide"):
            acts.review(desk, name, outcome.submission.sender, True, "looks right")
        assert acts.review(desk, name, REVIEWER, True, "checked").state == "accepted"
    assert office.standing() == {KEY: 48.3}
    assert office.states() == ["superseded", "accepted"]


def test_what_is_returned_counts_for_nothing(office):
    office.values([value(2022, 48.2)])
    office.publish()
    outcome = office.values([value(2022, 48.3)], version=2)
    with office.desk() as desk:
        acts.review(desk, outcome.submission.submission_id, REVIEWER, False, "ask the ministry")
    assert office.states() == ["accepted", "returned"]
    assert office.standing() == {KEY: 48.2}


def test_after_a_reopening_one_file_is_accepted_by_rule(office):
    first = office.values([value(2022, 48.2)])
    office.publish()
    with office.desk() as desk:
        with pytest.raises(ActRefused, match="sent it or may not review"):
            acts.reopen(desk, "MYS", "2026H1", first.submission.sender, "revised register")
        acts.reopen(desk, "MYS", "2026H1", REVIEWER, "revised register")
    assert office.values([value(2022, 48.3)], version=2).kind == "accepted"
    assert office.values([value(2022, 48.4)], version=3).kind == "valid"


def test_a_period_that_is_not_locked_is_not_reopened(office):
    office.values([value(2022, 48.2)])
    with office.desk() as desk, pytest.raises(ActRefused, match="nothing of it is published"):
        acts.reopen(desk, "MYS", "2026H1", REVIEWER, "why not")


def test_a_changed_definition_waits(office):
    outcome = office.values([value(2022, 48.2, definition_state="changed")])
    assert outcome.kind == "valid"
    assert "kpi.definition.changed" in outcome.message


def test_of_two_that_wait_each_can_still_be_decided_on(office):
    office.values([value(2022, 48.2)])
    office.publish()
    first = office.values([value(2022, 48.3)], version=2)
    second = office.values([value(2022, 48.4)], version=3)
    assert office.states() == ["accepted", "valid", "valid"]
    with office.desk() as desk:
        acts.review(desk, second.submission.submission_id, "somebody", False, "not so")
        acts.review(desk, first.submission.submission_id, "somebody", True, "checked")
    assert office.states() == ["superseded", "accepted", "returned"]


def _lines(office) -> dict:
    with office.desk() as desk:
        return {key[0]: row["complete_pct"] for key, row in desk.book.lines.items()}


def test_two_champions_who_disagree_are_both_held_back_and_both_told(office):
    first = office.progress([line("D-2-1.2", 40), line("D-3-1.1", 10)], party="IDN")
    second = office.progress([line("D-2-1.2", 60)], party="KHM", name="other.csv")
    assert second.kind == "quarantined"
    assert _lines(office) == {"D-3-1.1": 10}
    for outcome in (first, second):
        answer = (office.settings.home / "inbox" / outcome.submission.party_code).rglob("*.json")
        assert "conflict.contradicted" in next(answer).read_text(encoding="utf-8")


def test_when_they_agree_the_line_counts_again(office):
    office.progress([line("D-2-1.2", 40)], party="IDN")
    office.progress([line("D-2-1.2", 60)], party="KHM", name="other.csv")
    agreed = office.progress([line("D-2-1.2", 60)], party="IDN", version=2, name="agreed.csv")
    assert agreed.kind == "accepted"
    assert _lines(office) == {"D-2-1.2": 60}
    with office.desk() as desk:
        assert desk.book.conflicts == {}


def test_when_one_takes_its_report_back_the_other_counts_again(office):
    office.progress([line("D-2-1.2", 40)], party="IDN")
    second = office.progress([line("D-2-1.2", 60)], party="KHM", name="other.csv")
    third = office.progress([line("D-2-1.2", 65)], party="KHM", name="third.csv", version=2)
    assert (second.kind, third.kind, _lines(office)) == ("quarantined", "quarantined", {})
    first = "IDN"
    with office.desk() as desk:
        (name,) = (s for s, held in desk.book.submissions.items() if held.party_code == first)
        acts.retract(desk, name, "root", "the other is right")
    assert _lines(office) == {"D-2-1.2": 65}
    # what counts was accepted, and can be taken back in its turn
    assert office.states() == ["retracted", "quarantined", "accepted"]
    with office.desk() as desk:
        acts.retract(desk, third.submission.submission_id, "root", "neither is right")
    assert (_lines(office), office.states()[2]) == ({}, "retracted")


def test_a_published_line_stays_while_the_contradiction_waits(office):
    first = office.progress([line("D-2-1.2", 40)], party="IDN")
    office.publish()
    second = office.progress([line("D-2-1.2", 60)], party="KHM", name="other.csv")
    assert second.kind == "valid"
    assert "IDN" in second.message
    assert _lines(office) == {"D-2-1.2": 40}
    told = office.settings.home / "inbox/IDN/answers" / first.submission.submission_id
    assert "conflict.published" in (told / "answer.json").read_text(encoding="utf-8")
