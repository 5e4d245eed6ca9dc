"""The commands on the gate: acknowledge what it found, and test what it notices."""

import json
import sys
from functools import partial

import click

from operate.cli import command, json_option


@command
@click.argument("finding")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is right, in a few words.")
def acknowledge(settings, finding, reason):
    """Say that FINDING of `smed status` is right, so that what it holds back is used."""
    from operate.acknowledging import acknowledge as run_acknowledge

    made, is_new = run_acknowledge(settings, finding, reason)
    if is_new:
        click.echo(f"{made.finding_id} is acknowledged by {made.actor}.")
        click.echo("It counts from the next `smed refresh` on.")
    else:
        said = f"{made.actor} acknowledged it at {made.acknowledged_at} ({made.reason})"
        click.echo(f"Nothing to do: {said}.")


@command
@json_option
def gate_test(settings, as_json):
    """Spoil the published release in memory in every known way, and say what the gates notice."""
    from operate.gate_test_printing import print_gate_test
    from operate.gate_testing import run_gate_test
    from operate.terminal import print_errors, with_progress
    from smed.plan import read_plan

    watched = partial(with_progress, words="Spoiling the release")
    outcome = run_gate_test(settings, read_plan(settings.plan), watched)
    if as_json:
        click.echo(json.dumps(outcome.to_dict(), indent=2))
    else:
        print_gate_test(outcome)
    print_errors(outcome.faults)
    if outcome.faults:
        sys.exit(1)
