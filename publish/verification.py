"""Checks a release against its own manifest: what is damaged, and the way back."""

from publish.releases import MANIFEST, read_manifest, release_numbers, require_release
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
    files = read_manifest(settings, number)["files"]
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
    for name in sorted(found - files.keys() - {MANIFEST}):
        raise _damaged(settings, number, name, "was not published with it")
    return len(files)


def _damaged(settings: Settings, number: int, name: str, what: str) -> ReleaseDamaged:
    older = [other for other in release_numbers(settings) if other < number]
    way_back = f"run `smed rollback {older[-1]}`" if older else "run `smed refresh` for a new one"
    return ReleaseDamaged(f"{what}", f"release {number}, {name}", way_back)
