"""The commands for who runs it as a service: is it well, and the way back after a disaster."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from operate.cli import command, json_option


@command
@json_option
def health(settings, as_json):
    """Say what is not well, and what to do.

    Ends with 0 if all is well, 1 if readers are affected (nothing published, damaged, no longer
    fresh), 3 if something else waits for somebody.
    """
    from operate.health import examine, exit_code

    found = examine(settings)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
    for one in () if as_json else found:
        click.echo(f"{one.part}: {one.message}; {one.next_step}")
    if not found and not as_json:
        click.echo("All is well.")
    sys.exit(exit_code(found))


@command
@click.argument("file", type=click.Path(path_type=Path))
def backup(settings, file):
    """Write the whole home into FILE (.tar.gz), while nobody else writes there."""
    from operate.backups import back_up

    facts = back_up(settings, file)
    click.echo(f"{len(facts['files'])} files are in {file}, {file.stat().st_size // 2**20} MiB.")
    click.echo(f"To have them back: smed restore {file} --home DIR")
    if facts["damage"]:
        click.echo(f"smed: {facts['damage']}; keep the backup before this one too", err=True)
        sys.exit(1)


@command
@click.argument("file", type=click.Path(path_type=Path))
def restore(settings, file):
    """Make an empty home (--home) what it was when FILE was written by `smed backup`."""
    from operate.backups import restore as run_restore

    facts = run_restore(settings, file)
    shown = facts["release"]
    click.echo(f"{len(facts['files'])} files of {facts['made_at']} are in {settings.home}.")
    click.echo(f"Readers see release {shown}." if shown else "Nothing was published then.")
