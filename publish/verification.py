"""Checks a release against its own manifest: what is damaged, and the way back."""

from publish.releases import (
    MANIFEST,
    SEAL,
    read_manifest,
    release_numbers,
    require_release,
    seal_of,
)
from publish.tables import DATABASE
from smed.errors import ReleaseDamaged
from smed.files import sha256_of
from smed.settings import Settings


def verify_release(settings: Settings, number: int) -> int:
    """Every file there, of its size and hash, and none besides; returns how many there are.

    Raises ReleaseDamaged that names the first fault and the newest older release, HomeInvalid if
    there is no such release.
    """
    require_release(settings, number)
    folder = settings.releases / str(number)
    manifest = read_manifest(settings, number)
    files, sealed = manifest["files"], _sealed(settings, number, manifest)
    if (folder / f"{DATABASE}.wal").exists():
        raise _damaged(settings, number, f"{DATABASE}.wal", "a write-ahead log that nobody expects")
    for name, facts in sorted(files.items()):
        path = folder / name
        if path.is_symlink():
            raise _damaged(settings, number, name, "is a link to something else")
        if not path.is_file():
            raise _damaged(settings, number, name, "is missing")
        if path.stat().st_size != facts["bytes"]:
            raise _damaged(
                settings, number, name, f"has {path.stat().st_size} bytes, not {facts['bytes']}"
            )
        if sha256_of(path) != facts["sha256"]:
            raise _damaged(settings, number, name, "holds other bytes than were published")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    for name in sorted(found - files.keys() - sealed):
        raise _damaged(settings, number, name, "was not published with it")
    return len(files)


def _sealed(settings: Settings, number: int, manifest: dict) -> set[str]:
    """The manifest and its seal, which must agree; an earlier version of the product sealed none.

    They tell of an accident, and of an edit of either; not of who forges both.
    """
    folder = settings.releases / str(number)
    seal = folder / SEAL
    if not seal.is_file():
        if "sealed_by" in manifest:
            raise _damaged(settings, number, SEAL, "is missing")
        return {MANIFEST}
    if seal.read_bytes() != seal_of(sha256_of(folder / MANIFEST)):
        raise _damaged(settings, number, MANIFEST, f"is not the one that {SEAL} was made of")
    return {MANIFEST, SEAL}


def _damaged(settings: Settings, number: int, name: str, what: str) -> ReleaseDamaged:
    older = [other for other in release_numbers(settings) if other < number]
    way_back = f"run `smed rollback {older[-1]}`" if older else "run `smed refresh` for a new one"
    return ReleaseDamaged(f"{what}", f"release {number}, {name}", way_back)
