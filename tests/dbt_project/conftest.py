"""One parse and few builds for all tests of the models: starting dbt is what costs."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.warehouse import Warehouse, members, recorded_vintages

NEWEST = "2026-07-13"
MID_TERM = "2020-12-31"


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
