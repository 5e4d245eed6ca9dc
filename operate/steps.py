"""The steps of a refresh after extraction: begin, build, check, publish.

Each works from what the step before left in the candidate's folder, so that they may run in one
process (``smed refresh``) or in one each (Airflow).
"""

import logging
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from operate import extraction, quarantines, refused_series, sharing, submissions
from operate.build import CANDIDATE, CURRENT, build_marts, prepare_candidate
from operate.code import code_of, refuse_other_code
from operate.inputs import engine_of, pin_inputs, refuse_lost
from operate.logs import name_run
from publish import clock, publication
from publish.publication import DATA_DOCS, Draft
from publish.releases import published_number, read_manifest
from publish.status import write_status
from publish.tables import DATABASE
from publish.verification import verify_release
from smed import home
from smed.errors import (
    CheckCouldNotRun,
    GateFailed,
    HomeInvalid,
    ReleaseDamaged,
    SettingInvalid,
    SmedError,
)
from smed.files import disk_errors, json_bytes, read_json, replace_file
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.refresh")
FAILURES_SHOWN = 3
RUN_FILE = "run.json"
VERDICT_FILE = "verdict.json"


def resolve_as_of(settings: Settings, sources: str, as_of: date | None) -> date:
    """The given date; else today (UTC), or for recorded figures the newest of what is held.

    That is the newest recorded vintage, or the day on which a submission or a finding was last
    decided on. Today is never before the day of the published release: see ``publish.clock``.
    """
    if as_of is not None:
        return as_of
    if sources == "recorded":
        from extract import acknowledgements
        from extract.recordings import read_recordings
        from extract.submissions.landing_rows import newest_known_from

        decided = [kept.day for kept in acknowledgements.read_all(settings)]
        decided += [day for day in (newest_known_from(settings),) if day]
        return date.fromisoformat(max([read_recordings().dates[-1], *decided]))
    return clock.today(settings)


def refuse_impossible(plan: Plan, as_of: date | None) -> None:
    """SettingInvalid for a date that has not come, or on which the plan had not begun."""
    if as_of is None:
        return
    # a day more, for who is ahead of UTC
    if as_of > home.now().date() + timedelta(days=1):
        raise SettingInvalid(
            f"{as_of} is in the future",
            "--as-of",
            "give a date that has come",
        )
    begins = plan.facts.plan_start_date
    if as_of < begins:
        raise SettingInvalid(
            f"{as_of} is before the plan began",
            "--as-of",
            f"give a date from {begins} on",
        )


@contextmanager
def attempt(settings: Settings, plan: Plan):
    """Whatever stops the block is written to ``status.json`` for readers, then goes on."""
    try:
        yield
    except SmedError as error:
        try:
            report(settings, plan, "failed", str(error))
        except SmedError as second:
            LOG.error("the status could not be written: %s", second)
        raise


def report(settings: Settings, plan: Plan, outcome: str, message: str) -> None:
    """Writes how the attempt ended to ``status.json``."""
    write_status(
        settings,
        outcome,
        message,
        plan.threshold("release_fresh_days"),
        extraction.findings(settings),
        refused_series.held_back(settings, plan),
        submissions.unsettled(settings, plan),
    )


def begin(settings: Settings, plan: Plan, sources: str, as_of: date, full: bool) -> dict | None:
    """Pins the inputs and prepares a candidate; None if the published release is made of them.

    Returns the run's facts: candidate (the name of its folder), run_id, as_of, sources,
    fingerprint, inputs and refused_answers (what it is made of), base (the number of the release
    that readers see now), engine (who builds it), code (what runs here: ``operate.code``), pointer
    (the mark of the shared storage's, if there is one), and what is held back: quarantined (see
    ``quarantines.note``) and waiting for a second person (``reporting.unsettled``).
    """
    pointer = sharing.join(settings)
    inputs = pin_inputs(settings, plan, sources, as_of)
    base = published_number(settings)
    shown = whole_manifest(settings, base)
    refuse_lost(settings, inputs, shown["inputs"] if shown else [])
    if shown and not full and shown["fingerprint"] == inputs.fingerprint:
        return None
    name_run(inputs.run_id)
    folder = prepare_candidate(settings, plan, inputs)
    run = {
        "candidate": folder.name,
        "run_id": inputs.run_id,
        "as_of": inputs.as_of,
        "sources": sources,
        "fingerprint": inputs.fingerprint,
        "inputs": [asdict(snapshot) for snapshot in inputs.snapshots],
        "refused_answers": [asdict(answer) for answer in inputs.refused_answers],
        "base": base,
        "engine": settings.target,
        "code": code_of(plan),
    }
    if settings.storage_url:
        run["pointer"] = pointer
    run["quarantined"] = quarantines.note(settings, plan, run)
    run["waiting"] = _waiting(settings, plan)
    for row in run["quarantined"]:
        LOG.warning("held back: %s; readers see %s", row["message"], row["meanwhile"])
    replace_file(folder / RUN_FILE, json_bytes(run))
    return run


def _waiting(settings: Settings, plan: Plan) -> list[dict]:
    from operate.reporting import WAITING

    return [row for row in submissions.unsettled(settings, plan) if row["state"] == WAITING]


