"""The command on what the gate found: acknowledge."""

import click

from operate.cli import command


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
