"""Raw, on disk: responses as they came, and each vintage of a series as one Parquet file.

Append-only: a file is written once, its provenance beside it. A vintage has landed when its Parquet
file is there; the provenance is written before it.
"""

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from extract.asking import Response
from smed.errors import NoSpace, RawAltered
from smed.files import (
    READ_ONLY,
    disk_errors,
    json_bytes,
    replace_file,
    require_received,
    write_once,
)
from smed.settings import Settings

LOG = logging.getLogger("smed.extract")
TICK = timedelta(microseconds=1)
PROVENANCE = ".provenance.json"

# the folder of each source below raw, which its findings are named after too
FOLDERS = {"WB": "world_bank", "ADB": "adb"}

# in the order of the file's columns; deterministic, so that equal content has equal bytes
_COPY = """
copy (
    select
        $source::varchar as source,
        $series::varchar as series,
        $series_title::varchar as series_title,
        $database::varchar as database,
        $version::varchar as version,
        economy,
        time,
        value,{attributes}
        $vintage_date::date as vintage_date,
        $vintage_basis::varchar as vintage_basis,
        $is_recorded::boolean as is_recorded,
        $retrieved_at::timestamp as retrieved_at,
        $snapshot_id::varchar as snapshot_id
    from (
        select
            unnest($economies::varchar[]) as economy,
            unnest($times::varchar[]) as time,
            unnest($values::double[]) as value{lists}
    )
    order by economy, time
) to '{path}' (format parquet)
"""


@dataclass(frozen=True)
class Snapshot:
    """A complete series as it stood on ``vintage_date``, ready to land."""

    source: str
    series: str
    series_title: str
    database: str
    version: str | None
    vintage_date: str
    vintage_basis: str
    is_recorded: bool
    retrieved_at: str | None
    # each is economy, time, value and then the attributes that the source has beside a value
    cells: tuple[tuple, ...]
    attributes: tuple[str, ...] = ()
    # of cells that hold no value because something else came: economy, time, what is wrong, rule
    problems: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def held_back(self) -> frozenset[str]:
        """The economies of which this vintage says nothing that can be believed."""
        return frozenset(economy for economy, *_ in self.problems)

    @property
    def values_count(self) -> int:
        """How many cells hold a value."""
        return sum(cell[2] is not None for cell in self.cells)

    @property
    def believed_count(self) -> int:
        """How many cells hold a value of an economy that is not held back."""
        bad = self.held_back
        return sum(cell[2] is not None and cell[0] not in bad for cell in self.cells)

    @property
    def content_sha256(self) -> str:
        """What tells whether anything changed: the title, the values with their attributes, and
        what is wrong, so that the mended answer is another one.

        Cells without a value count for nothing: a new year begins empty.
        """
        values = [cell for cell in self.cells if cell[2] is not None]
        return _sha256([self.series_title, values, *self._marks])

    @property
    def snapshot_id(self) -> str:
        """Names this vintage: equal content of one date has one id."""
        content = [self.series, self.series_title, self.vintage_date, self.cells, *self._marks]
        return _sha256(content)[:16]

    @property
    def _marks(self) -> list:
        """The problems, or nothing at all: a whole snapshot is named by its figures alone."""
        return [self.problems] if self.problems else []


