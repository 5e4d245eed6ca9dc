"""What was received: the file behind a snapshot or a submission, and its provenance."""

import json
from pathlib import Path

from smed.errors import RawAltered
from smed.files import require_received
from smed.settings import Settings

PROVENANCE = ".provenance.json"
SUBMISSIONS = "submissions"
# what takes a submission back is named after it
RETRACTION_SEPARATOR = "."
PUT_BACK = "put it back from a backup"
# what must stand beside a file
OF_SERIES = ("series", "series_title", "licence", "vintage_date", "vintage_basis", "responses")
OF_RESPONSE = ("url", "retrieved_at", "sha256")
OF_SUBMISSION = ("sha256", "original_name", "party_code", "received_at", "actor", "submission_id")
IN_FILE_QUERY = """
select economy, time, value from read_parquet(?)
where list_contains(?, economy) and right(time, 4) = ?
"""


def received(
    settings: Settings, manifest: dict, part: dict, economies: list[str], year: int | None
) -> dict:
    """The landed file or the submission that a part of a number was read from.

    ``part`` has a role, a snapshot_id and a cell; the answer has them too, beside kind (``series``
    or ``submission``), path, the file's provenance and, of a series, in_file (the value as it
    stands in the file, None where the file leaves it out) and the responses that it was read from.
    Raises RawAltered if a file of the chain is gone or is not what it was.
    """
    pinned = [row for row in manifest["inputs"] if row["snapshot_id"] == part["snapshot_id"]]
    landed = [row for row in pinned if Path(row["path"]).parts[0] != SUBMISSIONS]
    if not landed:
        return {**part, "kind": "submission", **_submission(settings, part["snapshot_id"])}
    path = settings.raw / landed[0]["path"]
    require_received(path, landed[0]["sha256"])
    provenance = _provenance(path, OF_SERIES)
    folder = settings.raw / Path(landed[0]["path"]).parts[0] / "responses"
    return {
        **part,
        "kind": "series",
        "path": str(path),
        **provenance,
        "in_file": _in_file(path, economies, year),
        "responses": [_response(folder, sha256) for sha256 in provenance["responses"]],
    }


def _in_file(path: Path, economies: list[str], year: int | None) -> dict | None:
    import duckdb

    with duckdb.connect() as connection:
        row = connection.execute(IN_FILE_QUERY, [str(path), economies, str(year)]).fetchone()
    return None if row is None else dict(zip(("economy", "time", "value"), row, strict=True))


def _response(folder: Path, sha256: str) -> dict:
    response = next(folder.glob(f"{sha256}.[!p]*"), folder / sha256)
    require_received(response, sha256)
    return {"path": str(response), **_provenance(response, OF_RESPONSE)}


def _submission(settings: Settings, snapshot_id: str) -> dict:
    """The file that a submission came in: its path and provenance."""
    submission_id = snapshot_id.partition(RETRACTION_SEPARATOR)[0]
    folder = settings.raw / SUBMISSIONS
    for facts_path in sorted(folder.glob(f"*{PROVENANCE}")):
        facts = _read(facts_path, OF_SUBMISSION)
        if facts["submission_id"] == submission_id:
            stem = facts_path.name.removesuffix(PROVENANCE)
            files = [p for p in folder.glob(f"{stem}.*") if not p.name.endswith(PROVENANCE)]
            path = files[0] if files else folder / stem
            require_received(path, facts["sha256"])
            return {"path": str(path), **facts}
    raise RawAltered(f"submission {submission_id} is not there", str(folder), PUT_BACK)


def _provenance(path: Path, needed: tuple[str, ...]) -> dict:
    return _read(path.with_suffix(PROVENANCE), needed)


def _read(path: Path, needed: tuple[str, ...]) -> dict:
    try:
        facts = json.loads(path.read_bytes())
        return {**facts, **{name: facts[name] for name in needed}}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RawAltered(
            f"this provenance cannot be read ({error})", str(path), PUT_BACK
        ) from error
