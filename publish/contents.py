"""What a release's database holds and says of itself, for the formats that are made from it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from publish.dbt_docs import DBT_MANIFEST
from publish.tables import DATABASE, QUALITY_KEY, QUALITY_RESULTS, SCHEMAS

MARTS, PLAN = SCHEMAS


@dataclass(frozen=True)
class Column:
    """A column: its name, DuckDB's type (``VARCHAR``, ``DOUBLE`` ...), what it says of itself."""

    name: str
    type: str
    description: str

    @property
    def is_text(self) -> bool:
        """Whether a reader could take its content for something else than text."""
        return self.type == "VARCHAR"


@dataclass(frozen=True)
class Content:
    """A table of a release; ``key`` names the columns that tell its rows apart, if that is known.

    ``query`` gives its rows in the order of all columns, which is that of the key.
    """

    schema: str
    name: str
    rows: int
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def query(self) -> str:
        """The statement that reads it."""
        return f'select * from {self.schema}."{self.name}" order by all'

    @property
    def stem(self) -> str:
        """The name of its files: readers of files know no schemas."""
        return self.name if self.schema == MARTS else f"{self.schema}_{self.name}"


@contextmanager
def opened(folder: Path):
    """A connection that reads the release's database; one thread, so that nothing hangs on luck."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        connection.execute("set threads = 1")
        yield connection


def read_contents(connection, keys: dict[tuple[str, str], tuple[str, ...]]) -> list[Content]:
    """Every table of an opened release, the marts first, each group by name."""
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, table, *column in connection.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(comment, '')"
        " from duckdb_columns() where list_contains(?, schema_name)"
        " order by schema_name, table_name, column_index",
        [list(SCHEMAS)],
    ).fetchall():
        columns.setdefault((schema, table), []).append(Column(*column))
    tables = connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables()"
        " where list_contains(?, schema_name) order by all",
        [list(SCHEMAS)],
    ).fetchall()
    found = []
    for schema, name, description in tables:
        (rows,) = connection.execute(f'select count(*) from {schema}."{name}"').fetchone()
        key = keys.get((schema, name), ())
        found.append(Content(schema, name, rows, description, tuple(columns[schema, name]), key))
    return found


def read_keys(candidate: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """The key of each table, as dbt tested it: (schema, table) -> its columns."""
    manifest = json.loads(candidate.with_name(DBT_MANIFEST).read_bytes())
    keys = {(MARTS, QUALITY_RESULTS): QUALITY_KEY}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "is_key":
            model = manifest["nodes"][node["attached_node"]]
            keys[model["schema"], model["alias"]] = tuple(test["kwargs"]["columns"])
    return keys


def scalar(connection, query: str):
    """The one value that a query gives; None if its table is not in the release, or empty."""
    try:
        row = connection.execute(query).fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None
