"""What dbt reads of raw has every column, whichever files say that a cell is bad."""

from datetime import date

import duckdb
import pytest

from extract.landing import Snapshot, land
from operate.inputs import pin_inputs
from operate.observations import show_observations
from smed.plan import read_plan
from smed.settings import DBT_PROJECT, Settings

RULE = "world_bank.value.numeric"


def snapshot(source: str, day: str, problems: tuple = ()) -> Snapshot:
    attributes = () if source == "WB" else ("obs_status", "unit", "base_year", "footnote")
    more = tuple("x" for _ in attributes)
    return Snapshot(
        source=source,
        series="S",
        series_title="A series",
        database="2",
        version=None,
        vintage_date=day,
        vintage_basis="lastupdated",
        is_recorded=False,
        retrieved_at=f"{day}T01:02:03+00:00",
        cells=(("BRN", "YR2016", None if problems else 1.0, *more), ("THA", "YR2016", 2.0, *more)),
        attributes=attributes,
        problems=problems,
    )


BAD = (("BRN", "YR2016", "'70,5' instead of a finite number", RULE),)


@pytest.fixture
def seen(tmp_path):
    """The rows of a source's observations in the candidate made of what landed."""
    settings = Settings(home=tmp_path / "the reader's home")

    def see(source: str, *snapshots: Snapshot) -> list[tuple]:
        for one in snapshots:
            land(settings, one, [])
        plan = read_plan(DBT_PROJECT / "seeds")
        inputs = pin_inputs(settings, plan, "live", date(2026, 1, 1))
        with duckdb.connect() as connection:
            connection.execute("create schema inputs")
            show_observations(connection, settings, inputs.snapshots)
            return connection.execute(
                "select vintage_date, economy, value, problem, rule"
                f" from inputs.{source}_observations order by vintage_date, economy"
            ).fetchall()

    return see


@pytest.mark.parametrize(("code", "source"), [("WB", "world_bank"), ("ADB", "adb")])
def test_of_good_and_bad_files_each_row_says_what_is_wrong_or_nothing(seen, code, source):
    good, bad = date(2025, 1, 1), date(2025, 2, 1)
    rows = seen(source, snapshot(code, str(bad), BAD), snapshot(code, str(good)))
    assert rows == [
        (good, "BRN", 1.0, None, None),
        (good, "THA", 2.0, None, None),
        (bad, "BRN", None, *BAD[0][2:]),
        (bad, "THA", 2.0, None, None),
    ]


@pytest.mark.parametrize("problems", [(), BAD])
def test_if_all_files_are_good_or_all_bad_the_columns_are_the_same(seen, problems):
    (brunei, thailand) = seen("world_bank", snapshot("WB", "2025-01-01", problems))
    assert [row[3] for row in (brunei, thailand)] == [problems[0][2] if problems else None, None]


def test_of_a_source_of_which_nothing_landed_there_are_the_same_columns(seen):
    assert seen("adb", snapshot("WB", "2025-01-01")) == []
