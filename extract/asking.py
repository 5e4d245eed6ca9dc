"""How a question reaches a source: limits, retries, and the bytes as they came.

An attempt is one whole question; each response passes one gate that keeps its bytes and says
whether its fault may heal.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import tenacity

from extract.refusals import parsed_json, refused, unreachable
from smed.errors import ResponseInvalid, SmedError, SourceUnavailable
from smed.home import now
from smed.settings import Settings

LOG = logging.getLogger("smed.extract")
T = TypeVar("T")

# a header that lies about its pages must not keep a client asking for ever
MOST_RESPONSES = 100


@dataclass(frozen=True)
class Response:
    """What arrived: its address, bytes, status and time, and what it holds if it can be read."""

    url: str
    body: bytes
    status: int
    retrieved_at: datetime
    parsed: object = None
    suffix: str = ".json"


class Asking:
    """Asks questions and counts: ``requests`` sent, ``retries`` of whole questions.

    A source says who it is, which setting holds its address and which addresses hold data; it may
    prepare an attempt, and read or refuse a response in its own way.
    """

    source_name = ""
    address_setting = ""
    data_address = re.compile("")

    def __init__(self, settings: Settings, is_loopback: bool = False):
        self.settings = settings
        self.is_loopback = is_loopback
        self.requests = 0
        self.retries = 0
        self.responses: list[Response] = []
        self._address = ""

    def ask(self, endpoint: str, about: str, question: Callable[[], T]) -> T:
        """What ``question`` returns; it may ask several things and must use up its answers.

        ``about`` names the series or database in errors; ``responses`` holds the last attempt's.
        Raises SourceUnavailable after the last attempt, and at once what will not heal.
        """
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(SourceUnavailable),
            stop=tenacity.stop_after_attempt(self.settings.http_attempts),
            wait=self._wait,
            before_sleep=partial(self._note_retry, about),
            reraise=True,
        )
        return attempts(self._attempt, endpoint, f"{self.source_name}, {about}", question)

    def evidence(self, error: SmedError) -> list[Response]:
        """What the last attempt received that shows the fault, worth keeping."""
        if isinstance(error, SourceUnavailable):
            return [response for response in self.responses if response.parsed is None]
        return self.pages or self.responses[-1:]

    @property
    def pages(self) -> list[Response]:
        """The pages of data that the last attempt received."""
        return [r for r in self.responses if self.data_address.search(r.url)]

    def _attempt(self, endpoint: str, about: str, question: Callable[[], T]) -> T:
        from requests import RequestException

        self.responses = []
        self._address = endpoint
        try:
            with self._prepared(endpoint, about):
                return question()
        except SmedError:
            raise
        except RequestException as error:
            self._address = error.request.url if error.request else self._address
            where = f"{about}, {self._address}"
            raise unreachable(error, where, self.address_setting) from error
        # a client raises whatever an unforeseen shape makes Python raise
        except Exception as error:
            raise ResponseInvalid(
                f"the answer has not the shape of the API's ({type(error).__name__}: {error})",
                f"{about}, {self._address}",
                "compare the response kept in raw with the API's documentation",
            ) from error

    @contextmanager
    def _prepared(self, endpoint: str, about: str) -> Iterator[None]:
        """What an attempt needs around it."""
        yield

    def _parsed(self, address: str, body: bytes, where: str) -> object:
        """What a response with status 200 holds; raises what it says instead."""
        return parsed_json(body, where)

    def _suffix(self, address: str) -> str:
        """How a file with the response's bytes is called."""
        return ".json"

    def _refused(self, response, where: str) -> SmedError:
        """The error for a response with another status than 200."""
        return refused(response, where)

    def _options(self, about: str) -> dict:
        limits = (self.settings.http_connect_seconds, self.settings.http_read_seconds)
        options = {"timeout": limits, "stream": True}
        if self.is_loopback:
            # a proxy of the environment must not see, or fail, what never leaves the machine
            options["proxies"] = {"no_proxy": "127.0.0.1"}
        return {**options, "hooks": {"response": partial(self._receive, about)}}

    def _receive(self, about: str, response, **_) -> None:
        """Every response comes through here before the client sees it."""
        self.requests += 1
        self._address = response.url
        if response.is_redirect:
            return
        body = self._body(response)
        arrived = Response(
            response.url, body, response.status_code, now(), suffix=self._suffix(response.url)
        )
        self.responses.append(arrived)
        where = f"{about}, {response.url}"
        if len(self.responses) > MOST_RESPONSES:
            raise ResponseInvalid(
                f"more than {MOST_RESPONSES} pages for one question",
                where,
                "look at the pages and totals in the responses' headers",
            )
        if response.status_code != 200:
            raise self._refused(response, where)
        parsed = self._parsed(response.url, body, where)
        self.responses[-1] = replace(arrived, parsed=parsed)
        # the API's JSON is UTF-8, with or without a mark, whatever its header says
        response.encoding = "utf-8-sig"

    def _body(self, response) -> bytes:
        """The whole body, within the read limit: a timeout per packet lets a trickle run on."""
        limit = self.settings.http_read_seconds
        watchdog = threading.Timer(limit, _hang_up, args=(response.raw,))
        watchdog.daemon = True
        watchdog.start()
        try:
            return response.content
        finally:
            watchdog.cancel()

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Doubling waits with jitter, or what the server asks for, up to the limit of both."""
        longest = self.settings.http_wait_max_seconds
        first = self.settings.http_wait_seconds
        backoff = tenacity.wait_exponential(first, longest) + tenacity.wait_random(0, first)
        return min(max(backoff(state), state.outcome.exception().retry_after or 0), longest)

    def _note_retry(self, about: str, state: tenacity.RetryCallState) -> None:
        self.retries += 1
        LOG.warning(
            "attempt %s of %s at %s failed, the next in %.1f s: %s",
            state.attempt_number,
            self.settings.http_attempts,
            about,
            state.next_action.sleep,
            state.outcome.exception(),
        )


def _hang_up(raw) -> None:
    with suppress(ValueError, OSError):  # it had ended by itself
        raw.shutdown()
