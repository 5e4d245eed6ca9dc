"""``make serve``: the published report and its downloads on 127.0.0.1, for a browser.

Addresses are those of the files of a home: ``/published/...`` and ``/status.js``. Which release is
published is looked up for each of them, so that a new one shows at once; nothing else of the home
is to be had.
"""

import signal
import sys
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publish.releases import published_number
from publish.status import STATUS_FILE, STATUS_SCRIPT
from smed.errors import HomeInvalid, SettingInvalid, SmedError
from smed.settings import Settings

ADDRESS = "127.0.0.1"
PUBLISHED = "published"
FRONT = f"/{PUBLISHED}/report/index.html"
# what leads to the first page
DOORS = ("/", f"/{PUBLISHED}", f"/{PUBLISHED}/report")
INDEX = "index.html"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def main() -> int:
    """Serves until Ctrl-C or SIGTERM."""
    try:
        settings = Settings.load()
        if published_number(settings) is None:
            raise HomeInvalid("nothing is published yet", str(settings.home), "run `smed demo`")
        server = listen(settings)
    except SmedError as error:
        print(f"smed: {error}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"Report: http://{ADDRESS}:{server.server_port}{FRONT}", flush=True)
    print("Ctrl-C ends it.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("stopped", flush=True)
    finally:
        server.server_close()
    return 0


class Server(ThreadingHTTPServer):
    """A server of one home."""

    def __init__(self, settings: Settings) -> None:
        super().__init__((ADDRESS, settings.serve_port), Handler)
        self.settings = settings


def listen(settings: Settings) -> Server:
    """A server that listens already; SettingInvalid if its port cannot be used."""
    try:
        return Server(settings)
    except OSError as error:
        raise SettingInvalid(
            f"port {settings.serve_port} cannot be used ({error.strerror})",
            "SMED_SERVE_PORT",
            "stop what listens there, or set another port",
        ) from error


def find_file(settings: Settings, address: str) -> Path | None:
    """The file of the home that an address names; None if there is none, or none to be had."""
    first, *rest = unquote(urlsplit(address).path).lstrip("/").split("/")
    if first in (STATUS_FILE, STATUS_SCRIPT) and not rest:
        return _inside(settings.home, settings.home / first)
    if first != PUBLISHED or not rest:
        return None
    try:
        release = settings.published.resolve(strict=True)
        found = _inside(release, release.joinpath(*filter(None, rest)))
    except (OSError, ValueError):
        return None
    if found is None or release.parent != settings.releases.resolve():
        return None
    return _inside(release, found / INDEX) if not rest[-1] else found


def _inside(folder: Path, path: Path) -> Path | None:
    path = path.resolve()
    return path if path.is_relative_to(folder.resolve()) else None


class Handler(SimpleHTTPRequestHandler):
    """Gives out files; never a list of a folder, and nothing that a browser may keep."""

    server: Server
    file: Path | None = None

    def send_head(self):
        """As the standard library does it, but for doors and for what a browser says it has."""
        if (urlsplit(self.path).path.rstrip("/") or "/") in DOORS:
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", FRONT)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        # after a rollback the file that is shown is older than the one that the browser has
        del self.headers["If-Modified-Since"]
        self.file = find_file(self.server.settings, self.path)
        if self.file is None or not self.file.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def translate_path(self, path: str) -> str:
        """The file that was found for the address."""
        return str(self.file)

    def end_headers(self) -> None:
        """Ends the headers, with those that every answer has."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_) -> None:
        """Says nothing: who serves wants to read the address, not who asked for what."""


if __name__ == "__main__":
    sys.exit(main())
