"""One cluster for all tests, and homes that DuckDB refreshed."""

import subprocess

import pytest

from tests.end_to_end.homes import Home, copied, finished
from tests.end_to_end.processes import SMED, Running
from tests.spark.cluster import Cluster

REFRESH_SECONDS = 900.0


def refresh_on_spark(home: Home, cluster: Cluster, *arguments: str, **given: str):
    """A refresh of the recorded figures to its end, which takes minutes."""
    command = [SMED, "refresh", "--sources", "recorded", *arguments, "--home", str(home.path)]
    with Running(*command, **cluster.variables, **given) as running:
        status = running.wait(REFRESH_SECONDS)
    return subprocess.CompletedProcess(command, status, running.said, running.said)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A running cluster; a test that breaks it mends it."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="session")
def by_duckdb(tmp_path_factory) -> Home:
    """A home of the recorded figures with one release, which DuckDB built. Only to be read."""
    home = Home(tmp_path_factory.mktemp("by-duckdb") / "home")
    finished(home.refresh())
    return home


@pytest.fixture(scope="session")
def by_spark(tmp_path_factory, by_duckdb, cluster) -> Home:
    """The same home with a second release, which Spark built. Only to be read."""
    # a name that SQL of either engine must not trip over
    home = copied(by_duckdb, tmp_path_factory.mktemp("the ministry's"))
    finished(refresh_on_spark(home, cluster))
    return home
