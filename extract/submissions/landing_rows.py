"""Accepted rows, landed: one write-once Parquet file for what was decided together.

Grain: a row of ``inputs.kpi_submissions`` or ``inputs.progress_submissions`` of
dbt_project/inputs.sql, which says the columns; a file holds the rows of one form that are known
from one day. It follows from its events and from what was checked alone, so that it can be made
again, byte by byte, where a crash came in between. In older homes a file holds one submission.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from extract.landing import PROVENANCE
from extract.submissions.received import FOLDER
from smed.errors import NoSpace
from smed.files import (
    READ_ONLY,
    disk_errors,
    json_bytes,
    read_json,
    replace_file,
    write_once,
)
from smed.settings import DBT_PROJECT, Settings

INPUTS = "inputs.sql"
TABLE = "{form_code}_submissions"
VINTAGE_BASIS = "submission"
# what DuckDB is given to read; it has no name of its own among what landed
ROWS_FILE = ".part-{stem}.jsonl"
COPY = """
copy (
    select {columns}
    from read_json('{rows}', format = 'newline_delimited', columns = {{{types}}})
)
to '{part}' (format parquet)
"""
COLUMNS_QUERY = """
select table_name, column_name, data_type
from information_schema.columns
where table_schema = 'inputs'
order by table_name, ordinal_position
"""


def observations_folder(settings: Settings) -> Path:
    """The folder below raw of what landed, one folder a form."""
    return settings.raw / FOLDER / "observations"


def submission_ids(settings: Settings, path: str) -> list[str]:
    """The submissions that a landed file has rows of; ``path`` is below raw."""
    facts = read_json((settings.raw / path).with_suffix(PROVENANCE))
    return list(facts.get("submissions") or [facts["submission_id"]])


def newest_known_from(settings: Settings) -> str | None:
    """The newest day (ISO) from which something landed counts as known; None if nothing landed."""
    days = []
    for path in observations_folder(settings).glob(f"*/*{PROVENANCE}"):
        days.append(json.loads(path.read_bytes())["vintage_date"])
    return max(days, default=None)


@dataclass
class Landing:
    """The rows of one file that lands: known from which day, each as JSON, and whose they are.

    ``submissions``: submission_id -> sha256 of the file that was received.
    """

    known_from: str
    submissions: dict[str, str] = field(default_factory=dict)
    is_illustrative: bool = False
    rows: list[str] = field(default_factory=list)

    def add(self, sha256: str, submission: dict, rows: Iterable[tuple[str, bool, bool]]) -> None:
        """Adds rows of a submission: each as a JSON object, is_superseded, is_retracted.

        ``submission`` holds what they share: submission_id, party_code, reporting_period,
        submitted_at, accepted_at (both ISO, UTC), is_illustrative.
        """
        self.submissions[submission["submission_id"]] = sha256
        self.is_illustrative |= submission["is_illustrative"]
        times = {name: _naive(submission[name]) for name in ("accepted_at", "submitted_at")}
        shared = json.dumps({**submission, **times, "known_from": self.known_from})[:-1]
        for row, is_superseded, is_retracted in rows:
            flags = f'"is_superseded":{_BOOLEANS[is_superseded]}'
            flags += f',"is_retracted":{_BOOLEANS[is_retracted]}'
            self.rows.append(f"{shared},{flags},{row[1:]}\n")


_BOOLEANS = {False: "false", True: "true"}


def _naive(time: str) -> str:
    return datetime.fromisoformat(time).replace(tzinfo=None).isoformat()


class Lander:
    """Writes landings; one connection for all of them. A context manager."""

    def __init__(self):
        self._connection = None
        # by table, column -> type
        self._columns: dict[str, dict[str, str]] = {}

    def __enter__(self) -> "Lander":
        return self

    def __exit__(self, *_) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self):
        import duckdb

        if self._connection is None:
            self._connection = duckdb.connect(config={"threads": 1})
            self._connection.execute((DBT_PROJECT / INPUTS).read_text(encoding="utf-8"))
            for table, column, kind in self._connection.execute(COLUMNS_QUERY).fetchall():
                self._columns.setdefault(table, {})[column] = kind
        return self._connection

    def land(self, path: Path, landing: Landing) -> None:
        """Lands rows, and first of all their provenance; harmless if they are there already."""
        if path.exists():
            return
        table = TABLE.format(form_code=path.parent.name)
        data = self._parquet(path, table, landing.rows)
        provenance = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "snapshot_id": path.stem,
            "series": table,
            "vintage_date": landing.known_from,
            "vintage_basis": VINTAGE_BASIS,
            "rows": len(landing.rows),
            "submissions": landing.submissions,
            "is_illustrative": landing.is_illustrative,
        }
        replace_file(path.with_suffix(PROVENANCE), json_bytes(provenance), READ_ONLY)
        write_once(path, data)

    def _parquet(self, path: Path, table: str, rows: list[str]) -> bytes:
        import duckdb

        connection = self._open()
        columns = self._columns[table]
        given = path.with_name(ROWS_FILE.format(stem=path.stem))
        part = given.with_suffix("")
        copy = COPY.format(
            columns=", ".join(columns),
            types=", ".join(f"{name}: '{kind}'" for name, kind in columns.items()),
            rows=str(given).replace("'", "''"),
            part=str(part).replace("'", "''"),
        )
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                given.write_text("".join(rows), encoding="utf-8")
                connection.execute(copy)
                return part.read_bytes()
            except duckdb.IOException as error:
                raise NoSpace(
                    f"cannot be written ({error})", str(path), "free some space, then run it again"
                ) from error
            finally:
                given.unlink(missing_ok=True)
                part.unlink(missing_ok=True)
