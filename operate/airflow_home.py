"""Airflow's own folder in a home, and its settings: SQLite, our DAGs only, no calls home."""

import secrets

from smed import home
from smed.files import disk_errors, json_bytes, read_json, replace_file
from smed.settings import DAGS, Settings

# who works on the SQLite database: a server, or a demo
LOCK_FILE = ".airflow-lock"
ADDRESS = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def address(settings: Settings) -> str:
    """Where Airflow's own database is."""
    return f"sqlite:///{settings.home / 'airflow' / 'airflow.db'}?timeout=60"


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
        ADDRESS: address(settings),
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
        # who sends files under one name must not accept them under another
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{home.actor()}:admin",
        # one run of a DAG waits for another anyway, so few processes do
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    }


def make_folder(settings: Settings) -> None:
    """The folder, readable by its owner alone: Airflow keeps keys in it."""
    folder = settings.home / "airflow"
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)


def make_password(settings: Settings) -> str:
    """The only user of the pages, named as the system's user who starts the server; returns it.

    The password is generated and kept in a file that only its owner reads.
    """
    path, user = settings.home / "airflow" / "passwords.json", home.actor()
    known = read_json(path) if path.exists() else {}
    if set(known) != {user}:
        password = known.get(user) or secrets.token_urlsafe(12)
        replace_file(path, json_bytes({user: password}), mode=0o600)
    return user
