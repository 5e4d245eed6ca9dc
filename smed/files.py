"""Files that survive a crash: written beside their place, flushed, then renamed into it."""

import errno
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

from smed.errors import HomeInvalid, NoSpace, RawAltered, SmedError

READ_ONLY = 0o444
# how DuckDB, SQLite and the operating system say it
FULL_DISK_WORDS = ("No space left", "File too large", "disk is full", "Disk quota exceeded")
# so many are synced by one call, which waits for what others write there too
MANY_FILES = 16
# of a file that has no name of its own yet; nobody else writes under the same one
_PART = f".part-{os.urandom(8).hex()}"
_part_numbers = count()


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_received(path: Path, sha256: str) -> None:
    """RawAltered if a received file is gone or is no longer what it was when it came."""
    found = sha256_of(path) if path.is_file() else None
    if found != sha256:
        what = f"changed since it landed: sha256 is {found}, was {sha256}" if found else "is gone"
        raise RawAltered(
            what,
            str(path),
            "put the landed file back from a backup; its figures are not used until then",
        )


def says_disk_full(text: str) -> bool:
    """Whether the message of another program is about a full disk."""
    return any(words in text for words in FULL_DISK_WORDS)


def no_space(reason: str, place: Path) -> NoSpace:
    """The error for a full disk at ``place``."""
    return NoSpace(
        f"no space left to write it ({reason})",
        str(place),
        "free some space or move SMED_HOME to a larger disk, then run the command again;"
        " the release before stays",
    )


def disk_error(error: OSError, path: Path) -> SmedError:
    """The error of the product for an error of the operating system at ``path``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return no_space(error.strerror, path)
    if says_disk_full(str(error)):  # of many files at once, which has no number
        return no_space(os.strerror(errno.ENOSPC), path)
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return HomeInvalid("a file is where a folder must be", str(path), "move it away")
    return HomeInvalid(
        f"cannot write it ({error.strerror or error})",
        str(path),
        "give the user who runs smed the right to write there, then run the command again",
    )


@contextmanager
def disk_errors(path: Path):
    """Turns an OSError of the block into the product's error that names ``path``."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, path) from error


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder as durable as the files behind them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Makes the contents of a file durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _temporary(path: Path, data: bytes, mode: int, is_durable: bool = True) -> str:
    """The data beside its place; the folder is made where it lacks."""
    temporary = os.path.join(path.parent, f"{_PART}-{os.getpid()}-{next(_part_numbers)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        descriptor = os.open(temporary, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(temporary, flags, 0o600)
    try:
        with open(descriptor, "wb", buffering=0) as file:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            os.fchmod(descriptor, mode)
            if is_durable:
                os.fsync(descriptor)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _is_held(path: Path, data: bytes) -> bool:
    """Whether a file holds these bytes; RawAltered if it holds others."""
    if not os.path.exists(path):
        return False
    if path.read_bytes() == data:
        return True
    raise RawAltered(
        "a file that is written once holds other bytes",
        str(path),
        "find out who changed it and put the received file back",
    )


def write_once(path: Path, data: bytes) -> bool:
    """Keeps ``data`` at ``path`` for ever; returns False if the same bytes are there already.

    Raises RawAltered if other bytes are there, NoSpace or HomeInvalid if it cannot be written.
    """
    if _is_held(path, data):
        return False
    replace_file(path, data, READ_ONLY)
    return True


def replace_file(path: Path, data: bytes, mode: int = 0o644, is_durable: bool = True) -> None:
    """Puts ``data`` at ``path`` in one step: a reader sees the old file or the new one, whole.

    What can be made again need not be durable: a power cut may take it.
    """
    with disk_errors(path):
        os.replace(_temporary(path, data, mode, is_durable), path)
        if is_durable:
            sync_folder(path.parent)


class FilesTogether:
    """Writes many files that last; they get their names by ``finish``.

    Each is whole and durable before it gets its name, as by ``write_once``; the disk is waited for
    once, not twice a file.
    """

    def __init__(self):
        # where it will lie -> where it lies until then
        self._parts: dict[str, str] = {}
        # opened before anything is written, so that no failure to write is missed
        self._folders: dict[str, int] = {}

    def holds(self, path: str) -> bool:
        """Whether a file is there, or will be at the end."""
        return path in self._parts or os.path.isfile(path)

    def write_once(self, path: Path, data: bytes) -> None:
        """Keeps ``data`` for ever; RawAltered if other bytes are there already."""
        if str(path) not in self._parts and not _is_held(path, data):
            self.replace(path, data)

    def replace(self, path: Path, data: bytes) -> None:
        """Puts ``data`` there, whatever lies there."""
        with disk_errors(path):
            folder = os.path.dirname(path)
            if folder not in self._folders:
                os.makedirs(folder, exist_ok=True)
                self._folders[folder] = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            self._parts[str(path)] = _temporary(path, data, READ_ONLY, is_durable=False)

    def finish(self) -> None:
        """Makes the files last, names them, and makes the names last."""
        try:
            self._sync_contents()
            for path in list(self._parts):
                with disk_errors(Path(path)):
                    os.replace(self._parts[path], path)
                del self._parts[path]
            for folder, descriptor in self._folders.items():
                with disk_errors(Path(folder)):
                    os.fsync(descriptor)
        finally:
            for part in self._parts.values():
                with suppress(OSError):
                    os.unlink(part)
            for descriptor in self._folders.values():
                os.close(descriptor)
            self._parts, self._folders = {}, {}

    def _sync_contents(self) -> None:
        if len(self._parts) < MANY_FILES or (sync_all := _syncfs()) is None:
            for path, part in self._parts.items():
                with disk_errors(Path(path)):
                    sync_file(Path(part))
            return
        for folder, descriptor in self._folders.items():
            with disk_errors(Path(folder)):
                if number := sync_all(descriptor):
                    raise OSError(number, os.strerror(number))


@cache
def _syncfs() -> Callable[[int], int] | None:
    """Linux's call that makes a whole file system durable, or says by which errno it could not.

    None where there is none, or one that does not tell whether it could: man 2 syncfs.
    """
    import ctypes

    version = tuple(map(int, re.findall("[0-9]+", os.uname().release)[:2]))
    system = ctypes.CDLL(None, use_errno=True)
    if not sys.platform.startswith("linux") or version < (5, 8) or not hasattr(system, "syncfs"):
        return None
    return lambda descriptor: ctypes.get_errno() if system.syncfs(descriptor) else 0


def read_json(path: Path, keys: tuple[str, ...] = ()) -> dict:
    """A JSON object that was kept, with at least these keys; HomeInvalid if it is none."""
    try:
        value = json.loads(path.read_bytes())
        missing = [key for key in keys if key not in value]
        if not isinstance(value, dict) or missing:
            raise ValueError(f"lacks {', '.join(missing)}" if missing else "is no JSON object")
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise HomeInvalid(
            f"cannot be read ({reason})", str(path), "put it back from a backup"
        ) from error
    return value


def json_bytes(value) -> bytes:
    """JSON as it is kept in files: sorted keys, readable, UTF-8, closing newline."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
