"""A real Apache Superset on the loopback, in an environment and a folder of its own."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import requests

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
ADMIN = "admin"
CONFIGURATION = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
FEATURE_FLAGS = {{"ALERT_REPORTS": False}}
# a telemetry pixel of its own pages
SUPERSET_ENABLE_TELEMETRY = False
"""


def install(folder: Path) -> Path:
    """Makes the environment in ``folder`` unless it is there; returns its programs' folder."""
    programs = folder / "bin"
    if not (programs / "superset").exists():
        _uv("venv", "-q", "-p", sys.executable, str(folder))
        python = ("--python", str(programs / "python"))
        _uv("pip", "install", "-q", *python, "--compile-bytecode", "-r", str(REQUIREMENTS))
    return programs


def _uv(*arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run([str(uv), *arguments], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr


class Superset:
    """One Superset: its commands, its server and its API as the administrator sees it."""

    def __init__(self, programs: Path, folder: Path):
        self.programs, self.folder = programs, folder
        folder.mkdir(parents=True, exist_ok=True)
        configuration = folder / "superset_config.py"
        configuration.write_text(
            CONFIGURATION.format(secret=secrets.token_hex(32), folder=folder), encoding="utf-8"
        )
        self.password = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        # nothing of the outer environment but where programs and the network are
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TZ")}
        self._variables = {
            **kept,
            "HOME": str(folder),
            "SUPERSET_HOME": str(folder),
            "SUPERSET_CONFIG_PATH": str(configuration),
            "FLASK_APP": "superset",
            "SCARF_ANALYTICS": "false",
        }
        self.session = requests.Session()

    def run(self, *arguments: str, seconds: float = 280) -> str:
        """Runs a command of Superset to its end; what it printed, which must be no failure."""
        done = subprocess.run(
            [str(self.programs / "superset"), *arguments],
            env=self._variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
        return done.stdout + done.stderr

    def set_up(self) -> None:
        """Makes its database, its roles and one administrator."""
        self.run("db", "upgrade")
        person = ("--firstname", "A", "--lastname", "B", "--email", "admin@localhost")
        account = ("--username", ADMIN, "--password", self.password)
        self.run("fab", "create-admin", *account, *person)
        self.run("init")

    @contextmanager
    def serving(self):
        """Serves for the block, and logs in; no process of it is left behind."""
        port = self.url.rpartition(":")[2]
        command = [str(self.programs / "superset"), "run", "-h", "127.0.0.1", "-p", port]
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--with-threads", "--no-reload", "--no-debugger"],
                env=self._variables,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                self._wait(process)
                self._log_in()
                yield self
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=20)

    def _wait(self, process) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until and process.poll() is None:
            try:
                if requests.get(f"{self.url}/health", timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.3)
        raise AssertionError((self.folder / "server.log").read_text()[-4000:])

    def _log_in(self) -> None:
        who = {"username": ADMIN, "password": self.password, "provider": "db"}
        token = self.session.post(f"{self.url}/api/v1/security/login", json=who, timeout=60)
        self.session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def get(self, path: str, **query) -> dict:
        """What its API answers, which must be no error."""
        given = {"q": json.dumps(query)} if query else {}
        answer = self.session.get(f"{self.url}/api/v1/{path}", params=given, timeout=120)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()
