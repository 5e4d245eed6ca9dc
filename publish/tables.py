"""Copies a candidate's marts and plan tables into the files of a release, changing no number."""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from smed.errors import BuildFailed, SmedError
from smed.files import disk_errors, no_space, says_disk_full, sha256_of

DATABASE = "smed.duckdb"
# the newest DuckDB file format that every 1.x client can open too
STORAGE_VERSION = "v1.0.0"
SCHEMAS = ("marts", "plan")
# DuckDB makes it in the release's folder when it needs it, and removes it
SPILL = ".spill"
QUALITY_RESULTS = "quality_results"
QUALITY_KEY = ("check_id", "run_id", "partition_code")
# what the gate found, as the mart that it is: type and description of each column
QUALITY_COLUMNS = {
    "check_id": ("varchar", "Names the check"),
    "run_id": ("varchar", "Names the run whose candidate was checked"),
    "partition_code": ("varchar", "Code of the KPI that was checked; all for the whole table"),
    "table_name": ("varchar", "Table that was checked"),
    "severity": ("varchar", "critical stops the release, warning does not"),
    "status": ("varchar", "passed, warned, failed, could_not_run or quarantined"),
    "observed_value": ("varchar", "What was found, in words"),
    "expected": ("varchar", "What was expected, in words"),
    "rows_count": ("integer", "Rows that were checked"),
    "failing_rows_count": ("integer", "Rows that fail it"),
    "sample": ("varchar", "Keys of some rows that fail it; null if none does"),
    "owner_code": (
        "varchar",
        "Country Champions of the KPI's goal, separated by |, if members send its figures; of a"
        " partition of raw the member state; null where the engineers must look",
    ),
}
QUALITY_DESCRIPTION = "One row per check, table, partition and run of the gate before publishing"
_ADDED_COLUMNS = {
    "as_of_date": ("date", "The row says what was known by this day"),
    "is_illustrative": ("boolean", "Always false: a verdict is no figure"),
}


@dataclass(frozen=True, order=True)
class PublishedTable:
    """A table of a release: how many rows, and the sha256 of its CSV form, its content.

    What it says of itself and of its columns is no content.
    """

    schema: str
    name: str
    rows: int
    content_sha256: str
    description: str
    columns: dict[str, str]


def write_tables(candidate: Path, folder: Path, threads: int | None = None) -> list[PublishedTable]:
    """Writes ``smed.duckdb``, ``csv/`` and ``parquet/`` into ``folder``; rows sorted by key.

    Keys come first in every mart, so that the order of all columns is the order of the key.
    The same candidate gives the same bytes of CSV and Parquet, however many ``threads`` write them
    (one a core). Raises NoSpace if the disk is full.
    """
    with disk_errors(folder):
        for name in ("csv", "parquet"):
            (folder / name).mkdir()
    with _release_database(folder) as connection:
        if threads:
            connection.execute(f"set threads = {threads}")
        connection.execute(f"attach {_text(candidate)} as candidate (read_only)")
        for schema in SCHEMAS:
            connection.execute(f"create schema release.{schema}")
        return [
            _copy_table(connection, folder, *name, *said)
            for name, said in _tables(connection).items()
        ]


def add_quality_results(folder: Path, rows: list[dict], as_of: str) -> PublishedTable:
    """Adds what the gate found to the files of ``write_tables``, as the mart it is."""
    with _release_database(folder) as connection:
        _insert_quality_results(connection, rows, as_of)
        columns = {
            name: words for name, (_, words) in {**QUALITY_COLUMNS, **_ADDED_COLUMNS}.items()
        }
        said = (QUALITY_DESCRIPTION, columns)
        _comment(connection, "marts", QUALITY_RESULTS, *said)
        return _copy_files(connection, folder, "marts", QUALITY_RESULTS, *said)


@contextmanager
def _release_database(folder: Path):
    """The release's database, written to its end when the block is done."""
    try:
        with disk_errors(folder), duckdb.connect() as connection:
            # or the order of rows, and the bytes of the files, would depend on luck
            connection.execute("set preserve_insertion_order = true")
            # what exceeds the memory: by default it would go to wherever the process was started
            connection.execute(f"set temp_directory = {_text(folder / SPILL)}")
            connection.execute(
                f"attach {_text(folder / DATABASE)} as release"
                f" (storage_version {_text(STORAGE_VERSION)})"
            )
            yield connection
            connection.execute("checkpoint release")
            connection.execute("detach release")
    except duckdb.Error as error:
        raise database_error(error, folder) from error


