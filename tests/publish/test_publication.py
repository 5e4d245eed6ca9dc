"""A release appears whole, in one step, and only over the release it was built from."""

import os
import stat

import duckdb
import pytest

from publish.publication import publish, roll_back
from publish.releases import (
    hold,
    list_releases,
    published_number,
    read_manifest,
    release_hold,
    release_numbers,
)
from publish.tables import write_tables
from smed.errors import HomeInvalid, NoSpace, ReleaseDamaged, ReleaseMoved
from smed.files import sha256_of
from tests.publish.conftest import VERDICT


@pytest.fixture
def publish_rows(settings, make_candidate, make_run, tmp_path):
    """Publishes a candidate of the given rows over the release that is shown."""

    def run(run_id="run-1", rows=(("b", 2.5), ("a", None)), base="shown"):
        base = published_number(settings) if base == "shown" else base
        candidate = make_candidate(rows, run_id)
        return publish(settings, make_run(run_id, base), candidate, VERDICT, tmp_path / "docs")

    return run


def _figures(settings):
    path = settings.published / "smed.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select * from marts.figures").fetchall()


def test_the_first_release_is_number_one_and_holds_every_format(settings, publish_rows):
    assert publish_rows() == 1
    assert os.readlink(settings.published) == "releases/1"
    assert _figures(settings) == [("a", None), ("b", 2.5)]  # sorted by key
    csv = (settings.published / "csv" / "figures.csv").read_text()
    assert csv == "key_code,value\na,\nb,2.5\n"
    with duckdb.connect() as connection:
        parquet = settings.published / "parquet" / "plan_goals.parquet"
        assert connection.execute(f"select * from '{parquet}'").fetchall() == [("A",)]


