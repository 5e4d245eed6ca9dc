"""``docker-compose.yml`` says what the code and the image can do, and lets nobody in by default."""

import re
from importlib.metadata import distribution
from importlib.util import find_spec
from runpy import run_path

import pytest
import yaml

from operate import service
from smed.settings import PREFIX, REPOSITORY, Settings
from tests.services import compose_file

TEXT = compose_file.COMPOSE.read_text(encoding="utf-8")
SECRET = re.compile(r"\$\{([A-Z_]+):\?[^}]+\}")
WITH_DEFAULT = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")
# names of the environment that hold a secret or an address with one in it
HOLDS_SECRET = re.compile(r"PASSWORD$|SECRET|FERNET_KEY|_CONN$|BROKER_URL|RESULT_BACKEND|_URL$")
# read by the image of PostgreSQL, by Python's programs, by Superset and by its telemetry's switch
OF_OTHERS = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "HOME", "AIRFLOW_HOME"}
OF_SUPERSET = {"SUPERSET_HOME", "SUPERSET_CONFIG_PATH", "SCARF_ANALYTICS"}
OURS = ("smed", "smed-spark", "smed-superset")
SPARK = "spark"
ONCE = "prepare"


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    """What ``make env`` writes."""
    return compose_file.make_env(tmp_path_factory.mktemp("env") / "env")


@pytest.fixture(scope="module")
def services(variables):
    """The services as a parser of compose files reads them, those of Spark too."""
    return compose_file.composed(variables, SPARK)["services"]


def test_it_refuses_to_start_without_an_env_and_names_what_is_missing():
    done = compose_file.read({})
    assert done.returncode != 0
    assert re.search(r"variable [A-Z_]+ is missing a value: make env writes it", done.stderr)


def test_every_variable_has_its_secret_from_make_env_or_a_default(variables):
    used = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    assert set(SECRET.findall(TEXT)) == set(variables)
    assert used - set(variables) == {name for name, _ in WITH_DEFAULT.findall(TEXT)}
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert all(f"# {name}={default}\n" in example for name, default in WITH_DEFAULT.findall(TEXT))
    assert re.findall(r"(?<!\$)\$[A-Za-z]", TEXT) == []


def test_what_is_secret_comes_from_make_env_and_stands_nowhere(services, variables):
    looked_at = 0
    for name, its in services.items():
        for variable, value in its["environment"].items():
            if HOLDS_SECRET.search(variable) and value and "://127.0.0.1" not in value:
                looked_at += 1
                if "@" not in value and "//" in value:
                    continue  # an address without a password
                (password,) = re.findall(r":([^:@/]+)@", value) or [value]
                assert password in variables.values(), f"{name}: {variable}"
    assert looked_at > 2 * len(variables)
    for path in ("deploy/Dockerfile", "deploy/superset.Dockerfile"):
        assert not HOLDS_SECRET.search((REPOSITORY / path).read_text()), path


def _airflows_settings() -> set[str]:
    airflow = distribution("apache-airflow-core")
    text = airflow.locate_file("airflow/config_templates/config.yml").read_text(encoding="utf-8")
    sections = yaml.load(text, yaml.CSafeLoader)
    celery = distribution("apache-airflow-providers-celery")
    # run by itself: imported, it would bring all of Airflow with it
    module = run_path(str(celery.locate_file("airflow/providers/celery/get_provider_info.py")))
    sections |= module["get_provider_info"]()["config"]
    return {
        f"AIRFLOW__{section}__{option}".upper()
        for section, its in sections.items()
        for option in its["options"]
    }


