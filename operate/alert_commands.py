"""The commands on alerts: alerts, snooze."""

import json
import sys

import click

from operate.cli import command, json_option


@command
@click.option("--retry", is_flag=True, help="Look for what is wrong, and send what waits.")
@click.option("--test", "owner", metavar="OWNER", help="Only send OWNER a message that says so.")
@json_option
def alerts(settings, retry, owner, as_json):
    """Show what is wrong, who was told of it, and what could not be delivered.

    Ends with 1 while something is not delivered. An OWNER is a party's code, `secretariat` or
    `engineers`; their addresses stand in SMED_ALERT_URLS.
    """
    from operate.alerting import listing
    from operate.alerting.gathering import Run
    from operate.alerting.ringing import readable_plan, tell
    from smed import home

    plan = readable_plan(settings)
    if owner is not None:
        _test(settings, plan, owner)
        return
    home.require(settings)
    if retry:
        tell(settings, Run(plan))
    facts = listing.listed(settings, plan)
    click.echo(json.dumps(facts, indent=2)) if as_json else listing.print_alerts(facts)
    if facts["undelivered"] or facts["problems"]:
        sys.exit(1)


def _test(settings, plan, owner):
    from expectations.alerts.delivery import send_test

    refused = {name: reason for name, reason in send_test(settings, plan, owner).items() if reason}
    for name, reason in refused.items():
        click.echo(f"smed: {owner}, channel {name}: {reason}", err=True)
    if refused:
        sys.exit(1)
    click.echo(f"{owner} was sent a message; ask whether it has come.")


@command
@click.argument("fingerprint")
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day (UTC) from which to tell of it again.",
)
def snooze(settings, fingerprint, until):
    """Tell nobody of an alert before a DATE; that it is mended, they are told."""
    from expectations.alerts.delivery import snooze as keep_quiet
    from smed import home
    from smed.plan import read_plan

    home.require(settings)
    actor, longest = home.actor(), read_plan(settings.plan).threshold("snooze_critical_days")
    quiet = keep_quiet(settings, fingerprint, until.date(), actor, longest)
    click.echo(f"{quiet.fingerprint} is quiet until {quiet.snoozed_until}, by {actor}:")
    click.echo(f"  {quiet.title}")
