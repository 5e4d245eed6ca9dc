"""How a release that was written gets its place: sealed first, then shown by one rename."""

import os
import shutil
from pathlib import Path

from publish.tables import DATABASE
from smed.errors import ReleaseDamaged
from smed.files import disk_errors, sync_file, sync_folder
from smed.settings import Settings

BUILDING = ".building-"


def seal(folder: Path) -> None:
    """Read-only and durable, the names after the contents."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            path.chmod(0o444)
            sync_file(path)
        else:
            sync_folder(path)
    sync_folder(folder)


def show(settings: Settings, number: int) -> None:
    """Switches ``published`` in one step; ReleaseDamaged for what nobody could open."""
    database = settings.releases / str(number) / DATABASE
    if database.with_name(database.name + ".wal").exists():
        raise ReleaseDamaged(
            "a write-ahead log lies beside the database, which makes it unopenable",
            f"{database}.wal",
            "somebody wrote into the release: move the log away, then run `smed verify`",
        )
    link = settings.home / ".published-next"
    with disk_errors(link):
        link.unlink(missing_ok=True)
        link.symlink_to(Path(settings.releases.name) / str(number))
        os.replace(link, settings.published)
        sync_folder(settings.home)


def remove_drafts(settings: Settings) -> None:
    """Removes what a run left behind that was killed, or that the gate stopped."""
    for path in settings.releases.glob(f"{BUILDING}*"):
        remove(path)


def remove(folder: Path) -> None:
    """Removes a release or a draft."""
    shutil.rmtree(folder, ignore_errors=True)
