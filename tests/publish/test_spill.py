"""A release larger than the memory goes to disk, beside itself."""

from functools import partial

import duckdb

from publish import tables

ROWS = 1_000_000


def test_what_exceeds_the_memory_goes_to_disk_in_the_folder_of_the_release(tmp_path, monkeypatch):
    candidate, folder = tmp_path / "candidate.duckdb", tmp_path / "release"
    folder.mkdir()
    with duckdb.connect(str(candidate)) as connection:
        connection.execute("create schema marts; create schema plan")
        connection.execute(
            "create table marts.figures as select md5(cast(range as varchar)) as key_code,"
            f" md5(cast(-range as varchar)) as note from range({ROWS})"
        )
    # where the process was started nothing can be written
    (tmp_path / ".tmp").write_text("")
    monkeypatch.chdir(tmp_path)
    small = {"memory_limit": "100MB", "threads": 1}
    monkeypatch.setattr(tables.duckdb, "connect", partial(duckdb.connect, config=small))
    (written,) = tables.write_tables(candidate, folder)
    assert written.rows == ROWS
    assert {path.name for path in folder.iterdir()} == {"smed.duckdb", "csv", "parquet"}
