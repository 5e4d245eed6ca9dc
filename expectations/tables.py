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


class TableMissing(Exception):
    """A guarded table is not in the file; says which table and which file."""


class Tables:
    """Reads each table once, from files that are opened read-only and closed at the end.

    ``previous`` is the database of the last release, or None before the first one.
    """

    def __init__(self, candidate: Path, previous: Path | None = None):
        self._open = contextlib.ExitStack()
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}
        self._files = {"candidate": self._connect(candidate, "build it again")}
        self._names = {"candidate": candidate.name}
        if previous is not None:
            self._files["previous"] = self._connect(
                previous, "run `smed verify`, and `smed rollback` to a release that is whole"
            )
            self._names["previous"] = previous.name

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
                relation = self._files[file].execute(f'select * from {schema}."{table}"')
                frame = _plain(relation.df())
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
        try:
            before = self.before(table)
            return before.empty or before["as_of_date"].max().date() <= self.as_of_date
        except TableMissing:
            return False
        except (KeyError, duckdb.Error):
            return True  # so that the suite which compares finds the same and says so


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without pandas' own nullable types.

    Their null makes every comparison null, which hides the row from a filter and from a check.
    """
    booleans = frame.select_dtypes("boolean").columns
    numbers = [
        column
        for column in frame
        if pd.api.types.is_extension_array_dtype(frame[column].dtype)
        and pd.api.types.is_numeric_dtype(frame[column].dtype)
        and column not in booleans
    ]
    return frame.assign(
        **{column: frame[column].to_numpy(dtype=object, na_value=None) for column in booleans},
        **{
            column: frame[column].to_numpy(dtype=float, na_value=float("nan")) for column in numbers
        },
    )