def _sha256(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def seen_on(day: str, snapshot: Snapshot, held: dict) -> Snapshot:
    """A snapshot dated by the day on which it was seen, after the vintage that it follows.

    Of two vintages of one day the one that was retrieved later counts. Where the clock went back
    between them, the new one is a microsecond later than the one before.
    """
    dated = replace(snapshot, vintage_date=day, vintage_basis="date_of_retrieval")
    if held["vintage_date"] != day or not (held["retrieved_at"] and snapshot.retrieved_at):
        return dated
    before = datetime.fromisoformat(held["retrieved_at"])
    if datetime.fromisoformat(snapshot.retrieved_at) > before:
        return dated
    LOG.warning("the clock went back: %s was retrieved at %s before", snapshot.series, before)
    return replace(dated, retrieved_at=(before + TICK).isoformat())


def observations_folder(settings: Settings, source: str, series: str) -> Path:
    """Where the vintages of a source's series lie."""
    return settings.raw / FOLDERS[source] / "observations" / series


def landed(settings: Settings, source: str, series: str) -> list[dict]:
    """The provenance of each landed vintage of a series, oldest first."""
    found = []
    for path in observations_folder(settings, source, series).glob("*.parquet"):
        found.append(_provenance(path.with_suffix(PROVENANCE)))
    return sorted(found, key=lambda facts: (facts["vintage_date"], facts["retrieved_at"] or ""))


def received_path(settings: Settings, facts: dict) -> Path:
    """The Parquet file of a landed vintage; RawAltered if it changed since."""
    folder = observations_folder(settings, facts["source"], facts["series"])
    path = folder / f"{facts['vintage_date']}_{facts['snapshot_id']}.parquet"
    require_received(path, facts["sha256"])
    return path


def values_count(settings: Settings, facts: dict, without: frozenset[str]) -> int:
    """How many values a landed vintage holds of other economies than those."""
    import duckdb

    if not without:
        return facts["values"]
    query = "select count(value) from read_parquet(?) where not list_contains(?, economy)"
    with duckdb.connect() as connection:
        path = str(received_path(settings, facts))
        return connection.execute(query, [path, sorted(without)]).fetchone()[0]


def _provenance(path: Path) -> dict:
    try:
        facts = json.loads(path.read_bytes())
        return {**facts, "vintage_date": facts["vintage_date"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RawAltered(
            f"the provenance is missing or unreadable ({error})",
            str(path),
            "put it back from a backup",
        ) from error


def keep_responses(
    settings: Settings,
    source: str,
    responses: Iterable[tuple[str, Response]],
    is_recorded: bool,
    **facts,
) -> list[str]:
    """Keeps (address, response) as it came; returns the sha256 of each.

    Bytes that are held already keep the provenance they first came with.
    """
    kept = []
    folder = settings.raw / FOLDERS[source] / "responses"
    for address, response in responses:
        digest = hashlib.sha256(response.body).hexdigest()
        provenance = {
            "url": address,
            "retrieved_at": None if is_recorded else response.retrieved_at.isoformat(),
            "http_status": response.status,
            "sha256": digest,
            "bytes": len(response.body),
            **facts,
        }
        if not (folder / f"{digest}{PROVENANCE}").exists():
            write_once(folder / f"{digest}{PROVENANCE}", json_bytes(provenance))
        write_once(folder / f"{digest}{response.suffix}", response.body)
        kept.append(digest)
    return kept


def land(settings: Settings, snapshot: Snapshot, responses: list[str], **facts) -> str:
    """Lands a snapshot and returns its snapshot_id; harmless if it is there already."""
    stem = f"{snapshot.vintage_date}_{snapshot.snapshot_id}"
    path = observations_folder(settings, snapshot.source, snapshot.series) / f"{stem}.parquet"
    if path.exists():
        return snapshot.snapshot_id
    described = asdict(snapshot)
    cells = described.pop("cells")
    described.pop("attributes")
    problems = described.pop("problems")
    data = _parquet(path, snapshot)
    provenance = {
        **described,
        "snapshot_id": snapshot.snapshot_id,
        "content_sha256": snapshot.content_sha256,
        "rows": len(cells),
        "values": snapshot.values_count,
        "sha256": hashlib.sha256(data).hexdigest(),
        "responses": responses,
        **({"problems": problems} if problems else {}),
        **facts,
    }
    # not write_once: a kill before the Parquet file leaves a provenance of what never landed
    replace_file(path.with_suffix(PROVENANCE), json_bytes(provenance), READ_ONLY)
    write_once(path, data)
    return snapshot.snapshot_id


def _marked(snapshot: Snapshot) -> tuple[tuple[tuple, ...], tuple[str, ...]]:
    """The cells, and what they hold after a value; with problems their text and rule come last."""
    if not snapshot.problems:
        return snapshot.cells, snapshot.attributes
    marks = {(economy, time): said for economy, time, *said in snapshot.problems}
    cells = tuple((*cell, *marks.get(cell[:2], (None, None))) for cell in snapshot.cells)
    return cells, (*snapshot.attributes, "problem", "rule")


def _parquet(path: Path, snapshot: Snapshot) -> bytes:
    import duckdb

    given = asdict(snapshot)
    del given["cells"], given["attributes"], given["problems"]
    cells, attributes = _marked(snapshot)
    given["retrieved_at"] = (given["retrieved_at"] or "").removesuffix("+00:00") or None
    lists = ("economies", "times", "values", *attributes)
    columns = zip(*cells, strict=True) if cells else [()] * len(lists)
    for name, column in zip(lists, columns, strict=True):
        given[name] = list(column)
    part = path.with_name(f".part-{path.stem}")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with duckdb.connect() as connection:
                copy = _COPY.format(
                    path=str(part).replace("'", "''"),
                    attributes="".join(f"\n        {name}," for name in attributes),
                    lists="".join(f", unnest(${n}::varchar[]) as {n}" for n in attributes),
                )
                connection.execute(copy, {**given, "snapshot_id": snapshot.snapshot_id})
            return part.read_bytes()
        except duckdb.IOException as error:
            raise NoSpace(
                f"cannot be written ({error})", str(path), "free some space, then run it again"
            ) from error
        finally:
            part.unlink(missing_ok=True)
