"""The home: what kind it is, and who may write in it."""

import os
import pwd
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from smed.errors import HomeBusy, HomeInvalid, VersionDiffers
from smed.files import disk_errors, json_bytes, read_json, replace_file
from smed.settings import Settings

KIND_FILE = "home.json"
# how everything in a home is kept: raw, decisions, manifests. It goes up where an older version of
# the product would misread what a newer one keeps; a home that says nothing is of the first
FIRST_FORMAT = FORMAT = 1
KINDS = ("live", "recorded")
HOME_ID, ID_DIGITS = "home_id", 12
LOCK_FILE = ".lock"
# a group may share a home
LOCK_MODE = 0o664


def now() -> datetime:
    """The time in UTC, to the second. Facts about a run may hold it, marts may not."""
    return datetime.now(UTC).replace(microsecond=0)


def actor() -> str:
    """The user of the operating system who acts; never what a variable says, anyone can set it."""
    return user_of(os.getuid())


def user_of(uid: int) -> str:
    """The name of an operating-system user; ``uid N`` for one without."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def kind_of(settings: Settings) -> str | None:
    """``live`` or ``recorded``: the sources that this home was begun with; None if it is new."""
    facts = _facts(settings.home)
    return facts["sources"] if facts else None


def _facts(folder: Path) -> dict | None:
    """Keys sources and format of the home in a folder; None if it is new."""
    path = folder / KIND_FILE
    if not path.exists():
        return None
    facts = known(read_json(path, ("sources",)), str(folder))
    if facts["sources"] not in KINDS:
        raise HomeInvalid(
            f"says {facts['sources']!r}, not {' or '.join(KINDS)}",
            str(path),
            "put it back from a backup",
        )
    return facts


def known(mark: dict, where: str) -> dict:
    """A home's mark with its format; VersionDiffers if a newer version of the product made it."""
    facts = {"format": FIRST_FORMAT, **mark}
    if facts["format"] not in range(FIRST_FORMAT, FORMAT + 1):
        raise VersionDiffers(
            f"a newer smed has written this home (format {facts['format']};"
            f" this one knows {FORMAT})",
            where,
            "use that version or a newer one; how to go back is in docs/upgrading.md",
        )
    return facts


def refuse_newer(folder: Path) -> None:
    """VersionDiffers if a newer version of the product has written the home in that folder."""
    _facts(folder)


def identity(settings: Settings) -> str | None:
    """Names the home for good, and every copy of it; None for one that nobody began.

    Made the first time it is asked for, by who holds the home's lock.
    """
    if kind_of(settings) is None:
        return None
    path = settings.home / KIND_FILE
    facts = read_json(path)
    if HOME_ID not in facts:
        facts[HOME_ID] = uuid.uuid4().hex[:ID_DIGITS]
        replace_file(path, json_bytes(facts))
    return facts[HOME_ID]


def take_identity(settings: Settings, home_id: str) -> None:
    """Gives a home the name of those with which it shares its figures."""
    if identity(settings) != home_id:
        path = settings.home / KIND_FILE
        replace_file(path, json_bytes({**read_json(path), HOME_ID: home_id}))


def claim(settings: Settings, sources: str, command: str = "smed refresh") -> None:
    """Marks a home as one of ``sources``; HomeInvalid if it holds figures of the others.

    ``command`` is what the reader is told to run with the sources of this home.
    """
    kind = kind_of(settings)
    holds_figures = any(settings.raw.rglob("*.parquet"))
    if kind is None or (kind != sources and not holds_figures):
        _mark(settings, sources, identity(settings))
    elif kind != sources:
        raise HomeInvalid(
            f"this home holds {kind} figures and would be mixed with {sources} ones",
            str(settings.home),
            f"use another home (--home), or `{command} --sources {kind}` in this one",
        )


def _mark(settings: Settings, sources: str, home_id: str | None = None) -> None:
    replace_file(settings.home / KIND_FILE, mark_of(sources, home_id))


def mark_of(sources: str, home_id: str | None) -> bytes:
    """The mark of a home of these sources, and of this name if it has one, as it is written now."""
    named = {HOME_ID: home_id} if home_id else {}
    return json_bytes({"sources": sources, "format": FORMAT, **named})


def require(settings: Settings) -> None:
    """HomeInvalid if there is no home yet, for what would only make an empty one."""
    if not settings.home.is_dir():
        raise HomeInvalid("there is no home here", str(settings.home), "begin with `smed refresh`")


@contextmanager
def writing(settings: Settings, work: str, lock_file: str = LOCK_FILE, wait_seconds: float = 0):
    """Holds the home's one lock while the block runs; HomeBusy says who holds it since when.

    It waits ``wait_seconds`` for another holder. The kernel frees the lock of a process that dies,
    however it dies. VersionDiffers for the home of a newer version; one of an older version becomes
    one of this version, and the older one will refuse it.
    """
    path = settings.home / lock_file
    holder_path = settings.home / f"{lock_file}-holder.json"
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=wait_seconds, mode=LOCK_MODE)
        try:
            lock.acquire()
        except Timeout:
            raise HomeBusy(
                _holder(holder_path),
                str(settings.home),
                "wait until it is done, then run the command again",
            ) from None
    try:
        holder = {"work": work, "process": os.getpid(), "user": actor(), "since": str(now())}
        facts = _facts(settings.home)
        if facts and facts["format"] < FORMAT:
            _mark(settings, facts["sources"], facts.get(HOME_ID))
        replace_file(holder_path, json_bytes(holder))
        yield
    finally:
        lock.release()


def _holder(path: Path) -> str:
    try:
        facts = read_json(path, ("work", "user", "process", "since"))
    except HomeInvalid:
        return "another process writes here"
    return "{work} of {user} (process {process}) writes here since {since}".format(**facts)