def test_what_is_not_public_stays_out(settings, publish_rows):
    publish_rows()
    with duckdb.connect(str(settings.published / "smed.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
    assert tables == [("marts.figures",), ("marts.quality_results",), ("plan.goals",)]


def test_descriptions_travel_with_the_tables(settings, publish_rows):
    publish_rows()
    with duckdb.connect(str(settings.published / "smed.duckdb"), read_only=True) as connection:
        (table,) = connection.execute(
            "select comment from duckdb_tables() where table_name = 'figures'"
        ).fetchone()
        (column,) = connection.execute(
            "select comment from duckdb_columns()"
            " where table_name = 'figures' and column_name = 'value'"
        ).fetchone()
    assert (table, column) == ("One row per key", "It's in per cent")
    described = read_manifest(settings, 1)["tables"]["marts.figures"]
    assert described["description"] == "One row per key"
    assert described["columns"] == {"value": "It's in per cent"}


def test_a_release_that_has_no_report_names_the_tables_that_it_lacks(settings, publish_rows):
    publish_rows()
    assert "marts.kpi_observations" in read_manifest(settings, 1)["report_lacks"]
    assert not (settings.published / "report").exists()


def test_what_the_gate_found_is_described_too(settings, publish_rows):
    publish_rows()
    with duckdb.connect(str(settings.published / "smed.duckdb"), read_only=True) as connection:
        silent = connection.execute(
            "select count(*) from duckdb_columns()"
            " where table_name = 'quality_results' and coalesce(comment, '') = ''"
        ).fetchone()
    assert silent == (0,)
    assert len(read_manifest(settings, 1)["tables"]["marts.quality_results"]["columns"]) == 14


def test_a_description_is_no_content(settings, make_candidate, make_run, tmp_path):
    for number, words in enumerate(("In per cent", "In per mille"), 1):
        candidate = make_candidate(name=f"run-{number}")
        with duckdb.connect(str(candidate)) as connection:
            connection.execute(f"comment on column marts.figures.value is '{words}'")
        run = make_run(f"run-{number}", published_number(settings))
        publish(settings, run, candidate, VERDICT, tmp_path / "docs")
    first, second = read_manifest(settings, 1), read_manifest(settings, 2)
    assert first["tables"] != second["tables"]
    assert first["content_sha256"] == second["content_sha256"]
    for name in ("csv/figures.csv", "parquet/figures.parquet"):
        assert first["files"][name] == second["files"][name]


def test_published_files_are_read_only_and_described_by_the_manifest(settings, publish_rows):
    publish_rows()
    folder = settings.releases / "1"
    manifest = read_manifest(settings, 1)
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert found == set(manifest["files"]) | {"manifest.json", "manifest.sha256"}
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in found} == {0o444}
    assert manifest["tables"]["marts.figures"]["rows"] == 2
    assert manifest["verdict"] == {"passed": True, "checks": 1, "warned": 0}


def test_the_same_content_has_the_same_bytes(settings, publish_rows):
    publish_rows("run-1")
    publish_rows("run-2", rows=(("a", None), ("b", 2.5)))
    first, second = read_manifest(settings, 1), read_manifest(settings, 2)
    for name in first["files"]:
        if name.startswith(("csv/", "parquet/")):
            assert first["files"][name] == second["files"][name], name
    assert first["content_sha256"] == second["content_sha256"]


def test_the_number_of_cores_changes_no_byte(make_candidate, tmp_path):
    """So many rows make several groups of Parquet and parts of CSV, which threads share out."""
    candidate = make_candidate()
    with duckdb.connect(str(candidate)) as connection:
        connection.execute(
            "insert into marts.figures"
            " select 'K' || hash(n), n / 7 from range(400_000) as numbers (n)"
        )
    written = set()
    for threads in (1, 2, 8):
        folder = tmp_path / f"threads-{threads}"
        folder.mkdir()
        write_tables(candidate, folder, threads)
        hashes = [sha256_of(folder / kind / f"figures.{kind}") for kind in ("csv", "parquet")]
        written.add(tuple(hashes))
    assert len(written) == 1


def test_publishing_a_run_again_changes_nothing(settings, publish_rows):
    publish_rows("run-1")
    assert publish_rows("run-1") == 1
    assert release_numbers(settings) == [1]


def test_a_release_that_was_written_but_not_shown_is_shown_by_the_next_attempt(
    settings, publish_rows
):
    publish_rows("run-1")
    settings.published.unlink()
    assert publish_rows("run-1", base=None) == 1
    assert published_number(settings) == 1


def test_what_a_killed_run_left_behind_is_cleared(settings, publish_rows):
    (settings.releases / ".building-run-0" / "csv").mkdir(parents=True)
    publish_rows("run-1")
    assert os.listdir(settings.releases) == ["1"]


def test_a_release_that_moved_since_the_build_began_is_not_replaced(settings, publish_rows):
    publish_rows("run-1")
    publish_rows("run-2", rows=(("a", 7.0),))
    with pytest.raises(ReleaseMoved, match="release 2 was published while this one was built"):
        publish_rows("run-3", rows=(("a", 8.0),), base=1)
    assert _figures(settings) == [("a", 7.0)]


def test_a_full_disk_is_found_before_anything_is_written(settings, publish_rows, monkeypatch):
    publish_rows("run-1")
    usage = os.statvfs_result((4096, 4096, 9, 1, 1, 9, 9, 9, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda path: usage)
    with pytest.raises(NoSpace, match="a release needs about"):
        publish_rows("run-2", rows=(("a", 7.0),))
    assert os.listdir(settings.releases) == ["1"]
    assert published_number(settings) == 1


def test_only_the_newest_releases_are_kept(settings, make_candidate, make_run, tmp_path):
    few = settings.model_copy(update={"releases_kept": 2})
    for number in range(1, 5):
        candidate = make_candidate((("a", number),), f"run-{number}")
        run = make_run(f"run-{number}", published_number(few))
        assert publish(few, run, candidate, VERDICT, tmp_path / "docs") == number
    assert release_numbers(few) == [3, 4]


def test_rolling_back_shows_the_old_release_and_holds_publishing(settings, publish_rows):
    publish_rows("run-1")
    publish_rows("run-2", rows=(("a", 7.0),))
    roll_back(settings, 1)
    assert _figures(settings) == [("a", None), ("b", 2.5)]
    assert hold(settings)["release"] == 1
    assert [(row["release"], row["is_published"]) for row in list_releases(settings)] == [
        (2, False),
        (1, True),
    ]
    assert release_hold(settings) is True
    assert hold(settings) is None
    assert release_hold(settings) is False


def test_nothing_is_published_while_a_rollback_holds(settings, publish_rows):
    publish_rows("run-1")
    publish_rows("run-2", rows=(("a", 7.0),))
    roll_back(settings, 1)
    with pytest.raises(HomeInvalid, match="publishing is held at release 1 since"):
        publish_rows("run-3", rows=(("a", 8.0),))
    assert published_number(settings) == 1


def test_rolling_back_to_what_is_not_there_names_what_is(settings, publish_rows):
    publish_rows("run-1")
    with pytest.raises(HomeInvalid, match="there is no release 7; kept are 1"):
        roll_back(settings, 7)


def test_rolling_back_to_a_damaged_release_is_refused(settings, publish_rows):
    publish_rows("run-1")
    publish_rows("run-2", rows=(("a", 7.0),))
    (settings.releases / "1" / "csv" / "figures.csv").unlink()
    with pytest.raises(ReleaseDamaged, match=r"release 1, csv/figures\.csv: is missing"):
        roll_back(settings, 1)
    assert published_number(settings) == 2
    assert hold(settings) is None


def test_a_log_beside_the_database_stops_showing_it(settings, publish_rows):
    publish_rows("run-1")
    publish_rows("run-2", rows=(("a", 7.0),))
    (settings.releases / "1" / "smed.duckdb.wal").write_bytes(b"x")
    with pytest.raises(ReleaseDamaged, match="write-ahead log"):
        roll_back(settings, 1)
    assert published_number(settings) == 2


def test_a_damaged_release_of_the_same_run_is_written_anew(settings, publish_rows):
    publish_rows("run-1")
    path = settings.releases / "1" / "csv" / "figures.csv"
    path.chmod(0o644)
    path.write_text("key_code,value\n")
    assert publish_rows("run-1") == 2
    assert len(_figures(settings)) == 2


def test_a_folder_in_the_place_of_the_link_is_named(settings, publish_rows):
    settings.published.mkdir(parents=True)
    with pytest.raises(ReleaseDamaged, match="is not a link to a release"):
        publish_rows("run-1")


def test_a_manifest_that_cannot_be_read_is_listed_as_damaged(settings, publish_rows):
    publish_rows("run-1")
    path = settings.releases / "1" / "manifest.json"
    path.chmod(0o644)
    path.write_text("{")
    assert list_releases(settings)[0]["as_of"] == "damaged"
    with pytest.raises(ReleaseDamaged, match="cannot be read"):
        read_manifest(settings, 1)
