"""Submissions as a step: what a command and a DAG's task both call."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date, datetime
from pathlib import Path

from publish.releases import published_number, read_manifest, release_numbers
from publish.tables import DATABASE
from smed import home
from smed.errors import ActRefused, HomeBusy, ReleaseDamaged, SettingInvalid, SmedError
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.submissions")
LANDED = "submissions/"
OTHER_VALUES_QUERY = """
select kpi_code, country_code, observation_year, series_code, value, unit_code
from marts.kpi_observations
where value is not null and source_state != 'submitted'
"""


def published_ids(settings: Settings) -> frozenset[str]:
    """The submissions that the shown or the newest release was made of."""
    from extract.submissions.landing_rows import submission_ids

    found = set()
    for number in {published_number(settings), *release_numbers(settings)[-1:]} - {None}:
        with suppress(ReleaseDamaged):
            for snapshot in read_manifest(settings, number)["inputs"]:
                if snapshot["path"].startswith(LANDED):
                    found.update(submission_ids(settings, snapshot["path"]))
    return frozenset(found)


def other_values(settings: Settings) -> dict[tuple, dict]:
    """What other sources say by the published release: (KPI, country, year) -> series, value."""
    import duckdb

    database = settings.published / DATABASE
    if not database.exists():
        return {}
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = connection.execute(OTHER_VALUES_QUERY).fetchall()
    except duckdb.Error as error:
        LOG.warning("%s cannot be read (%s): values are not compared with it", database, error)
        return {}
    return {
        (kpi, country, year): {"series_code": series, "value": value, "unit_code": unit}
        for kpi, country, year, series, value, unit in rows
    }


def open_desk(settings: Settings, plan: Plan, work: str, **given) -> AbstractContextManager:
    """The desk, alone; HomeBusy says who sits there."""
    from extract.submissions import desk

    known = {"published": published_ids(settings), "other_values": other_values(settings)}
    return desk.open_desk(settings, plan, work, **{**known, **given})


def look_at_desk(settings: Settings, plan: Plan) -> AbstractContextManager:
    """The desk for reading only."""
    from extract.submissions import desk

    return desk.look_at_desk(settings, plan, published_ids(settings))


def collect(settings: Settings, plan: Plan, until: date | None = None) -> list:
    """Takes in what lies in the inboxes; one outcome a file, none if another process does it.

    In a home of recorded figures the sample submissions that had come by ``until`` come first.
    """
    from extract.submissions import inbox

    inbox.make_inboxes(settings, plan)
    for name in inbox.unknown_inboxes(settings, plan):
        LOG.warning("inbox/%s is no party of parties.csv: nothing is taken from it", name)
    try:
        outcomes = _take_in_samples(settings, plan, until)
        if inbox.waiting_files(settings, plan):
            with open_desk(settings, plan, "taking in the inbox") as desk:
                outcomes += inbox.collect(desk)
    except HomeBusy as error:
        LOG.warning("the inbox is left for the next round: %s", error)
        return []
    return outcomes


def _take_in_samples(settings: Settings, plan: Plan, until: date | None) -> list:
    """The samples that are not held yet, each at the time when it is taken to have come."""
    if home.kind_of(settings) != "recorded":
        return []
    from extract.submissions.intake import Incoming, submission_id_of, take_in
    from extract.submissions.lifecycle import RECEIVED
    from extract.submissions.samples import read_samples
    from smed.files import sha256_of

    parties = {party.party_code for party in plan.parties}
    samples = [s for s in read_samples() if until is None or s.received_at.date() <= until]
    with look_at_desk(settings, plan) as desk:
        # what a crash left undecided is taken up again
        held = {name for name, s in desk.book.submissions.items() if s.state != RECEIVED}
        due = [
            sample
            for sample in samples
            if sample.party_code in parties
            and submission_id_of(sample.party_code, sha256_of(sample.path)) not in held
        ]
    if not due:
        return []
    clock = ReplayedClock(due[0].received_at)
    with open_desk(settings, plan, "taking in the samples", clock=clock) as desk:
        files = (
            Incoming(sample.path, sample.party_code, sample.actor, is_from_inbox=True)
            for sample in due
            if clock.turn(sample.received_at)
        )
        # one by one, each at its own time
        return list(take_in(desk, files, batch_size=1))


class ReplayedClock:
    """Says the time that it was told."""

    def __init__(self, now: datetime):
        self.now = now

    def turn(self, now: datetime) -> bool:
        """Says another time from here on."""
        self.now = now
        return True

    def __call__(self) -> datetime:
        return self.now


def accepted_ids(outcomes: list) -> list[str]:
    """The submissions that count from now on."""
    return sorted(o.submission.submission_id for o in outcomes if o.kind == "accepted")


def submit(settings: Settings, plan: Plan, paths: list[Path], party_code: str) -> Iterator:
    """Takes files in for a party; yields the outcome of each.

    SubmissionInvalid for a party that the plan lacks, ActRefused for who may not send for it.
    """
    from extract.submissions.intake import Incoming, take_in

    party_code = party_meant(plan, party_code)
    if home.kind_of(settings) is None:
        home.claim(settings, "live")
    with open_desk(settings, plan, "a submission") as desk:
        actor = home.actor()
        if not desk.people.may_send(actor, party_code):
            owner = desk.people.home_owner
            raise ActRefused(
                f"{actor} may not send for {party_code}",
                str(settings.home),
                f"put the file into inbox/{party_code}/, or let {owner} add a row"
                " (user,party_code,role) to people.csv in the home",
            )
        yield from take_in(desk, [Incoming(path, party_code, actor) for path in paths])


def party_meant(plan: Plan, text: str) -> str:
    """The code of the party that a code, a name or an alias means; SubmissionInvalid if none."""
    from extract.submissions.registry import registry_of

    return registry_of(plan).require_party(text)


def make_template(
    settings: Settings, plan: Plan, form_code: str, party_code: str, period: str, path: Path | None
) -> Path:
    """Writes a template of what the party owes; returns where it lies."""
    from extract.submissions.owed import owed_rows
    from extract.submissions.periods import is_in_calendar, read_period
    from extract.submissions.templates import write_template

    party_code = party_meant(plan, party_code)
    path = path or Path(f"smed_{form_code}_{party_code}_{period}.xlsx")
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise SettingInvalid("a template is .xlsx or .csv", str(path), "choose such a name")
    if not path.absolute().parent.is_dir():
        raise SettingInvalid(
            "there is no such folder", str(path.parent), "make it, or name another"
        )
    with look_at_desk(settings, plan) as desk:
        standing = desk.standing()
        found = read_period(period)
        if found is None or not is_in_calendar(found, plan, standing.today):
            raise SettingInvalid(
                f"{period} is no period that has begun", "--period", "write it like 2026H1"
            )
        if not owed_rows(plan, standing, form_code, party_code, period):
            raise SettingInvalid(
                f"{party_code} owes nothing of that kind in {period}",
                "--kind",
                "try the other kind",
            )
        write_template(plan, standing, form_code, party_code, period, path)
    return path


def overview(settings: Settings, plan: Plan) -> dict:
    """Who has reported what, every submission, and what waits, as JSON-able facts."""
    from extract.submissions import inbox
    from operate import reporting

    with look_at_desk(settings, plan) as desk:
        today = desk.standing().today
        return {
            "periods": [period.code for period in reporting.periods_until(desk, today)],
            "matrix": reporting.matrix(desk, today),
            "submissions": reporting.listed(desk),
            "conflicts": reporting.conflicts(desk),
            "unknown_inboxes": inbox.unknown_inboxes(settings, plan),
        }


def unsettled(settings: Settings, plan: Plan) -> list[dict]:
    """The submissions that are held back or wait (see ``reporting.unsettled``); none if no book."""
    from extract.submissions import desk
    from operate import reporting

    try:
        with desk.look_at_desk(settings, plan) as looked_at:
            return reporting.unsettled(looked_at)
    except SmedError as error:
        LOG.error("what waits at the desk is not known: %s", error)
        return []


def recheck(settings: Settings, plan: Plan) -> list[dict]:
    """What today's rules find in what was accepted by earlier ones; nothing is dropped."""
    from extract.submissions import recheck as rechecking

    with open_desk(settings, plan, "a recheck") as desk:
        return rechecking.recheck(desk, home.actor())


