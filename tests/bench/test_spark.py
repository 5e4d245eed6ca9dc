"""The bench of the engines on a few series; ``make test-spark`` has the cluster."""

from types import SimpleNamespace

from bench import spark

SERIES, PORT = 2, 1


def test_what_a_build_costs_is_that_of_a_process_of_its_own(tmp_path, monkeypatch, capsys):
    cluster = SimpleNamespace(port=PORT, everything=list)
    cost = spark.measure(spark.DUCKDB, SERIES, cluster, tmp_path)
    assert cost.rows > 1000
    assert 0 < cost.cpu < 600
    assert list(tmp_path.iterdir()) == []
    dearer = {spark.DUCKDB: cost, spark.SPARK: spark.Cost(cost.rows, cost.wall * 3, cost.cpu * 4)}
    monkeypatch.setattr(spark, "measure", lambda engine, *_: dearer[engine])
    spark.report(SERIES, cluster)
    assert capsys.readouterr().out.splitlines()[-1].split() == ["times", "3.0", "4.0"]
