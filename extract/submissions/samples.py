"""The sample submissions that ship with the product, for the demo.

Source: published figures that the press and public reports quote (named in each row), and figures
that are plainly invented so that every goal has something to show; all of them are illustrative.
Grain: one file as a party might have sent it, with when it is taken to have come and from whom.
"""

import csv
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from smed.errors import RawAltered

FOLDER = Path(__file__).resolve().parent.parent / "recorded" / "submissions"
SAMPLES = "samples.csv"


@dataclass(frozen=True)
class Sample:
    """A file, whose it is, and when (UTC) and through whom it came."""

    party_code: str
    path: Path
    received_at: datetime
    actor: str


def read_samples(folder: Path = FOLDER) -> tuple[Sample, ...]:
    """Every sample in the order in which they came; RawAltered if one is not what it was."""
    with (folder / SAMPLES).open(encoding="utf-8", newline="") as file:
        samples = [_sample(folder, row) for row in csv.DictReader(file)]
    return tuple(sorted(samples, key=lambda sample: sample.received_at))


def _sample(folder: Path, row: dict[str, str]) -> Sample:
    path = folder / row["file"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
        raise RawAltered(
            "changed since it was recorded", str(path), "put back the file that ships with it"
        )
    received_at = datetime.fromisoformat(row["received_at"])
    return Sample(row["party_code"], path, received_at, row["actor"])
