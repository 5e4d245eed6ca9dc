"""The bench of scale on a few series: that it runs all of a refresh and says what is too much."""

from dataclasses import replace

import pytest

from bench import compiled, scale
from bench.scale import Cost, Measured
from smed.settings import DBT_PROJECT

SERIES, ECONOMIES = 11, 20  # one of the series in several vintages


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    home = tmp_path_factory.mktemp("scale") / "home"
    return home, scale.measure(home, SERIES, ECONOMIES)


def test_every_model_and_the_tests_are_run(measured):
    _, found = measured
    models = {path.stem for path in (DBT_PROJECT / "models").rglob("*.sql")}
    assert models == found.costs.keys() - {scale.GATE_ON_RAW, scale.TESTS}
    assert found.costs[scale.TESTS].wall > 0
    assert found.rows > SERIES * ECONOMIES
    assert found.total.cpu > 0
    assert found.total.memory > found.candidate > 0


def test_a_test_that_fails_ends_the_bench(measured):
    home, _ = measured
    failing = compiled.Statement("a_test", compiled.TEST, "", "select 1 as row")
    with pytest.raises(SystemExit, match="a_test fails on 1 rows"):
        scale.run_statements(home, [failing])


def test_a_statement_that_cannot_be_run_is_named(measured):
    home, _ = measured
    broken = compiled.Statement("a_model", compiled.VIEW, "marts.x", "select * from no_such_table")
    with pytest.raises(SystemExit, match="a_model: Catalog Error"):
        scale.run_statements(home, [broken])


def test_the_exponent_is_that_of_cpu_seconds_over_rows():
    # ten times the rows take a hundred times the seconds: log 100 / log 10
    ten_times = Measured(10, 0, {"step": Cost(0, 300, 0, 0)})
    assert scale.exponent(ten_times, Measured(1, 0, {"step": Cost(0, 3, 0, 0)})) == pytest.approx(2)


@pytest.mark.parametrize(
    ("cpu", "share", "words"),
    [
        (11.2, 1.09, []),  # log 11.2 / log 10 = 1.049
        (11.3, 1.0, ["CPU grows"]),  # 1.053
        (10, 1.11, ["memory is 1.11"]),
    ],
)
def test_what_exceeds_the_promise_is_said(cpu, share, words, capsys):
    small = Measured(1, 0, {"step": Cost(1, 1, 0, 0)})
    memory = int(scale.memory_limit() * share)
    large = Measured(10, 0, {"step": Cost(1, cpu, memory, 0)})
    said = scale.broken_promises([small, large])
    assert [line[: len(word)] for line, word in zip(said, words, strict=True)] == words
    scale.report(replace(large, rows=10_000_000), small)
    assert "10.0 million observations" in capsys.readouterr().out
