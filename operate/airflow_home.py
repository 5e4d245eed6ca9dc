"""Airflow's own folder in a home, and its settings: SQLite, our DAGs only, no calls home."""

import secrets

from smed.files import disk_errors, json_bytes, replace_file
from smed.settings import DAGS, Settings

ADMIN = "admin"


def environment(settings: Settings) -> dict[str, str]:
    """The variables under which Airflow works for this home, in whichever process."""
    folder = settings.home / "airflow"
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # refresh_marts waits for an asset: paused, it would wait for ever without a word
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}?timeout=60",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "SMED_HOME": str(settings.home),
        "SMED_PLAN": str(settings.plan),
    }


def server_environment(settings: Settings) -> dict[str, str]:
    """``environment`` for a server with pages and an API on the loopback only."""
    port = str(settings.airflow_port)
    return {
        **environment(settings),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        # one run of a DAG waits for another anyway, so few processes do
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    }


def make_folder(settings: Settings) -> None:
    """The folder, readable by its owner alone: Airflow keeps keys in it."""
    folder = settings.home / "airflow"
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)


def make_password(settings: Settings) -> None:
    """A generated password for the user ``admin``, kept in a file that only its owner reads."""
    path = settings.home / "airflow" / "passwords.json"
    if not path.exists():
        replace_file(path, json_bytes({ADMIN: secrets.token_urlsafe(12)}), mode=0o600)
