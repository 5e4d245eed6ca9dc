"""The containers of the compose file, by hand: same commands, environment, users and paths."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from operate import session
from smed.settings import REPOSITORY
from tests.publish import postgres_server
from tests.services import compose_file

ISOLATED = (
    *("unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"),
    *(sys.executable, str(Path(__file__).with_name("contained.py"))),
)
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
# where the image has the code and its environment
CODE, VENV = "/opt/smed", "/opt/venv"
STOP_SECONDS = 60


class Container:
    """One container of a service; its volumes are folders below ``volumes``."""

    def __init__(
        self,
        name: str,
        service: dict,
        volumes: Path,
        others: list[str],
        code: Path = REPOSITORY,
        mounted: list[str] | None = None,
        **variables: str,
    ):
        """``code`` is what the image was built from, ``mounted`` volumes instead of the file's;
        ``variables`` are set beside the file's.
        """
        self.name, self.code = name, code
        self.service = {**service, "environment": {**service["environment"], **variables}}
        self.service["volumes"] = mounted or service["volumes"]
        self.log = volumes / f"{name}.log"
        self._volumes = volumes
        self._files = volumes / f"{name}.etc"
        self._files.mkdir(exist_ok=True)
        self._files.joinpath("hosts").write_text(
            f"127.0.0.1 {name}\n127.0.0.1 localhost {' '.join(others)}\n"
        )
        users = Path("/etc/passwd").read_text(encoding="utf-8") + compose_file.image_user()
        self._files.joinpath("passwd").write_text(users)
        self._process: subprocess.Popen | None = None

    def _specification(self, command: list[str]) -> str:
        given = {k: v for k, v in self.service["environment"].items() if v is not None}
        user, group = str(self.service["user"]).split(":")
        volumes = [volume.split(":") for volume in self.service["volumes"]]
        return json.dumps(
            {
                "hostname": self.name,
                "files": [(str(file), f"/etc/{file.name}") for file in self._files.iterdir()],
                "mounts": [
                    (str(self.code), CODE, False),
                    (sys.prefix, VENV, False),
                    *((str(self._volumes / source), target, True) for source, target in volumes),
                ],
                "reachable": [os.path.realpath(path) for path in (sys.base_prefix, sys.prefix)],
                "tmpfs": self.service["tmpfs"],
                "user": user,
                "group": group,
                "environment": {
                    **compose_file.image_variables(SYSTEM_PATH),
                    **given,
                    "HOSTNAME": self.name,
                },
                "folder": CODE,
                "command": command,
            }
        )

    def start(self) -> "Container":
        """Starts its command behind the image's entrypoint."""
        command = [*compose_file.entrypoint(), *self.service["command"]]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (*ISOLATED, self._specification(command)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def run(self, *command: str, seconds: float = 120) -> subprocess.CompletedProcess:
        """Runs another command in it, as ``docker compose exec`` does."""
        return subprocess.run(
            (*ISOLATED, self._specification(list(command))),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def check_health(self) -> subprocess.CompletedProcess:
        """Its health check, run once."""
        kind, *words = self.service["healthcheck"]["test"]
        # compose writes a dollar for the container twice
        words = [word.replace("$$", "$") for word in words]
        return self.run(*(("sh", "-c", *words) if kind == "CMD-SHELL" else words))

    def wait(self, seconds: float) -> int:
        """Its status at the end."""
        return self._process.wait(seconds)

    def processes(self) -> list[psutil.Process]:
        """What runs in it."""
        return session.members(self._process.pid) if self._process else []

    def kill(self) -> None:
        """Ends it as ``docker kill`` does: every process at once, with SIGKILL."""
        # the first process of its own process namespace: the kernel takes the others with it
        for process in psutil.Process(self._process.pid).children():
            process.kill()
        self._process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Ends it as ``docker stop`` does."""
        if self._process is not None:
            with suppress(psutil.NoSuchProcess):
                for process in psutil.Process(self._process.pid).children():
                    process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self._process.kill()
            self._process.wait()


class Foreign:
    """A server from Debian's package instead of its own image: PostgreSQL or Redis."""

    def __init__(self, service: dict, user: str, folder: Path):
        self.service, self.folder = service, folder
        folder.mkdir()
        shutil.chown(folder, user)
        self._as_user = ("setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups")
        path = f"{postgres_server.programs()}:{SYSTEM_PATH}"
        self.environment = {"PATH": path, **service["environment"]}
        self.log = folder.with_suffix(".log")
        self.command: tuple[str, ...] = ()
        self._process: subprocess.Popen | None = None

    def begin(self, *command: str) -> None:
        """Starts a command as the server."""
        self.command = command
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (*self._as_user, *command),
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, *command: str, **given: str) -> subprocess.CompletedProcess:
        """Runs a command beside it."""
        return subprocess.run(
            (*self._as_user, *command),
            env={**self.environment, **given},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def check_health(self) -> subprocess.CompletedProcess:
        """Its health check, run once."""
        kind, *words = self.service["healthcheck"]["test"]
        words = [word.replace("$$", "$") for word in words]
        return self.run(*(("sh", "-c", *words) if kind == "CMD-SHELL" else words))

    def processes(self) -> list[psutil.Process]:
        """What runs of it."""
        return session.members(self._process.pid) if self._process else []

    def kill(self) -> None:
        """Ends it with SIGKILL, in the middle of whatever it does."""
        for process in self.processes():
            process.kill()
        self._process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Asks it to end, then makes it."""
        if self._process is not None:
            session.stop(self._process.pid)
            self._process.wait(STOP_SECONDS)


def start_postgres(service: dict, folder: Path, wait) -> Foreign:
    """PostgreSQL as its image sets it up: a new cluster, then the script of the compose file."""
    server = Foreign(service, "postgres", folder)
    password = folder / "password"
    password.write_text(service["environment"]["POSTGRES_PASSWORD"])
    shutil.chown(password, "postgres")
    options = service["environment"]["POSTGRES_INITDB_ARGS"].split()
    cluster = ("-D", str(folder / "data"), "-U", "postgres", f"--pwfile={password}", "--no-sync")
    made = server.run("initdb", *cluster, *options)
    assert made.returncode == 0, made.stderr
    refused = server.run(str(staged(_mounted(service, "begin.sh"), folder)), *_secrets_of(service))
    assert refused.returncode == 0, refused.stderr
    program, *arguments = service["command"]
    # Debian's server would put its socket where only its own service may
    places = ("-D", str(folder / "data"), "-c", "unix_socket_directories=")
    server.begin(program, *places, *arguments)
    wait(lambda: server.run("pg_isready", "--host=127.0.0.1").returncode == 0)
    script = next(v for v in service["volumes"] if "/docker-entrypoint-initdb.d/" in v)
    as_owner = {"PGHOST": "127.0.0.1", "PGPASSWORD": password.read_text()}
    made = server.run(str(staged(script, folder)), **as_owner)
    assert made.returncode == 0, made.stderr
    return server


def start_redis(service: dict, folder: Path, wait) -> Foreign:
    """Redis by the script of the compose file; its data lie in ``folder``."""
    server = Foreign(service, "redis", folder)
    server.environment["REDIS_FOLDER"] = str(folder)
    first, *rest = service["entrypoint"]
    (script,) = service["command"]
    places = {v.split(":")[1]: v for v in service["volumes"]}
    server.begin(str(staged(places[first], folder)), *rest, str(staged(places[script], folder)))
    wait(lambda: server.check_health().returncode == 0)
    return server


def _secrets_of(service: dict) -> list[str]:
    """The names that its entrypoint looks at, then a command that does nothing."""
    _, *names, dashes, _ = service["entrypoint"]
    assert dashes == "--"
    return [*names, dashes, "true"]


def _mounted(service: dict, name: str) -> str:
    """The volume that puts a script of this name into the container, at its entrypoint."""
    (volume,) = (v for v in service["volumes"] if v.split(":")[0].endswith(f"/{name}"))
    assert volume.split(":")[1] == service["entrypoint"][0]
    return volume


def staged(volume: str, folder: Path) -> Path:
    """A copy of a mounted script where other users can read it."""
    source = REPOSITORY / volume.split(":")[0]
    assert os.access(source, os.X_OK), source
    return Path(shutil.copy(source, folder))
