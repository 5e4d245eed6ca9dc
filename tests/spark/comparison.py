"""Two databases that should say the same, cell by cell."""

from pathlib import Path

import duckdb

from publish.tables import QUALITY_RESULTS, SCHEMAS

# doubles are summed and raised in another order; everything else must be exactly the same
RELATIVE = 1e-9


def differences(ours: Path, theirs: Path) -> list[str]:
    """What differs of tables, columns, types, descriptions, rows and cells; empty if nothing."""
    with duckdb.connect() as connection:
        for name, path in (("ours", ours), ("theirs", theirs)):
            text = str(path).replace("'", "''")
            connection.execute(f"attach '{text}' as {name} (read_only)")
        columns = {name: _columns(connection, name) for name in ("ours", "theirs")}
        if columns["ours"] != columns["theirs"]:
            odd = sorted(set(columns["ours"]) ^ set(columns["theirs"]))
            return [f"columns: {row}" for row in odd]
        tables = sorted({(schema, table) for schema, table, *_ in columns["ours"]})
        return [line for table in tables for line in _of_table(connection, *table)]


def _columns(connection, database: str) -> list[tuple]:
    """Schema, table, number, name, type and description of every published column."""
    return connection.execute(
        "select schema_name, table_name, column_index, column_name, data_type,"
        " coalesce(comment, '') from duckdb_columns() where database_name = ?"
        " and list_contains(?, schema_name) and table_name != ? order by all",
        [database, list(SCHEMAS), QUALITY_RESULTS],
    ).fetchall()


def _of_table(connection, schema: str, table: str) -> list[str]:
    """Rows are paired in the order of all columns; keys come first in every table."""
    columns = connection.execute(f'describe ours.{schema}."{table}"').fetchall()
    counts = ", ".join(f"count_if(not ({_is_same(name, type_)}))" for name, type_, *_ in columns)
    rows, other_rows = (
        connection.execute(f'select count(*) from {database}.{schema}."{table}"').fetchone()[0]
        for database in ("ours", "theirs")
    )
    if rows != other_rows:
        return [f"{schema}.{table}: {rows} rows and {other_rows}"]
    counted = connection.execute(
        f'select {counts} from (from ours.{schema}."{table}" order by all) as one'
        f' positional join (from theirs.{schema}."{table}" order by all) as other'
    ).fetchone()
    return [
        f"{schema}.{table}.{name}: {count} of {rows} differ"
        for (name, *_), count in zip(columns, counted, strict=True)
        if count
    ]


def _is_same(name: str, type_: str) -> str:
    one, other = f'one."{name}"', f'other."{name}"'
    is_equal = f"{one} is not distinct from {other}"
    if type_ != "DOUBLE":
        return is_equal
    most = f"{RELATIVE} * greatest(abs({one}), abs({other}))"
    return f"{is_equal} or coalesce(abs({one} - {other}) <= {most}, false)"


def cells_count(database: Path) -> int:
    """How many cells there are to compare."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, column_count from duckdb_tables()"
            " where list_contains(?, schema_name)",
            [list(SCHEMAS)],
        ).fetchall()
        counts = (
            connection.execute(f'select count(*) from {schema}."{table}"').fetchone()[0] * columns
            for schema, table, columns in tables
        )
        return sum(counts)
