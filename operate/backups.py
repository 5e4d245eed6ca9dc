"""Backups: a whole home in one file, and an empty home made from it again.

What is kept are raw, releases, decisions, the ledger, the alerts and the inbox; what is left out is
made again by whoever needs it: candidates, caches, and Airflow's folder, which holds keys.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from expectations.alerts.states import LOCK_FILE as ALERTS_LOCK
from extract.submissions.desk import LOCK_FILE as SUBMISSIONS_LOCK
from publish.releases import published_number
from publish.verification import verify_release
from smed import home
from smed.errors import BackupDamaged, HomeInvalid, SmedError
from smed.files import disk_errors, json_bytes, sync_file, sync_folder
from smed.settings import Settings

FACTS = "backup.json"
KEYS = {"made_at", "files", "release"}
LEFT_OUT = {"airflow", "cache", "candidates", "published"}
RESTORING = ".restoring"
# a refresh is shorter, so that a nightly backup does not fail for one
WAIT_SECONDS = 120
# what is kept is compressed already, mostly
COMPRESSION = 1
NOT_WHOLE = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError)


def back_up(settings: Settings, path: Path) -> dict:
    """Writes the home into a new gzipped tar file; returns made_at, release, files and damage.

    Nothing is written into the home meanwhile: it waits for who writes, and others wait for it.
    ``files`` maps each name to sha256 and bytes; ``damage`` is what is wrong with the release that
    readers see, None if it is whole. Raises HomeInvalid where there is no home, the
    file is there already or would lie in the home; HomeBusy, NoSpace.
    """
    home.require(settings)
    path = path.absolute()
    if path.exists():
        raise HomeInvalid("is there already", str(path), "give the backup a new name")
    if path.resolve().is_relative_to(settings.home.resolve()):
        raise HomeInvalid(
            "lies in the home and would be lost with it", str(path), "write it to another disk"
        )
    part = path.with_name(f".{path.name}.part")
    with ExitStack() as stack:
        for lock in (home.LOCK_FILE, SUBMISSIONS_LOCK, ALERTS_LOCK):
            stack.enter_context(home.writing(settings, "a backup", lock, WAIT_SECONDS))
        stack.enter_context(disk_errors(path))
        stack.callback(part.unlink, missing_ok=True)
        facts = _write(settings, part)
        sync_file(part)
        os.replace(part, path)
        sync_folder(path.parent)
    return facts


def restore(settings: Settings, path: Path) -> dict:
    """Makes an empty home what it was when the backup was written; returns the backup's facts.

    Every file is compared with its hash before any of them gets its place. Raises HomeInvalid if
    the home is not empty, BackupDamaged if the backup is not whole, VersionDiffers if a newer
    version made it; the home stays empty then.
    """
    folder = settings.home / RESTORING
    with disk_errors(settings.home):
        settings.home.mkdir(parents=True, exist_ok=True)
        found = sorted(child.name for child in settings.home.iterdir() if child.name != RESTORING)
        if found:
            raise HomeInvalid(
                f"is not empty (it holds {found[0]})",
                str(settings.home),
                "restore into a new folder: `smed restore FILE --home DIR`",
            )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    try:
        facts = _unpack(path, folder)
        home.refuse_newer(folder)
        _settle(settings, folder, facts["release"])
    except NOT_WHOLE as error:
        raise BackupDamaged(
            f"is not whole ({error or type(error).__name__})", str(path), "take an older backup"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return facts


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file):
        self._file, self._digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        return data

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _write(settings: Settings, part: Path) -> dict:
    facts = {
        "made_at": home.now().isoformat(),
        "release": published_number(settings),
        "damage": _damage(settings),
        "files": {},
    }
    with tarfile.open(part, "w:gz", compresslevel=COMPRESSION) as archive:
        for file in _files(settings.home):
            name = file.relative_to(settings.home).as_posix()
            with file.open("rb") as opened:
                member = archive.gettarinfo(arcname=name, fileobj=opened)
                hashing = _Hashing(opened)
                archive.addfile(member, hashing)
            facts["files"][name] = {"sha256": hashing.sha256, "bytes": member.size}
        data = json_bytes(facts)
        last = tarfile.TarInfo(FACTS)
        last.size = len(data)
        archive.addfile(last, io.BytesIO(data))
    return facts


def _damage(settings: Settings) -> str | None:
    try:
        number = published_number(settings)
        if number is not None:
            verify_release(settings, number)
    except SmedError as error:
        return str(error)
    return None


def _files(folder: Path) -> Iterator[Path]:
    """The files that a backup holds: no links, nothing half-written, nothing that is made again."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith(".") for part in parts)
        if not is_hidden and parts[0] not in LEFT_OUT and path.is_file() and not path.is_symlink():
            yield path


def _unpack(path: Path, folder: Path) -> dict:
    """Writes the files of a backup below a folder; ValueError where they are not as they were."""
    facts, found = None, {}
    with _opened(path) as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            if not member.isfile() or name.is_absolute() or ".." in name.parts:
                raise ValueError(f"{member.name} is no file of a home")
            content = archive.extractfile(member)
            if member.name == FACTS:
                facts = json.load(content)
                continue
            hashing = _Hashing(content)
            with disk_errors(folder / name):
                _keep(hashing, folder / name, member.mode)
            found[member.name] = {"sha256": hashing.sha256, "bytes": member.size}
    if facts is None or not set(facts) >= KEYS:
        raise ValueError(f"{FACTS} is missing, with which every backup ends")
    wrong = sorted(
        name
        for name in facts["files"].keys() | found
        if facts["files"].get(name) != found.get(name)
    )
    if wrong:
        raise ValueError(f"{wrong[0]} is not as it was when the backup was made")
    return facts


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, "r:gz")
    except FileNotFoundError:
        raise HomeInvalid(
            "there is no such file", str(path), "name a file of `smed backup`"
        ) from None
    except NOT_WHOLE:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise HomeInvalid(f"cannot be read ({reason})", str(path), "take another one") from error


def _keep(content: _Hashing, path: Path, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)
        os.fchmod(file.fileno(), mode & 0o777)


def _settle(settings: Settings, folder: Path, release: int | None) -> None:
    """Gives everything its place; what readers open comes last."""
    with disk_errors(settings.home):
        os.sync()
        for child in sorted(folder.iterdir()):
            os.replace(child, settings.home / child.name)
        if release is not None:
            settings.published.symlink_to(Path(settings.releases.name) / str(release))
        sync_folder(settings.home)
