"""Releases on the storage that machines share.

A release is uploaded whole and read back before the pointer names it; the pointer is the truth, a
home's ``published`` follows it. So a kill or a dead storage leaves at worst an upload that nobody
sees (the next number is taken then) or a home that is behind (``catch_up`` mends it).
"""

import hashlib
import json
import logging
import os
from pathlib import Path

from publish.pointer import Pointer, moved, read_pointer, switch
from publish.releases import (
    HOLD_FILE,
    MANIFEST,
    SEAL,
    hold,
    published_number,
    release_numbers,
    require_release,
    seal_of,
)
from publish.showing import BUILDING, remove, seal, show
from publish.verification import verify_release
from smed.errors import HomeInvalid, ReleaseDamaged, ReleaseMoved, SmedError
from smed.files import disk_errors, json_bytes, read_json, replace_file, sha256_of, sync_folder
from smed.settings import Settings
from smed.storage import Storage, is_inside, open_storage

LOG = logging.getLogger("smed.refresh")
FOLDER = "releases/"


def name_of(number: int, file: str = "") -> str:
    """What a file of a release is called there."""
    return f"{FOLDER}{number}/{file}"


def catch_up(settings: Settings, storage: Storage) -> Pointer | None:
    """Lets this home show what the pointer says, and hold what it holds; the pointer.

    What the home lacks is brought in. Where there is no pointer yet, the home's release becomes the
    first one there. Raises HomeInvalid if the home has releases of another history.
    """
    pointer = read_pointer(storage)
    shown = published_number(settings)
    if pointer is None:
        if shown is None:
            return None
        folder = settings.releases / str(shown)
        return share(settings, storage, None, shown, folder, hold(settings))
    _refuse_other_history(settings, storage, pointer)
    bring(settings, storage, pointer, pointer.release)
    if pointer.held != hold(settings):
        path = settings.home / HOLD_FILE
        if pointer.held:
            replace_file(path, json_bytes(pointer.held))
        else:
            path.unlink(missing_ok=True)
    if shown != pointer.release:
        show(settings, pointer.release)
        LOG.info("shows release %s, as %s does", pointer.release, storage.url)
    return pointer


def _refuse_other_history(settings: Settings, storage: Storage, pointer: Pointer) -> None:
    for number, sha256 in pointer.releases.items():
        manifest = settings.releases / number / MANIFEST
        if manifest.is_file() and sha256_of(manifest) != sha256:
            raise HomeInvalid(
                f"is not the release {number} of {storage.url}",
                str(manifest.parent),
                "if it was damaged, move the folder away and run the command again; if this home"
                " has a history of its own, give it another SMED_STORAGE_URL",
            )


def bring(settings: Settings, storage: Storage, pointer: Pointer, number: int) -> None:
    """Brings a release into the home, unless it is there; every file is compared with its hash."""
    place = settings.releases / str(number)
    if place.is_dir():
        return
    folder = settings.releases / f"{BUILDING}brought-{number}"
    remove(folder)
    sha256 = pointer.releases[str(number)]
    files = {**_described(storage, number, sha256), MANIFEST: sha256}

    def bring_file(file: str) -> None:
        if storage.download(name_of(number, file), folder / file) != files[file]:
            raise _damaged(storage, number, file, "holds other bytes than were published")

    try:
        storage.each(bring_file, files)
        with disk_errors(folder):
            seal(folder)
            os.replace(folder, place)
            sync_folder(settings.releases)
    finally:
        remove(folder)
    LOG.info("brought in release %s from %s", number, storage.url)


def share(
    settings: Settings,
    storage: Storage,
    before: Pointer | None,
    number: int,
    folder: Path,
    held: dict | None = None,
) -> Pointer:
    """Uploads a release from its folder, reads it back, and lets the pointer name it.

    Raises ReleaseMoved if the pointer is no longer ``before``, or another machine took the number.
    """
    sha256 = sha256_of(folder / MANIFEST)
    releases = {**(before.releases if before else {}), str(number): sha256}
    _upload(storage, number, folder)
    verify_shared(storage, number, sha256)
    kept = sorted(map(int, releases))[-settings.releases_kept :]
    after = switch(
        *(storage, before, number),
        releases={str(one): releases[str(one)] for one in sorted({*kept, number})},
        held=held,
    )
    _prune(storage, after)
    return after


def _upload(storage: Storage, number: int, folder: Path) -> None:
    # the manifest first: with it the number is ours
    if not storage.create(name_of(number, MANIFEST), folder / MANIFEST):
        raise ReleaseMoved(
            f"another machine writes release {number} at this moment",
            storage.address(name_of(number)),
            "run the command again",
        )

    def send(file: str) -> None:
        if not storage.create(name_of(number, file), folder / file):
            raise _damaged(storage, number, file, "holds other bytes than were sent")

    manifest = read_json(folder / MANIFEST, ("files",))
    storage.each(send, [*manifest["files"], *([SEAL] if "sealed_by" in manifest else [])])


