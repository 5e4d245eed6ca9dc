"""How questions reach the World Bank's API through wbgapi.

wbgapi has no timeout, retry or completeness check of its own, and its caches stay half filled after
an error. So each attempt begins with clean module state.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from extract.asking import Asking
from smed.settings import Settings

# one series of ten countries over a century, or all versions of an archived one, fits in one page
PER_PAGE = 10_000

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


class Transport(Asking):
    """Asks questions through wbgapi."""

    source_name = "World Bank"
    address_setting = "SMED_WORLD_BANK_URL"
    data_address = re.compile(r"/series/[^/]+/country/")

    def __init__(self, settings: Settings, is_loopback: bool = False):
        super().__init__(settings, is_loopback)
        self._warm: dict[str, dict] = {}

    @contextmanager
    def _prepared(self, endpoint: str, about: str) -> Iterator[None]:
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


def _set(modules: dict, state: dict) -> None:
    for (module, name), value in state.items():
        setattr(modules[module], name, value)