def _text(value) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _tables(connection) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """What each published table of the candidate, and each of its columns, says of itself."""
    tables = connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables()"
        " where database_name = 'candidate' and list_contains(?, schema_name) order by all",
        [list(SCHEMAS)],
    ).fetchall()
    said = {(schema, name): (comment, {}) for schema, name, comment in tables}
    columns = connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns()"
        " where database_name = 'candidate' and list_contains(?, schema_name)"
        " and comment is not null order by schema_name, table_name, column_index",
        [list(SCHEMAS)],
    ).fetchall()
    for schema, name, column, comment in columns:
        said[schema, name][1][column] = comment
    return said


def _copy_table(
    connection, folder: Path, schema: str, name: str, description: str, columns: dict[str, str]
) -> PublishedTable:
    table = f'{schema}."{name}"'
    connection.execute(
        f"create table release.{table} as select * from candidate.{table} order by all"
    )
    _comment(connection, schema, name, description, columns)
    return _copy_files(connection, folder, schema, name, description, columns)


def _comment(connection, schema: str, name: str, description: str, columns: dict[str, str]) -> None:
    table = f'release.{schema}."{name}"'
    statements = [
        f'comment on column {table}."{column}" is {_text(words)};'
        for column, words in columns.items()
    ]
    if description:
        statements.append(f"comment on table {table} is {_text(description)};")
    # in one transaction: each of its own would be written to disk
    connection.execute(f"begin; {' '.join(statements)} commit;")


def _copy_files(
    connection, folder: Path, schema: str, name: str, description: str, columns: dict[str, str]
) -> PublishedTable:
    table = f'release.{schema}."{name}"'
    stem = _stem(schema, name)
    csv, parquet = folder / "csv" / f"{stem}.csv", folder / "parquet" / f"{stem}.parquet"
    # as they lie in the database: sorted
    connection.execute(f"copy {table} to {_text(csv)} (header)")
    write_parquet(connection, table, parquet)
    (rows,) = connection.execute(f"select count(*) from {table}").fetchone()
    return PublishedTable(schema, name, rows, sha256_of(csv), description, columns)


def write_parquet(connection, table: str, path: Path) -> None:
    """Writes a table of a release, rows in their order; the same rows give the same bytes."""
    connection.execute(f"copy {table} to {_text(path)} (format parquet)")


def _stem(schema: str, name: str) -> str:
    # the plan's tables and the marts are told apart by name, as readers of CSV know no schemas
    return name if schema == SCHEMAS[0] else f"{schema}_{name}"


def _insert_quality_results(connection, rows: list[dict], as_of: str) -> None:
    table, columns = "release.marts.quality_results", {**QUALITY_COLUMNS, **_ADDED_COLUMNS}
    types = ", ".join(f"{name} {type_}" for name, (type_, _) in columns.items())
    connection.execute(f"create temp table results ({types})")
    places = ", ".join("?" * len(columns))
    for row in rows:
        connection.execute(
            f"insert into results values ({places})",
            [*(row[name] for name in QUALITY_COLUMNS), as_of, False],
        )
    connection.execute(f"create table {table} as select * from results order by all")


def database_error(error: duckdb.Error, folder: Path) -> SmedError:
    """The error of the product for one of DuckDB while it writes or reads a release."""
    reason = str(error).splitlines()[0]
    if says_disk_full(str(error)):
        return no_space(reason, folder)
    return BuildFailed(
        f"DuckDB could not write the release ({reason})",
        str(folder),
        "run `smed refresh` to build it anew; the release before stays",
    )


def verify_tables(folder: Path, tables: list[PublishedTable]) -> None:
    """Reads a release back: its database and its Parquet files hold the same rows, all of them.

    Raises BuildFailed that names the first table that does not.
    """
    try:
        with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
            for table in tables:
                name = f'{table.schema}."{table.name}"'
                parquet = _text(folder / "parquet" / f"{_stem(table.schema, table.name)}.parquet")
                # row by row, in their order
                (rows, other_rows, differing) = connection.execute(
                    f"select (select count(*) from {name}),"
                    f" (select count(*) from {parquet}),"
                    f" (select count(*) from (from {name}) as ours"
                    f" positional join (from {parquet}) as theirs"
                    " where ours is distinct from theirs)"
                ).fetchone()
                if not rows == other_rows == table.rows or differing:
                    raise BuildFailed(
                        f"{table.schema}.{table.name} was written with {table.rows} rows and reads"
                        f" back with {rows} (Parquet {other_rows}, {differing} of them different)",
                        str(folder),
                        "look at the disk, then run `smed refresh` again",
                    )
    except duckdb.Error as error:
        raise database_error(error, folder) from error


def content_sha256(tables: list[PublishedTable]) -> str:
    """One hash over all tables' contents: two releases with it equal say the same."""
    lines = [f"{t.schema}.{t.name} {t.rows} {t.content_sha256}\n" for t in tables]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
