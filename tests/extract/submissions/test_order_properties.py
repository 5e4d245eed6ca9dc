"""In whatever order, how often and in how many pieces files come, the same counts in the end."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from extract.submissions import intake
from extract.submissions.intake import Incoming, take_in
from smed import home
from smed.settings import Settings
from tests.extract.submissions.conftest import PoolOfThisProcess
from tests.extract.submissions.desks import Office, csv_file, line, value
from tests.extract.submissions.landed_rows import current_rows

# name -> form, party, period, version, rows; two periods, versions that overlap, two champions
SENT = {
    "values-1": ("kpi", "MYS", "2026H1", 1, [value(2021, 47.8), value(2022, 48.2)]),
    "values-2": ("kpi", "MYS", "2026H1", 2, [value(2022, 48.3), value(2023, 48.9)]),
    "values-3": ("kpi", "MYS", "2026H1", 3, [value(2022, 48.4)]),
    "values-before": ("kpi", "MYS", "2025H2", 4, [value(2021, 47.5), value(2020, 47.1)]),
    "values-wrong": ("kpi", "MYS", "2026H1", 5, [value(2022, "48,5,1")]),
    "values-other": ("kpi", "THA", "2026H1", 1, [value(2022, 41.5)]),
    "lines-1": ("progress", "IDN", "2026H1", 1, [line("D-3-1.1", 40), line("D-2-1.2", 10)]),
    "lines-2": ("progress", "IDN", "2026H1", 2, [line("D-3-1.1", 50)]),
}


def _office(folder, files: list[str], pieces: list[int], batch_size: int) -> Office:
    """A home that was sent these files in this order, cut into runs after so many files."""
    office = Office(Settings.load(home=folder / "home"), folder)
    paths = {name: csv_file(folder, f"{name}.csv", *SENT[name][:3], *_rest(name)) for name in SENT}
    cuts = [0, *sorted(pieces), len(files)]
    for begin, end in pairwise(cuts):
        office.clock.now += timedelta(minutes=1)
        with office.desk() as desk:
            sent = [Incoming(paths[n], SENT[n][1], home.actor()) for n in files[begin:end]]
            list(take_in(desk, sent, batch_size))
    return office


def _rest(name: str) -> tuple[list[dict], int]:
    return SENT[name][4], SENT[name][3]


def _what_counts(office: Office) -> dict:
    with office.desk() as desk:
        book = desk.book
        names = {s.submission_id: s.original_name for s in book.submissions.values()}
        return {
            "states": {names[s.submission_id]: s.state for s in book.submissions.values()},
            "values": {k: (r["value"], names[r["submission_id"]]) for k, r in book.values.items()},
            "lines": {
                k: (r["complete_pct"], names[r["submission_id"]]) for k, r in book.lines.items()
            },
            "landed": [current_rows(office, form) for form in ("kpi", "progress")],
        }


@pytest.fixture(scope="module")
def in_order(tmp_path_factory) -> dict:
    """What counts when each comes once, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "ReaderPool", PoolOfThisProcess)
        return _what_counts(_office(tmp_path_factory.mktemp("in_order"), list(SENT), [], 1))


def test_what_counts_is_what_was_declared_last(in_order):
    found = in_order
    assert {key: said[0] for key, said in found["values"].items()} == {
        ("KPI-08", "MYS", 2020): 47.1,
        ("KPI-08", "MYS", 2021): 47.8,
        ("KPI-08", "MYS", 2022): 48.4,
        ("KPI-08", "MYS", 2023): 48.9,
        ("KPI-08", "THA", 2022): 41.5,
    }
    assert {key: said[0] for key, said in found["lines"].items()} == {
        ("D-3-1.1", "2026H1"): 50,
        ("D-2-1.2", "2026H1"): 10,
    }
    assert [len(rows) for rows in found["landed"]] == [5, 2]
    assert found["states"]["values-wrong.csv"] == "quarantined"


@hypothesis_settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_order_repetition_and_pieces_change_nothing(
    tmp_path_factory, in_this_process, in_order, data
):
    files = data.draw(st.permutations([*SENT, *data.draw(st.lists(st.sampled_from([*SENT])))]))
    pieces = data.draw(st.lists(st.integers(0, len(files)), max_size=4))
    batch_size = data.draw(st.integers(1, 5))
    folder = tmp_path_factory.mktemp("shuffled")
    assert _what_counts(_office(folder, list(files), pieces, batch_size)) == in_order
