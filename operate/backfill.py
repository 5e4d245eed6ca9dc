"""Past vintages brought in afterwards, and the releases that they would change.

Nothing is built: a release keeps what it was made of. What would differ if it were built again is
found from the landed files alone, series by series, with what the gate on raw holds back left out.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from extract import archives
from extract.histories import LandedVintage, differences, history, read_landed
from extract.world_bank import SOURCE
from operate import sharing
from operate.build import make_inputs
from operate.extraction import open_ledger
from operate.inputs import ACKNOWLEDGEMENTS, pin_inputs
from publish.releases import read_manifest, release_numbers
from smed import home
from smed.errors import MendSetup, ReleaseDamaged, SmedError
from smed.plan import Plan, read_plan
from smed.settings import Settings

LOG = logging.getLogger("smed.backfill")
KIND = "backfill"
HELD_QUERY = "select snapshot_id, country_code from inputs.held_back_partitions"


@dataclass
class Outcome:
    """What ``extract.archives.backfill`` says of each series, and the releases that would change.

    ``releases`` has one row per as-of date and series: as_of, release_code (if the plan names the
    date), releases (the kept ones of that date that lack the vintages), series,
    values_changed_count (cells whose newest value differs), versions_changed_count (cells with
    another history of revisions), newest_vintage_before and newest_vintage_after. ``errors`` are
    sentences: whatever was asked for and is not held now.
    """

    series: list[dict] = field(default_factory=list)
    releases: list[dict] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def backfill(settings: Settings, sources: str, codes: tuple[str, ...], versions: str) -> Outcome:
    """Lands versions of each series from the archives; one that fails does not stop the others.

    Raises SettingInvalid before anything is asked if a series or the versions cannot be meant.
    """
    plan = read_plan(settings.plan)
    archives.read_versions(versions)
    codes = tuple(dict.fromkeys(codes))
    for code in codes:
        archives.archived_series(plan, code)
    outcome = Outcome()
    with home.writing(settings, "a backfill"):
        home.claim(settings, sources, "smed backfill")
        for code in codes:
            _load(settings, plan, sources, code, versions, outcome)
        outcome.errors += sharing.send_quietly(settings)
        for result in outcome.series:
            outcome.releases += _changed_releases(settings, plan, result)
    outcome.releases.sort(key=lambda row: (row["as_of"], row["series"]))
    return outcome


def _load(settings, plan: Plan, sources: str, code: str, versions: str, outcome: Outcome) -> None:
    ledger = open_ledger(settings)
    try:
        result = archives.backfill(settings, plan, ledger, sources, code, versions)
    except MendSetup:
        raise  # a full disk or a wrong setting: no other series would be spared
    except SmedError as error:
        ledger.record(KIND, code, {"versions": versions, "message": str(error)})
        outcome.errors.append(str(error))
        return
    ledger.record(KIND, code, {"versions": versions, **result})
    LOG.info("%s: %s landed, %s held already", code, len(result["landed"]), len(result["held"]))
    outcome.series.append(result)
    outcome.errors += [error["message"] for error in result["errors"]]
    if result["missing"]:
        outcome.errors.append(
            f"{code}: the archives hold no version {', '.join(result['missing'])} of it; they hold"
            f" {len(result['archived'])}, from {result['archived'][0]} to {result['archived'][-1]};"
            f" choose among those, or take --versions {archives.ALL}"
        )
    if result["refused"]:
        found = "; ".join(f"{f['message']}; {f['next_step']}" for f in result["findings"])
        outcome.errors.append(f"{code}: {', '.join(result['refused'])} did not land: {found}")


def _changed_releases(settings: Settings, plan: Plan, result: dict) -> Iterator[dict]:
    """One row per as-of date whose release would differ in the series."""
    held = read_landed(settings, SOURCE, result["series"])
    landed = {vintage["snapshot_id"] for vintage in result["landed"]}
    asked = landed | {vintage["snapshot_id"] for vintage in result["held"]}
    kept = _kept_releases(settings)
    today = home.now().date().isoformat()
    names = {row.as_of_date.isoformat(): row.release_code for row in plan.releases}
    for as_of in sorted(kept.keys() | {day for day in names if day <= today}):
        known = [vintage for vintage in held if vintage.vintage_date <= as_of]
        if as_of in kept:
            # what the newest release of that date was made of, though more may be held since
            pinned = kept[as_of][max(kept[as_of])]
            before = [vintage for vintage in known if vintage.snapshot_id in pinned]
            after = [vintage for vintage in known if vintage.snapshot_id in pinned | asked]
        else:
            before = [vintage for vintage in known if vintage.snapshot_id not in landed]
            after = known
        sides = [_sifted(settings, plan, as_of, side) for side in (before, after)]
        if differing := _differing(plan, *sides):
            yield {
                "as_of": as_of,
                "release_code": names.get(as_of),
                "releases": _lacking(kept.get(as_of, {}), after),
                "series": result["series"],
                **differing,
            }


def _sifted(
    settings: Settings, plan: Plan, as_of: str, vintages: list[LandedVintage]
) -> list[LandedVintage]:
    """The vintages of a series, each without the countries that the gate on raw would hold back."""
    import duckdb

    if not vintages:
        return []
    known = {vintage.snapshot_id for vintage in vintages}
    pinned = pin_inputs(settings, plan, home.kind_of(settings), date.fromisoformat(as_of))
    wanted = tuple(
        snapshot
        for snapshot in pinned.snapshots
        if snapshot.snapshot_id in known or snapshot.series == ACKNOWLEDGEMENTS
    )
    held: dict[str, set[str]] = {}
    with duckdb.connect() as connection:
        make_inputs(connection, settings, plan, replace(pinned, snapshots=wanted))
        for snapshot_id, country in connection.execute(HELD_QUERY).fetchall():
            held.setdefault(snapshot_id, set()).add(country)
    return [
        replace(vintage, held_back=vintage.held_back | held.get(vintage.snapshot_id, set()))
        for vintage in vintages
    ]


def _lacking(releases: dict[int, set[str]], vintages: list[LandedVintage]) -> list[int]:
    wanted = {vintage.snapshot_id for vintage in vintages}
    return sorted(number for number, pinned in releases.items() if wanted - pinned)


def _differing(plan: Plan, before: list[LandedVintage], after: list[LandedVintage]) -> dict | None:
    """What differs; None if every cell has the same versions and the newest vintage its date."""
    noise_ratio = plan.threshold("value_noise_ratio")
    values, versions = differences(history(before, noise_ratio), history(after, noise_ratio))
    newest = [vintages[-1].vintage_date if vintages else None for vintages in (before, after)]
    if not versions and newest[0] == newest[1]:
        return None
    return {
        "values_changed_count": values,
        "versions_changed_count": versions,
        "newest_vintage_before": newest[0],
        "newest_vintage_after": newest[1],
    }


def _kept_releases(settings: Settings) -> dict[str, dict[int, set[str]]]:
    """By as-of date and number of the kept releases, the vintages that they are made of."""
    kept: dict[str, dict[int, set[str]]] = {}
    for number in release_numbers(settings):
        try:
            manifest = read_manifest(settings, number)
        except ReleaseDamaged as error:
            LOG.warning("%s", error)
            continue
        pinned = {snapshot["snapshot_id"] for snapshot in manifest["inputs"]}
        kept.setdefault(manifest["as_of"], {})[number] = pinned
    return kept
