"""The bench of the statements on a few series: that it compares equals, and would notice others."""

import duckdb
import pytest

from bench import big_plan, rivals, statements
from operate.build import CANDIDATE, CURRENT
from smed.plan import read_plan

SERIES = 11  # one of them in several vintages


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    home = tmp_path_factory.mktemp("bench") / "home"
    return home, statements.measure(home, SERIES, ["models", "hand"])


def test_the_plan_is_one_that_the_product_accepts(measured):
    home, _ = measured
    assert len(read_plan(home / "plan").kpis) == SERIES


def test_the_hand_written_results_are_those_of_the_models(measured):
    _, found = measured
    assert found["differences"] == {step: [] for step in statements.STEPS}
    assert all(cost["cpu"] > 0 and cost["peak_gib"] > 0 for cost in found["costs"].values())


def test_every_kind_of_change_and_of_statement_occurs(measured):
    home, _ = measured
    with _candidate(home) as asked:
        changes = asked.execute("select distinct change_type from hand.versions").fetchall()
        statuses = asked.execute("select distinct status from marts.kpi_achievements").fetchall()
    assert {change for (change,) in changes} == {"added", "changed", "withdrawn", "rebased"}
    assert len(statuses) > 4


def test_pandas_finds_the_same_statuses(measured):
    home, _ = measured
    with _candidate(home) as asked:
        both = rivals.achievements(**rivals.prepare("achievements", asked))
        assessed = "select status, count(*) from marts.kpi_achievements group by all"
        expected = dict(asked.execute(assessed).fetchall())
    found = both.status.value_counts().to_dict()
    # of an economy without any value pandas has no row
    assert {**found, "not_assessed": 0} == {**expected, "not_assessed": 0}


def test_a_value_that_differs_is_noticed(measured):
    home, _ = measured
    with _candidate(home, read_only=False) as changed:
        changed.execute(
            "update hand.region set value = value * 1.001 where observation_year = 2020"
        )
    (found,) = statements.differences(home, "region")
    assert found.startswith("hand.region.value: ")


def test_the_same_plan_is_made_every_time(tmp_path):
    for name in ("one", "other"):
        big_plan.write_plan(tmp_path / name, 2, 3)
    one, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "other")
    )
    assert one == other


def _candidate(home, read_only=True):
    return duckdb.connect(str(home / "candidates" / CURRENT / CANDIDATE), read_only=read_only)
