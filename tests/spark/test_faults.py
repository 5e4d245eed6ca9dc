"""What goes wrong with a cluster in the middle of a build: a clear end, nothing torn, a retry."""

import socket

import psutil
import pytest

from operate.build import prepare_candidate
from operate.inputs import pinned_inputs
from operate.spark import FOLDER, Spark
from smed.errors import BuildFailed
from smed.plan import read_plan
from smed.settings import Settings
from tests.end_to_end.homes import copied, finished
from tests.end_to_end.processes import SMED, Running, wait_until
from tests.spark.conftest import REFRESH_SECONDS, refresh_on_spark

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1800)]


@pytest.fixture
def home(by_duckdb, tmp_path):
    """A home with one release, to be written to."""
    return copied(by_duckdb, tmp_path)


def _one_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith("smed: ")]
    assert len(lines) == 1, said
    assert "Traceback" not in said
    return lines[0]


def _begun(home, cluster) -> Running:
    command = (SMED, "refresh", "--sources", "recorded", "--full", "--home", str(home.path))
    return Running(*command, **cluster.variables)


def _wait_for_tables(home, running, count: int) -> None:
    """Until Spark has written so many tables of this build."""

    def has_written() -> bool:
        assert running.process.poll() is None, running.said
        folder = home.path / "candidates" / "current" / "spark"
        return len(list(folder.glob("*/*/_SUCCESS"))) >= count

    wait_until(has_written, REFRESH_SECONDS, pause=0.1)


def _untouched(home) -> None:
    assert home.shown == 1
    assert home.leftovers() == []
    finished(home.smed("verify"))


def test_without_a_server_it_says_so_in_one_line_and_duckdb_still_builds(home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    nobody = {"SMED_TARGET": "spark", "SMED_SPARK_PORT": port}
    printed = finished(home.refresh(**nobody), 1).stderr
    said = _one_line(printed)
    assert printed.count("Could not connect") == 1
    assert said.startswith(f"smed: 127.0.0.1:{port}: Spark's Thrift server does not answer (")
    assert said.endswith("`smed refresh --target duckdb`; the release before stays")
    _untouched(home)
    finished(home.refresh("--full", "--target", "duckdb", **nobody))
    assert home.manifest()["engine"] == "duckdb"


def test_an_executor_killed_in_the_middle_costs_a_build_time_at_most(home, cluster):
    with _begun(home, cluster) as running:
        _wait_for_tables(home, running, 40)
        victim = cluster.executors()[0]
        victim.kill()
        status = running.wait(REFRESH_SECONDS)
        said = running.said
    assert not victim.is_running()
    if status != 0:
        _one_line(said)
        _untouched(home)
        finished(refresh_on_spark(home, cluster))
    assert home.manifest()["engine"] == "spark"
    assert home.shown == 2
    finished(home.smed("verify"))
    # the worker has started another
    wait_until(lambda: len(cluster.executors()) == 2, seconds=60)


def test_a_server_that_dies_in_the_middle_ends_the_build_and_a_retry_succeeds(home, cluster):
    with _begun(home, cluster) as running:
        _wait_for_tables(home, running, 40)
        cluster.kill_thrift()
        assert running.wait(120) == 1
        said = _one_line(running.said)
    assert f"127.0.0.1:{cluster.port}: Spark's Thrift server does not answer" in said
    _untouched(home)
    cluster.start_thrift()
    finished(refresh_on_spark(home, cluster))
    assert (home.shown, home.manifest()["engine"]) == (2, "spark")


def test_what_a_killed_run_left_on_the_server_goes_with_the_next(home, cluster):
    with _begun(home, cluster) as running:
        _wait_for_tables(home, running, 30)
        running.process.kill()
        running.wait(20)
    left = {name for (name,) in cluster.query("show schemas")} - {"default"}
    assert left
    _untouched(home)
    finished(refresh_on_spark(home, cluster))
    assert cluster.query("show schemas") == [("default",)]
    assert home.shown == 2


def test_a_test_that_fails_on_spark_names_its_rows(home, cluster, changed_plan):
    """The correction was made of 50, and the source has said 56.105 ever since 2021."""
    correction = (
        "C-1,SL.TLF.CACT.FE.ZS,LAO,2016,50,override,57.5,Two surveys mixed up,,active,2022-01-01,"
    )
    plan = changed_plan(corrections=[correction])
    done = finished(refresh_on_spark(home, cluster, SMED_PLAN=plan), 1)
    said = _one_line(done.stdout)
    assert said.startswith("smed: dbt build: corrections_match_upstream: ")
    assert "SL.TLF.CACT.FE.ZS LAO 2016: upstream is 56.105" in said
    _untouched(home)


def test_what_spark_refuses_is_told_without_the_servers_stack(home, cluster):
    spark = Spark(Settings(home=home.path, spark_port=cluster.port))
    with pytest.raises(BuildFailed) as refused:
        spark.failing_rows("select cast(concat('x', cast(id as string)) as int) from range(9)", 1)
    assert "[CAST_INVALID_INPUT] The value 'x" in str(refused.value)
    assert "scala" not in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_a_raw_file_that_spark_does_not_see_stops_the_build(home, cluster):
    settings = Settings(home=home.path, target="spark", spark_port=cluster.port)
    plan = read_plan(settings.plan)
    inputs = pinned_inputs(settings, plan, home.manifest())
    folder = prepare_candidate(settings, plan, inputs)
    link = next((folder / FOLDER / "inputs" / "world_bank_observations").iterdir())
    link.unlink()
    with pytest.raises(BuildFailed, match=r"Spark sees \d+ of \d+ rows of inputs.world_bank_obs"):
        Spark(settings).prepare()


def test_nothing_listens_outside_the_loopback_and_nobody_calls_out(cluster):
    hosts, listening = set(), 0
    for process in cluster.everything():
        for connection in process.net_connections("inet"):
            hosts.add(connection.laddr.ip)
            hosts |= {connection.raddr.ip} if connection.raddr else set()
            listening += connection.status == psutil.CONN_LISTEN
    # master, two workers, Thrift server, two executors
    assert listening >= 6
    assert {host.removeprefix("::ffff:") for host in hosts} == {"127.0.0.1"}
