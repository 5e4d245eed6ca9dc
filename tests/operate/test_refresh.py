"""What a refresh publishes, when it publishes nothing, and how an old release is shown again."""

from pathlib import Path

import duckdb

from tests.end_to_end.homes import OLDER_DAY, contents, finished


def _facts(home) -> dict[str, tuple]:
    """What would show that a file below a home was written."""
    return {
        str(path.relative_to(home.path)): (path.lstat().st_mtime_ns, path.lstat().st_ino)
        for path in home.path.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_a_refresh_prints_the_goals_and_where_they_are_published(refreshed_home):
    database = refreshed_home.path / "published" / "smed.duckdb"
    with duckdb.connect(database, read_only=True) as connection:
        query = "select goal_code, goal_name from marts.goal_scorecards order by all"
        goals = connection.execute(query).fetchall()
    for code, name in goals:
        assert f"{code}  {name.split()[0]}" in refreshed_home.printed
    assert "Recorded figures of the World Bank, as of" in refreshed_home.printed
    lines = [line.strip() for line in refreshed_home.printed.splitlines()]
    paths = [line for line in lines if line.startswith(str(refreshed_home.path))]
    assert len(paths) == 7
    assert all(Path(path).exists() for path in paths)


def test_a_second_refresh_says_that_nothing_changed_and_writes_nothing(copy_of, refreshed_home):
    copy = copy_of(refreshed_home)
    before = _facts(copy)
    done = finished(copy.refresh())
    assert done.stdout == "Nothing changed: release 1 stays.\n"
    after = _facts(copy)
    written = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    locks = {".lock-holder.json", ".alerts.lock-holder.json"}
    assert written <= {"status.json", "status.js"} | locks
    status = copy.status
    assert (status["outcome"], status["release"]) == ("unchanged", 1)
    assert status["fresh_until"] >= refreshed_home.status["fresh_until"]


def test_a_later_release_is_built_on_the_one_before_and_leaves_it_as_it_was(home_of_two_releases):
    home, release_1_before = home_of_two_releases
    first, second = home.manifest(1), home.manifest(2)
    assert (first["base"], first["as_of"]) == (None, OLDER_DAY)
    assert (second["base"], home.shown) == (1, 2)
    assert home.bytes_of("releases/1") == release_1_before
    assert {snapshot["vintage_date"] <= OLDER_DAY for snapshot in first["inputs"]} == {True}
    assert contents(first) != contents(second)


def test_a_rollback_holds_publishing_until_it_is_released(copy_of, home_of_two_releases):
    home, _ = home_of_two_releases
    copy = copy_of(home)
    done = finished(copy.smed("rollback", "1"))
    assert "Release 1 is published." in done.stdout
    assert copy.shown == 1

    done = finished(copy.refresh())
    assert "Nothing was published: publishing is held at release 1 since 20" in done.stdout
    assert "until `smed release-hold`" in done.stdout
    assert copy.shown == 1
    assert copy.status["outcome"] == "held"
    assert copy.status["held"]["release"] == copy.status["release"] == 1

    assert finished(copy.smed("release-hold")).stdout == "Refreshes publish again.\n"
    assert finished(copy.smed("release-hold")).stdout == "Nothing was held.\n"
    # asked for the figures of then, it finds them shown already
    done = finished(copy.refresh("--as-of", OLDER_DAY))
    assert done.stdout == "Nothing changed: release 1 stays.\n"
    assert copy.status["held"] is None
    assert copy.bytes_of("releases") == home.bytes_of("releases")
