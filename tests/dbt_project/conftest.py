"""One parse and few builds for all tests of the models: starting dbt is what costs."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from smed.plan import read_plan
from tests.dbt_project import second_plan
from tests.dbt_project.warehouse import (
    Warehouse,
    members,
    project_with_plan,
    recorded_vintages,
)

NEWEST = "2026-07-13"
MID_TERM = "2020-12-31"
# of the second plan
NOW, BEFORE = "2023-12-31", "2023-01-15"


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory) -> Warehouse:
    """dbt over the shipped plan."""
    return Warehouse(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def newest_candidate(warehouse: Warehouse, tmp_path_factory) -> Path:
    """Everything recorded, as of the newest recorded vintage."""
    warehouse.prepare(recorded_vintages(date.fromisoformat(NEWEST)), members(), NEWEST)
    warehouse.build()
    return warehouse.keep(tmp_path_factory.mktemp("newest") / "candidate.duckdb")


@pytest.fixture(scope="session")
def mid_term_candidate(warehouse: Warehouse, newest_candidate: Path, tmp_path_factory) -> Path:
    """As of the mid-term review, though all later vintages lie in the inputs too."""
    warehouse.prepare(recorded_vintages(date.fromisoformat(NEWEST)), members(), MID_TERM)
    warehouse.build()
    return warehouse.keep(tmp_path_factory.mktemp("mid_term") / "candidate.duckdb")


@pytest.fixture(scope="session")
def newest(newest_candidate: Path):
    """Asks the newest candidate: ``newest(sql)`` gives the rows."""
    with duckdb.connect(str(newest_candidate), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def mid_term(mid_term_candidate: Path):
    """Asks the candidate as of the mid-term review."""
    with duckdb.connect(str(mid_term_candidate), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def _build(warehouse: Warehouse, as_of: str, until: str, path):
    submitted = second_plan.submissions(until)
    warehouse.prepare(second_plan.vintages(until), second_plan.MEMBERS, as_of, **submitted)
    warehouse.build()
    return warehouse.keep(path)


def _warehouse(folder, name: str, with_later_kpi: bool) -> Warehouse:
    plan = second_plan.seeds(with_later_kpi)
    return Warehouse(folder / f"{name}_home", project_with_plan(folder / name, **plan))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The plan as of two days, and its version before the later KPI as of the first of them."""
    folder = tmp_path_factory.mktemp("second_plan")
    later = _warehouse(folder, "later", with_later_kpi=True)
    earlier = _warehouse(folder, "earlier", with_later_kpi=False)
    assert read_plan(later.project / "seeds").facts.plan_code == "Q"
    paths = {
        "now": _build(later, NOW, NOW, folder / "now.duckdb"),
        "before": _build(later, BEFORE, NOW, folder / "before.duckdb"),
        "first": _build(earlier, BEFORE, BEFORE, folder / "first.duckdb"),
    }
    connections = {name: duckdb.connect(str(path), read_only=True) for name, path in paths.items()}
    yield {name: lambda sql, c=c: c.execute(sql).fetchall() for name, c in connections.items()}
    for connection in connections.values():
        connection.close()


@pytest.fixture(scope="session")
def now(built):
    """Asks the plan as of the later day."""
    return built["now"]
