"""An S3 server on the loopback, in a process of its own: moto's, and what moto lacks of S3.

Conditional writes are one step, keys are known or not, a request of another hour is refused, and
what was written outlives the process. It can be told to fail at a certain request.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from urllib.parse import quote, unquote
from urllib.request import Request, urlopen

import pytest

from smed.settings import REPOSITORY, Settings
from smed.storage import Storage, open_storage
from tests.end_to_end.processes import environment, wait_until

KEY, SECRET = "smed-key", "geheim-und-lang"
MOST_SKEW = timedelta(minutes=15)
CONTROL = "/_faults"
_ERROR = "<?xml version='1.0'?><Error><Code>{0}</Code><Message>{0}</Message></Error>"
_numbers = count(1)


class Front:
    """The WSGI application before moto's."""

    def __init__(self, state: Path):
        from moto.server import DomainDispatcherApplication, create_backend_app

        self._moto = DomainDispatcherApplication(create_backend_app)
        self._state, self._lock, self._faults = state, threading.Lock(), []
        self._load()

    def __call__(self, environ, start_response):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == CONTROL:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self._faults = [{"after": 0, **fault} for fault in json.loads(body)]
            return _answer(start_response, 200, "")
        if refusal := _refusal(environ):
            return _answer(start_response, 403, _ERROR.format(refusal))
        fault = self._fault(method, path)
        if fault in ("die", "hang"):
            _stop(fault)
        if fault.isdigit():
            return _answer(start_response, int(fault), "")
        if fault:
            status, code = {"skew": (403, "RequestTimeTooSkewed")}.get(fault, (403, fault))
            if not fault.startswith("then-"):
                return _answer(start_response, status, _ERROR.format(code))
        if method == "GET":
            return self._moto(environ, start_response)
        with self._lock:
            answer = list(self._moto(environ, start_response))
            self._keep(path)
        if fault:
            _stop(fault.removeprefix("then-"))
        return answer

    def _fault(self, method: str, path: str) -> str:
        for fault in self._faults:
            if method == fault["method"] and re.search(fault["path"], path):
                fault["after"] -= 1
                if fault["after"] < 0 and fault.setdefault("times", 10**6) > 0:
                    fault["times"] -= 1
                    return fault["do"]
        return ""

    @property
    def _buckets(self) -> dict:
        from moto.s3.models import s3_backends

        return s3_backends["123456789012"]["aws"].buckets

    def _keep(self, path: str) -> None:
        """What a disk would hold of an object."""
        bucket, _, key = path[1:].partition("/")
        place = self._state / bucket / quote(key, safe="")
        found = self._buckets[bucket].keys.get(key) if key and bucket in self._buckets else None
        if bucket in self._buckets:
            (self._state / bucket).mkdir(exist_ok=True)
        if found:
            metadata = json.dumps(dict(found.metadata))
            place.write_bytes(metadata.encode() + b"\n" + found.value)
        elif key:
            place.unlink(missing_ok=True)

    def _load(self) -> None:
        from moto.s3.models import s3_backends

        backend = s3_backends["123456789012"]["aws"]
        for bucket in self._state.iterdir():
            backend.create_bucket(bucket.name, "us-east-1")
            for place in bucket.iterdir():
                metadata, _, value = place.read_bytes().partition(b"\n")
                key = backend.put_object(bucket.name, unquote(place.name), value)
                key.set_metadata(json.loads(metadata))


def _refusal(environ) -> str:
    """What S3 says of a request that is not signed with the key, or at another time."""
    if f"Credential={KEY}/" not in environ.get("HTTP_AUTHORIZATION", ""):
        return "InvalidAccessKeyId"
    sent = datetime.strptime(environ["HTTP_X_AMZ_DATE"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return "RequestTimeTooSkewed" if abs(datetime.now(UTC) - sent) > MOST_SKEW else ""


def _stop(how: str) -> None:
    """Ends like a machine that loses its power, or answers nothing for a long time."""
    if how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(3600)


def _answer(start_response, status: int, text: str) -> list[bytes]:
    start_response(f"{status} said", [("Content-Type", "application/xml")])
    return [text.encode()]


def main() -> None:
    """Serves on a port what a folder holds."""
    from werkzeug.serving import run_simple

    port, state = sys.argv[1:]
    run_simple("127.0.0.1", int(port), Front(Path(state)), threaded=True)


class Server:
    """The server as tests use it."""

    def __init__(self, folder: Path):
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process = None

    def start(self) -> None:
        """Starts it, with what it held before; returns when it answers."""
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.smed.s3_server", str(self.port), str(self._folder)),
            cwd=REPOSITORY,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers, seconds=60)

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the S3 server does not start"
        try:
            self.fail()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self._process.kill()
        self._process.wait()

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs."""
        return self._process.poll() is None

    def fail(self, *faults: dict) -> None:
        """From now on these faults, in place of those before; without any it is well.

        Each has method, path (a pattern) and do: a status, a code of S3, ``die``, ``hang``, or
        ``then-die`` and ``then-hang`` after the work was done; ``after`` so many such requests, and
        so many ``times``.
        """
        data = json.dumps(faults).encode()
        url = f"http://127.0.0.1:{self.port}{CONTROL}"
        urlopen(Request(url, data, method="PUT"), timeout=10).close()

    def variables(self) -> dict[str, str]:
        """The settings of machines that share a storage of their own."""
        if "bucket" not in self.files.ls(""):
            self.files.mkdir("bucket")
        return {
            "SMED_STORAGE_URL": f"s3://bucket/team-{next(_numbers)}/smed",
            "SMED_STORAGE_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "SMED_STORAGE_KEY": KEY,
            "SMED_STORAGE_SECRET": SECRET,
            "SMED_HTTP_ATTEMPTS": "1",
            "SMED_HTTP_CONNECT_SECONDS": "30",
            "SMED_HTTP_READ_SECONDS": "60",
        }

    @cached_property
    def files(self):
        """The server as anybody else uses it, to look and to damage."""
        import s3fs

        return s3fs.S3FileSystem(
            key=KEY,
            secret=SECRET,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            use_listings_cache=False,
            skip_instance_cache=True,
        )


def settings_of(variables: dict[str, str], **given) -> Settings:
    """The settings that variables make."""
    named = {name.removeprefix("SMED_").lower(): value for name, value in variables.items()}
    return Settings.load(**{**named, **given})


@contextmanager
def running(folder: Path):
    """A server for the block; what it holds goes with the folder."""
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """A server for all tests that need one."""
    with running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3(s3_server) -> Server:
    """The same, alive and well."""
    if not s3_server.is_alive:
        s3_server.start()
    s3_server.fail()
    return s3_server


@pytest.fixture
def shared(s3, tmp_path):
    """Makes the settings of machines that share one bucket, by the names of their homes."""
    variables = s3.variables()

    def machine(name: str, **given) -> Settings:
        return settings_of(variables, home=tmp_path / name, **given)

    return machine


@pytest.fixture
def storage(shared) -> Storage:
    """That bucket."""
    return open_storage(shared("any"))


if __name__ == "__main__":
    main()
