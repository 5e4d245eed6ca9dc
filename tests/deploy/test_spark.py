"""The image and the services of the Spark cluster fit its script, its package and the service."""

import re

import pytest

from smed.settings import REPOSITORY
from tests.services import compose_file

DOCKERFILE = REPOSITORY / "deploy" / "spark.Dockerfile"
FOLDER = REPOSITORY / "deploy" / "spark"
START = (FOLDER / "start.sh").read_text(encoding="utf-8")
SERVICES = ("spark-master", "spark-thrift", "spark-worker-1", "spark-worker-2")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The services without the cluster, and those with it."""
    variables = compose_file.make_env(tmp_path_factory.mktemp("env") / "env")
    return [compose_file.composed(variables, *p)["services"] for p in ((), ("spark",))]


def test_only_who_asks_for_it_gets_a_cluster(both):
    without, with_it = both
    assert tuple(sorted(with_it.keys() - without.keys())) == SERVICES
    assert with_it["worker"]["environment"]["SMED_TARGET"] == "duckdb"


def test_each_runs_a_part_of_the_script_under_its_own_name(both):
    _, services = both
    roles = set(re.findall(r"^(\w+)\)$", START, re.MULTILINE))
    asked = {name: services[name]["command"] for name in SERVICES}
    assert {role for (role,) in asked.values()} == roles
    for name, (role,) in asked.items():
        variables = services[name]["environment"]
        assert variables["SPARK_HOST"] == name
        assert role == "master" or variables["SPARK_MASTER_HOST"] == "spark-master"
    states = {services[name]["environment"]["SPARK_STATE"] for name in SERVICES}
    assert len(states) == len(SERVICES)


def test_health_checks_ask_the_ports_that_the_script_opens(both):
    _, services = both
    ports = dict(re.findall(r"\$\{SPARK_(MASTER|THRIFT)_PORT:-(\d+)\}", START))
    ports["WORKER"] = services["spark-worker-1"]["environment"]["SPARK_WORKER_PORT"]
    for name in SERVICES:
        asked = services[name]["healthcheck"]["test"][-1]
        port = ports[name.split("-")[1].upper()]
        assert f"create_connection(('{name}', {port})" in asked


def test_all_see_the_home_as_the_workers_do_and_none_has_a_way_out(both):
    _, services = both
    home, worker = "home:/srv/smed", services["worker"]
    assert home in worker["volumes"]
    for name in SERVICES:
        assert home in services[name]["volumes"]
        assert services[name]["user"] == worker["user"]
        assert services[name]["networks"] == ["spark"]
        assert not services[name].get("ports")
    reachable = {n for n, its in services.items() if "spark" in its.get("networks", ())}
    assert reachable == {*SERVICES, "worker"}
    assert worker["environment"]["SMED_SPARK_HOST"] == "spark-thrift"
    text = compose_file.COMPOSE.read_text(encoding="utf-8")
    assert "  spark: {internal: true}\n" in text


def test_the_image_holds_what_the_script_asks_for():
    text = DOCKERFILE.read_text(encoding="utf-8")
    (python,) = re.findall(r"^FROM python:(\d+\.\d+)\.", text, re.MULTILINE)
    assert f"SPARK_HOME=/usr/local/lib/python{python}/site-packages/pyspark" in text
    for name in re.findall(r"-r (\S+)", text):
        assert "--hash=sha256:" in (FOLDER / name).read_text(encoding="utf-8")
    assert "openjdk-17-jre-headless" in text
    assert 'ENTRYPOINT ["sh", "/opt/smed-spark/start.sh"]' in text
    assert "USER 50000:0" in text
