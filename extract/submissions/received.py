"""What was received, as it came: copied first, then looked at; never run, never changed.

A file is kept as ``raw/submissions/<sha256><suffix>``, its provenance beside it. The name that its
sender gave it is data in there and names nothing on the disk.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from extract.landing import PROVENANCE
from extract.submissions.findings import shorten
from extract.submissions.limits import MIB
from smed.files import FilesTogether, json_bytes
from smed.settings import Settings

FOLDER = "submissions"
# what is too large to be read is kept all the same, up to so many times the size that is read
KEPT_TIMES = 2
# what the kept copy may be called by; anything else is `.bin`
SUFFIXES = (".csv", ".ods", ".tsv", ".txt", ".xls", ".xlsb", ".xlsm", ".xlsx")
OTHER_SUFFIX = ".bin"
# how a program says that it still writes: an Office lock, a hidden file, a part
UNFINISHED_PREFIXES = ("~$", ".")
UNFINISHED_SUFFIXES = (".part", ".tmp", ".crdownload")


class StillWritten(Exception):
    """The file changes while it is read: it is left for the next round."""


class NotReceivable(Exception):
    """What lies there is no file that can be kept; ``rule_code`` says why."""

    def __init__(self, rule_code: str, value: str):
        super().__init__(rule_code, value)
        self.rule_code = rule_code
        self.value = value


@dataclass(frozen=True)
class Received:
    """A kept copy; ``owner`` (uid) and ``marks`` are of the original as it was then."""

    path: Path
    sha256: str
    bytes: int
    original_name: str
    owner: int
    marks: tuple[int, ...]


def is_unfinished(name: str) -> bool:
    """Whether the name says that the file is not meant to be read (yet)."""
    return name.startswith(UNFINISHED_PREFIXES) or name.lower().endswith(UNFINISHED_SUFFIXES)


def read_source(source: Path, most_bytes: int) -> tuple[bytes, os.stat_result]:
    """The bytes of a regular file, never through a link.

    Raises StillWritten if it changes meanwhile or is gone, NotReceivable if it is no file to keep.
    """
    try:
        # without O_NONBLOCK a FIFO would hold us until somebody writes into it
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise StillWritten from None
    except OSError as error:
        raise NotReceivable("receipt.not_a_file", error.strerror or "") from None
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        os.close(descriptor)
        raise NotReceivable("receipt.not_a_file", "a folder, a pipe or a device")
    with os.fdopen(descriptor, "rb") as file:
        if before.st_size > most_bytes:
            raise NotReceivable("receipt.too_large", f"{before.st_size} bytes")
        data = file.read(most_bytes + 1)
        after = os.fstat(descriptor)
    try:
        there = os.stat(source, follow_symlinks=False)
    except FileNotFoundError:
        raise StillWritten from None
    if not _marks(before) == _marks(after) == _marks(there) or len(data) != after.st_size:
        raise StillWritten
    return data, before


def is_same(source: Path, marks: tuple[int, ...]) -> bool:
    """Whether the file there is still the one that was copied."""
    try:
        return _marks(os.stat(source, follow_symlinks=False)) == marks
    except OSError:
        return False


def _marks(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def keep(settings: Settings, source: Path, files: FilesTogether) -> Received:
    """Copies a file into raw, beside others, and hashes it; ``describe`` adds its provenance."""
    most_bytes = KEPT_TIMES * settings.submission_packed_mib * MIB
    data, facts = read_source(source, most_bytes)
    digest = hashlib.sha256(data).hexdigest()
    suffix = _held_suffix(settings, digest, files) or _suffix(source.name, data)
    path = settings.raw / FOLDER / f"{digest}{suffix}"
    files.write_once(path, data)
    return Received(path, digest, len(data), shorten(source.name), facts.st_uid, _marks(facts))


def _held_suffix(settings: Settings, digest: str, files: FilesTogether) -> str:
    """Under which suffix these bytes are held already; "" where they are not."""
    start = os.path.join(settings.raw, FOLDER, digest)
    return next((s for s in (*SUFFIXES, OTHER_SUFFIX) if files.holds(start + s)), "")


def _suffix(name: str, data: bytes) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in SUFFIXES:
        return suffix
    return ".xlsx" if data.startswith(b"PK\x03\x04") else OTHER_SUFFIX


def describe(
    settings: Settings,
    received: Received,
    submission_id: str,
    party_code: str,
    actor: str,
    received_at: datetime,
    is_illustrative: bool,
    files: FilesTogether,
) -> None:
    """Writes the provenance of a kept copy; bytes that were held before keep their first one."""
    path = settings.raw / FOLDER / f"{received.sha256}{PROVENANCE}"
    if files.holds(str(path)):
        return
    facts = {
        "sha256": received.sha256,
        "bytes": received.bytes,
        "original_name": received.original_name,
        "party_code": party_code,
        "received_at": received_at.isoformat(),
        "actor": actor,
        "submission_id": submission_id,
        "is_illustrative": is_illustrative,
    }
    files.replace(path, json_bytes(facts))
