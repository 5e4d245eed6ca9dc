"""``make up``: Airflow's server and pages on 127.0.0.1, all its processes in one session."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from operate import airflow_database, airflow_home, maintenance, session
from smed import home
from smed.errors import SettingInvalid, SmedError
from smed.settings import Settings


def main() -> int:
    """Runs until Ctrl-C or SIGTERM; then no process of it is left."""
    try:
        settings = Settings.load()
        _refuse_taken_port(settings.airflow_port)
        # SQLite locks no rows: two schedulers would start the same task twice
        with home.writing(settings, "a server of Airflow", airflow_home.LOCK_FILE):
            airflow_home.make_folder(settings)
            airflow_database.refuse_newer(airflow_home.address(settings))
            return _serve(settings, airflow_home.make_password(settings))
    except SmedError as error:
        print(f"smed: {error}", file=sys.stderr)
        return 1


def _serve(settings: Settings, user: str) -> int:
    print(f"Airflow starts in about a minute: http://127.0.0.1:{settings.airflow_port}")
    print(f"User {user}; password in {settings.home / 'airflow' / 'passwords.json'}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = _start(settings)
    try:
        return _wait(settings, server)
    except KeyboardInterrupt:
        print("stopping", flush=True)
        return 0
    finally:
        _stop(server)


def _wait(settings: Settings, server: subprocess.Popen) -> int:
    """The status with which the server ends; old logs and runs go meanwhile."""
    while True:
        try:
            return server.wait(maintenance.PAUSE_SECONDS)
        except subprocess.TimeoutExpired:
            maintenance.clean_if_due(settings, airflow_home.environment(settings))


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingInvalid(
                f"port {port} cannot be used ({error.strerror})",
                "SMED_AIRFLOW_PORT",
                "stop what listens there, or set another port",
            ) from error


def _start(settings: Settings) -> subprocess.Popen:
    # Airflow starts its parts by their name
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, **airflow_home.server_environment(settings), "PATH": path}
    return subprocess.Popen(
        [sys.executable, "-m", "operate.standalone"],
        env=environment,
        stdin=subprocess.PIPE,  # never written to: it closes when this process ends, however
        start_new_session=True,
    )


def _stop(server: subprocess.Popen) -> None:
    """Ends the whole session; a second Ctrl-C does not leave half of it behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    session.stop(server.pid)
    server.wait()


if __name__ == "__main__":
    sys.exit(main())
