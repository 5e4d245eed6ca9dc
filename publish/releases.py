"""The releases of a home: which there are, which one readers see, whether publishing is held."""

import os
from pathlib import Path

from smed.errors import HomeInvalid, ReleaseDamaged
from smed.files import read_json
from smed.settings import Settings

MANIFEST = "manifest.json"
# as `sha256sum -c` reads it: who edits the manifest alone is found out
SEAL = "manifest.sha256"
REPORT_PAGE = Path("report") / "index.html"
HOLD_FILE = "hold.json"


def seal_of(manifest_sha256: str) -> bytes:
    """What the file SEAL of a release holds."""
    return f"{manifest_sha256}  {MANIFEST}\n".encode()


def release_numbers(settings: Settings) -> list[int]:
    """Numbers of the releases that are kept, ascending."""
    if not settings.releases.is_dir():
        return []
    names = (path.name for path in settings.releases.iterdir())
    return sorted(int(name) for name in names if name.isdigit())


def published_number(settings: Settings) -> int | None:
    """The number of the release that readers see, None before the first one."""
    try:
        return int(Path(os.readlink(settings.published)).name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ReleaseDamaged(
            "is not a link to a release",
            str(settings.published),
            "move it away and run `smed rollback N` with a release of `smed releases`",
        ) from error


def read_manifest(settings: Settings, number: int) -> dict:
    """What release ``number`` says of itself; ReleaseDamaged if it cannot be read."""
    path = settings.releases / str(number) / MANIFEST
    try:
        return read_json(path)
    except HomeInvalid as error:
        raise ReleaseDamaged(
            error.what, error.where, "see `smed releases` for one to roll back to"
        ) from error


def report_address(settings: Settings) -> str | None:
    """Where a browser opens the report of the published release; None if there is none."""
    page = settings.published / REPORT_PAGE
    return page.as_uri() if page.is_file() else None


def require_release(settings: Settings, number: int) -> None:
    """HomeInvalid, with those that are kept, if there is no release of that number."""
    kept = release_numbers(settings)
    if number not in kept:
        raise HomeInvalid(
            f"there is no release {number}; kept are {', '.join(map(str, kept)) or 'none'}",
            str(settings.releases),
            "choose one of them" if kept else "run `smed refresh` first",
        )


def hold(settings: Settings) -> dict | None:
    """Who holds publishing since when and at which release, None if nobody does."""
    path = settings.home / HOLD_FILE
    return read_json(path, ("release", "user", "since")) if path.exists() else None


def release_hold(settings: Settings) -> bool:
    """Lets refreshes publish again; False if nothing was held."""
    held = hold(settings) is not None
    (settings.home / HOLD_FILE).unlink(missing_ok=True)
    return held


def list_releases(settings: Settings) -> list[dict]:
    """What each kept release says of itself, the newest first; a damaged one says so."""
    shown = published_number(settings)
    rows = []
    for number in reversed(release_numbers(settings)):
        row = {"release": number, "is_published": number == shown}
        try:
            manifest = read_manifest(settings, number)
            row |= {key: manifest[key] for key in ("as_of", "sources", "published_at", "run_id")}
        except ReleaseDamaged:
            row |= dict.fromkeys(("as_of", "sources", "published_at", "run_id"), "damaged")
        rows.append(row)
    return rows


def held_message(settings: Settings) -> str | None:
    """Why nothing is published for now; None if publishing is not held."""
    facts = hold(settings)
    if facts is None:
        return None
    return "publishing is held at release {release} since {since} by {user}".format(**facts)
