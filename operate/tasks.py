"""What each task of a DAG calls: one function, ids in, ids out."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import wraps
from typing import ParamSpec, TypeVar

from operate import extraction, lineage, postgres_serving, sharing, steps, submissions
from operate.alerting import gathering, ringing
from operate.code import code_of, refuse_other_code
from publish.releases import held_message
from publish.status import read_status
from smed import home
from smed.errors import HomeInvalid, SettingInvalid, SmedError, SourceUnavailable, TryLater
from smed.plan import Plan, read_plan
from smed.settings import Settings

CODE = "code"
P = ParamSpec("P")
T = TypeVar("T")


class NothingToBuild(Exception):
    """Nothing is new or to be done, or publishing is held: what follows is skipped."""


def fails_at_once(function: Callable[P, T]) -> Callable[P, T]:
    """Lets Airflow try a task again only where that may help, which is what TryLater says."""

    @wraps(function)
    def run(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return function(*arguments, **named)
        except TryLater:
            raise
        except NothingToBuild as reason:
            from airflow.sdk.exceptions import AirflowSkipException

            raise AirflowSkipException(str(reason)) from None
        except SmedError as error:
            from airflow.sdk.exceptions import AirflowFailException

            raise AirflowFailException(str(error)) from error

    return run


def _open() -> tuple[Settings, Plan, str]:
    settings = Settings.load()
    sources = home.kind_of(settings) or "live"
    home.claim(settings, sources)
    return settings, read_plan(settings.plan), sources


@fails_at_once
def find_due_series() -> list[dict]:
    """The series to fetch; live contents are compared in full, as a source revises in place.

    Each says which code found it, for whoever fetches it.
    """
    settings, plan, sources = _open()
    with steps.attempt(settings, plan):
        sharing.exchange(settings)
        due = extraction.find_due_series(settings, plan, sources, None, full=sources == "live")
    return [{**item, CODE: code_of(plan)} for item in due["series"]]


@fails_at_once
def extract_series(item: dict) -> None:
    """Fetches and lands one series of ``find_due_series``."""
    settings, plan, sources = _open()
    refuse_other_code(plan, item.get(CODE))
    facts = {name: value for name, value in item.items() if name != CODE}
    extraction.extract_one(settings, plan, sources, facts)


@fails_at_once
def confirm_all_reached() -> None:
    """Sends what landed to those who share it, once for all series.

    Raises SourceUnavailable if a database did not answer the last search.
    """
    settings, _, _ = _open()
    sharing.send(settings)
    errors = extraction.unreached_databases(settings)
    if errors:
        raise SourceUnavailable(
            " / ".join(errors), "extract_indicators", "trigger the DAG again later"
        )


@fails_at_once
def take_in_files() -> list[str]:
    """Takes in what lies in the inboxes; the ids of what was accepted. Skipped if nothing was."""
    settings, plan, _ = _open()
    accepted = submissions.accepted_ids(submissions.collect(settings, plan))
    if not accepted:
        raise NothingToBuild("nothing was accepted")
    return accepted


@fails_at_once
def find_waiting() -> list[str]:
    """The ids of the submissions that wait for a second person."""
    settings, plan, _ = _open()
    with submissions.look_at_desk(settings, plan) as desk:
        return sorted(s.submission_id for s in desk.book.submissions.values() if s.waits)


@fails_at_once
def describe_waiting(submission_id: str) -> str:
    """What a second person must know of a submission; no word in it is the sender's."""
    settings, plan, _ = _open()
    with submissions.look_at_desk(settings, plan) as desk:
        return submissions.described(desk, submission_id)


@fails_at_once
def decide_on_submission(submission_id: str, user: str, is_accepted: bool, reason: str) -> None:
    """Accepts or returns a submission for a user of Airflow, who must not have sent it."""
    from extract.submissions import acts

    settings, plan, _ = _open()
    with submissions.deciding(settings, plan, "a review") as (desk, _):
        if desk.book.find(submission_id).waits:
            acts.review(desk, submission_id, user, is_accepted, reason)


@fails_at_once
def build_marts(as_of: str | None = None) -> str:
    """Builds a candidate as of an ISO date; returns its name. Skipped if there is none to build."""
    settings, plan, sources = _open()
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise SettingInvalid(f"{as_of} is not a date", "as_of", "write it as YYYY-MM-DD") from None
    with home.writing(settings, "the task build_marts"), steps.attempt(settings, plan):
        sharing.join(settings)
        held = held_message(settings)
        if held is not None:
            steps.report(settings, plan, "held", held)
            raise NothingToBuild(held)
        steps.refuse_impossible(plan, day)
        day = steps.resolve_as_of(settings, sources, day)
        run = steps.begin(settings, plan, sources, day, full=False)
        if run is None:
            steps.report(settings, plan, "unchanged", "nothing changed")
            raise NothingToBuild("nothing changed since the published release")
        steps.build(settings, run)
    return run["candidate"]


@fails_at_once
def check_marts(candidate: str) -> None:
    """Lets the gate judge a candidate."""
    from expectations.process import GateProcess

    settings, plan, _ = _open()
    with steps.attempt(settings, plan), GateProcess() as gate:
        steps.check(settings, plan, steps.read_run(settings, candidate), gate)
        gate.finish()


@fails_at_once
def publish_marts(candidate: str) -> int:
    """Publishes a candidate that passed; the release's number."""
    settings, plan, _ = _open()
    with home.writing(settings, "the task publish_marts"), steps.attempt(settings, plan):
        return steps.show_release(settings, plan, candidate)


@fails_at_once
def serve_release() -> int:
    """Lets PostgreSQL show the published release; its number. Skipped if PostgreSQL is not used."""
    settings = Settings.load()
    if not settings.postgres_url:
        raise NothingToBuild("SMED_POSTGRES_URL is not set")
    with home.writing(settings, "the task serve_release"):
        return postgres_serving.serve(settings)


@fails_at_once
def send_alerts(
    candidate: str | None = None, release: int | None = None, is_refresh: bool = False
) -> None:
    """Tells the owners what is wrong; after a refresh also what it built and published, if it did.

    Fails for nothing but a wrong setting: what goes wrong with alerts is in the log.
    """
    settings = Settings.load()
    run = gathering.Run(plan=ringing.readable_plan(settings))
    if is_refresh:
        with suppress(HomeInvalid):  # a candidate that was cleared away has nothing to tell
            run.facts = steps.read_run(settings, candidate) if candidate else None
        run.outcome = gathering.PUBLISHED if release else read_status(settings).get("outcome", "")
        lineage.tell(settings, run)
    ringing.ring(settings, run, _address_of)


def _address_of(owner: str) -> str | None:
    """The password of Airflow's connection ``smed_alerts_<owner>``: an address, or None.

    Of a connection only the password is encrypted where Airflow keeps it and masked in its logs.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(f"smed_alerts_{owner.lower()}").password
    except AirflowNotFoundException:
        return None