def test_every_variable_of_a_container_is_read_there(services):
    known = _airflows_settings() | {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {variable for variable, _ in service.USERS.values()} | OF_OTHERS | OF_SUPERSET
    deploy = REPOSITORY / "deploy"
    for script in (*deploy.rglob("*.sh"), deploy / "superset_config.py"):
        known |= set(re.findall(r"\b[A-Z][A-Z_]+\b", script.read_text(encoding="utf-8")))
    named = {variable for its in services.values() for variable in its["environment"]}
    assert named - known == set()


def test_every_setting_can_be_set_for_the_service(services):
    # what the image has at one place, and ports of what the service does not start
    fixed = {"SMED_PLAN", "SMED_SPARK_PORT", "SMED_AIRFLOW_PORT", "SMED_SERVE_PORT"}
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    assert settings - set(services["worker"]["environment"]) == fixed


def test_ports_open_on_this_machine_only(services):
    ports = {name: its["ports"] for name, its in services.items() if its.get("ports")}
    assert sorted(ports) == ["api-server", "postgres", "superset"]
    assert all(str(port).startswith("127.0.0.1:") for its in ports.values() for port in its)
    assert [n for n, its in services.items() if "network_mode" in its or "expose" in its] == []


def test_containers_are_denied_what_they_do_not_need(services):
    for name, its in services.items():
        assert its["read_only"] is True, name
        assert its["cap_drop"] == ["ALL"], name
        assert its["security_opt"] == ["no-new-privileges:true"], name
        assert its["user"].split(":")[0] not in ("", "root", "0"), name
        assert "privileged" not in its, name
        assert not any("docker.sock" in volume for volume in its.get("volumes", [])), name
        assert set(its["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert its["restart"] == ("no" if name == ONCE else "unless-stopped"), name
        assert (name == ONCE) != ("healthcheck" in its), name
        assert its["image"] in OURS or re.search(r":\d+\.\d+", its["image"]), name


def test_the_processes_are_those_of_airflow_and_two_workers(services):
    assert services["worker"]["deploy"]["replicas"] == 2
    core = distribution("apache-airflow-core").locate_file("airflow/cli/cli_config.py")
    known = set(re.findall(r'name="([a-z-]+)"', core.read_text(encoding="utf-8"))) | {"celery"}
    commands = {n: its["command"] for n, its in services.items() if its["image"] == "smed"}
    assert commands.pop(ONCE) == [service.PREPARE]
    assert commands.pop("maintenance") == [service.MAINTAIN]
    assert {c[1] for c in commands.values()} == {
        *("api-server", "scheduler", "dag-processor", "triggerer", "celery")
    }
    for name, command in commands.items():
        assert (command[0], command[1] in known) == ("airflow", True), name
    # their log servers would listen for everybody; the pages read the logs from the home
    for name in ("scheduler", "triggerer", "worker"):
        assert "--skip-serve-logs" in commands[name]


def test_health_checks_call_what_exists(services):
    parts = set()
    for its in services.values():
        words = its.get("healthcheck", {}).get("test", [])
        if "-m" in words:
            module, *part = words[words.index("-m") + 1 :]
            assert find_spec(module) is not None
            parts |= set(part)
    assert parts == {"metadatabase", "scheduler", "triggerer", "dag_processor"}
    celery = services["worker"]["healthcheck"]["test"][-1]
    assert celery.startswith("celery --app airflow.providers.celery.executors.")


def test_every_mounted_file_is_there_and_every_volume_is_declared(services):
    declared = set(yaml.safe_load(TEXT)["volumes"])
    for name, its in services.items():
        for volume in its.get("volumes", []):
            source = volume.split(":")[0]
            is_there = (REPOSITORY / source).is_file() if source[0] == "." else source in declared
            assert is_there, f"{name}: {source}"


def test_each_secret_of_the_file_is_looked_at_before_anything_starts(services, variables):
    """By deploy/begin.sh where the image is not ours, else by operate/service.py."""
    looked_at = set()
    for its in services.values():
        if "entrypoint" not in its:
            continue
        first, *names = its["entrypoint"]
        assert first.endswith("/begin.sh")
        looked_at |= set(names[: names.index("--")])
        assert set(names[: names.index("--")]) <= set(its["environment"])
    by_service = {"FERNET_KEY", "JWT_SECRET", "API_SECRET_KEY"}
    by_service |= {variable for variable, _ in service.USERS.values()}
    assert looked_at | by_service == set(variables)
    assert by_service & looked_at == set()
