"""PostgreSQL serves one whole release after the other, to readers that never stop asking."""

import socket
import threading
from urllib.parse import urlsplit

import duckdb
import pg8000.exceptions
import pg8000.native
import pytest

from publish.postgres import LOADER_LOCK, serve
from publish.publication import publish, roll_back
from publish.releases import published_number
from smed import home
from smed.errors import MendSetup, ReleaseDamaged, SettingInvalid, TryLater
from smed.settings import Settings
from tests.end_to_end.processes import wait_until
from tests.publish.conftest import VERDICT
from tests.publish.postgres_server import GUARDED, PASSWORD, ask, connected

PERMISSION_DENIED = "42501"


@pytest.fixture
def database(postgres):
    """The address of a new database."""
    return postgres.new_database()


@pytest.fixture
def settings(tmp_path, database):
    """Settings of a home that serves from PostgreSQL."""
    return Settings.load(home=tmp_path / "home", postgres_url=database, postgres_seconds=20)


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
    assert ask(database, "select * from marts.figures order by 1") == [("a", None), ("b", 2.5)]
    assert ask(database, "select * from plan.goals") == [("A",)]
    assert ask(
        database,
        "select obj_description(f.oid), col_description(f.oid, 2) from pg_class as f"
        " where f.oid = 'marts.figures'::regclass",
    ) == [("One row per key", "It's in per cent")]


def test_null_is_not_an_empty_text(settings, database, publish_rows):
    publish_rows("run-1", rows=(("", 1.0), (None, 2.0)))
    assert ask(database, "select value from marts.figures where key_code is null") == [(2.0,)]
    assert ask(database, "select value from marts.figures where key_code = ''") == [(1.0,)]


def test_serving_again_does_nothing(settings, publish_rows):
    publish_rows("run-1")
    assert serve(settings).was_loaded is False


def test_a_rollback_is_served_too(settings, database, publish_rows):
    publish_rows("run-1", rows=(("a", 1.0),))
    publish_rows("run-2", rows=(("a", 2.0),))
    roll_back(settings, 1)
    assert serve(settings).release == 1
    assert ask(database, "select value from marts.figures") == [(1.0,)]


def test_a_home_of_recorded_figures_never_replaces_live_ones(
    settings, database, publish_rows, make_candidate, make_run, tmp_path
):
    publish_rows("run-1", rows=(("a", 1.0),))
    other = settings.model_copy(update={"home": tmp_path / "live"})
    run = {**make_run("run-9"), "sources": "live"}
    publish(other, run, make_candidate((("a", 9.0),), "run-9"), VERDICT, tmp_path / "docs")
    with pytest.raises(MendSetup, match="it shows recorded figures, and this home holds live"):
        serve(other)
    assert ask(database, "select value from marts.figures") == [(1.0,)]


def test_a_home_replaces_another_one_only_where_it_is_told_to(
    settings, database, publish_rows, make_candidate, make_run, tmp_path
):
    publish_rows("run-1", rows=(("a", 1.0),))
    home.claim(settings, "recorded")
    # the mark of an earlier version of the product names no home
    assert serve(settings).was_loaded
    assert not serve(settings).was_loaded
    ours = home.identity(settings)
    other = settings.model_copy(update={"home": tmp_path / "other"})
    candidate = make_candidate((("a", 9.0),), "run-9")
    publish(other, make_run("run-9"), candidate, VERDICT, tmp_path / "docs")
    home.claim(other, "recorded")
    with pytest.raises(MendSetup, match=f"SMED_POSTGRES_TAKE_OVER={ours} smed refresh"):
        serve(other)
    assert ask(database, "select value from marts.figures") == [(1.0,)]
    wrong = other.model_copy(update={"postgres_take_over": home.identity(other)})
    with pytest.raises(MendSetup, match=f"the figures of another home, {ours}"):
        serve(wrong)
    assert serve(other.model_copy(update={"postgres_take_over": ours})).was_loaded
    assert ask(database, "select value from marts.figures") == [(9.0,)]
    # and the first one does not take them back by itself
    with pytest.raises(MendSetup, match="another home"):
        serve(settings)


def test_the_role_reads_and_does_nothing_else(settings, database, publish_rows):
    publish_rows("run-1")
    with connected(database) as connection:
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
    with connected(database) as connection:
        connection.run("create view mine as select value from marts.figures")
        connection.run("create role analyst")
        connection.run("grant select on marts.figures to analyst")
    publish_rows("run-2", rows=(("a", 2.0),))
    assert ask(database, "select value from mine") == [(2.0,)]
    assert ask(database, "select has_table_privilege('analyst', 'marts.figures', 'select')") == [
        (True,)
    ]


def test_a_changed_table_takes_its_place_and_a_lost_one_goes(settings, database, publish_rows):
    publish_rows("run-1")
    change = "alter table marts.figures add column note varchar; drop table marts.twins"
    publish_rows("run-2", statement=change)
    names = (
        "select table_name from information_schema.views where table_schema = 'marts' order by 1"
    )
    assert ask(database, names) == [("figures",), ("quality_results",)]
    assert ask(database, "select count(note) from marts.figures") == [(0,)]


