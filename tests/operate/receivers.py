"""Real receivers of alerts on the loopback: a mail server and a webhook."""

import email
import email.policy
import json
import socket
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.end_to_end.processes import PYTHON, run

HOST = "127.0.0.1"
# the whole process lives some days later
LATER = """
import sys
from datetime import datetime, timedelta
import time_machine
days = timedelta(days=int(sys.argv.pop(1)))
time_machine.travel(datetime.now().astimezone() + days).start()
from operate.cli import main
main()
"""


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Mailbox:
    """Keeps each mail that came, as text."""

    def __init__(self):
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """Called by the server for each mail."""
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def subjects(self) -> list[str]:
        """In the order in which they came."""
        return [mail["Subject"] for mail in self.mails]

    def take(self) -> list[str]:
        """Subject and texts of each mail since the last look."""
        mails, self.mails = self.mails, []
        return ["\n".join([mail["Subject"], *_texts(mail)]) for mail in mails]


def _texts(mail: EmailMessage) -> list[str]:
    return [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]


@contextmanager
def mail_server(port: int = 0):
    """A mail server with one mailbox; yields it and the address to write to it."""
    box = Mailbox()
    port = port or free_port()
    controller = Controller(box, hostname=HOST, port=port)
    controller.start()
    try:
        yield box, f"mailto://{HOST}:{port}?from=smed@example.org&to=desk@example.org&mode=insecure"
    finally:
        controller.stop()


class Hook:
    """A webhook that keeps what was posted; ``status`` is what it answers."""

    def __init__(self):
        self.bodies: list[dict] = []
        self.status = 200
        self.before_answer = lambda: None

    def __call__(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        self.before_answer()
        if self.status == 200:
            self.bodies.append(body)
        return Response(status=self.status)

    def take(self) -> list[str]:
        """Title and text of each message since the last look."""
        bodies, self.bodies = self.bodies, []
        return [f"{body['title']}\n{body['message']}" for body in bodies]


@contextmanager
def webhook(port: int = 0):
    """A webhook; yields it and the address to post to it, with a word in it that is secret."""
    hook = Hook()
    with HTTPServer(host=HOST, port=port or free_port(), threaded=True) as server:
        server.expect_request("/hook").respond_with_handler(hook)
        yield hook, f"json://user:geheim@{HOST}:{server.port}/hook"


def urls(**by_owner: str) -> dict[str, str]:
    """The setting that gives each owner an address."""
    return {"SMED_ALERT_URLS": json.dumps(by_owner)}


def later(home, days: int, *arguments: str, **given: str):
    """Runs ``smed`` in a home to its end, some days from now."""
    command = (PYTHON, "-c", LATER, str(days), *arguments, "--home", str(home.path))
    return run(*command, **{**home.variables, **given})
