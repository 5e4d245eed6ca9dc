"""The command line ``smed``. Heavy imports wait until a command needs them."""

import json
import sys
from functools import wraps

import click

HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP)
@click.version_option(package_name="smed", prog_name="smed")
def main():
    """How far has the ASEAN Strategic Action Plan for SME Development come?

    Fetches figures, turns them into statements about KPIs and goals, checks them, and publishes
    them as releases under one home (--home, or SMED_HOME; ./data if neither is given).
    """


home_option = click.option("--home", metavar="DIR", help="Where everything is kept (./data).")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, not a table.")
sources_option = click.option(
    "--sources",
    type=click.Choice(["live", "recorded"]),
    help="Where figures come from (live; in a home of the demo only recorded).",
)


def command(function):
    """A command that ends with 1 and one line on stderr where its work fails."""

    @main.command(function.__name__.replace("_", "-"), context_settings=HELP)
    @home_option
    @wraps(function)
    def run(home, **options):
        from operate.logs import begin_log
        from smed.errors import SmedError
        from smed.home import refuse_newer
        from smed.settings import Settings

        try:
            settings = Settings.load(home=home)
            begin_log(settings.log_format)
            refuse_newer(settings.home)
            function(settings, **options)
        except SmedError as error:
            click.echo(f"smed: {error}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("smed: stopped; run the same command again to go on", err=True)
            sys.exit(130)

    return run


@command
def demo(settings):
    """Run everything on recorded figures, through Airflow in this process.

    Real figures of the World Bank, recorded at several dates, are replayed in order. A second run
    changes nothing.
    """
    from operate.demo import run_demo

    run_demo(settings)


@command
@click.option("--as-of", metavar="DATE", help="Use what was known on this date (YYYY-MM-DD).")
@sources_option
@click.option("--full", is_flag=True, help="Compare all contents; build in any case.")
@click.option("--target", type=click.Choice(["duckdb", "spark"]), help="Engine (SMED_TARGET).")
def refresh(settings, as_of, sources, full, target):
    """Fetch what changed, build the marts, check them, publish them. Readers notice nothing."""
    from operate.refresh import refresh as run_refresh
    from operate.terminal import print_refresh

    settings = settings.model_copy(update={"target": target or settings.target})
    outcome = run_refresh(settings, sources or "live", _date(as_of), full)
    print_refresh(settings, outcome)
    if outcome.errors:
        sys.exit(1)


@command
@click.option("--series", "codes", metavar="CODE", multiple=True, required=True)
@click.option(
    "--versions",
    metavar="VERSIONS",
    required=True,
    help="Years and months like 201612,202012, a range like 201612-202012, or all.",
)
@sources_option
@json_option
def backfill(settings, codes, versions, sources, as_json):
    """Load past vintages of series from the World Bank's archives (--series may come repeatedly).

    Releases stay as they are; those that would differ if they were built again are named.
    """
    from dataclasses import asdict

    from operate.backfill import backfill as run_backfill
    from operate.terminal import print_backfill, print_errors

    outcome = run_backfill(settings, sources or "live", codes, versions)
    if as_json:
        click.echo(json.dumps(asdict(outcome), indent=2))
    else:
        print_backfill(settings, outcome)
    print_errors(outcome.errors)
    if outcome.errors:
        sys.exit(1)


@command
@json_option
def status(settings, as_json):
    """Say what is published, how fresh it is, and what went wrong last."""
    from operate import acknowledging, quarantines, sharing
    from operate.alerting.listing import print_undelivered
    from operate.terminal import print_status
    from publish.releases import report_address
    from publish.status import read_status

    facts = read_status(settings)
    if facts:
        facts["warnings"] = quarantines.warnings(settings)
        acknowledging.mark(settings, [*facts["quarantined"], *facts["warnings"]])
        facts["report"] = report_address(settings)
        if shared := sharing.describe(settings):
            facts["shared"] = shared
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    print_status(settings, facts)
    print_undelivered(settings)


@command
@json_option
def releases(settings, as_json):
    """List the releases that are kept."""
    from operate.terminal import print_releases
    from publish.releases import list_releases

    rows = list_releases(settings)
    click.echo(json.dumps(rows, indent=2)) if as_json else print_releases(settings, rows)


@command
@click.argument("number", type=int)
def rollback(settings, number):
    """Show release NUMBER again, and hold automatic publishing until `smed release-hold`."""
    from operate import postgres_serving
    from operate.terminal import print_errors
    from publish.publication import roll_back
    from publish.status import rewrite_shown
    from smed import home

    home.require(settings)
    with home.writing(settings, "a rollback"):
        roll_back(settings, number)
        rewrite_shown(settings, "rolled_back", f"rolled back to release {number}")
        errors = postgres_serving.serve_quietly(settings)
    click.echo(f"Release {number} is published. Refreshes publish nothing until:")
    click.echo("  smed release-hold")
    print_errors(errors)
    if errors:
        sys.exit(1)


@command
def release_hold(settings):
    """Let refreshes publish again after a rollback."""
    from publish.publication import lift_hold
    from publish.status import rewrite_shown
    from smed import home

    home.require(settings)
    with home.writing(settings, "lifting the hold"):
        held = lift_hold(settings)
        rewrite_shown(settings, "rolled_back", "publishing is no longer held")
    click.echo("Refreshes publish again." if held else "Nothing was held.")


@command
@click.argument("number", type=int, required=False)
@click.option("--rebuild", is_flag=True, help="Build it again from what it was made of; compare.")
def verify(settings, number, rebuild):
    """Check a release (the published one) file by file against its manifest."""
    from operate import sharing
    from operate.terminal import print_rebuilt, print_shared_verified, print_verified
    from publish.releases import published_number
    from publish.verification import verify_release
    from smed.errors import HomeInvalid

    number = published_number(settings) if number is None else number
    if number is None:
        raise HomeInvalid("nothing is published yet", str(settings.home), "run `smed refresh`")
    print_verified(number, verify_release(settings, number))
    print_shared_verified(settings, sharing.verify(settings, number))
    if rebuild:
        from operate.rebuilding import rebuild as build_again
        from smed.plan import read_plan

        print_rebuilt(build_again(settings, read_plan(settings.plan), number))


@command
@click.option("--from", "from_date", metavar="DATE", help="The earlier date (the release before).")
@click.option("--to", "to_date", metavar="DATE", help="The later date (the published release).")
@click.option("--kpi", metavar="CODE", help="Only this KPI.")
@click.option("--country", metavar="CODE", help="Only this country.")
@json_option
def revisions(settings, from_date, to_date, kpi, country, as_json):
    """Say what changed between two dates: figures revised, and statuses that flipped."""
    from operate import revisions as compared
    from operate.revision_sentences import sentences
    from smed.plan import read_plan

    given = _date(from_date, "--from"), _date(to_date, "--to")
    dates = compared.choose_dates(settings, *given)
    report = compared.revisions(settings, read_plan(settings.plan), dates, kpi, country)
    lines = [json.dumps(report, indent=2)] if as_json else sentences(report)
    click.echo("\n".join(lines))


@command
@click.option("--kpi", metavar="CODE", help="A KPI's value: as in plan.kpis.")
@click.option("--country", metavar="CODE", help="ISO 3166-1 alpha-3.")
@click.option("--year", type=int, help="Year that the value is of.")
@click.option("--action-line", metavar="CODE", help="A line's progress: as in plan.action_lines.")
@click.option("--period", metavar="HALF-YEAR", help="Such as 2026H2.")
@json_option
def trace(settings, kpi, country, year, action_line, period, as_json):
    """Show where a published number comes from, back to the bytes that were received.

    Give --kpi, --country and --year, or --action-line and --period.
    """
    from operate import tracing
    from operate.trace_printing import print_trace

    given = [value is not None for value in (kpi, country, year, action_line, period)]
    if given == [True] * 3 + [False] * 2:
        chain = tracing.trace(settings, kpi, country, year)
    elif given == [False] * 3 + [True] * 2:
        chain = tracing.trace_line(settings, action_line, period)
    else:
        raise click.UsageError("Give --kpi, --country and --year, or --action-line and --period.")
    click.echo(json.dumps(chain, indent=2)) if as_json else print_trace(chain)


def _date(text: str | None, option: str = "--as-of"):
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter(
            f"{text} is not a date; write YYYY-MM-DD", param_hint=option
        ) from None


# the rest of the commands; they need what stands above
from operate import (  # noqa: E402
    alert_commands,  # noqa: F401
    quality_commands,  # noqa: F401
    service_commands,  # noqa: F401
    submission_commands,  # noqa: F401
)
