"""A refresh from end to end in this process: what ``smed refresh`` does, without Airflow."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

from expectations.process import GateProcess
from operate import extraction, lineage, postgres_serving, sharing, steps, submissions
from operate.alerting.gathering import Run
from operate.alerting.ringing import rung
from publish.releases import held_message
from smed import home
from smed.errors import SmedError
from smed.plan import Plan, read_plan
from smed.settings import Settings

LOG = logging.getLogger("smed.refresh")


@dataclass
class Outcome:
    """How a refresh ended: ``published``, ``unchanged`` or ``held``, and what went wrong beside."""

    kind: str
    release: int | None
    message: str = ""
    errors: list[str] = field(default_factory=list)


def refresh(
    settings: Settings, sources: str, as_of: date | None = None, full: bool = False
) -> Outcome:
    """Fetches what changed, builds, checks and publishes; readers see the old release meanwhile.

    A series that cannot be fetched does not stop the rest: its last good vintage stays and its
    error is in the outcome; so is what keeps PostgreSQL from showing the release. Who must know how
    it ended is told in the end; that changes nothing of how it ended. Raises SmedError where
    nothing could be published.
    """
    with rung(settings) as run, lineage.told(settings, run):
        run.plan = plan = read_plan(settings.plan)
        steps.refuse_impossible(plan, as_of)
        with home.writing(settings, "a refresh"), steps.attempt(settings, plan):
            home.claim(settings, sources)
            sharing.join(settings)
            try:
                outcome = _refresh(settings, plan, sources, as_of, full, run)
            except SmedError:
                # what is published already may be what PostgreSQL could not take last time
                postgres_serving.serve_quietly(settings)
                raise
            outcome.errors += postgres_serving.serve_quietly(settings)
        run.outcome = outcome.kind
        return outcome


def _refresh(
    settings: Settings, plan: Plan, sources: str, as_of: date | None, full: bool, told: Run
) -> Outcome:
    # what comes while this runs belongs to the next run
    errors = submissions.collect_quietly(settings, plan, as_of)
    as_of = steps.resolve_as_of(settings, sources, as_of)
    LOG.info("looking for new vintages (%s sources)", sources)
    until = as_of if sources == "recorded" else None
    due = extraction.find_due_series(settings, plan, sources, until, full)
    errors += [failure["message"] for failure in due["errors"]]
    with GateProcess() as gate:
        if due["series"]:
            gate.start()  # it imports on another core meanwhile
            errors += extraction.extract_all(settings, plan, sources, due)
        held = held_message(settings)
        if held is not None:
            steps.report(settings, plan, "held", held)
            return Outcome("held", None, held, errors)
        told.facts = run = steps.begin(settings, plan, sources, as_of, full)
        if run is None:
            steps.report(settings, plan, "unchanged", "nothing changed")
            return Outcome("unchanged", steps.published_number(settings), "", errors)
        gate.start()
        LOG.info("building run %s", run["run_id"])
        steps.build(settings, run)
        with ThreadPoolExecutor(1) as aside:
            draft = aside.submit(steps.write_draft, settings, run)
            steps.check(settings, plan, run, gate)
            gate.finish()
    number = steps.show_release(settings, plan, run["candidate"], draft.result())
    return Outcome("published", number, "", errors)
