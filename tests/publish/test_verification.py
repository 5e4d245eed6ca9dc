"""A release that is not what its manifest says is named, with the way back."""

import json
import subprocess

import duckdb
import pytest

from publish.publication import publish, roll_back
from publish.releases import hold, published_number
from publish.status import read_status, rewrite_shown, write_status
from publish.tables import verify_tables, write_tables
from publish.verification import verify_release
from smed import home
from smed.errors import BuildFailed, HomeInvalid, ReleaseDamaged
from tests.publish.conftest import VERDICT


@pytest.fixture
def two_releases(settings, make_candidate, make_run, tmp_path):
    for number in (1, 2):
        candidate = make_candidate((("a", number),), f"run-{number}")
        run = make_run(f"run-{number}", published_number(settings))
        publish(settings, run, candidate, VERDICT, tmp_path / "docs")
    return settings


def _flip(path):
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _truncate(path):
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])


def _empty(path):
    path.chmod(0o644)
    path.write_bytes(b"")


def _link(path):
    elsewhere = path.parents[3] / path.name
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def test_a_whole_release_counts_its_files(two_releases):
    # DuckDB file; CSV twice and Parquet of three tables; workbook, package, dbt's documentation
    assert verify_release(two_releases, 2) == 1 + 3 * 3 + 3


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_flip, "holds other bytes"),
        (_truncate, "bytes, not"),
        (_empty, "has 0 bytes, not"),
        (lambda path: path.unlink(), "is missing"),
        (_link, "is a link"),
    ],
)
@pytest.mark.parametrize("name", ["smed.duckdb", "parquet/figures.parquet"])
def test_a_damaged_file_is_named_with_the_release_to_go_back_to(two_releases, damage, said, name):
    damage(two_releases.releases / "2" / name)
    with pytest.raises(ReleaseDamaged) as caught:
        verify_release(two_releases, 2)
    text = str(caught.value)
    assert text.startswith(f"release 2, {name}: ")
    assert said in text
    assert text.endswith("run `smed rollback 1`")


def _date_it_later(folder):
    path = folder / "manifest.json"
    path.chmod(0o644)
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps({**manifest, "as_of": "2030-01-01"}))


def _remove_the_seal(folder):
    (folder / "manifest.sha256").unlink()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (_date_it_later, "manifest.json: is not the one that manifest.sha256 was made of"),
        (_remove_the_seal, "manifest.sha256: is missing"),
        (lambda folder: _empty(folder / "manifest.sha256"), "manifest.json: is not the one"),
    ],
)
def test_who_edits_the_manifest_or_its_seal_is_found_out(two_releases, edit, said):
    edit(two_releases.releases / "2")
    with pytest.raises(ReleaseDamaged) as caught:
        verify_release(two_releases, 2)
    assert str(caught.value).startswith(f"release 2, {said}")
    assert str(caught.value).endswith("run `smed rollback 1`")


def test_a_release_from_before_there_were_seals_is_whole(two_releases):
    folder = two_releases.releases / "2"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest["sealed_by"]
    (folder / "manifest.json").chmod(0o644)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "manifest.sha256").unlink()
    assert verify_release(two_releases, 2) == len(manifest["files"])


def test_the_seal_is_what_sha256sum_reads(two_releases):
    folder = two_releases.releases / "2"
    command = ("sha256sum", "--check", "--strict", "manifest.sha256")
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def test_without_an_older_release_a_new_one_is_the_way_out(two_releases):
    (two_releases.releases / "1" / "smed.duckdb").unlink()
    with pytest.raises(ReleaseDamaged, match="run `smed refresh` for a new one"):
        verify_release(two_releases, 1)


def test_a_file_that_somebody_put_there_is_named(two_releases):
    (two_releases.releases / "2" / "csv" / "mine.csv").write_text("x")
    with pytest.raises(ReleaseDamaged, match=r"csv/mine\.csv: was not published with it"):
        verify_release(two_releases, 2)


def test_a_leftover_log_is_named(two_releases):
    (two_releases.releases / "2" / "smed.duckdb.wal").write_bytes(b"x")
    with pytest.raises(ReleaseDamaged, match="write-ahead log"):
        verify_release(two_releases, 2)


def test_the_status_says_what_is_shown_and_how_long_it_is_fresh(two_releases):
    home.claim(two_releases, "recorded")
    first = write_status(two_releases, "published", "release 2", 45, [])
    assert (first["release"], first["as_of"], first["sources"]) == (2, "2026-07-13", "recorded")
    second = write_status(two_releases, "failed", "no answer", 45, [{"series": "X"}])
    # 45 days after 2026-07-13, whenever it was tried
    assert (first["fresh_until"], second["fresh_until"]) == ("2026-08-27", "2026-08-27")
    assert read_status(two_releases) == second
    script = (two_releases.home / "status.js").read_text()
    assert script.startswith("window.SMED_STATUS = {")
    assert script.endswith("};\n")


def test_a_release_that_is_not_there_names_those_that_are(two_releases):
    with pytest.raises(HomeInvalid, match="there is no release 0; kept are 1, 2"):
        verify_release(two_releases, 0)


def test_the_status_shows_what_a_rollback_shows(two_releases):
    write_status(two_releases, "published", "release 2", 45, [])
    roll_back(two_releases, 1)
    status = read_status(two_releases)
    assert (status["release"], status["held"]["release"]) == (1, 1)
    rewrite_shown(two_releases, "rolled_back", "rolled back to release 1")
    written = json.loads((two_releases.home / "status.json").read_bytes())
    assert (written["release"], written["outcome"]) == (1, "rolled_back")


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', ""])
def test_a_status_that_cannot_be_read_is_as_none(two_releases, text):
    (two_releases.home / "status.json").write_text(text)
    assert read_status(two_releases) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}'])
def test_a_hold_that_cannot_be_read_is_named(two_releases, text):
    (two_releases.home / "hold.json").write_text(text)
    with pytest.raises(HomeInvalid, match=r"hold\.json: cannot be read"):
        hold(two_releases)


def test_tables_that_do_not_read_back_are_not_published(two_releases, make_candidate):
    folder = two_releases.home / "draft"
    folder.mkdir()
    tables = write_tables(make_candidate((("a", 1.0), ("b", 2.0))), folder)
    verify_tables(folder, tables)
    with duckdb.connect() as connection:
        path = folder / "parquet" / "figures.parquet"
        connection.execute(f"copy (select 'a' as key_code, 9.0 as value) to '{path}'")
    with pytest.raises(BuildFailed, match=r"marts\.figures was written with 2 rows"):
        verify_tables(folder, tables)
