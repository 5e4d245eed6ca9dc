"""What a build is made from: pinned before it starts, so that a release can name its inputs."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extract import acknowledgements
from operate import extraction
from publish.releases import published_number, read_manifest
from smed.errors import HomeInvalid, RawAltered, ReleaseDamaged, SettingInvalid
from smed.files import json_bytes, require_received
from smed.plan import Plan
from smed.settings import DBT_PROJECT, REPOSITORY, Settings

# neither what is told of a verdict nor the gate's rehearsal changes one
_NO_RULES = ("alerts", "mutations.csv", "mutations.py", "rehearsal.py", "raw_rehearsal.py")
# what can change a number or a verdict besides the figures
_RULES = (
    (DBT_PROJECT, ("*.sql", "*.yml", "*.md"), ("target", "logs")),
    (REPOSITORY / "expectations", ("*.py", "*.sql", "*.csv"), _NO_RULES),
)
# what people acknowledged is pinned as vintages are, under this name
ACKNOWLEDGEMENTS = "acknowledgements"
ID_DIGITS = 16
_TOOLS = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
DUCKDB = "duckdb"
# another engine's last digits are others: a release of it is another
_TOOLS_OF_TARGET = {DUCKDB: (), "spark": ("dbt-spark",)}


@dataclass(frozen=True)
class Snapshot:
    """One landed vintage of one series: where it lies below ``raw`` and what it must hash to."""

    path: str
    sha256: str
    snapshot_id: str
    series: str
    vintage_date: str
    vintage_basis: str


@dataclass(frozen=True)
class RefusedAnswer:
    """An answer of a source of which nothing could be taken, so that older figures are in use."""

    source_code: str
    series_code: str
    finding_id: str
    vintage_date: str
    since_date: str
    observed_value: str
    message: str
    next_step: str


@dataclass(frozen=True)
class Inputs:
    """Everything that decides a release's content; ``run_id`` follows from it."""

    as_of: str
    sources: str
    snapshots: tuple[Snapshot, ...]
    rules_sha256: str
    refused_answers: tuple[RefusedAnswer, ...] = ()

    @property
    def fingerprint(self) -> str:
        """sha256 over the inputs: equal inputs, equal release."""
        return hashlib.sha256(json_bytes(asdict(self))).hexdigest()

    @property
    def run_id(self) -> str:
        """Names the build of exactly these inputs, so that running it again is the same run."""
        return f"{self.as_of}-{self.fingerprint[:12]}"


def pin_inputs(settings: Settings, plan: Plan, sources: str, as_of: date) -> Inputs:
    """The vintages known by ``as_of``, each checked against the hash it landed with.

    Raises RawAltered for a file that changed since, HomeInvalid if there is none at all.
    """
    found = []
    for path in sorted(settings.raw.glob("*/observations/*/*.parquet")):
        snapshot = _snapshot(settings, path)
        if snapshot.vintage_date <= as_of.isoformat():
            found.append(snapshot)
    if not found:
        raise HomeInvalid(
            f"no figures dated {as_of} or earlier are held",
            str(settings.raw),
            "let `smed refresh` fetch some, or choose a later --as-of",
        )
    found += _acknowledgements(settings, as_of)
    rules = rules_sha256(plan.folder, settings.target)
    refused = [refused_answer(series, facts) for series, facts in extraction.refused(settings)]
    refused += _still_refused(settings, {answer.series_code for answer in refused}, found)
    # recorded ones are as old as the figures that they are among
    counting = (a for a in refused if sources == "recorded" or a.since_date <= as_of.isoformat())
    in_order = tuple(sorted(counting, key=lambda answer: answer.series_code))
    return Inputs(as_of.isoformat(), sources, tuple(found), rules, in_order)


def _still_refused(
    settings: Settings, known: set[str], held: list[Snapshot]
) -> list[RefusedAnswer]:
    """What the shown release marks and this home's ledger does not know of.

    The ledger is new, or another machine's asked, and the source has not answered since.
    """
    try:
        number = published_number(settings)
        shown = _refused_in(read_manifest(settings, number)) if number else ()
    except ReleaseDamaged:
        return []
    newest: dict[str, str] = {}
    for snapshot in held:
        newest[snapshot.series] = max(snapshot.vintage_date, newest.get(snapshot.series, ""))
    return [
        answer
        for answer in shown
        if answer.series_code not in known
        and newest.get(answer.series_code, "") < answer.vintage_date
        and not extraction.has_answered(settings, answer.series_code)
    ]


