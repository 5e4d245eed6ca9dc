"""How questions reach the World Bank's API through wbgapi: limits, retries, the bytes as they came.

wbgapi has no timeout, retry or completeness check of its own, and its caches stay half filled after
an error. So each attempt begins with clean module state, each response passes one gate that keeps
its bytes and says whether its fault may heal, and an attempt is one whole question.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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

# one series of ten countries over a century, or all versions of an archived one, fits in one page
PER_PAGE = 10_000
# a header that lies about its pages must not keep wbgapi asking for ever
MOST_RESPONSES = 100

_DATA_ADDRESS = re.compile(r"/series/[^/]+/country/")

# wbgapi's module state: module, name, what it is before the first question
_CACHES = (
    ("source", "_concepts", dict),
    ("source", "_metadata_flags", dict),
    ("time", "_time_values", dict),
    ("economy", "_aggs", lambda: None),
    ("economy", "_class_data", lambda: None),
    ("economy", "_localized_metadata", dict),
    ("economy", "_iso2Codes", dict),
    ("", "_concept_mrv_cache", dict),
)
_GLOBALS = ("endpoint", "get_options", "per_page", "lang", "proxies")
_STATE = tuple((module, name) for module, name, _ in _CACHES) + tuple(("", n) for n in _GLOBALS)
# that state belongs to the process, so questions queue
_WBGAPI = threading.Lock()


@dataclass(frozen=True)
class Response:
    """What arrived: its address, bytes, status and time, and its JSON if it is JSON."""

    url: str
    body: bytes
    status: int
    retrieved_at: datetime
    parsed: object = None


class Transport:
    """Asks questions and counts: ``requests`` sent, ``retries`` of whole questions."""

    def __init__(self, settings: Settings, is_loopback: bool = False):
        self.settings = settings
        self.is_loopback = is_loopback
        self.requests = 0
        self.retries = 0
        self.responses: list[Response] = []
        self._address = ""
        self._warm: dict[str, dict] = {}

    def ask(self, endpoint: str, about: str, question: Callable[[], T]) -> T:
        """What ``question`` returns; it may ask wbgapi several things and must use up its answers.

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
        return attempts(self._attempt, endpoint, f"World Bank, {about}", question)

    def evidence(self, error: SmedError) -> list[Response]:
        """What the last attempt received that shows the fault, worth keeping."""
        if isinstance(error, SourceUnavailable):
            return [response for response in self.responses if response.parsed is None]
        return self.pages or self.responses[-1:]

    @property
    def pages(self) -> list[Response]:
        """The pages of data that the last attempt received."""
        return [r for r in self.responses if _DATA_ADDRESS.search(r.url)]

    def _attempt(self, endpoint: str, about: str, question: Callable[[], T]) -> T:
        from requests import RequestException

        self.responses = []
        self._address = endpoint
        try:
            with self._wbgapi(endpoint, about):
                return question()
        except SmedError:
            raise
        except RequestException as error:
            self._address = error.request.url if error.request else self._address
            raise unreachable(error, f"{about}, {self._address}") from error
        # wbgapi raises whatever an unforeseen shape makes Python raise
        except Exception as error:
            raise ResponseInvalid(
                f"the answer has not the shape of the API's ({type(error).__name__}: {error})",
                f"{about}, {self._address}",
                "compare the response kept in raw with the API's documentation",
            ) from error

    @contextmanager
    def _wbgapi(self, endpoint: str, about: str) -> Iterator[None]:
        """wbgapi set to an endpoint, with what it learned there before; restored afterwards."""
        import wbgapi

        modules = {"": wbgapi, **{m: getattr(wbgapi, m) for m in ("source", "time", "economy")}}
        with _WBGAPI:
            before = {(m, name): getattr(modules[m], name) for m, name in _STATE}
            state = {(m, name): make() for m, name, make in _CACHES}
            # taken out, not looked up: an attempt that fails leaves nothing behind
            state.update(self._warm.pop(endpoint, {}))
            options = {"endpoint": endpoint, "get_options": self._options(about)}
            options |= {"per_page": PER_PAGE, "lang": "en", "proxies": None}
            state.update({("", name): value for name, value in options.items()})
            try:
                _set(modules, state)
                yield
                self._warm[endpoint] = {
                    (m, name): getattr(modules[m], name) for m, name, _ in _CACHES
                }
            finally:
                _set(modules, before)

    def _options(self, about: str) -> dict:
        limits = (self.settings.http_connect_seconds, self.settings.http_read_seconds)
        options = {"timeout": limits, "stream": True}
        if self.is_loopback:
            # a proxy of the environment must not see, or fail, what never leaves the machine
            options["proxies"] = {"no_proxy": "127.0.0.1"}
        return {**options, "hooks": {"response": partial(self._receive, about)}}

    def _receive(self, about: str, response, **_) -> None:
        """Every response comes through here before wbgapi sees it."""
        self.requests += 1
        self._address = response.url
        if response.is_redirect:
            return
        body = self._body(response)
        self.responses.append(Response(response.url, body, response.status_code, now()))
        where = f"{about}, {response.url}"
        if len(self.responses) > MOST_RESPONSES:
            raise ResponseInvalid(
                f"more than {MOST_RESPONSES} pages for one question",
                where,
                "look at the pages and totals in the responses' headers",
            )
        if response.status_code != 200:
            raise refused(response, where)
        parsed = parsed_json(body, where)
        self.responses[-1] = Response(response.url, body, 200, now(), parsed)
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


def _set(modules: dict, state: dict) -> None:
    for (module, name), value in state.items():
        setattr(modules[module], name, value)
