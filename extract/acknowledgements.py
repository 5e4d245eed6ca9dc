"""What people acknowledged: findings that they looked at and found to be right.

Grain: one acknowledgement, one JSON file below ``raw/quality/acknowledgements/``, written once and
named by its sha256, so that a file that was changed, or lost after a release was made of it, shows.
It counts from its day (UTC) on: a build as of an earlier day does not know it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from smed.errors import RawAltered
from smed.files import json_bytes, write_once
from smed.settings import Settings

FOLDER = Path("quality") / "acknowledgements"


@dataclass(frozen=True)
class Finding:
    """What may be acknowledged; ``country_code`` None stands for the whole vintage.

    ``check_id`` lists checks separated by ``|``. ``snapshot_id`` is None where nothing landed; of a
    warning ``vintage_date`` (ISO 8601) too: it is the same whatever vintage says it again.
    """

    finding_id: str
    check_id: str
    source_code: str | None
    series_code: str
    country_code: str | None
    snapshot_id: str | None
    vintage_date: str | None


@dataclass(frozen=True)
class Acknowledgement(Finding):
    """A finding, who acknowledged it when (ISO 8601, UTC), and why."""

    actor: str
    acknowledged_at: str
    reason: str

    @property
    def day(self) -> str:
        """The day from which it counts."""
        return self.acknowledged_at[:10]

    def to_bytes(self) -> bytes:
        """The file that it is kept as."""
        return json_bytes(asdict(self))


def keep(settings: Settings, acknowledgement: Acknowledgement) -> Path:
    """Keeps an acknowledgement for ever; returns where."""
    data = acknowledgement.to_bytes()
    path = settings.raw / FOLDER / f"{hashlib.sha256(data).hexdigest()}.json"
    write_once(path, data)
    return path


def paths(settings: Settings) -> list[Path]:
    """The files of all acknowledgements."""
    return sorted((settings.raw / FOLDER).glob("*.json"))


def read(path: Path) -> Acknowledgement:
    """One acknowledgement; RawAltered if the file is not what it was."""
    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != path.stem:
            raise ValueError("its sha256 is not its name")
        return Acknowledgement(**json.loads(data))
    except (OSError, ValueError, TypeError) as error:
        raise RawAltered(
            f"this acknowledgement is not what it was ({error})",
            str(path),
            "put it back from a backup; nothing is built until then",
        ) from error


def read_all(settings: Settings) -> list[Acknowledgement]:
    """Every acknowledgement, the oldest first."""
    found = [read(path) for path in paths(settings)]
    return sorted(found, key=lambda kept: (kept.acknowledged_at, kept.finding_id))
