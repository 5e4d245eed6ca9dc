"""What Spark builds is what DuckDB builds, cell by cell."""

import shutil
from pathlib import Path

import duckdb
import pytest

from bench import spark
from operate.build import build_marts
from operate.inputs import Inputs
from operate.spark import Spark
from smed.settings import Settings
from tests.end_to_end.homes import copied, finished
from tests.end_to_end.processes import SMED, Running
from tests.spark.comparison import cells_count, differences
from tests.spark.conftest import REFRESH_SECONDS, refresh_on_spark

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1800)]
DATABASE = "smed.duckdb"


def test_every_cell_of_the_recorded_figures_is_the_same(by_duckdb, by_spark):
    ours, theirs = (home.path / "published" / DATABASE for home in (by_duckdb, by_spark))
    assert by_spark.path.joinpath("published").resolve().name == "2"
    assert differences(ours, theirs) == []
    assert cells_count(theirs) > 100_000


def test_a_cell_that_differs_would_be_noticed(by_duckdb, tmp_path):
    changed = tmp_path / DATABASE
    shutil.copy(by_duckdb.path / "published" / DATABASE, changed)
    changed.chmod(0o600)
    with duckdb.connect(str(changed)) as connection:
        connection.execute("update marts.kpi_achievements set growth_pct = growth_pct * (1 + 1e-8)")
    (found,) = differences(by_duckdb.path / "published" / DATABASE, changed)
    assert found.startswith("marts.kpi_achievements.growth_pct: ")


def test_the_release_passed_the_same_gate_and_says_who_built_it(by_duckdb, by_spark):
    one, other = by_duckdb.manifest(), by_spark.manifest()
    assert (one["engine"], other["engine"]) == ("duckdb", "spark")
    assert other["verdict"]["passed"]
    # the release before is there to be compared with
    assert other["verdict"]["checks"] > one["verdict"]["checks"] > 0
    assert one["inputs"] == other["inputs"]
    tables = {name: (t["key"], t["columns"]) for name, t in one["tables"].items()}
    assert tables == {name: (t["key"], t["columns"]) for name, t in other["tables"].items()}
    done = finished(by_spark.smed("verify"))
    assert "2" in done.stdout


def test_the_documentation_of_both_knows_the_same_tables(by_duckdb, by_spark):
    pages = [home.path / "published" / "dbt_docs" / "index.html" for home in (by_duckdb, by_spark)]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    assert Spark(Settings(home=by_spark.path)).home_prefix not in texts[1]
    assert all("int_observations_versioned" in text for text in texts)


def test_nothing_of_a_home_stays_on_the_server(by_spark, cluster):
    assert cluster.query("show schemas") == [("default",)]


def test_the_same_inputs_give_the_same_bytes(by_spark, tmp_path, cluster):
    home = copied(by_spark, tmp_path)
    # whatever the setting says now, a release is built again by the engine that built it
    port = {"SMED_SPARK_PORT": str(cluster.port)}
    with Running(SMED, "verify", "--rebuild", "--home", str(home.path), **port) as running:
        assert running.wait(REFRESH_SECONDS) == 0, running.said
    assert "it is the same: " in running.said
    finished(refresh_on_spark(home, cluster))
    assert home.shown == 2, "nothing changed, and yet there is another release"


def _built(settings: Settings, inputs: Inputs, target: str) -> tuple[Path, int]:
    candidate, rows = spark.prepare(settings, inputs)
    assert build_marts(settings.model_copy(update={"target": target}))
    return candidate, rows


def test_every_cell_of_a_million_observations_is_the_same(tmp_path, cluster):
    home = tmp_path / "home"
    settings, inputs = spark.make_home(home, spark.SERIES)
    of_cluster = settings.model_copy(update={"spark_port": cluster.port})
    (ours, rows), (theirs, _) = (_built(of_cluster, inputs, t) for t in ("duckdb", "spark"))
    assert rows > 1_000_000
    assert differences(ours, theirs) == []
    assert cells_count(theirs) > 10_000_000
    shutil.rmtree(home)
