"""PostgreSQL as a serving store: a schema per release, and stable views that all switch at once.

Readers query the views in ``marts`` and ``plan``. A release is loaded beside them, then the views
are pointed to it in one transaction, which first locks every view: a statement that has read one of
them holds it back until that statement is done, so no statement sees two releases.
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from publish.contents import MARTS, Content, opened, read_contents
from publish.postgres_connection import (
    LOCK_NOT_AVAILABLE,
    STAYS,
    Connection,
    Refused,
    connected,
)
from publish.releases import published_number, read_manifest, release_numbers
from publish.tables import SCHEMAS
from publish.verification import verify_release
from smed import home
from smed.errors import MendSetup, TryLater
from smed.settings import Settings

SCHEMA_PREFIX = "smed_release_"
# its comment names the release that the views show
SHOWN_MARK = MARTS
# and this one's says which figures, live or recorded, and whose
KIND_MARK = "plan"
_OWNED = re.compile(r"(?P<kind>\w+ figures)(?: of home (?P<home>\w+))?")
# any number that nobody else uses: one loader at a time
LOADER_LOCK = 736_564
# shorter than PostgreSQL's own deadlock_timeout of a second, which might end a reader instead of us
LOCK_MILLISECONDS = 300
PAUSE_SECONDS = 0.2
# PostgreSQL says why a wait was in vain before we would leave it
LOCK_SHARE = 0.9
# so much of a file is handed on at once: pg8000's own 8 KiB cost more than PostgreSQL takes
PIECE_BYTES = 1024 * 1024
_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision"}


@dataclass(frozen=True)
class Served:
    """What PostgreSQL shows now; ``was_loaded`` is false if it showed that release already."""

    release: int
    was_loaded: bool


def serve(settings: Settings) -> Served | None:
    """Lets PostgreSQL show the published release; None without the setting or a release.

    Harmless to repeat. A load that fails leaves the views as they were. Raises TryLater if the
    server does not answer or readers do not let go, MendSetup for what a person must mend,
    ReleaseDamaged if the release is not whole.
    """
    if not settings.postgres_url or published_number(settings) is None:
        return None
    url = settings.postgres_url.get_secret_value()
    with connected(url, settings.postgres_seconds) as connection:
        _wait_for_other_loaders(connection, settings.postgres_seconds)
        # read when nobody else loads: who waited must not show an older release again
        number = published_number(settings)
        name = f"{SCHEMA_PREFIX}{number}"
        manifest = read_manifest(settings, number)
        mark, ours = f"release {number} of run {manifest['run_id']}", _owned(settings, manifest)
        shown = _comment(connection, KIND_MARK)
        _refuse_other_figures(settings, shown, ours)
        if (_comment(connection, SHOWN_MARK), shown) == (mark, ours):
            return Served(number, was_loaded=False)
        verify_release(settings, number)
        folder = settings.releases / str(number)
        contents = _contents(settings, number)
        _load(connection, folder, name, contents)
        _show(connection, settings, name, contents, {SHOWN_MARK: mark, KIND_MARK: ours})
        _drop_old(connection, settings, keep=name)
    return Served(number, was_loaded=True)


def _wait_for_other_loaders(connection: Connection, seconds: float) -> None:
    connection.run(f"set lock_timeout = {int(seconds * LOCK_SHARE * 1000)}")
    try:
        connection.run("select pg_advisory_lock(:key)", key=LOADER_LOCK)
    except Refused as error:
        if error.code != LOCK_NOT_AVAILABLE:
            raise
        raise TryLater(
            f"another process has been loading for {seconds:g} s; {STAYS}",
            "PostgreSQL",
            "wait until it is done, then run `smed refresh` again",
        ) from error


def _contents(settings: Settings, number: int) -> list[Content]:
    tables = read_manifest(settings, number)["tables"]
    keys = {tuple(name.split(".")): tuple(facts.get("key", ())) for name, facts in tables.items()}
    with opened(settings.releases / str(number)) as connection:
        return read_contents(connection, keys)


def _owned(settings: Settings, manifest: dict) -> str:
    home_id = home.identity(settings)
    return f"{manifest['sources']} figures" + (f" of home {home_id}" if home_id else "")


def _refuse_other_figures(settings: Settings, shown: str | None, ours: str) -> None:
    """MendSetup where another home is served: a demo must not replace what is real, and of two
    homes the one must not replace the other without a word."""
    theirs, own = _OWNED.fullmatch(shown or ""), _OWNED.fullmatch(ours)
    if theirs is None:
        return
    if theirs["kind"] != own["kind"]:
        raise MendSetup(
            f"it shows {theirs['kind']}, and this home holds {own['kind']}; {STAYS}",
            "PostgreSQL",
            "let SMED_POSTGRES_URL name another database",
        )
    # an earlier version of the product did not say whose they are
    if theirs["home"] and theirs["home"] not in (own["home"], settings.postgres_take_over):
        raise MendSetup(
            f"it shows the figures of another home, {theirs['home']}; {STAYS}",
            "PostgreSQL",
            "let SMED_POSTGRES_URL name another database; if this home shall take its place:"
            f" SMED_POSTGRES_TAKE_OVER={theirs['home']} smed refresh",
        )


def _comment(connection: Connection, schema: str) -> str | None:
    rows = connection.run(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = :name",
        name=schema,
    )
    return rows[0][0] if rows else None


def _load(connection: Connection, folder: Path, name: str, contents: list[Content]) -> None:
    """Loads the release's CSV files into a schema of its own, keys and descriptions with them."""
    # what a load that was killed left behind
    connection.run(f"drop schema if exists {name} cascade")
    with connection.transaction():
        connection.run(f"create schema {name}")
        for content in contents:
            table = f"{name}.{_name(content.stem)}"
            columns = ", ".join(f"{_name(c.name)} {_type(c.type)}" for c in content.columns)
            connection.run(f"create table {table} ({columns})")
            with (folder / "csv" / f"{content.stem}.csv").open("rb", buffering=0) as file:
                pieces = iter(lambda file=file: file.read(PIECE_BYTES), b"")
                # frozen: nobody writes to it again, so no reader has to mark its rows as settled
                connection.run(f"copy {table} from stdin (format csv, header, freeze)", pieces)
            if content.key:
                key = ", ".join(map(_name, content.key))
                connection.run(f"alter table {table} add primary key ({key})")
            connection.run(f"analyze {table}")


