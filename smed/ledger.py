"""The ledger: what was tried, when and how it ended. An index: it can be rebuilt, raw cannot.

Grain: one row per event; of the events with one kind and key the newest speaks.
"""

import json
import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from smed.errors import HomeInvalid, VersionDiffers
from smed.files import no_space, says_disk_full

# of the tables below, in the database's own user_version
SCHEMA_VERSION = 1
_SCHEMA = f"""
create table if not exists events (
    event_id integer primary key,
    kind text not null,
    key text not null,
    facts text not null,
    recorded_at text not null
);
create index if not exists events_by_key on events (kind, key, event_id);
pragma user_version = {SCHEMA_VERSION};
"""


class Ledger:
    """Appends events to one SQLite file; safe for several processes at once."""

    def __init__(self, path: Path):
        self.path = Path(path)
        self._has_schema = False

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        if not self._has_schema:
            (found,) = connection.execute("pragma user_version").fetchone()
            if found > SCHEMA_VERSION:
                connection.close()
                raise VersionDiffers(
                    f"a newer smed has written the ledger (version {found};"
                    f" this one knows {SCHEMA_VERSION})",
                    str(self.path),
                    "use that version or a newer one, or move the ledger away: it begins anew",
                )
            if found < SCHEMA_VERSION:
                connection.executescript(_SCHEMA)
            self._has_schema = True
        return connection

    def _run(self, statement: str, values: tuple) -> list[tuple]:
        with self._open() as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def _open(self):
        """A connection for the block; what goes wrong in it is the product's error."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            if says_disk_full(str(error)):
                raise no_space(str(error), self.path) from error
            raise HomeInvalid(
                f"the ledger cannot be used ({error})",
                str(self.path),
                "if it is damaged, move it away: it is an index and begins anew",
            ) from error

    def record(self, kind: str, key: str, facts: dict) -> None:
        """Appends an event; ``facts`` must be JSON-able."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._run(
            "insert into events (kind, key, facts, recorded_at) values (?, ?, ?, ?)",
            (kind, key, json.dumps(facts, sort_keys=True), now),
        )

    def record_all(self, kind: str, rows: list[tuple[str, dict]]) -> None:
        """Appends an event per (key, facts) in one step: all of them or none."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        values = [(kind, key, json.dumps(facts, sort_keys=True), now) for key, facts in rows]
        statement = "insert into events (kind, key, facts, recorded_at) values (?, ?, ?, ?)"
        with self._open() as connection:
            connection.execute("begin")
            connection.executemany(statement, values)
            connection.execute("commit")

    def last_key(self, kind: str) -> str | None:
        """The last key of that kind in the order of the keys; None if there is none."""
        return self._run("select max(key) from events where kind = ?", (kind,))[0][0]

    def latest(self, kind: str, key: str) -> dict | None:
        """The facts of the newest event of that kind and key, with ``recorded_at``; else None."""
        rows = self._run(
            "select facts, recorded_at from events where kind = ? and key = ?"
            " order by event_id desc limit 1",
            (kind, key),
        )
        return {**json.loads(rows[0][0]), "recorded_at": rows[0][1]} if rows else None

    def all(self, kind: str) -> list[tuple[str, dict]]:
        """The newest facts of each key of that kind, in the order of the keys."""
        rows = self._run(
            "select key, facts, recorded_at from events where event_id in"
            " (select max(event_id) from events where kind = ? group by key) order by key",
            (kind,),
        )
        return [(key, {**json.loads(facts), "recorded_at": at}) for key, facts, at in rows]
