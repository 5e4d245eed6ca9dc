"""The build on a Spark cluster: shows it what a candidate reads, and takes in what it wrote.

Spark reads the pinned raw files themselves, through links in the candidate's folder, and writes its
tables as Parquet beside them; both must see the home under the same path. What is published is then
taken into the candidate's file, so that gate and publishing look at one thing whoever built it.
"""

import hashlib
import json
import logging
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

from operate.inputs import Snapshot
from publish.tables import SCHEMAS
from smed.errors import BuildFailed, SettingInvalid, SparkUnavailable
from smed.files import disk_errors
from smed.settings import Settings

# below the candidate's folder: a folder of Parquet for each table of each schema
FOLDER = "spark"
INPUTS = "inputs"
CANDIDATE = "candidate.duckdb"
COMPLETE = "_SUCCESS"
PREFIX_DIGITS = 12
SHOWN = "shown.json"
# without these it would read or cast otherwise than DuckDB; deploy/spark/spark-defaults.conf
SERVER_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
# DuckDB's types of the schema `inputs` as Spark calls them
TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "double",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}


def keep_inputs(connection, settings: Settings, snapshots: Iterable[Snapshot], folder: Path):
    """Puts what a build reads beside a prepared candidate as Parquet, for Spark to find.

    ``connection`` is the candidate's. Landed observations are links to the raw files; the small
    tables are written. A file ``shown.json`` says each table's columns, types and number of rows.
    """
    shown = {}
    with disk_errors(folder):
        for name, kind in _input_tables(connection):
            place = folder / FOLDER / INPUTS / name
            place.mkdir(parents=True)
            if kind == "VIEW":
                _link(settings, snapshots, name.removesuffix("_observations"), place)
            else:
                path = str(place / "part.parquet").replace("'", "''")
                connection.execute(f"copy inputs.{name} to '{path}' (format parquet)")
            described = connection.execute(f"describe inputs.{name}").fetchall()
            (rows,) = connection.execute(f"select count(*) from inputs.{name}").fetchone()
            columns = {column: TYPES[type_] for column, type_, *_ in described}
            shown[name] = {"columns": columns, "rows": rows}
        (folder / FOLDER / SHOWN).write_text(json.dumps(shown), encoding="utf-8")


def _text(value) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _escaped(path: Path) -> str:
    """A path as it stands between the quotes of a text of Spark's SQL."""
    return str(path).replace("\\", "\\\\").replace("'", "\\'")


def _input_tables(connection) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_name, table_type from information_schema.tables"
        " where table_schema = 'inputs' order by all"
    ).fetchall()


def _link(settings: Settings, snapshots: Iterable[Snapshot], source: str, place: Path) -> None:
    for snapshot in snapshots:
        if snapshot.path.startswith(f"{source}/"):
            path = settings.raw / snapshot.path
            (place / f"{path.parent.name}_{path.name}").symlink_to(path)