def test_a_change_that_somebody_elses_view_forbids_leaves_the_old_views(
    settings, database, publish_rows
):
    publish_rows("run-1", rows=(("a", 1.0),))
    with connected(database) as connection:
        connection.run("create view mine as select value from marts.figures")
    with pytest.raises(MendSetup, match="view mine depends on view"):
        publish_rows(
            "run-2", rows=(("a", 2.0),), statement="alter table marts.figures add column n int"
        )
    assert ask(database, "select value from marts.figures") == [(1.0,)]
    assert ask(database, "select value from mine") == [(1.0,)]


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
    assert ask(database, "select value from marts.figures") == [(1.0,)]
    path.write_bytes(good)
    # what a load that was killed leaves behind
    with connected(database) as connection:
        connection.run("create schema smed_release_2; create table smed_release_2.figures (a int)")
    assert serve(settings).release == 2
    assert ask(database, "select value from marts.figures") == [(2.0,)]


def test_old_schemas_go_with_their_releases(settings, database, publish_rows):
    kept = settings.model_copy(update={"releases_kept": 2})
    for number in range(1, 5):
        publish_rows(f"run-{number}", serves=False)
        serve(kept)
    for number in (1, 2):
        path = settings.releases / str(number)
        path.rename(settings.home / f"gone-{number}")
    publish_rows("run-5")
    schemas = ask(
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
        with connected(database) as connection:
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
    with connected(database) as reader:
        reader.run("begin")
        reader.run("select * from marts.figures")
        with pytest.raises(TryLater, match=r"readers held the views for 1 s \(smed, process \d+\)"):
            serve(hasty)
        assert reader.run("select value from marts.figures") == [[1.0]]
        reader.run("commit")
    assert serve(settings).release == 2


@pytest.fixture
def given(settings):
    """The settings of the same home with another address, and with other values."""

    def make(url, **values):
        return Settings.load(home=settings.home, postgres_url=url, **values)

    return make


def _local(port, user="u", password="geheim"):
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/d"


def _answers_like_the_web(listening):
    connection, _ = listening.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nno")


@pytest.mark.parametrize("state", ["down", "silent", "another service"])
def test_a_server_that_is_down_silent_or_none_says_so(given, publish_rows, state):
    publish_rows("run-1", serves=False)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if state != "down":
            listening.listen()
        if state == "another service":
            threading.Thread(target=_answers_like_the_web, args=(listening,), daemon=True).start()
        with pytest.raises(TryLater, match=r"127\.0\.0\.1.* does not answer \(.+\)") as told:
            serve(given(_local(listening.getsockname()[1]), postgres_seconds=0.5))
    said = str(told.value)
    assert "SMED_POSTGRES_URL" in said
    assert "readers of PostgreSQL go on seeing what they saw" in said
    assert "geheim" not in said


def test_a_loader_that_others_keep_waiting_says_so_and_shows_what_is_newest_then(
    settings, given, database, publish_rows
):
    publish_rows("run-1", serves=False)
    with connected(database) as other:
        other.run("select pg_advisory_lock(:key)", key=LOADER_LOCK)
        with pytest.raises(TryLater, match="another process has been loading for 1 s"):
            serve(given(database, postgres_seconds=1))
        found = []
        waiting = threading.Thread(target=lambda: found.append(serve(settings)))
        waiting.start()
        asked = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        wait_until(lambda: ask(database, asked) == [(1,)], seconds=10)
        publish_rows("run-2", rows=(("a", 2.0),), serves=False)
    waiting.join()
    assert [served.release for served in found] == [2]


@pytest.mark.parametrize("password", ["", "falsch-geheim"])
def test_a_wrong_password_is_not_repeated(given, postgres, publish_rows, password):
    publish_rows("run-1", serves=False)
    if not ask(postgres.url(), f"select 1 from pg_roles where rolname = '{GUARDED}'"):
        ask(postgres.url(), f"create role {GUARDED} login password '{PASSWORD}'")
    with pytest.raises(MendSetup, match="check user and password in SMED_POSTGRES_URL") as told:
        serve(given(_local(postgres.port, GUARDED, password)))
    assert "geheim" not in str(told.value)


def test_a_database_that_is_not_there_is_named(given, postgres, publish_rows):
    publish_rows("run-1", serves=False)
    with pytest.raises(MendSetup, match=r'database "nowhere" does not exist.*create the database'):
        serve(given(postgres.url(database="nowhere")))


def test_a_user_that_is_unknown_or_may_not_create_is_told_what_to_do(
    given, postgres, database, publish_rows
):
    publish_rows("run-1", serves=False)
    name = urlsplit(database).path[1:]

    with pytest.raises(MendSetup, match='role "nobody_knows" does not exist'):
        serve(given(postgres.url("nobody_knows", name)))
    ask(database, "create role humble login")
    humble = postgres.url("humble", name)
    with pytest.raises(MendSetup, match=r"permission denied for database .*grant the user"):
        serve(given(humble))
    ask(database, f"grant create on database {name} to humble")
    with pytest.raises(MendSetup, match=r"let its administrator run: create role nobody_made_it"):
        serve(given(humble, postgres_reader="nobody_made_it"))


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
