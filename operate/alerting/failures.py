"""Steps and tasks that failed, a refresh that has not happened, a release that is not served."""

from contextlib import suppress
from datetime import date, timedelta

from expectations.alerts.incidents import CRITICAL, ENGINEERS, Incident
from expectations.alerts.texts import inert
from operate.extraction import open_ledger
from publish.releases import read_manifest
from publish.status import read_status
from smed import errors, home
from smed.settings import Settings

TASK = "task"
FAILED, MENDED = "failed", "mended"
TASK_FAILED, OVERDUE, NOT_SERVED = "task_failed", "refresh_overdue", "serving_failed"
COMMAND = "smed refresh"
SERVING_TASK = "refresh_marts.serve_release"
OLD_STAYS = "readers keep the release before"
# what a failed check and a failed source say better themselves
OF_THE_GATE = (errors.GateFailed, errors.CheckCouldNotRun)
OF_SOURCES = (errors.SourceUnavailable, errors.ResponseInvalid, errors.SeriesNotFound)


def note_task_failed(settings: Settings, task: str, facts: dict) -> None:
    """Keeps that a task of a DAG failed; the second time of one try changes nothing.

    ``facts``: run_id, try_number, error (one line), error_class, log_url.
    """
    ledger = open_ledger(settings)
    facts = {**facts, "error": inert(facts["error"]), "outcome": FAILED}
    before = ledger.latest(TASK, task) or {}
    if any(before.get(name) != facts[name] for name in ("outcome", "run_id", "try_number")):
        ledger.record(TASK, task, facts)


def note_task_done(settings: Settings, task: str) -> None:
    """Keeps that a task that had failed works again."""
    ledger = open_ledger(settings)
    if (ledger.latest(TASK, task) or {}).get("outcome") == FAILED:
        ledger.record(TASK, task, {"outcome": MENDED})


def failed_tasks(
    settings: Settings, has_failed_source: bool, was_stopped: bool, is_unserved: bool = False
) -> list[Incident]:
    """One per task of a DAG whose last run failed, but for those that other incidents explain.

    ``has_failed_source``: sources are told of; ``was_stopped``: checks that stopped a release are;
    ``is_unserved``: what PostgreSQL could not take is.
    """
    explained = {
        *([error.__name__ for error in OF_SOURCES] if has_failed_source else ()),
        *([error.__name__ for error in OF_THE_GATE] if was_stopped else ()),
    }
    return [
        Incident(
            kind=TASK_FAILED,
            severity=CRITICAL,
            subject=task,
            owners=(ENGINEERS,),
            title=f"the task {task} failed at try {facts['try_number']}: {facts['error']}",
            meanwhile=OLD_STAYS,
            action=f"log: {facts['log_url']}; then clear the task, or trigger the DAG again",
            run_id=facts["run_id"],
        )
        for task, facts in open_ledger(settings).all(TASK)
        if facts["outcome"] == FAILED
        and facts["error_class"] not in explained
        and not (is_unserved and task == SERVING_TASK)
    ]


def noted_tasks(settings: Settings) -> list[str]:
    """The tasks of which it is known whether they work."""
    return [task for task, _ in open_ledger(settings).all(TASK)]


def failed_command(error: Exception, was_stopped: bool) -> list[Incident]:
    """What stopped a refresh, unless the checks that did are told of."""
    if was_stopped and isinstance(error, OF_THE_GATE):
        return []
    is_ours = isinstance(error, errors.SmedError)
    said = str(error) if is_ours else f"an error that nobody foresaw ({type(error).__name__})"
    return [
        Incident(
            kind=TASK_FAILED,
            severity=CRITICAL,
            subject=COMMAND,
            owners=(ENGINEERS,),
            title=f"{COMMAND} failed: {said}",
            meanwhile=OLD_STAYS,
            action=(is_ours and error.next_step) or f"see its log, then run: {COMMAND}",
        )
    ]


def overdue_refresh(settings: Settings) -> list[Incident]:
    """One, if the release is no longer fresh; recorded figures never are, and are not due."""
    if home.kind_of(settings) == "recorded":
        return []
    status = read_status(settings)
    fresh_until = status.get("fresh_until")
    if fresh_until is None or _expected_until(settings, status) >= home.now().date():
        return []
    return [
        Incident(
            kind=OVERDUE,
            severity=CRITICAL,
            subject="release",
            owners=(ENGINEERS,),
            title=f"no refresh has published since {status['as_of']};"
            f" its figures counted as fresh until {fresh_until}",
            meanwhile=f"readers see release {status['release']} as of {status['as_of']}",
            action=f"the last attempt: {status['outcome']}, {status['message']};"
            f" run: {COMMAND}, and see why nothing does",
        )
    ]


def _expected_until(settings: Settings, status: dict) -> date:
    """When the next release is due: whoever publishes figures as of a past day has just done so."""
    with suppress(errors.ReleaseDamaged):
        published = read_manifest(settings, status["release"])["published_at"]
        day = max(published.partition("T")[0], status["as_of"])
        return date.fromisoformat(day) + timedelta(days=status["fresh_days"])
    return date.fromisoformat(status["fresh_until"])


def unserved_release(settings: Settings) -> list[Incident]:
    """One, if PostgreSQL is to serve and could not take what is published."""
    served = read_status(settings).get("served")
    if not settings.postgres_url or not served or not served["error"]:
        return []
    shown = "no release"
    if served["release"] is not None:
        shown = f"release {served['release']} since {served['since']}"
    return [
        Incident(
            kind=NOT_SERVED,
            severity=CRITICAL,
            subject="postgresql",
            owners=(ENGINEERS,),
            title=f"PostgreSQL could not take the published release: {served['error']}",
            meanwhile=f"readers of PostgreSQL see {shown}; the files are as published",
            action=f"mend it, then run: {COMMAND}; every refresh tries again",
        )
    ]
