"""A table of very many rows is read as any other, and takes less memory."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from expectations import tables
from expectations.tables import Tables

SQL = """
create schema marts;
create table marts.figures as
select
    'KPI-' || range % 3 as kpi_code,
    range as observation_year,
    case when range % 4 > 0 then 'Noted' end as note,
    cast(null as varchar) as never_said,
    case when range % 2 = 0 then range / 7 end as value,
    range % 5 = 0 as is_break,
    case when range % 3 = 0 then range % 2 = 0 end as is_perhaps,
    cast('2026-01-01' as date) + cast(range as integer) as vintage_date,
    case when range % 6 = 0 then timestamp '2026-01-01 06:00:00' end as retrieved_at
from range(50)
"""


@pytest.fixture
def candidate(tmp_path) -> Path:
    path = tmp_path / "candidate.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SQL)
    return path


def test_many_rows_give_the_same_frame_as_few(candidate, monkeypatch):
    with Tables(candidate) as few:
        expected = few.now("figures")
    monkeypatch.setattr(tables, "MANY_ROWS", 50)
    monkeypatch.setattr(tables, "COLUMNS_AT_ONCE", 2)
    with Tables(candidate) as many:
        found = many.now("figures")
    pd.testing.assert_frame_equal(found, expected)


def test_of_many_rows_equal_texts_are_one_object(candidate, monkeypatch):
    monkeypatch.setattr(tables, "MANY_ROWS", 50)
    with Tables(candidate) as many:
        found = many.now("figures")
    # one for each KPI
    assert len({id(text) for text in found["kpi_code"].array}) == 3


def test_a_large_table_that_is_missing_is_said(candidate, monkeypatch):
    monkeypatch.setattr(tables, "MANY_ROWS", 0)
    with Tables(candidate) as many, pytest.raises(tables.TableMissing, match=r"marts\.others"):
        many.now("others")
