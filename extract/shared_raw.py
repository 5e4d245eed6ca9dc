"""Raw on the storage that machines share: what one of them received, all of them hold.

What landed is sent once and never changed there; what others sent is brought in, compared with the
sha256 that it was sent with. A file's provenance is sent after it and brought in before it, so what
is there without one has not landed. What is told to whom (``raw/alerts``) stays each machine's own.
"""

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extract.landing import PROVENANCE
from extract.shared_desk import take_desk
from smed.errors import RawAltered, SmedError, StorageUnavailable
from smed.files import FilesTogether, read_json
from smed.settings import Settings
from smed.storage import Listed, Storage, is_inside, open_storage

LOG = logging.getLogger("smed.extraction")
FOLDER = "raw/"
LEFT_OUT = "alerts/"
SUBMISSIONS = "submissions/"
EVENTS, CHECKED = f"{SUBMISSIONS}events/", f"{SUBMISSIONS}checked/"
# what names another thing never comes without it
_SENT = ("file", "provenance", "event")
_BROUGHT = ("provenance", "file", "event")
# so many stay in memory
TOGETHER = 100
# these name their bytes in no other way than by what is sent beside them
_CHANGEABLE = (PROVENANCE, ".jsonl")
_WITH_PROVENANCE = re.compile(r"(.*/)?(observations|responses)/.*|submissions/[^/]*")
_FIRST_NUMBER = re.compile(r"[0-9]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def exchange(settings: Settings, storage: Storage, under: str = "") -> None:
    """Sends what the storage lacks, brings in what this home lacks; below one folder, or all."""
    send(settings, storage, under)
    bring_in(settings, storage, under)


@contextmanager
def shared_desk(settings: Settings) -> Iterator[None]:
    """Of homes that share a storage one has the desk; the others get what is decided in the block.

    ActRefused where it is another's. What cannot be sent at once the next refresh sends.
    """
    storage = open_storage(settings)
    if storage is None:
        yield
        return
    take_desk(settings, storage)
    bring_in(settings, storage, SUBMISSIONS)
    try:
        yield
    finally:
        try:
            send(settings, storage, SUBMISSIONS)
        except SmedError as error:
            LOG.error("it is decided here, and sent by the next refresh: %s", error)


def unsent(settings: Settings, storage: Storage) -> list[str]:
    """What landed here and is not there yet."""
    return sorted(_landed(_mine(settings, "")) - _landed(set(_there(storage, ""))))


def send(settings: Settings, storage: Storage, under: str = "") -> None:
    """Keeps there what landed here.

    Of a vintage that two machines fetched at the same time the one that was sent first counts.
    RawAltered if other bytes stand under the same name there, ActRefused for decisions that were
    taken here though the desk is elsewhere.
    """
    there = _there(storage, under)
    mine = _landed(_mine(settings, under))
    landed = _landed(set(there))
    for name in sorted(mine & landed):
        if _differs(settings.raw / name, there[name]):
            _settle(settings, storage, name)
    # with what another machine has begun to send, whose bytes are compared
    missing = mine - landed
    for part in _SENT:
        names = sorted(name for name in missing if _part(name) == part)
        if names and part == "event":
            take_desk(settings, storage)
        sent = storage.each(lambda name: storage.create(FOLDER + name, settings.raw / name), names)
        for name, is_same in zip(names, sent, strict=True):
            if not is_same:
                raise StorageUnavailable(
                    f"another machine sends its own at this moment, not {settings.raw / name}",
                    storage.address(FOLDER + name),
                    "run the command again; if nobody sends it any more, remove the object",
                )
    if missing:
        LOG.info("sent %s files to %s", len(missing), storage.url)


def bring_in(settings: Settings, storage: Storage, under: str = "") -> None:
    """Brings in what landed elsewhere; RawAltered for bytes that are not those that were sent."""
    mine = _mine(settings, under)
    missing = _landed(set(_there(storage, under))) - mine
    # a kill may have left the provenance of what never landed here
    missing |= {one for name in missing if (one := _provenance(name)) in mine}
    names = sorted(missing, key=lambda name: (_BROUGHT.index(_part(name)), name))
    for first in range(0, len(names), TOGETHER):
        _bring(settings, storage, names[first : first + TOGETHER])
    if names:
        LOG.info("brought in %s files from %s", len(names), storage.url)


def _bring(settings: Settings, storage: Storage, names: list[str]) -> None:
    found = storage.each(lambda name: _read(storage, name), names)
    files = FilesTogether()
    try:
        for name, data in zip(names, found, strict=True):
            files.replace(settings.raw / name, data)
    finally:
        files.finish()


def _settle(settings: Settings, storage: Storage, name: str) -> None:
    """Takes over what another machine sent of the same thing; RawAltered if it is another thing."""
    mine, theirs = (settings.raw / name).read_bytes(), _read(storage, name)
    if mine == theirs:
        return
    described = name if name.endswith(PROVENANCE) else _provenance(name)
    if _is_same_thing(settings, storage, described):
        pair = list(_there(storage, described.removesuffix(PROVENANCE)))
        _bring(settings, storage, sorted(pair, key=lambda one: _BROUGHT.index(_part(one))))
        LOG.info("raw/%s is the one that another machine sent first", name)
        return
    raise RawAltered(
        f"holds other bytes than {storage.address(FOLDER + name)}",
        str(settings.raw / name),
        "both ought to be written once: find out which of them was changed, and put the received"
        " file back in its place",
    )


def _is_same_thing(settings: Settings, storage: Storage, provenance: str) -> bool:
    """Whether two provenances are of the same bytes, or of one vintage that was fetched twice."""
    stored = storage.read(FOLDER + provenance)
    if stored is None or not (settings.raw / provenance).exists():
        return False
    mine, theirs = read_json(settings.raw / provenance), json.loads(stored.data)
    return any(
        all(name in mine and mine[name] == theirs.get(name) for name in names)
        for names in (("sha256",), ("snapshot_id", "content_sha256"))
    )


def _read(storage: Storage, name: str) -> bytes:
    stored = storage.read(FOLDER + name)
    stem = Path(name).name.partition(".")[0]
    named = {stem} if _SHA256.fullmatch(stem) and not name.endswith(PROVENANCE) else set()
    if stored is None or not stored.is_whole or named - {stored.sha256}:
        raise RawAltered(
            "holds other bytes than were sent" if stored else "is gone",
            storage.address(FOLDER + name),
            f"remove it there: a machine that holds raw/{name} sends it again; else put it back"
            " from a backup",
        )
    return stored.data


def _there(storage: Storage, under: str) -> dict[str, Listed]:
    found = storage.list(FOLDER + under)
    names = {name.removeprefix(FOLDER): listed for name, listed in found.items()}
    return {name: listed for name, listed in names.items() if _is_shared(name)}


def _is_shared(name: str) -> bool:
    is_hidden = any(part.startswith(".") for part in name.split("/"))
    return is_inside(name) and not is_hidden and not name.startswith(LEFT_OUT)


def _mine(settings: Settings, under: str) -> set[str]:
    """The names of all files here that are not half-written."""
    files = (path for path in (settings.raw / under).rglob("*") if path.is_file())
    return {n for path in files if _is_shared(n := path.relative_to(settings.raw).as_posix())}


def _landed(names: set[str]) -> set[str]:
    """Those that count: with their provenance, or of something; a check whose event there is."""
    stems = {name.rpartition(".")[0] for name in names if not name.endswith(PROVENANCE)}
    last_event = max((_numbers(name)[-1] for name in names if name.startswith(EVENTS)), default=0)

    def has_landed(name: str) -> bool:
        if name.endswith(PROVENANCE):
            return name.removesuffix(PROVENANCE) in stems
        if name.startswith(CHECKED) and name.endswith(".jsonl"):
            return _numbers(name)[0] <= last_event
        return not _WITH_PROVENANCE.fullmatch(name) or _provenance(name) in names

    return {name for name in names if has_landed(name)}


def _numbers(name: str) -> list[int]:
    """The numbers of the first and the last event that a file is called after."""
    return [int(number) for number in _FIRST_NUMBER.findall(Path(name).name)] or [0]


def _provenance(name: str) -> str:
    return name.rpartition(".")[0] + PROVENANCE


def _part(name: str) -> str:
    if name.endswith(PROVENANCE):
        return "provenance"
    return "event" if name.startswith(EVENTS) else "file"


def _differs(path: Path, listed: Listed) -> bool:
    if path.stat().st_size != listed.bytes:
        return True
    if not path.name.endswith(_CHANGEABLE):
        return False
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != listed.etag
