"""A cut above the next one of its scale is a slip that the reader of the plan names."""

import csv
import shutil
from itertools import pairwise

import pytest

from smed.errors import PlanInvalid
from smed.plan import read_plan
from smed.settings import DBT_PROJECT
from smed.threshold_order import ASCENDING

NEIGHBOURS = [pair for scale in ASCENDING for pair in pairwise(scale)]


@pytest.fixture
def change(tmp_path):
    """A copy of the shipped plan with other values of some thresholds; its folder."""

    def changed(**values: str):
        folder = tmp_path / "seeds"
        shutil.copytree(DBT_PROJECT / "seeds", folder)
        path = folder / "thresholds.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["threshold_value"] = values.pop(row["threshold_code"], row["threshold_value"])
        assert values == {}
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return folder

    return changed


@pytest.mark.parametrize(("lower", "higher"), NEIGHBOURS)
def test_a_cut_above_the_next_one_is_named_with_it(change, lower, higher):
    folder = change(**{lower: "4.6", higher: "4.5"})
    with pytest.raises(PlanInvalid) as raised:
        read_plan(folder)
    # with a scale of more than two cuts a neighbour may be met first
    assert str(raised.value).startswith(f"{folder}/thresholds.csv row ")
    assert "not below" in str(raised.value)
    assert {lower, higher} & set(str(raised.value).replace(",", "").split())


def test_the_message_says_both_values_and_rows(change):
    folder = change(light_amber_index="0.95")
    with pytest.raises(PlanInvalid) as raised:
        read_plan(folder)
    assert str(raised.value) == (
        f"{folder}/thresholds.csv row 29: light_amber_index is 0.95, not below light_green_index,"
        " 0.9 (row 28); correct the wrong one"
    )


def test_equal_cuts_leave_nothing_between_them(change):
    with pytest.raises(PlanInvalid, match="un_fair_pct is 2, not below un_on_track_pct, 2"):
        read_plan(change(un_fair_pct="2"))