class Spark:
    """The schemas of one home on a Thrift server, from an empty start to their removal."""

    target = "spark"

    def __init__(self, settings: Settings):
        self._settings = settings
        self._address = f"{settings.spark_host}:{settings.spark_port}"
        # two homes on one server do not meet, nor does a run the last statement of a killed one
        digest = hashlib.sha256(str(settings.home).encode()).hexdigest()
        self.home_prefix = f"smed_{digest[:PREFIX_DIGITS]}"
        self.prefix = f"{self.home_prefix}_{secrets.token_hex(4)}"
        self._folder = settings.candidates / "current"

    @property
    def environment(self) -> dict[str, str]:
        """What dbt_project/profiles.yml asks for."""
        return {
            "SPARK_HOST": self._settings.spark_host,
            "SPARK_PORT": str(self._settings.spark_port),
            "SPARK_SECONDS": str(self._settings.spark_seconds),
            "SPARK_SCHEMA": self.prefix,
            "SPARK_FOLDER": _escaped(self._folder.resolve() / FOLDER),
        }

    def prepare(self) -> None:
        """Empties the home's schemas, and shows the tables of ``inputs``.

        Raises SettingInvalid for a server that would read or cast otherwise than DuckDB,
        BuildFailed for one that does not see all rows.
        """
        self.clear()
        place = self._folder.resolve() / FOLDER
        with disk_errors(place):
            shown = json.loads((place / SHOWN).read_bytes())
        with self._cursor() as cursor:
            self._require_settings(cursor)
            cursor.execute(f"create schema {self.prefix}_{INPUTS}")
            for name, table in shown.items():
                typed = ", ".join(
                    f"`{column}` {type_}" for column, type_ in table["columns"].items()
                )
                cursor.execute(
                    f"create table {self.prefix}_{INPUTS}.{name} ({typed})"
                    f" using parquet location '{_escaped(place / INPUTS / name)}'"
                )
            self._require_rows(cursor, {name: table["rows"] for name, table in shown.items()})

    def _require_settings(self, cursor) -> None:
        for name, wanted in SERVER_SETTINGS.items():
            cursor.execute(f"set {name}")
            ((_, found),) = cursor.fetchall()
            if found != wanted:
                raise SettingInvalid(
                    f"the Thrift server has {name} = {found}",
                    self._address,
                    f"start it with {name} = {wanted}, as deploy/spark/spark-defaults.conf does",
                )

    def _require_rows(self, cursor, wanted: dict[str, int]) -> None:
        """What Spark does not see would be missing without a word."""
        counts = " union all ".join(
            f"select '{name}', count(*) from {self.prefix}_{INPUTS}.{name}" for name in wanted
        )
        cursor.execute(counts)
        for name, rows in cursor.fetchall():
            if rows != wanted[name]:
                raise BuildFailed(
                    f"Spark sees {rows} of {wanted[name]} rows of inputs.{name}",
                    str(self._folder.resolve() / FOLDER / INPUTS / name),
                    "let every process of the cluster see the home under its own path, then run"
                    " `smed refresh` again; the release before stays",
                )

    def clear(self) -> None:
        """Removes the home's schemas, also what a killed run left; the raw files stay."""
        with self._cursor() as cursor:
            cursor.execute(f"show schemas like '{self.home_prefix}_*'")
            for (schema,) in cursor.fetchall():
                cursor.execute(f"drop schema `{schema}` cascade")

    def close(self) -> None:
        """dbt closes its connections itself."""

    def lost(self) -> SparkUnavailable | None:
        """What to say if the server has stopped answering; None while it answers."""
        try:
            with self._cursor() as cursor:
                cursor.execute("select 1")
        except SparkUnavailable as error:
            return error
        return None

    def reason(self, message: str) -> str:
        """What a message of dbt says, without the server's stack trace."""
        return _without_stack(message)

    def failing_rows(self, sql: str, limit: int) -> list[tuple]:
        """The first rows of a query."""
        with self._cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchmany(limit)

    @contextmanager
    def _cursor(self):
        from pyhive import hive
        from thrift.transport.TTransport import TTransportException

        # it logs what it raises
        logging.getLogger("thrift").setLevel(logging.CRITICAL)
        try:
            with hive.connect(self._settings.spark_host, self._settings.spark_port) as connection:
                yield connection.cursor()
        except (TTransportException, OSError) as error:
            raise self.unavailable(error) from error
        except hive.Error as error:
            raise BuildFailed(
                f"Spark refused a statement ({_said(error)})",
                self._address,
                "look into the Thrift server's log, then run `smed refresh` again;"
                " the release before stays",
            ) from error

    def unavailable(self, error: object) -> SparkUnavailable:
        """The error of a server that does not answer."""
        return SparkUnavailable(
            f"Spark's Thrift server does not answer ({_said(error)})",
            self._address,
            "start it (docs/spark.md), or let DuckDB build: `smed refresh --target duckdb`;"
            " the release before stays",
        )

    def take_in(self, manifest: Path) -> None:
        """Copies what will be published into the candidate, and forgets the server's schemas.

        ``manifest`` is dbt's of this build; it is rewritten to name the candidate's schemas.
        """
        text = manifest.read_text(encoding="utf-8").replace(f"{self.prefix}_", "")
        manifest.write_text(text, encoding="utf-8")
        nodes = json.loads(text)["nodes"].values()
        tables = [node for node in nodes if node["resource_type"] in ("model", "seed")]
        _fill(self._folder.resolve(), tables)
        self.clear()


def _said(error: object) -> str:
    """What an error of Thrift or PyHive says."""
    said = error.args[0] if getattr(error, "args", None) else error
    said = getattr(getattr(said, "status", None), "errorMessage", None) or str(said)
    return _without_stack(said) or type(error).__name__


def _without_stack(said: str) -> str:
    """Spark's own sentence, which begins with the class of the error, of what the server says."""
    found = re.search(r"\[[A-Z0-9_.]+\] (?!org\.|java\.).*", said)
    return found.group() if found else said.partition("\tat ")[0]


def _fill(folder: Path, nodes: list[dict]) -> None:
    """Makes the tables that are published in a candidate, and views of the others' files."""
    import duckdb

    with disk_errors(folder), duckdb.connect(str(folder / CANDIDATE)) as connection:
        for schema in sorted({node["schema"] for node in nodes}):
            connection.execute(f"create schema {schema}")
        for node in nodes:
            place = folder / FOLDER / node["schema"] / node["alias"]
            table = f'{node["schema"]}."{node["alias"]}"'
            if node["resource_type"] == "seed" and not place.exists():
                continue  # of one without rows nothing was written
            query = f"from read_parquet([{_files(place)}])"
            if node["schema"] in SCHEMAS:
                _make_table(connection, table, node, query)
                shutil.rmtree(place)
            else:
                connection.execute(f"create view {table} as {query}")


def _files(place: Path) -> str:
    """The files of a table that Spark wrote, as the items of a list in SQL."""
    files = sorted(place.glob("*.parquet"))
    if not files or not (place / COMPLETE).exists():
        raise BuildFailed(
            "Spark did not write it to its end",
            str(place),
            "run `smed refresh` again; the release before stays",
        )
    return ", ".join(_text(path) for path in files)


def _make_table(connection, table: str, node: dict, query: str) -> None:
    """A table with the columns, types and descriptions of the model's contract."""
    columns = {name: column["data_type"] for name, column in node["columns"].items()}
    typed = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"create table {table} ({typed})")
    connection.execute(f"insert into {table} ({names}) select {names} {query}")
    comments = [f"comment on table {table} is {_text(node['description'])};"]
    comments += [
        f'comment on column {table}."{name}" is {_text(column["description"])};'
        for name, column in node["columns"].items()
        if column["description"]
    ]
    connection.execute(" ".join(comments))
