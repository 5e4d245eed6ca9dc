"""No process of the service starts with a secret that somebody could guess."""

import subprocess
import sys

import pytest

from operate import service, service_health
from smed.errors import SettingInvalid
from smed.settings import REPOSITORY

KEY = "bV8fWqQ0b1c7sV2m3n9xKpLr6tYzAeUiOoPaSdFgHjk="


@pytest.fixture
def environment() -> dict[str, str]:
    """Everything that a container is given, as ``make env`` would make it up."""
    return {
        service.FERNET_KEY: KEY,
        "AIRFLOW__API_AUTH__JWT_SECRET": "q7Lw2ZkT9xVb4NcR8mPd",
        "AIRFLOW__API__SECRET_KEY": "h3YtG6uJ1oKe5WsX0zQa",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://a:r4Fv7BgN2hMj8UkI5lOp@p/a",
        "AIRFLOW__CELERY__BROKER_URL": "redis://:w9Ec3RtY6uIb1PaZ4sXd@redis:6379/0",
        "SMED_POSTGRES_URL": "postgresql://smed:t5Gb8YhN1jUm4KiL7oPq@postgres/smed",
        "ADMIN_PASSWORD": "c2Vd5TgB8nHy1MjUk4iO",
        "REVIEWER_PASSWORD": "z6Xs9QaW3eDc5RfVt7gB",
        "VIEWER_PASSWORD": "p1Lo4KiJ7uHy0GtFr5dE",
    }


def test_good_secrets_pass(environment):
    service.refuse_weak_secrets(environment, service.USERS)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (service.FERNET_KEY, "", "32 random bytes"),
        (service.FERNET_KEY, "not base64", "32 random bytes"),
        (service.FERNET_KEY, "A" * 43 + "=", "32 random bytes"),
        ("AIRFLOW__API_AUTH__JWT_SECRET", "", "holds no secret"),
        ("AIRFLOW__API__SECRET_KEY", "short", "shorter than 16"),
        ("AIRFLOW__API__SECRET_KEY", "0" * 40, "can be guessed"),
        ("ADMIN_PASSWORD", "admin-of-the-monitor-1", "can be guessed"),
        ("ADMIN_PASSWORD", "z6Xs9QaW3eDc5RfVt7gB", "same as that of ADMIN_PASSWORD"),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://airflow@p/a", "holds no secret"),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://a:airflow@p/a", "shorter than"),
        ("AIRFLOW__CELERY__BROKER_URL", "redis://redis:6379/0", "holds no secret"),
        ("SMED_POSTGRES_URL", "postgresql://smed:changeme-changeme@p/a", "can be guessed"),
    ],
)
def test_a_weak_secret_is_refused_and_its_variable_named(environment, name, value, said):
    with pytest.raises(SettingInvalid) as refused:
        service.refuse_weak_secrets({**environment, name: value}, service.USERS)
    assert said in str(refused.value)
    assert "make env" in str(refused.value)
    assert not value or len(value) < 6 or value not in str(refused.value)


def _begin(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "operate.service", *command],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_becomes_the_command_or_says_in_one_line_why_not(environment):
    done = _begin(environment, "echo", "started")
    assert (done.returncode, done.stdout) == (0, "started\n")
    del environment["AIRFLOW__CELERY__BROKER_URL"]
    done = _begin(environment, "echo", "started")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "smed: AIRFLOW__CELERY__BROKER_URL: holds no secret; let `make env` make one up\n"
    )


def test_the_health_of_a_part_is_what_airflow_reports(httpserver):
    report = {"scheduler": {"status": "healthy"}, "triggerer": {"status": None}}
    httpserver.expect_request("/api/v2/monitor/health").respond_with_json(report)
    address = httpserver.url_for("").rstrip("/")
    assert service_health.fault("scheduler", address) == ""
    assert service_health.fault("triggerer", address) == "triggerer is unknown"
    assert service_health.fault("dag_processor", address) == "dag_processor is unknown"


def test_a_server_that_does_not_answer_is_not_healthy(monkeypatch, capsys):
    address = "http://127.0.0.1:9/execution/"
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", address)
    assert service_health.main("scheduler") == 1
    assert "127.0.0.1:9 gives no report" in capsys.readouterr().err
