"""Publishing: from a candidate that passed the gate to the release that readers see.

A release is written beside its place, flushed, renamed into it, and only then shown: ``published``
is switched by one rename, so a reader sees the old release or the new one, never both.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from publish import clock, shared_releases
from publish.contents import read_keys
from publish.dbt_docs import write_dbt_docs
from publish.formats import write_formats
from publish.releases import (
    HOLD_FILE,
    MANIFEST,
    SEAL,
    held_message,
    published_number,
    read_manifest,
    release_hold,
    release_numbers,
    require_release,
    seal_of,
)
from publish.showing import BUILDING, remove, remove_drafts, seal, show
from publish.tables import (
    PublishedTable,
    add_quality_results,
    content_sha256,
    verify_tables,
    write_tables,
)
from publish.verification import verify_release
from smed import home
from smed.errors import HomeInvalid, NoSpace, ReleaseDamaged, ReleaseMoved
from smed.files import disk_errors, json_bytes, replace_file, sha256_of, sync_folder
from smed.settings import Settings
from smed.storage import Storage, open_storage

DATA_DOCS = "data_docs"
# a release holds the marts five times over (DuckDB, Parquet, CSV twice, a workbook)
SPACE_FACTOR = 6


@dataclass(frozen=True)
class Draft:
    """A release that lacks its verdict; nobody sees its folder."""

    folder: Path
    tables: list[PublishedTable]


def write_draft(settings: Settings, run: dict, candidate: Path) -> Draft:
    """Writes a candidate's tables and dbt's documentation beside the releases.

    It may run while the gate looks at the candidate.
    """
    folder = settings.releases / f"{BUILDING}{run['run_id']}"
    _refuse_small_disk(settings, candidate)
    with disk_errors(folder):
        remove_drafts(settings)
        folder.mkdir(parents=True)
        tables = write_tables(candidate, folder)
        write_dbt_docs(candidate, folder)
        return Draft(folder, tables)


def publish(
    settings: Settings,
    run: dict,
    candidate: Path,
    verdict: dict,
    docs: Path,
    draft: Draft | None = None,
) -> int:
    """Makes a candidate that passed the gate the release that readers see; returns its number.

    ``run`` holds run_id, as_of, sources, fingerprint, inputs and ``base``, the release from which
    the build began; ``draft`` is the candidate's, if it was written already. The caller holds the
    home's lock. Publishing the same run again only makes sure that it is shown. Raises
    ReleaseMoved if another release was published since, HomeInvalid while publishing is held.
    """
    storage = open_storage(settings)
    if storage:
        shared_releases.catch_up(settings, storage)
    held = held_message(settings)
    if held is not None:
        raise HomeInvalid(held, str(settings.published), "`smed release-hold` lets it go on")
    current = published_number(settings)
    number = _finished(settings, run)
    if number is None or number != current:
        _require_base(settings, run, current)
        folder = None
        if number is None:
            draft = draft or write_draft(settings, run, candidate)
            number = shared_releases.next_number(settings, storage)
            published_at = clock.time_after(settings, current).isoformat()
            facts = {**run, "release": number, "published_at": published_at}
            _write_release(facts, draft, candidate, verdict, docs)
            folder = draft.folder
        _show_everywhere(settings, storage, run, number, folder)
    _prune(settings)
    return number


def _require_base(settings: Settings, run: dict, current: int | None) -> None:
    if current != run["base"]:
        raise ReleaseMoved(
            f"release {current} was published while this one was built from {run['base']}",
            str(settings.published),
            "run `smed refresh` again",
        )


def _show_everywhere(
    settings: Settings, storage: Storage | None, run: dict, number: int, draft: Path | None
) -> None:
    """Shows a release, which lies in its draft's folder yet if there is one.

    Readers of the shared storage come first: what they see is what this home follows.
    """
    place = settings.releases / str(number)
    if storage:
        before = shared_releases.require_base(storage, run)
        shared_releases.share(settings, storage, before, number, draft or place)
    if draft:
        with disk_errors(place):
            os.replace(draft, place)
            sync_folder(settings.releases)
    show(settings, number)


def _finished(settings: Settings, run: dict) -> int | None:
    """The release of this very run, if an earlier attempt wrote it and it is still whole."""
    numbers = release_numbers(settings)
    try:
        if numbers and read_manifest(settings, numbers[-1])["run_id"] == run["run_id"]:
            verify_release(settings, numbers[-1])
            return numbers[-1]
    except ReleaseDamaged:
        pass  # a new one is written; the damaged one stays for `smed verify` to show
    return None


def _write_release(run: dict, draft: Draft, candidate: Path, verdict: dict, docs: Path) -> None:
    """Completes a draft; ``run`` has its number and time too. Nobody sees it yet."""
    from publish.report.writing import write_report

    folder = draft.folder
    with disk_errors(folder):
        results = add_quality_results(folder, verdict["results"], run["as_of"])
        tables = sorted([*draft.tables, results])
        keys = read_keys(candidate)
        write_formats(folder, run, keys)
        report_lacks = write_report(folder, run)
        if docs.is_dir():
            shutil.copytree(docs, folder / DATA_DOCS)
        manifest = {
            **run,
            "content_sha256": content_sha256(tables),
            "tables": {
                f"{table.schema}.{table.name}": _describe_table(table, keys) for table in tables
            },
            "report_lacks": report_lacks,
            "verdict": {key: value for key, value in verdict.items() if key != "results"},
            "files": _describe_files(folder),
        }
        (folder / MANIFEST).write_bytes(json_bytes({**manifest, "sealed_by": SEAL}))
        (folder / SEAL).write_bytes(seal_of(sha256_of(folder / MANIFEST)))
        seal(folder)
        # nobody has seen it yet: what cannot be read back is not published
        verify_tables(folder, tables)


def _refuse_small_disk(settings: Settings, candidate: Path) -> None:
    with disk_errors(settings.releases):
        settings.releases.mkdir(parents=True, exist_ok=True)
        needed = candidate.stat().st_size * SPACE_FACTOR
        free = shutil.disk_usage(settings.releases).free
    if free < needed:
        raise NoSpace(
            f"a release needs about {needed // 1024} KiB and {free // 1024} KiB are free",
            str(settings.releases),
            "free some space, then run the command again; the release before stays",
        )


def _describe_table(table: PublishedTable, keys: dict[tuple[str, str], tuple[str, ...]]) -> dict:
    return {
        "key": keys.get((table.schema, table.name), ()),
        "rows": table.rows,
        "content_sha256": table.content_sha256,
        "description": table.description,
        "columns": table.columns,
    }


def _describe_files(folder: Path) -> dict:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in files
    }


def _prune(settings: Settings) -> None:
    """Removes the oldest releases over the number to keep, and drafts."""
    remove_drafts(settings)
    numbers = release_numbers(settings)
    for number in numbers[: -settings.releases_kept]:
        if number != published_number(settings):
            remove(settings.releases / str(number))


def roll_back(settings: Settings, number: int) -> None:
    """Shows release ``number`` again and holds automatic publishing until ``lift_hold``.

    Raises HomeInvalid if there is no such release, ReleaseDamaged if it is not whole.
    """
    facts = {"release": number, "user": home.actor(), "since": home.now().isoformat()}
    if storage := open_storage(settings):
        shared_releases.roll_back(settings, storage, number, facts)
    require_release(settings, number)
    verify_release(settings, number)
    # the hold first: a refresh that comes in between must not undo the rollback
    replace_file(settings.home / HOLD_FILE, json_bytes(facts))
    show(settings, number)


def lift_hold(settings: Settings) -> bool:
    """Lets refreshes publish again, everywhere; False if nothing was held."""
    storage = open_storage(settings)
    held_there = storage is not None and shared_releases.lift_hold(storage)
    return release_hold(settings) or held_there