def _show(
    connection: Connection,
    settings: Settings,
    name: str,
    contents: list[Content],
    marks: dict[str, str],
) -> None:
    """Points all views to the schema in one transaction; tries again while readers hold one."""
    until = time.monotonic() + settings.postgres_seconds
    reader = _reader(connection, settings.postgres_reader)
    for schema in SCHEMAS:
        connection.run(f"create schema if not exists {schema}")
    while True:
        try:
            with connection.transaction():
                connection.run(f"set local lock_timeout = {LOCK_MILLISECONDS}")
                _switch(connection, name, contents, reader, marks)
            return
        except Refused as error:
            if error.code != LOCK_NOT_AVAILABLE:
                raise
            if time.monotonic() > until:
                raise TryLater(
                    f"readers held the views for {settings.postgres_seconds:g} s"
                    f" ({_holders(connection)}); they go on seeing what they saw",
                    "PostgreSQL",
                    "end the transactions that stay open, then run `smed refresh` again",
                ) from error
        time.sleep(PAUSE_SECONDS)


def _switch(
    connection: Connection,
    name: str,
    contents: list[Content],
    reader: str,
    marks: dict[str, str],
) -> None:
    held = _views(connection)
    if held:
        # all of them before the first is changed
        connection.run(f"lock table {', '.join(held)} in access exclusive mode")
    wanted = {f"{c.schema}.{_name(c.name)}": c for c in contents}
    for view in held:
        # replaced where that is possible: what others granted or built on it stays
        content = wanted.get(view)
        if content is None or not _is_like(connection, view, f"{name}.{_name(content.stem)}"):
            connection.run(f"drop view {view}")
    for view, content in wanted.items():
        connection.run(
            f"create or replace view {view} as select * from {name}.{_name(content.stem)}"
        )
        connection.run(f"comment on view {view} is {_text(content.description)}")
        for column in content.columns:
            place = f"{view}.{_name(column.name)}"
            connection.run(f"comment on column {place} is {_text(column.description)}")
    for schema in SCHEMAS:
        connection.run(f"grant usage on schema {schema} to {reader}")
    connection.run(f"grant select on {', '.join(wanted)} to {reader}")
    for schema, mark in marks.items():
        connection.run(f"comment on schema {schema} is {_text(mark)}")


def _is_like(connection: Connection, view: str, table: str) -> bool:
    """Whether the two have the same columns of the same types in the same order."""
    query = (
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = cast(:name as regclass) and attnum > 0 and not attisdropped"
        " order by attnum"
    )
    return connection.run(query, name=view) == connection.run(query, name=table)


def _views(connection: Connection) -> list[str]:
    """The views that we made: those that read a schema of a release."""
    rows = connection.run(
        "select distinct view_schema, view_name from information_schema.view_table_usage"
        " where view_schema = any(:schemas) and table_schema like :prefix order by 1, 2",
        schemas=list(SCHEMAS),
        prefix=SCHEMA_PREFIX.replace("_", r"\_") + "%",
    )
    return [f"{schema}.{_name(view)}" for schema, view in rows]


def _reader(connection: Connection, role: str) -> str:
    """The role that may only read; made if it is not there."""
    if not connection.run("select 1 from pg_roles where rolname = :role", role=role):
        try:
            connection.run(f"create role {_name(role)} nologin")
        except Refused as error:
            raise MendSetup(
                f"the role {role} is not there and cannot be made ({error}); {STAYS}",
                "PostgreSQL",
                f"let its administrator run: create role {role} nologin",
            ) from error
    return _name(role)


def _holders(connection: Connection) -> str:
    """Who holds a view: their programs and process numbers."""
    rows = connection.run(
        "select distinct coalesce(nullif(a.application_name, ''), a.usename), a.pid"
        " from pg_locks as l inner join pg_stat_activity as a on l.pid = a.pid"
        " inner join pg_class as c on l.relation = c.oid"
        " inner join pg_namespace as n on c.relnamespace = n.oid"
        " where n.nspname = any(:schemas) and l.granted and a.pid != pg_backend_pid() order by 1",
        schemas=list(SCHEMAS),
    )
    return ", ".join(f"{program}, process {pid}" for program, pid in rows) or "they let go just now"


def _drop_old(connection: Connection, settings: Settings, keep: str) -> None:
    """Drops the schemas of releases that the home no longer keeps, unless somebody reads them."""
    kept = {f"{SCHEMA_PREFIX}{number}" for number in release_numbers(settings)} | {keep}
    rows = connection.run("select nspname from pg_namespace order by nspname")
    for (name,) in rows:
        if re.fullmatch(SCHEMA_PREFIX + r"\d+", name) and name not in kept:
            try:
                with connection.transaction():
                    connection.run(f"set local lock_timeout = {LOCK_MILLISECONDS}")
                    connection.run(f"drop schema {name} cascade")
            except Refused:
                continue  # the next release tries again


def _type(duckdb_type: str) -> str:
    return _TYPES.get(duckdb_type, duckdb_type.lower())


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
