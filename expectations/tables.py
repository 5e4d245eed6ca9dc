"""The tables that the gate looks at, as pandas frames: the candidate's and the last release's."""

import contextlib
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from smed.errors import CheckCouldNotRun

MARTS = "marts"
INPUTS = "inputs"
# from so many rows on a table is read some columns at a time, and texts that are equal are shared
MANY_ROWS = 50_000
COLUMNS_AT_ONCE = 6


class TableMissing(Exception):
    """A guarded table is not in the file; says which table and which file."""


class Tables:
    """Reads each table once, from files that are opened read-only and closed at the end.

    ``previous`` is the database of the last release, or None before the first one.
    """

    def __init__(self, candidate: Path, previous: Path | None = None):
        self._open = contextlib.ExitStack()
        files = {"candidate": self._connect(candidate, "build it again")}
        names = {"candidate": candidate.name}
        if previous is not None:
            files["previous"] = self._connect(
                previous, "run `smed verify`, and `smed rollback` to a release that is whole"
            )
            names["previous"] = previous.name
        self._look_into(files, names)

    def _look_into(self, files: dict[str, duckdb.DuckDBPyConnection], names: dict[str, str]):
        self._files, self._names = files, names
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}

    def __enter__(self) -> "Tables":
        return self

    def __exit__(self, *exception) -> None:
        self._open.close()

    def _connect(self, path: Path, next_step: str) -> duckdb.DuckDBPyConnection:
        try:
            connection = duckdb.connect(path, read_only=True)
        except duckdb.Error as error:
            self._open.close()
            raise CheckCouldNotRun(f"cannot be opened ({error})", str(path), next_step) from error
        self._open.callback(connection.close)
        return connection

    def _read(self, file: str, table: str, schema: str = MARTS) -> pd.DataFrame:
        if (file, table) not in self._frames:
            try:
                frame = _read_frame(self._files[file], f'{schema}."{table}"')
            except duckdb.CatalogException:
                raise TableMissing(f"{schema}.{table} is not in {self._names[file]}") from None
            self._frames[file, table] = frame
        return self._frames[file, table].copy(deep=False)

    def now(self, table: str) -> pd.DataFrame:
        """The candidate's mart; TableMissing if dbt did not build it."""
        return self._read("candidate", table)

    def found(self, table: str) -> pd.DataFrame:
        """What the gate on raw wrote; TableMissing if it did not run."""
        return self._read("candidate", table, INPUTS)

    def before(self, table: str) -> pd.DataFrame:
        """The last release's mart; TableMissing if that release has none."""
        return self._read("previous", table)

    @cached_property
    def as_of_date(self) -> date:
        """The date as of which the candidate was built; CheckCouldNotRun if it does not say."""
        query = "select as_of_date from inputs.builds"
        try:
            return self._files["candidate"].execute(query).fetchone()[0]
        except (duckdb.Error, TypeError) as error:
            raise CheckCouldNotRun(
                f"does not say as of when it was built ({error})",
                self._names["candidate"],
                "build it again",
            ) from error

    def comparable(self, table: str) -> bool:
        """Whether the last release has the table as of the same date or an earlier one.

        As of an earlier date less was known, so a candidate built for the past may well hold less.
        """
        if "previous" not in self._files:
            return False
        query = f'select max(as_of_date) from {MARTS}."{table}"'
        try:
            (newest,) = self._files["previous"].execute(query).fetchone()
            return newest is None or newest <= self.as_of_date
        except duckdb.CatalogException:
            return False
        except duckdb.Error:
            return True  # so that the suite which compares finds the same and says so


def _read_frame(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    """All rows of a table, in the order in which they lie."""
    (rows,) = connection.execute(f"select count(*) from {table}").fetchone()
    if rows < MANY_ROWS:
        return _plain(connection.execute(f"select * from {table}").df())
    columns = [name for name, *_ in connection.execute(f"describe {table}").fetchall()]
    parts = []
    for first in range(0, len(columns), COLUMNS_AT_ONCE):
        some = ", ".join(f'"{name}"' for name in columns[first : first + COLUMNS_AT_ONCE])
        parts.append(_shared(_plain(connection.execute(f"select {some} from {table}").df())))
    return pd.concat(parts, axis=1)


def _shared(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with equal texts of a column as one object each: they are most of its memory."""
    changed = {}
    for column, dtype in frame.dtypes.items():
        if isinstance(dtype, pd.StringDtype):
            codes, texts = pd.factorize(frame[column])
            changed[column] = texts.array.take(codes, allow_fill=True)
    return frame.assign(**changed)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without pandas' own nullable types.

    Their null makes every comparison null, which hides the row from a filter and from a check.
    """
    changed = {}
    for column, dtype in frame.dtypes.items():
        if not pd.api.types.is_extension_array_dtype(dtype):
            continue
        if pd.api.types.is_bool_dtype(dtype):
            changed[column] = frame[column].to_numpy(dtype=object, na_value=None)
        elif pd.api.types.is_numeric_dtype(dtype):
            changed[column] = frame[column].to_numpy(dtype=float, na_value=float("nan"))
    return frame.assign(**changed)
