"""A release built once more from the inputs that its manifest pins, and compared byte for byte.

What the gate found is left out: it is the gate's word on the day of publishing, which looked at the
release before too, and is not made from the inputs.
"""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from operate.build import CANDIDATE, build_marts, prepare_candidate
from operate.inputs import Inputs, engine_of, pinned_inputs
from publish.releases import read_manifest
from publish.tables import QUALITY_RESULTS, write_tables
from publish.verification import verify_release
from smed import home
from smed.errors import RebuildDiffers
from smed.files import disk_errors, sha256_of
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.rebuild")
# a release's DuckDB file holds the same rows, but its bytes depend on the day
COMPARED = ("csv", "parquet")
SCRATCH = "rebuilt"


@dataclass(frozen=True)
class Rebuilt:
    """A release that came out the same.

    ``has_same_rules`` says whether plan, models, checks and tools are what they were.
    """

    files_count: int
    has_same_rules: bool


def rebuild(settings: Settings, plan: Plan, number: int) -> Rebuilt:
    """Builds a release again, aside: neither the releases nor ``published`` are touched.

    Raises RebuildDiffers that names the tables that are not the same (what was built is kept),
    ReleaseDamaged if the release is not whole, RawAltered if an input that it pins is gone or is
    not what it was, BuildFailed if today's models cannot be built from them.
    """
    verify_release(settings, number)
    manifest = read_manifest(settings, number)
    settings = settings.model_copy(update={"target": engine_of(manifest)})
    inputs = pinned_inputs(settings, plan, manifest)
    with home.writing(settings, f"a rebuild of release {number}"):
        folder = _build(settings, plan, inputs)
        rebuilt = _hashes(folder / SCRATCH)
        published = {
            name: facts["sha256"] for name, facts in manifest["files"].items() if _is_compared(name)
        }
        names = sorted(rebuilt.keys() | published.keys())
        differing = [name for name in names if rebuilt.get(name) != published.get(name)]
        has_same_rules = inputs.fingerprint == manifest["fingerprint"]
        if differing:
            raise _differs(number, differing, has_same_rules, folder / SCRATCH)
        shutil.rmtree(folder, ignore_errors=True)
    return Rebuilt(len(names), has_same_rules)


def _differs(number: int, names: list[str], has_same_rules: bool, folder: Path) -> RebuildDiffers:
    tables = sorted({Path(name).stem for name in names})
    cause, remedy = "", f"compare its csv/ with {folder / 'csv'}"
    if not has_same_rules:
        cause = "; plan, models, checks or tools have changed since it was published"
        remedy += ", or put those back and run it again"
    return RebuildDiffers(
        f"built again from its pinned inputs it differs in {', '.join(tables)}{cause}",
        f"release {number}",
        remedy,
    )


def _build(settings: Settings, plan: Plan, inputs: Inputs) -> Path:
    LOG.info("building as of %s from %s pinned vintages", inputs.as_of, len(inputs.snapshots))
    folder = prepare_candidate(settings, plan, inputs)
    build_marts(settings)
    with disk_errors(folder):
        (folder / SCRATCH).mkdir()
    write_tables(folder / CANDIDATE, folder / SCRATCH)
    return folder


def _is_compared(name: str) -> bool:
    path = Path(name)
    return path.parts[0] in COMPARED and path.stem != QUALITY_RESULTS


def _hashes(folder: Path) -> dict[str, str]:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: sha256_of(folder / name) for name in names if _is_compared(name)}
