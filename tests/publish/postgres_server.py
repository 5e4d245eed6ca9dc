"""A real PostgreSQL on the loopback, in a folder of its own: one for all tests that need it."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pg8000.native
import pytest

from tests.completeness import lacking

SERVERS = Path("/usr/lib/postgresql")
USER = "smed"
# all others are trusted
GUARDED, PASSWORD = "guarded", "geheim"
_GUARD = f"host all {GUARDED} 127.0.0.1/32 scram-sha-256\n"
_numbers = count(1)


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's; None if there are none."""
    found = sorted(SERVERS.glob("*/bin/initdb"))
    elsewhere = shutil.which("initdb")
    if not found and elsewhere:
        found = [Path(elsewhere).resolve()]
    return found[-1].parent if found else None


class Server:
    """One cluster that is started and stopped at will."""

    def __init__(self, folder: Path):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # PostgreSQL refuses to run as root
        as_other = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
        self._prefix = as_other if os.geteuid() == 0 else ()
        folder.mkdir()
        if self._prefix:
            shutil.chown(folder, "nobody", "nogroup")
        self._run(
            "initdb",
            "-D",
            str(folder / "data"),
            "-U",
            USER,
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        )
        access = folder / "data" / "pg_hba.conf"
        access.write_text(_GUARD + access.read_text())

    def url(self, user: str = USER, database: str = "postgres") -> str:
        """Its address."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"db{next(_numbers)}"
        ask(self.url(), f"create database {name}")
        return self.url(database=name)

    def start(self) -> "Server":
        """Starts it; returns when it answers."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        )
        self._run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-l",
            str(self.folder / "log"),
            "-o",
            options,
            "start",
        )
        return self

    def stop(self) -> None:
        """Stops it at once, if it runs."""
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop", check=False
        )

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = (*self._prefix, str(programs() / program), *arguments)
        subprocess.run(command, check=check, capture_output=True, timeout=60, cwd="/")


@contextmanager
def running():
    """A server for the block; nothing of it is left behind."""
    with tempfile.TemporaryDirectory(prefix="smed-postgres-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "cluster")
        try:
            yield server.start()
        finally:
            server.stop()


def connected(url: str):
    """A connection for a ``with`` block."""
    parts = urlsplit(url)
    return closing(
        pg8000.native.Connection(
            parts.username,
            host=parts.hostname,
            port=parts.port,
            database=parts.path[1:],
            password=parts.password,
        )
    )


def ask(url: str, query: str) -> list[tuple]:
    """The rows of one statement."""
    with connected(url) as connection:
        return [tuple(row) for row in connection.run(query) or ()]


@pytest.fixture(scope="session")
def postgres():
    """A server; its databases are each test's own, its roles are not."""
    if programs() is None:
        lacking("PostgreSQL", "postgresql")
    with running() as started:
        yield started