def whole_manifest(settings: Settings, number: int | None) -> dict | None:
    """The manifest of a release that is whole; None for a damaged one: a new release mends it."""
    if number is None:
        return None
    try:
        verify_release(settings, number)
        return read_manifest(settings, number)
    except (ReleaseDamaged, HomeInvalid) as error:
        LOG.warning("%s", error)
        return None


def build(settings: Settings, run: dict) -> None:
    """Builds the candidate's marts by the run's engine; each model's time goes to the ledger."""
    seconds = build_marts(settings.model_copy(update={"target": engine_of(run)}))
    extraction.open_ledger(settings).record("build", run["run_id"], {"seconds": seconds})
    LOG.info("built and tested %s models, seeds and tests", len(seconds))


def check(settings: Settings, plan: Plan, run: dict, gate) -> dict:
    """Lets the gate (an ``expectations.process.GateProcess``) judge the candidate.

    Returns how many checks there were and how many warned; raises GateFailed or CheckCouldNotRun
    where it did not pass, OtherCode where other code began the run.
    """
    refuse_other_code(plan, run.get("code"))
    folder = settings.candidates / run["candidate"]
    base = run["base"]
    is_whole = whole_manifest(settings, base) is not None
    previous = settings.releases / str(base) / DATABASE if is_whole else None
    verdict = gate.check(folder / CANDIDATE, run["run_id"], plan, previous, folder / DATA_DOCS)
    warned = sum(row["status"] == "warned" for row in verdict.results)
    summary = {"passed": verdict.passed, "checks": len(verdict.results), "warned": warned}
    extraction.open_ledger(settings).record("verdict", run["run_id"], verdict.to_dict())
    replace_file(folder / VERDICT_FILE, json_bytes({**summary, "results": verdict.results}))
    LOG.info("the gate made %s checks, %s warned", summary["checks"], warned)
    if not verdict.passed:
        raise _gate_error(verdict.results)
    return summary


def _gate_error(results: list[dict]) -> SmedError:
    """What could not run comes first: until it runs, nobody knows what else is wrong."""
    blind = [row for row in results if row["status"] == "could_not_run"]
    if blind or not results:
        what = f"{len(blind)} checks could not run: {_described(blind)}"
        return CheckCouldNotRun(
            what if results else "it made no check at all",
            "the gate",
            "mend the model or the check that it names, then run the command again;"
            " the release before stays",
        )
    failed = [row for row in results if row["status"] == "failed"]
    return GateFailed(
        f"{len(failed)} critical checks failed: {_described(failed)}",
        "the gate",
        "mend the data or the plan's seeds (a revision that is real: acknowledged_revisions.csv),"
        " then run the command again; the release before stays",
    )


def _described(rows: list[dict]) -> str:
    shown = []
    for row in rows[:FAILURES_SHOWN]:
        sample = f" ({row['sample']})" if row["sample"] else ""
        shown.append(
            f"{row['check_id']} of {row['partition_code']}: found {row['observed_value']},"
            f" expected {row['expected']}{sample}"
        )
    more = len(rows) - FAILURES_SHOWN
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def write_draft(settings: Settings, run: dict) -> Draft:
    """The release's tables, while the gate looks at the candidate that they come from."""
    folder = settings.candidates / run["candidate"]
    return publication.write_draft(settings, run, folder / CANDIDATE)


def show_release(settings: Settings, plan: Plan, candidate: str, draft: Draft | None = None) -> int:
    """Publishes a candidate that passed; returns the release's number.

    Raises OtherCode where other code began its run.
    """
    folder = settings.candidates / candidate
    run, verdict = _read(folder / RUN_FILE), _read(folder / VERDICT_FILE)
    refuse_other_code(plan, run.get("code"))
    if not verdict["passed"]:
        raise _gate_error(verdict["results"])
    number = publication.publish(
        settings, run, folder / CANDIDATE, verdict, folder / DATA_DOCS, draft
    )
    _prune_candidates(settings, candidate)
    report(settings, plan, "published", f"release {number} as of {run['as_of']}")
    extraction.open_ledger(settings).record("release", str(number), {"run_id": run["run_id"]})
    LOG.info("published release %s", number)
    return number


def read_run(settings: Settings, candidate: str) -> dict:
    """The facts of a run that ``begin`` wrote."""
    return _read(settings.candidates / candidate / RUN_FILE)


def _read(path: Path) -> dict:
    try:
        return read_json(path)
    except HomeInvalid as error:
        raise HomeInvalid(
            error.what, error.where, "run the steps from the build on again"
        ) from error


def _prune_candidates(settings: Settings, candidate: str) -> None:
    """Keeps the newest few candidates, this one among them."""
    with disk_errors(settings.candidates):
        folders = [
            path
            for path in settings.candidates.iterdir()
            if path.is_dir() and path.name not in (CURRENT, candidate)
        ]
        folders.sort(key=os.path.getmtime)
        for path in folders[: -(settings.candidates_kept - 1) or None]:
            shutil.rmtree(path, ignore_errors=True)
