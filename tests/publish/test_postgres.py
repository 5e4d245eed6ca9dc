"""PostgreSQL serves one whole release after the other, to readers that never stop asking."""

import socket
import threading
from contextlib import closing
from urllib.parse import urlsplit

import duckdb
import pg8000.exceptions
import pg8000.native
import pytest

from publish.postgres import serve
from publish.publication import publish, roll_back
from publish.releases import published_number
from smed.errors import MendSetup, ReleaseDamaged, SettingInvalid, TryLater
from smed.settings import Settings
from tests.publish import postgres_server
from tests.publish.conftest import VERDICT

pytestmark = pytest.mark.skipif(
    postgres_server.programs() is None, reason="PostgreSQL's server is not installed here"
)
PERMISSION_DENIED = "42501"


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of its own."""
    with postgres_server.running() as started:
        yield started


@pytest.fixture
def database(server, request):
    """The address of a new database."""
    name = f"db{abs(hash(request.node.name))}"
    with _connected(server.url()) as connection:
        connection.run(f"create database {name}")
    return server.url(database=name)


@pytest.fixture
def settings(tmp_path, database):
    """Settings of a home that serves from PostgreSQL."""
    return Settings.load(home=tmp_path / "home", postgres_url=database, postgres_seconds=20)


def _connected(url):
    parts = urlsplit(url)
    return closing(
        pg8000.native.Connection(
            parts.username,
            host=parts.hostname,
            port=parts.port,
            database=parts.path[1:],
            password=parts.password,
        )
    )


def _ask(url, query):
    with _connected(url) as connection:
        return [tuple(row) for row in connection.run(query)]


@pytest.fixture
def publish_rows(settings, make_candidate, make_run, tmp_path):
    """Publishes a release whose marts figures and twins hold the given rows."""

    def run(run_id, rows=(("b", 2.5), ("a", None)), statement="", serves=True):
        candidate = make_candidate(rows, run_id)
        with duckdb.connect(str(candidate)) as connection:
            connection.execute("create table marts.twins as select * from marts.figures")
            if statement:
                connection.execute(statement)
        base = published_number(settings)
        publish(settings, make_run(run_id, base), candidate, VERDICT, tmp_path / "docs")
        return serve(settings) if serves else None

    return run


def test_views_show_the_release_with_its_descriptions(settings, database, publish_rows):
    served = publish_rows("run-1")
    assert (served.release, served.was_loaded) == (1, True)
    assert _ask(database, "select * from marts.figures order by 1") == [("a", None), ("b", 2.5)]
    assert _ask(database, "select * from plan.goals") == [("A",)]
    assert _ask(
        database,
        "select obj_description(f.oid), col_description(f.oid, 2) from pg_class as f"
        " where f.oid = 'marts.figures'::regclass",
    ) == [("One row per key", "It's in per cent")]


def test_null_is_not_an_empty_text(settings, database, publish_rows):
    publish_rows("run-1", rows=(("", 1.0), (None, 2.0)))
    assert _ask(database, "select value from marts.figures where key_code is null") == [(2.0,)]
    assert _ask(database, "select value from marts.figures where key_code = ''") == [(1.0,)]


def test_serving_again_does_nothing(settings, publish_rows):
    publish_rows("run-1")
    assert serve(settings).was_loaded is False


def test_a_rollback_is_served_too(settings, database, publish_rows):
    publish_rows("run-1", rows=(("a", 1.0),))
    publish_rows("run-2", rows=(("a", 2.0),))
    roll_back(settings, 1)
    assert serve(settings).release == 1
    assert _ask(database, "select value from marts.figures") == [(1.0,)]


def test_the_role_reads_and_does_nothing_else(settings, database, publish_rows):
    publish_rows("run-1")
    with _connected(database) as connection:
        connection.run("set role smed_reader")
        assert connection.run("select count(*) from marts.figures") == [[2]]
        for statement in (
            "delete from marts.figures",
            "insert into plan.goals values ('B')",
            "select * from smed_release_1.figures",
            "create table marts.mine (a int)",
        ):
            with pytest.raises(pg8000.exceptions.DatabaseError) as refused:
                connection.run(statement)
            assert refused.value.args[0]["C"] == PERMISSION_DENIED


def test_what_others_built_on_a_view_and_granted_stays(settings, database, publish_rows):
    publish_rows("run-1", rows=(("a", 1.0),))
    with _connected(database) as connection:
        connection.run("create view mine as select value from marts.figures")
        connection.run("create role analyst")
        connection.run("grant select on marts.figures to analyst")
    publish_rows("run-2", rows=(("a", 2.0),))
    assert _ask(database, "select value from mine") == [(2.0,)]
    assert _ask(database, "select has_table_privilege('analyst', 'marts.figures', 'select')") == [
        (True,)
    ]


def test_a_changed_table_takes_its_place_and_a_lost_one_goes(settings, database, publish_rows):
    publish_rows("run-1")
    change = "alter table marts.figures add column note varchar; drop table marts.twins"
    publish_rows("run-2", statement=change)
    names = (
        "select table_name from information_schema.views where table_schema = 'marts' order by 1"
    )
    assert _ask(database, names) == [("figures",), ("quality_results",)]
    assert _ask(database, "select count(note) from marts.figures") == [(0,)]


def test_a_change_that_somebody_elses_view_forbids_leaves_the_old_views(
    settings, database, publish_rows
):
    publish_rows("run-1", rows=(("a", 1.0),))
    with _connected(database) as connection:
        connection.run("create view mine as select value from marts.figures")
    with pytest.raises(MendSetup, match="view mine depends on view"):
        publish_rows(
            "run-2", rows=(("a", 2.0),), statement="alter table marts.figures add column n int"
        )
    assert _ask(database, "select value from marts.figures") == [(1.0,)]
    assert _ask(database, "select value from mine") == [(1.0,)]


def test_a_load_that_fails_leaves_the_old_views_and_the_next_one_goes_on(
    settings, database, publish_rows
):
    publish_rows("run-1", rows=(("a", 1.0),))
    publish_rows("run-2", rows=(("a", 2.0),), serves=False)
    path = settings.published / "csv" / "figures.csv"
    good = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"key_code,value\na,no number\n")
    with pytest.raises(ReleaseDamaged, match=r"csv/figures\.csv"):
        serve(settings)
    assert _ask(database, "select value from marts.figures") == [(1.0,)]
    path.write_bytes(good)
    # what a load that was killed leaves behind
    with _connected(database) as connection:
        connection.run("create schema smed_release_2; create table smed_release_2.figures (a int)")
    assert serve(settings).release == 2
    assert _ask(database, "select value from marts.figures") == [(2.0,)]


def test_old_schemas_go_with_their_releases(settings, database, publish_rows):
    kept = settings.model_copy(update={"releases_kept": 2})
    for number in range(1, 5):
        publish_rows(f"run-{number}", serves=False)
        serve(kept)
    for number in (1, 2):
        path = settings.releases / str(number)
        path.rename(settings.home / f"gone-{number}")
    publish_rows("run-5")
    schemas = _ask(
        database, "select nspname from pg_namespace where nspname like 'smed%' order by 1"
    )
    assert schemas == [(f"smed_release_{number}",) for number in (3, 4, 5)]


def test_no_reader_ever_sees_two_releases_in_one_statement(settings, database, publish_rows):
    publish_rows("run-1", rows=[("a", 1.0)])
    query = (
        "select f.value, t.value, pg_sleep(0.002)"
        " from marts.figures as f cross join marts.twins as t"
    )
    seen, failures, done = [], [], threading.Event()

    def read():
        with _connected(database) as connection:
            last = 0.0
            while not done.is_set():
                try:
                    (row,) = connection.run(query)
                except pg8000.exceptions.DatabaseError as error:
                    failures.append(str(error))
                    return
                if row[0] != row[1] or row[0] < last:
                    failures.append(f"{row} after {last}")
                last = row[0]
                seen.append(row[0])

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(2, 12):
        publish_rows(f"run-{number}", rows=[("a", float(number))])
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(set(seen)) > 3
    assert len(seen) > 100


def test_readers_that_do_not_let_go_are_named_and_keep_the_old_release(
    settings, database, publish_rows
):
    publish_rows("run-1", rows=[("a", 1.0)])
    hasty = settings.model_copy(update={"postgres_seconds": 1.0})
    publish_rows("run-2", rows=[("a", 2.0)], serves=False)
    with _connected(database) as reader:
        reader.run("begin")
        reader.run("select * from marts.figures")
        with pytest.raises(TryLater, match=r"readers held the views for 1 s \(smed, process \d+\)"):
            serve(hasty)
        assert reader.run("select value from marts.figures") == [[1.0]]
        reader.run("commit")
    assert serve(settings).release == 2


def test_a_server_that_is_down_or_silent_says_so(settings, publish_rows):
    publish_rows("run-1", serves=False)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        for listens in (False, True):
            if listens:
                silent.listen()
            given = Settings.load(
                home=settings.home,
                postgres_url=f"postgresql://u:geheim@127.0.0.1:{port}/d",
                postgres_seconds=0.5,
            )
            with pytest.raises(TryLater, match="does not answer") as told:
                serve(given)
            assert "geheim" not in str(told.value)


def test_a_user_that_is_unknown_or_may_not_create_is_told_what_to_do(
    settings, server, database, publish_rows
):
    publish_rows("run-1", serves=False)
    name = urlsplit(database).path[1:]

    def given(user):
        return Settings.load(home=settings.home, postgres_url=server.url(user, name))

    with pytest.raises(MendSetup, match='role "nobody_knows" does not exist'):
        serve(given("nobody_knows"))
    with _connected(database) as connection:
        connection.run("create role humble login")
    with pytest.raises(MendSetup, match=r"permission denied for database .*grant the user"):
        serve(given("humble"))
    with _connected(database) as connection:
        connection.run(f"grant create on database {name} to humble")
    other = given("humble").model_copy(update={"postgres_reader": "nobody_made_it"})
    with pytest.raises(MendSetup, match=r"let its administrator run: create role nobody_made_it"):
        serve(other)


@pytest.mark.parametrize(
    "url", ["mysql://u@h/d", "postgresql://h/d", "postgresql://u@h", "x", "postgresql://u@h:port/d"]
)
def test_an_address_that_cannot_be_read_is_refused(settings, publish_rows, url):
    publish_rows("run-1", serves=False)
    with pytest.raises(SettingInvalid, match="SMED_POSTGRES_URL"):
        serve(Settings.load(home=settings.home, postgres_url=url))


def test_without_the_setting_nothing_is_asked(settings, publish_rows):
    publish_rows("run-1", serves=False)
    assert serve(Settings.load(home=settings.home)) is None
