"""What a home shares with others, step by step: does nothing where SMED_STORAGE_URL is not set."""

import logging
import uuid

from publish import shared_releases
from publish.pointer import read_pointer
from publish.releases import published_number
from smed import home
from smed.errors import HomeInvalid, SmedError, StorageRefused
from smed.settings import Settings
from smed.storage import Storage, open_storage
from smed.storage_errors import REFUSALS

PROBE = "probe-"
LOG = logging.getLogger("smed.refresh")


def join(settings: Settings) -> str | None:
    """Shares raw both ways and shows what the pointer says; the pointer's mark, None without one.

    The caller holds the home's lock. Raises HomeInvalid if the others have figures of another kind
    or releases of another history.
    """
    storage = exchange(settings)
    if storage is None:
        return None
    pointer = shared_releases.catch_up(settings, storage)
    return pointer.etag if pointer else None


def exchange(settings: Settings) -> Storage | None:
    """Shares raw both ways; the storage, None without one."""
    storage = open_storage(settings)
    if storage is None:
        return None
    from extract import shared_raw

    _agree_with_others(settings, storage)
    shared_raw.exchange(settings, storage)
    return storage


def _agree_with_others(settings: Settings, storage: Storage) -> None:
    """All have figures of one kind and format, and to PostgreSQL they are one home."""
    kind, keys = home.kind_of(settings), ("sources", "format", home.HOME_ID)
    data = home.mark_of(kind, home.identity(settings))
    found = storage.read_facts(home.KIND_FILE, keys)
    if found is None:
        _require_conditions(storage)
        storage.put(home.KIND_FILE, data, None)
    there = home.known(found or storage.read_facts(home.KIND_FILE, keys), storage.url)
    if there["sources"] != kind:
        raise HomeInvalid(
            f"{storage.url} holds {there['sources']} figures and would be mixed with {kind} ones",
            str(settings.home),
            f"use another home with `--sources {there['sources']}`, or another SMED_STORAGE_URL",
        )
    if there[home.HOME_ID] != home.identity(settings) and published_number(settings) is not None:
        raise HomeInvalid(
            f"has releases of its own, and {storage.url} is another home's",
            str(settings.releases),
            "begin with an empty home, or give this one another SMED_STORAGE_URL",
        )
    home.take_identity(settings, there[home.HOME_ID])
    if there["format"] < home.FORMAT:
        data = home.mark_of(kind, there[home.HOME_ID])
        # whoever comes second finds it done
        storage.put(home.KIND_FILE, data, storage.read(home.KIND_FILE).etag)


def _require_conditions(storage: Storage) -> None:
    """StorageRefused for a storage that writes over what is there though it was told not to."""
    name = f"{PROBE}{uuid.uuid4().hex}"
    storage.put(name, b"first", None)
    is_ignored = storage.put(name, b"other", None) or storage.put(name, b"another", '"0"')
    storage.remove([name])
    if is_ignored:
        raise StorageRefused(
            REFUSALS["NotImplemented"][0], storage.url, REFUSALS["NotImplemented"][1]
        )


def send(settings: Settings, under: str = "") -> None:
    """Keeps on the shared storage what landed here."""
    if storage := open_storage(settings):
        from extract import shared_raw

        shared_raw.send(settings, storage, under)


def send_quietly(settings: Settings, under: str = "") -> list[str]:
    """``send`` after something landed, which stands whatever happens; returns the errors."""
    try:
        send(settings, under)
    except SmedError as error:
        LOG.error("it is kept here, and sent by the next refresh: %s", error)
        return [str(error)]
    return []


def verify(settings: Settings, number: int) -> int | None:
    """Reads a release back from the shared storage; how many files it has, None if not there.

    Raises ReleaseDamaged that names the first fault.
    """
    storage = open_storage(settings)
    pointer = read_pointer(storage) if storage else None
    if pointer is None or str(number) not in pointer.releases:
        return None
    return shared_releases.verify_shared(storage, number, pointer.releases[str(number)])


def describe(settings: Settings) -> dict | None:
    """What readers of the shared storage see: url, release, switched_at, held, error, and
    ``unsent``, how many files of raw are not there yet; None without a storage.

    Each request is made once.
    """
    facts = shared_releases.describe(settings)
    if facts is None or facts["error"]:
        return facts
    from extract import shared_raw

    try:
        unsent = shared_raw.unsent(settings, open_storage(settings, attempts=1))
        return {**facts, "unsent": len(unsent)}
    except SmedError as error:
        return {**facts, "error": str(error)}
