"""What the terminal says of a file: one word for one thing, and every finding with its place."""

from pathlib import Path

import pytest

from extract.submissions.findings import finding
from extract.submissions.intake import Incoming, Outcome
from operate.submission_answers import print_outcome


def _printed(capsys, **facts) -> list[str]:
    print_outcome(Outcome(Incoming(Path("sent.xlsx"), "VNM"), **facts))
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("accepted", "sent.xlsx: accepted, but rows of it are held back"),
        ("valid", "sent.xlsx: in order, but waits for a second person; rows of it are held back"),
        ("quarantined", "sent.xlsx: held back"),
        ("unchanged", "sent.xlsx: nothing new"),
    ],
)
def test_rows_are_said_to_be_held_back_where_others_are_not(capsys, kind, said):
    assert _printed(capsys, kind=kind, held_count=2)[0] == said


@pytest.mark.parametrize(
    ("sheet", "reference", "shown"),
    [
        ("Data", "E7", "blocking Data E7 (Value): It is about 47 and not a number"),
        ("", "line 7, column 5", "blocking line 7, column 5 (Value): It is about 47"),
    ],
)
def test_what_is_wrong_with_a_cell_names_its_sheet_its_place_and_its_column(
    capsys, sheet, reference, shown
):
    place = {"sheet_name": sheet, "reference": reference, "column_label": "Value"}
    found = finding("cell.number.unreadable", "sent.xlsx", value="about 47", row_number=7, **place)
    lines = _printed(capsys, kind="quarantined", findings=[found])
    assert lines[1].strip().startswith(shown)


def test_the_place_of_a_header_is_named_once(capsys):
    place = {"sheet_name": "Data", "reference": "C1"}
    found = finding("header.repeated", "sent.xlsx", value="Value", row_number=1, **place)
    (line,) = (x for x in _printed(capsys, kind="quarantined", findings=[found]) if "C1" in x)
    assert line.strip().startswith("blocking Data C1: the label Value stands twice")