def described(desk, submission_id: str) -> str:
    """A submission that waits, in Markdown: whose it is, why it waits, where its answer lies.

    Only what we wrote ourselves and codes of the plan: it is shown, and rendered, elsewhere.
    """
    from extract.submissions.effects import effects
    from operate.submission_answers import effect_lines

    submission = desk.book.find(submission_id)
    party, form, period = submission.key
    if not submission.waits:
        return f"**{submission.submission_id}** is {submission.state}: nothing is to be decided."
    reasons = "\n".join(f"- {reason}" for reason in submission.waits_for)
    facts = {
        "form_code": form,
        "reporting_period": period,
        "submission_version": submission.submission_version,
    }
    # anew: something may have been accepted since it came
    rows = desk.book.checked(submission).rows
    told = [
        f"rows that it takes in: {len(rows)}",
        *effect_lines(effects(desk, submission, rows, facts)),
    ]
    lines = "\n".join(f"- {line}" for line in told)
    return (
        f"**{submission.submission_id}**: {form} of {party} for {period},"
        f" version {submission.submission_version}, sent by {submission.sender}.\n\n"
        f"It waits because it:\n\n{reasons}\n\n"
        f"What accepting it does:\n\n{lines}\n\n"
        f"Its rows and findings: `inbox/{party}/answers/{submission.submission_id}/answer.html`."
        " Give a reason for what you decide."
    )


@contextmanager
def deciding(settings: Settings, plan: Plan, work: str):
    """The desk and who acts, for a decision of a person."""
    home.require(settings)
    with open_desk(settings, plan, work, other_values={}) as desk:
        yield desk, home.actor()


def collect_quietly(settings: Settings, plan: Plan, until: date | None) -> list[str]:
    """``collect`` beside a refresh, which goes on whatever happens; returns the errors."""
    try:
        collect(settings, plan, until)
    except SmedError as error:
        LOG.error("%s", error)
        return [str(error)]
    return []