def verify_shared(storage: Storage, number: int, manifest_sha256: str) -> int:
    """Reads every file of a release back; how many there are.

    ReleaseDamaged names the first fault.
    """
    files = _described(storage, number, manifest_sha256)
    read = storage.each(lambda file: storage.sha256(name_of(number, file)), files)
    for file, sha256 in zip(files, read, strict=True):
        if sha256 != files[file]:
            what = "holds other bytes than were published" if sha256 else "is missing"
            raise _damaged(storage, number, file, what)
    return len(files.keys() - {SEAL})


def _described(storage: Storage, number: int, manifest_sha256: str) -> dict[str, str]:
    """The sha256 of each file of a release, by its manifest."""
    stored = storage.read(name_of(number, MANIFEST))
    if stored is None:
        raise _damaged(storage, number, MANIFEST, "is missing")
    if hashlib.sha256(stored.data).hexdigest() != manifest_sha256:
        raise _damaged(storage, number, MANIFEST, "is not the one that the pointer names")
    manifest = json.loads(stored.data)
    if outside := [name for name in manifest["files"] if not is_inside(name)]:
        raise _damaged(storage, number, outside[0], "would lie outside its folder")
    files = {name: facts["sha256"] for name, facts in manifest["files"].items()}
    if "sealed_by" in manifest:
        files[SEAL] = hashlib.sha256(seal_of(manifest_sha256)).hexdigest()
    return files


def _damaged(storage: Storage, number: int, file: str, what: str) -> ReleaseDamaged:
    return ReleaseDamaged(
        what,
        storage.address(name_of(number, file)),
        "on a machine whose home holds the release, `smed refresh --full` publishes a new one;"
        " or `smed rollback N`",
    )


def next_number(settings: Settings, storage: Storage | None) -> int:
    """A number that no release has, here or there, nor one that somebody uploads."""
    taken = set(release_numbers(settings))
    return max(taken | (_numbers_there(storage) if storage else set()), default=0) + 1


def _numbers_there(storage: Storage) -> set[int]:
    parts = (name.removeprefix(FOLDER).split("/")[0] for name in storage.list(FOLDER))
    return {int(part) for part in parts if part.isdigit()}


def _prune(storage: Storage, pointer: Pointer) -> None:
    """Removes what the pointer no longer lists. What is above its number may be on its way up;
    what is below was let go, or was left by who died: a pointer never goes on to a lower number
    that it does not list.
    """
    try:
        gone = []
        names = storage.list(FOLDER)
        # read after them: what somebody brings up again is listed there by now
        pointer = read_pointer(storage) or pointer
        for name in names:
            number = name.removeprefix(FOLDER).split("/")[0]
            if number.isdigit() and int(number) < pointer.release:
                gone += [name] * (number not in pointer.releases)
        storage.remove(gone)
    except SmedError as error:
        LOG.warning("older releases were not removed: %s", error)


def require_base(storage: Storage, run: dict) -> Pointer | None:
    """The pointer, which must be the one that the build began from; else ReleaseMoved."""
    pointer = read_pointer(storage)
    if (pointer.etag if pointer else None) != run.get("pointer"):
        raise moved(storage, pointer)
    return pointer


def roll_back(settings: Settings, storage: Storage, number: int, held: dict) -> None:
    """Lets readers there see release ``number`` again, and holds publishing for every machine.

    The home has the release afterwards. Raises HomeInvalid if it is neither there nor here.
    """
    before = read_pointer(storage)
    listed = before.releases if before else {}
    if before:
        _refuse_other_history(settings, storage, before)
    if str(number) in listed:
        bring(settings, storage, before, number)
    require_release(settings, number)
    verify_release(settings, number)
    folder = settings.releases / str(number)
    if before and str(number) not in listed:
        # nobody who removes what is no longer listed shall take it for that while it goes up
        named = {**listed, str(number): sha256_of(folder / MANIFEST)}
        before = switch(storage, before, before.release, named, before.held)
    share(settings, storage, before, number, folder, held)


def lift_hold(storage: Storage) -> bool:
    """Lets every machine publish again; False if nothing was held."""
    pointer = read_pointer(storage)
    if pointer is None or pointer.held is None:
        return False
    switch(storage, pointer, pointer.release, pointer.releases)
    return True


def describe(settings: Settings) -> dict | None:
    """What the pointer says: url, release, switched_at, held, error; None without a storage.

    It asks once; ``error`` is why it could not be read, in one line.
    """
    facts = {"url": settings.storage_url, "release": None, "switched_at": None, "held": None}
    try:
        storage = open_storage(settings, attempts=1)
        if storage is None:
            return None
        pointer = read_pointer(storage)
    except SmedError as error:
        return {**facts, "error": str(error)}
    shown = {name: getattr(pointer, name, None) for name in ("release", "switched_at", "held")}
    return {**facts, **shown, "error": None}
