"""Everything that is wrong after a run, and what the run looked at for it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from expectations.alerts.delivery import ALL
from expectations.alerts.incidents import CRITICAL, Incident
from operate import quarantines
from operate.alerting import checks, failures, held_back, reports, revised, sources
from operate.extraction import open_ledger
from publish.releases import published_number, read_manifest
from publish.status import read_status
from publish.tables import DATABASE
from smed.errors import SmedError
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.alerts")
PUBLISHED, UNCHANGED = "published", "unchanged"
OF_CHECKS = ("check_failed", "check_errored")
OF_SOURCES = (sources.FAILED, sources.DISCONTINUED, sources.DRIFTING)
OF_REPORTS = (reports.LATE, reports.HELD)


@dataclass
class Run:
    """What a run came to, as far as its alerts must know.

    ``plan`` is None where it cannot be read; ``facts`` are those of ``steps.begin`` (None where
    nothing was built), ``outcome`` as in ``status.json``, ``error`` what stopped ``smed refresh``,
    ``is_command`` whether it is one.
    """

    plan: Plan | None = None
    facts: dict | None = None
    outcome: str = ""
    error: Exception | None = None
    is_command: bool = False


@dataclass
class Gathered:
    """Incidents, and kind -> subjects that were looked at (or ALL): the rest cannot have healed."""

    incidents: list[Incident] = field(default_factory=list)
    looked_at: dict[str, str | list[str]] = field(default_factory=dict)

    def look(
        self, kinds: tuple[str, ...], find: Callable[[], list[Incident] | None]
    ) -> list[Incident]:
        """Adds what ``find`` finds; None, or an error, means that it could not look."""
        try:
            found = find()
        except Exception as error:  # one that cannot look must not silence the others
            LOG.error("could not look for alerts of %s: %s", " and ".join(kinds), error)
            return []
        if found is None:
            return []
        self.incidents += found
        self.looked_at.update(dict.fromkeys(kinds, ALL))
        return found


def gather(settings: Settings, run: Run, is_open: Callable[[str, str], bool]) -> Gathered:
    """Everything that is wrong now; ``is_open(kind, subject)`` says what was told of before."""
    gathered = Gathered()
    failed = _look_with_plan(gathered, settings, run, is_open) if run.plan else []
    gathered.look((held_back.KIND,), lambda: held_back.incidents(settings, run.plan))
    found = gathered.look(OF_SOURCES, lambda: sources.incidents(settings, run.plan))
    gathered.look((failures.OVERDUE,), lambda: failures.overdue_refresh(settings))
    has_failed_source = any(incident.kind == sources.FAILED for incident in found)
    unserved = gathered.look((failures.NOT_SERVED,), lambda: failures.unserved_release(settings))
    was_stopped = any(incident.severity == CRITICAL for incident in failed)
    gathered.look(
        (failures.TASK_FAILED,),
        lambda: _failures(settings, run, has_failed_source, was_stopped, bool(unserved)),
    )
    if run.outcome not in (PUBLISHED, UNCHANGED):
        # mended or not, readers do not see it yet
        for kind in (held_back.KIND, *OF_CHECKS):
            gathered.looked_at.pop(kind, None)
    if not run.is_command and run.outcome not in (PUBLISHED, UNCHANGED):
        # whether the command works again is not known
        gathered.looked_at[failures.TASK_FAILED] = failures.noted_tasks(settings)
    return gathered


def _look_with_plan(
    gathered: Gathered, settings: Settings, run: Run, is_open: Callable[[str, str], bool]
) -> list[Incident]:
    """What needs the plan; returns the checks that did not pass."""
    try:
        built = _built(settings, run)
    except SmedError as error:
        LOG.error("could not look for alerts of a build: %s", error)
        built = None
    failed = gathered.look(OF_CHECKS, lambda: _checks(settings, run.plan, built))
    gathered.look((revised.KIND,), lambda: _revised(settings, run))
    gathered.look(OF_REPORTS, lambda: reports.incidents(settings, run.plan, is_open))
    return failed


def _built(settings: Settings, run: Run) -> dict | None:
    """The run whose candidate speaks: the one just built, or the published one if it still holds.

    None where nothing was built to its end.
    """
    facts = run.facts
    if facts is None and run.outcome == UNCHANGED:
        facts = read_manifest(settings, published_number(settings))
    is_built = facts and open_ledger(settings).latest("build", facts["run_id"])
    return facts if is_built else None


def _checks(settings: Settings, plan: Plan, built: dict | None) -> list[Incident] | None:
    verdict = open_ledger(settings).latest("verdict", built["run_id"]) if built else None
    if verdict is None:
        return None
    findings = {
        (row["check_id"], f"{row['series_code']}{checks.PARTED_BY}{row['country_code']}"): row
        for row in quarantines.findings(settings)
    }
    telling = checks.Telling(plan, built["run_id"], _seen(settings), findings)
    return telling.incidents(verdict["results"])


def _seen(settings: Settings) -> str:
    status = read_status(settings)
    if not status.get("release"):
        return "nothing is published yet"
    return "readers see release {release} as of {as_of}".format(**status)


def _revised(settings: Settings, run: Run) -> list[Incident] | None:
    if run.outcome != PUBLISHED or run.facts is None:
        return None
    base, until = run.facts["base"], date.fromisoformat(run.facts["as_of"])
    if base is None:
        return []
    since = date.fromisoformat(read_manifest(settings, base)["as_of"])
    database = settings.published / DATABASE
    return revised.incidents(run.plan, database, since, until, run.facts["run_id"])


def _failures(
    settings: Settings,
    run: Run,
    has_failed_source: bool,
    was_stopped: bool,
    is_unserved: bool,
) -> list[Incident]:
    tasks = failures.failed_tasks(settings, has_failed_source, was_stopped, is_unserved)
    command = failures.failed_command(run.error, was_stopped) if run.error else []
    return tasks + command