def refused_answer(series: str, facts: dict) -> RefusedAnswer:
    """What ``extraction.refused`` says of a series, under a name that is the same every day."""
    named = facts.get("acknowledgeable") or {}
    return RefusedAnswer(
        source_code=facts["source"],
        series_code=series,
        finding_id=named.get("finding_id", f"refused:{series}"),
        vintage_date=facts["vintage_date"],
        since_date=facts["held_since"],
        observed_value=facts["what"],
        message=f"{series}: {facts['what']}",
        next_step=facts["next_step"],
    )


def _acknowledgements(settings: Settings, as_of: date) -> list[Snapshot]:
    """Those that count on that day, each checked against its name."""
    return [
        Snapshot(
            path=str(path.relative_to(settings.raw)),
            sha256=path.stem,
            snapshot_id=path.stem[:ID_DIGITS],
            series=ACKNOWLEDGEMENTS,
            vintage_date=kept.day,
            vintage_basis="acknowledgement",
        )
        for path in acknowledgements.paths(settings)
        if (kept := acknowledgements.read(path)).day <= as_of.isoformat()
    ]


def pinned_inputs(settings: Settings, plan: Plan, manifest: dict) -> Inputs:
    """What a release was made of, with the rules of today; its fingerprint says if they differ.

    Raises RawAltered for a vintage that is gone or changed since.
    """
    snapshots = tuple(Snapshot(**row) for row in manifest["inputs"])
    for snapshot in snapshots:
        require_received(settings.raw / snapshot.path, snapshot.sha256)
    rules = rules_sha256(plan.folder, engine_of(manifest))
    return Inputs(manifest["as_of"], manifest["sources"], snapshots, rules, _refused_in(manifest))


def _refused_in(manifest: dict) -> tuple[RefusedAnswer, ...]:
    # a release of an earlier version of the product does not say what was refused
    return tuple(RefusedAnswer(**row) for row in manifest.get("refused_answers", ()))


def refuse_lost(settings: Settings, inputs: Inputs, base: list[dict]) -> None:
    """RawAltered if a vintage that the shown release was made of is no longer held."""
    held = {snapshot.path for snapshot in inputs.snapshots}
    for snapshot in base:
        if snapshot["vintage_date"] <= inputs.as_of and snapshot["path"] not in held:
            raise RawAltered(
                "the shown release was made of it, and it is gone",
                str(settings.raw / snapshot["path"]),
                "put it back from a backup: what was received is never forgotten",
            )


def _snapshot(settings: Settings, path: Path) -> Snapshot:
    provenance = path.with_suffix(".provenance.json")
    try:
        facts = json.loads(provenance.read_bytes())
        require_received(path, facts["sha256"])
        return Snapshot(
            str(path.relative_to(settings.raw)),
            facts["sha256"],
            facts["snapshot_id"],
            facts["series"],
            facts["vintage_date"],
            facts["vintage_basis"],
        )
    except (OSError, ValueError, KeyError) as error:
        raise RawAltered(
            f"its provenance is missing or unreadable ({error})",
            str(provenance),
            "put it back from a backup",
        ) from error


def engine_of(manifest: dict) -> str:
    """What built a release; one from before another could does not say."""
    return manifest.get("engine", DUCKDB)


def rules_sha256(plan_folder: Path, target: str = DUCKDB) -> str:
    """One hash over the plan's seeds, the models, the checks and the tools' versions."""
    tools = [*_TOOLS, *_TOOLS_OF_TARGET[target]]
    try:
        digest = hashlib.sha256(json.dumps([version(tool) for tool in tools]).encode())
    except PackageNotFoundError as error:
        raise SettingInvalid(
            f"{error.name} is not installed, which that target needs",
            f"target {target}",
            f"install it: pip install 'smed[{target}]'",
        ) from error
    for path in sorted(plan_folder.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(_code_sha256().encode())
    return digest.hexdigest()


@cache
def _code_sha256() -> str:
    digest = hashlib.sha256()
    for folder, patterns, left_out in _RULES:
        for path in sorted(p for pattern in patterns for p in folder.rglob(pattern)):
            name = path.relative_to(REPOSITORY)
            if not set(name.parts) & set(left_out):
                digest.update(str(name).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
