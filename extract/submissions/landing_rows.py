"""Accepted rows, landed: one write-once Parquet file per landing of an event.

Grain: a row of ``inputs.kpi_submissions`` or ``inputs.progress_submissions`` of
dbt_project/inputs.sql, which says the columns. A landing follows from its event and from what was
checked alone, so that it can be made again, byte by byte, where a crash came in between.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from extract.landing import PROVENANCE
from extract.submissions.received import FOLDER
from smed.errors import NoSpace
from smed.files import READ_ONLY, disk_errors, json_bytes, replace_file, write_once
from smed.settings import DBT_PROJECT, Settings

INPUTS = "inputs.sql"
TABLE = "{form_code}_submissions"
VINTAGE_BASIS = "submission"
COLUMNS_QUERY = """
select table_name, column_name, data_type
from information_schema.columns
where table_schema = 'inputs'
order by table_name, ordinal_position
"""


def observations_folder(settings: Settings) -> Path:
    """The folder below raw of what landed, one folder a form."""
    return settings.raw / FOLDER / "observations"


def landed_path(settings: Settings, form_code: str, stem: str) -> Path:
    """Where the landing of that name lies."""
    return observations_folder(settings) / form_code / f"{stem}.parquet"


def newest_known_from(settings: Settings) -> str | None:
    """The newest day (ISO) from which something landed counts as known; None if nothing landed."""
    days = []
    for path in observations_folder(settings).glob(f"*/*{PROVENANCE}"):
        days.append(json.loads(path.read_bytes())["vintage_date"])
    return max(days, default=None)


class Lander:
    """Writes landings; one connection for all of them. A context manager."""

    def __init__(self, settings: Settings):
        self._settings = settings
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

    def land(self, form_code: str, stem: str, submission: dict, rows: list[dict]) -> bool:
        """Lands rows under a name; False if they are there already.

        ``rows`` hold the form's columns, row_number, cell_reference, is_superseded and
        is_retracted. ``submission`` holds what all of them share: submission_id, party_code,
        reporting_period, sheet_name, submitted_at, accepted_at (both ISO, UTC), is_illustrative,
        sha256.
        """
        path = landed_path(self._settings, form_code, stem)
        if path.exists():
            return False
        accepted_at = datetime.fromisoformat(submission["accepted_at"])
        shared = {
            **submission,
            "known_from": accepted_at.date().isoformat(),
            "accepted_at": accepted_at.replace(tzinfo=None).isoformat(),
            "submitted_at": datetime.fromisoformat(submission["submitted_at"])
            .replace(tzinfo=None)
            .isoformat(),
        }
        data = self._parquet(path, form_code, shared, rows)
        provenance = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "snapshot_id": stem,
            "series": TABLE.format(form_code=form_code),
            "vintage_date": shared["known_from"],
            "vintage_basis": VINTAGE_BASIS,
            "rows": len(rows),
            "submission_id": submission["submission_id"],
            "received_sha256": submission["sha256"],
            "is_illustrative": submission["is_illustrative"],
        }
        replace_file(path.with_suffix(PROVENANCE), json_bytes(provenance), READ_ONLY)
        return write_once(path, data)

    def _parquet(self, path: Path, form_code: str, shared: dict, rows: list[dict]) -> bytes:
        import duckdb

        connection = self._open()
        columns = self._columns[TABLE.format(form_code=form_code)]
        query, values = _select(columns, shared, sorted(rows, key=lambda row: row["row_number"]))
        part = path.with_name(f".part-{path.stem}")
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                target = str(part).replace("'", "''")
                connection.execute(f"copy ({query}) to '{target}' (format parquet)", values)
                return part.read_bytes()
            except duckdb.IOException as error:
                raise NoSpace(
                    f"cannot be written ({error})", str(path), "free some space, then run it again"
                ) from error
            finally:
                part.unlink(missing_ok=True)


def _select(columns: dict[str, str], shared: dict, rows: list[dict]) -> tuple[str, dict]:
    """The rows as a query and its parameters; what they share, or lack, is one value."""
    shown, values = [], {}
    for name, kind in columns.items():
        listed = [row.get(name) for row in rows]
        if name in shared:
            values[name] = shared[name]
            shown.append(f"${name}::{kind} as {name}")
        elif all(value is None for value in listed):
            shown.append(f"null::{kind} as {name}")
        else:
            values[name] = listed
            shown.append(f"unnest(${name}::{kind}[]) as {name}")
    return f"select {', '.join(shown)}", values
