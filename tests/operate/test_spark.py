"""What the build on Spark does on this side of the Thrift server; make test-spark has one."""

import socket
from importlib.metadata import PackageNotFoundError

import duckdb
import pytest

from operate import inputs as pinned
from operate import spark
from operate.build import CANDIDATE, prepare_candidate
from operate.inputs import pinned_inputs
from smed.errors import BuildFailed, SettingInvalid, SparkUnavailable
from smed.plan import read_plan
from smed.settings import Settings

SAID = """Database Error
  org.apache.hive.service.cli.HiveSQLException: Error running query: [CAST_INVALID_INPUT] \
org.apache.spark.SparkNumberFormatException: [CAST_INVALID_INPUT] The value 'x' cannot be cast.
  == SQL (line 1, position 8) ==
  select cast('x' as int)
  \tat org.apache.spark.sql.hive.thriftserver.HiveThriftServerErrors$.runningQueryError(H.scala:43)
"""
NODE = {
    "schema": "marts",
    "alias": "rates",
    "resource_type": "model",
    "description": "One row per year: the country's",
    "columns": {
        "rate_year": {"data_type": "integer", "description": ""},
        "rate_name": {"data_type": "string", "description": "Name, if it's known"},
    },
}


@pytest.fixture(scope="module")
def prepared(refreshed_home, tmp_path_factory):
    """A candidate that is prepared for Spark, beside the raw files of a real home."""
    folder = tmp_path_factory.mktemp("prepared") / "home"
    folder.mkdir()
    (folder / "raw").symlink_to(refreshed_home.path / "raw")
    settings = Settings(home=folder, target="spark")
    plan = read_plan(settings.plan)
    inputs = pinned_inputs(settings, plan, refreshed_home.manifest())
    return settings, prepare_candidate(settings, plan, inputs)


def _rows(folder, table: str) -> tuple[list, list]:
    """What Spark finds of a table, and what the candidate holds."""
    with duckdb.connect(str(folder / CANDIDATE), read_only=True) as connection:
        files = folder / spark.FOLDER / spark.INPUTS / table / "*.parquet"
        query = f"select * from read_parquet('{files}', union_by_name = true) order by all"
        columns = connection.execute(f"describe inputs.{table}").fetchall()
        names = [name for name, *_ in columns if name not in ("problem", "rule")]
        found = connection.execute(query).fetchall()
        held = connection.execute(f"select {', '.join(names)} from inputs.{table} order by all")
        return found, held.fetchall()


def test_spark_is_shown_the_raw_files_themselves(prepared):
    settings, folder = prepared
    place = folder / spark.FOLDER / spark.INPUTS / "world_bank_observations"
    links = list(place.iterdir())
    assert len(links) > 10
    for link in links:
        assert link.is_symlink()
        assert link.resolve().is_relative_to((settings.home / "raw").resolve())
    found, held = _rows(folder, "world_bank_observations")
    assert found == held


@pytest.mark.parametrize("table", ["builds", "kpi_submissions", "partition_checks"])
def test_the_small_tables_are_written_for_it(prepared, table):
    found, held = _rows(prepared[1], table)
    assert found == held
    assert found


def test_nothing_is_written_for_it_where_duckdb_builds(refreshed_home):
    (folder,) = (refreshed_home.path / "candidates").glob("2*")
    assert not (folder / spark.FOLDER).exists()
    assert refreshed_home.manifest()["engine"] == "duckdb"


def _written(folder, is_complete: bool = True):
    place = folder / spark.FOLDER / "marts" / "rates"
    place.mkdir(parents=True)
    with duckdb.connect() as connection:
        rows = "select 'b' as rate_name, 2::bigint as rate_year union all select null, 1"
        connection.execute(f"copy ({rows}) to '{place / 'part-0.parquet'}' (format parquet)")
    if is_complete:
        (place / spark.COMPLETE).touch()
    return place


def test_what_it_wrote_is_taken_in_as_the_contract_says(tmp_path):
    place = _written(tmp_path)
    spark._fill(tmp_path, [NODE])
    with duckdb.connect(str(tmp_path / CANDIDATE)) as connection:
        assert connection.execute("from marts.rates order by all").fetchall() == [
            (1, None),
            (2, "b"),
        ]
        columns = connection.execute(
            "select column_name, data_type, comment from duckdb_columns()"
            " where table_name = 'rates' order by column_index"
        ).fetchall()
        (said,) = connection.execute("select comment from duckdb_tables()").fetchone()
    assert columns == [
        ("rate_year", "INTEGER", None),
        ("rate_name", "VARCHAR", "Name, if it's known"),
    ]
    assert said == NODE["description"]
    assert not place.exists()


def test_a_table_that_it_did_not_write_to_its_end_is_refused(tmp_path):
    _written(tmp_path, is_complete=False)
    with pytest.raises(BuildFailed, match="Spark did not write it to its end"):
        spark._fill(tmp_path, [NODE])


def test_two_homes_and_two_runs_of_a_home_do_not_meet_on_a_server(tmp_path):
    one, again, other = (spark.Spark(Settings(home=tmp_path / name)) for name in ("a", "a", "b"))
    assert one.prefix != again.prefix
    assert one.home_prefix == again.home_prefix != other.home_prefix
    assert one.prefix.startswith(f"{one.home_prefix}_")


def test_without_a_server_it_says_what_to_do(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    nobody = spark.Spark(Settings(home=tmp_path, spark_port=port))
    with pytest.raises(SparkUnavailable, match=f"^127.0.0.1:{port}: .*--target duckdb") as raised:
        nobody.prepare()
    assert str(nobody.lost()) == str(raised.value)


def test_of_what_the_server_says_the_sentence_is_kept_and_not_the_stack(tmp_path):
    said = spark.Spark(Settings(home=tmp_path)).reason(SAID)
    assert said == "[CAST_INVALID_INPUT] The value 'x' cannot be cast."
    assert spark.Spark(Settings(home=tmp_path)).reason("Got 1 result") == "Got 1 result"


def test_where_the_adapter_is_not_installed_it_says_what_to_install(monkeypatch, tmp_path):
    def version(tool: str) -> str:
        if tool == "dbt-spark":
            raise PackageNotFoundError(tool)
        return "1"

    monkeypatch.setattr(pinned, "version", version)
    plan_folder = Settings(home=tmp_path).plan
    assert pinned.rules_sha256(plan_folder)
    with pytest.raises(SettingInvalid, match=r"dbt-spark is not installed.*smed\[spark\]"):
        pinned.rules_sha256(plan_folder, "spark")
