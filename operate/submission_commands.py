"""The commands on submissions: template, submit, submissions, review, retract, reopen."""

import json
import shlex
import sys
from pathlib import Path

import click

from operate.cli import command, json_option

REASON = click.option("--reason", required=True, metavar="TEXT", help="Why, in a few words.")
PARTY_HELP = "A member state or an organisation of parties.csv, by its code or name."


def _plan(settings):
    from smed.plan import read_plan

    return read_plan(settings.plan)


@command
@click.option("--kind", required=True, type=click.Choice(["kpi", "progress"]))
@click.option("--party", required=True, metavar="CODE", help=PARTY_HELP)
@click.option("--period", required=True, metavar="PERIOD", help="A half-year, such as 2026H1.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it; .csv makes its CSV twin (smed_KIND_PARTY_PERIOD.xlsx).",
)
def template(settings, kind, party, period, output):
    """Write the form that a party fills in: only the rows that it owes, with what stands."""
    from operate.submissions import make_template

    path = make_template(settings, _plan(settings), kind, party, period, output)
    click.echo(f"{path} is ready. Fill it in, then:")
    click.echo(f"  smed submit {path} --from {shlex.quote(party)}")


@command
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--from", "party", required=True, metavar="PARTY", help=PARTY_HELP)
def submit(settings, files, party):
    """Take in FILES that a party sends, and say what was found in them."""
    from operate.submission_answers import print_outcome
    from operate.submissions import submit as run_submit

    is_whole = True
    for outcome in run_submit(settings, _plan(settings), list(files), party):
        print_outcome(outcome)
        is_whole = is_whole and outcome.is_whole
    if not is_whole:
        sys.exit(1)


@command
@click.option("--recheck", is_flag=True, help="Check what was accepted by the rules of today.")
@json_option
def submissions(settings, recheck, as_json):
    """Show who has reported, who is late, and what waits for a second person."""
    from operate.submission_answers import print_overview, print_rechecked
    from operate.submissions import overview
    from operate.submissions import recheck as run_recheck
    from smed import home

    home.require(settings)
    if recheck:
        rows = run_recheck(settings, _plan(settings))
        click.echo(json.dumps(rows, indent=2)) if as_json else print_rechecked(rows)
        return
    facts = overview(settings, _plan(settings))
    click.echo(json.dumps(facts, indent=2)) if as_json else print_overview(settings, facts)


@command
@click.argument("submission_id", metavar="ID")
@click.option("--accept/--return", "is_accepted", default=None, help="What you decide.")
@click.option("--reason", metavar="TEXT", help="Why, in a few words.")
def review(settings, submission_id, is_accepted, reason):
    """Show what waits, or accept or return it; never your own."""
    from extract.submissions import acts
    from operate.submissions import deciding, described, look_at_desk
    from smed import home

    if is_accepted is None:
        home.require(settings)
        with look_at_desk(settings, _plan(settings)) as desk:
            click.echo(described(desk, submission_id).replace("**", "").replace("`", ""))
        return
    if reason is None:
        raise click.UsageError("say --reason TEXT")
    with deciding(settings, _plan(settings), "a review") as (desk, actor):
        done = acts.review(desk, submission_id, actor, is_accepted, reason)
    click.echo(f"{done.submission_id} is {done.state}, decided by {actor}.")
    if done.state == "accepted":
        click.echo("It is published with the next `smed refresh`.")
    elif is_accepted:
        click.echo("Something newer stands of all its rows already, and stays.")


@command
@click.argument("submission_id", metavar="ID")
@click.option(
    "--row",
    "rows",
    type=click.IntRange(1),
    multiple=True,
    metavar="NUMBER",
    help="Only this row of it, as its file counts; may be given several times.",
)
@REASON
def retract(settings, submission_id, rows, reason):
    """Take a submission, or rows of it, back: they count as withdrawn from today on."""
    from extract.submissions import acts
    from operate.submissions import deciding

    with deciding(settings, _plan(settings), "a retraction") as (desk, actor):
        done = acts.retract(desk, submission_id, actor, reason, rows)
    what = f"row {', '.join(map(str, sorted(set(rows))))} of it" if rows else "all of it"
    click.echo(
        f"{done.submission_id}: {what} is retracted by {actor}; what it said is kept and marked so."
    )


@command
@click.argument("period", metavar="PERIOD")
@click.option("--party", required=True, metavar="CODE", help=PARTY_HELP)
@REASON
def reopen(settings, period, party, reason):
    """Let a party's next file for a published PERIOD be accepted by rule."""
    from extract.submissions import acts
    from operate.submissions import deciding, party_meant

    plan = _plan(settings)
    party = party_meant(plan, party)
    with deciding(settings, plan, "a reopening") as (desk, actor):
        acts.reopen(desk, party, period, actor, reason)
    click.echo(f"{period} of {party} is open for one more file of each kind.")
