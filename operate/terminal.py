"""What the commands print: tables for people, plain lines where nobody watches."""

import logging
import sys
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table
from rich.tree import Tree

from publish.releases import published_number
from publish.tables import DATABASE
from smed import home
from smed.settings import Settings

NO_VALUE = "-"
PLAIN_WIDTH = 120
# where nobody watches, lines do not depend on the width of a terminal
OUT = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
SCORECARD_QUERY = """
with unassessed as (
    select goal_code, reason_code, count(*) as reason_count
    from marts.kpi_achievements
    where status = 'not_assessed'
    group by goal_code, reason_code
),

reasons as (
    select
        goal_code,
        string_agg(reason_count || ' ' || reason_code, ', ' order by reason_count desc, reason_code)
            as reasons
    from unassessed
    group by goal_code
)

select scorecards.*, reasons.reasons
from marts.goal_scorecards as scorecards
left join reasons using (goal_code)
order by goal_code
"""


def begin_log() -> None:
    """Lets the product's own log speak on stderr: with colour on a terminal, else plain lines."""
    log = logging.getLogger("smed")
    log.setLevel(logging.INFO)
    log.propagate = False
    if log.handlers:
        return
    if sys.stderr.isatty():
        console = Console(stderr=True)
        handler = RichHandler(console=console, show_path=False, show_level=False)
        handler.setFormatter(logging.Formatter("%(message)s", datefmt="%H:%M:%S"))
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    log.addHandler(handler)


def print_scorecards(settings: Settings) -> None:
    """The goals of the published release, one row each."""
    import duckdb

    with duckdb.connect(str(settings.published / DATABASE), read_only=True) as connection:
        result = connection.execute(SCORECARD_QUERY)
        names = [column[0] for column in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    table = Table(title="How far each goal has come", title_justify="left", expand=True)
    table.add_column("Goal", overflow="fold", ratio=3)
    for heading in (
        "KPIs assessed",
        "Score, -5 to 5",
        "Furthest behind",
        "KPIs x countries not assessed",
        "Action lines",
    ):
        table.add_column(heading, ratio=2)
    for row in rows:
        table.add_row(*_scorecard(row), end_section=True)
    OUT.print(table)


def _scorecard(row: dict) -> tuple[str, ...]:
    score = row["achievement_score"]
    worst = [row[name] for name in ("worst_kpi_code", "worst_country_code") if row[name]]
    reported = row["lines_count"] - row["lines_not_reported_count"]
    quadrant = "" if row["quadrant"] == "unknown" else f"; {row['quadrant'].replace('_', ' ')}"
    return (
        f"{row['goal_code']}  {row['goal_name']}"
        f"{' (partly illustrative)' if row['is_illustrative'] else ''}",
        f"{row['kpis_assessed_count']} of {row['kpis_count']}"
        f" ({row['countries_assessed_count']} countries)",
        f"{score:+.1f}" if score is not None else f"none ({row['achievement_reason_code']})",
        ", ".join(worst) or NO_VALUE,
        (row["reasons"] or NO_VALUE).replace("_", " "),
        f"{reported} of {row['lines_count']} reported{quadrant}",
    )


def print_paths(settings: Settings) -> None:
    """Where the published release lies."""
    OUT.print(f"Published: release {published_number(settings)}")
    here, folder = Path.cwd(), settings.published
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    for name in (DATABASE, "csv/", "parquet/", "data_docs/index.html", "manifest.json"):
        if (settings.published / name).exists():
            OUT.print(f"  {shown / name}", soft_wrap=True)


def print_origin(settings: Settings, as_of: str) -> None:
    """Says which figures these are, and as of when."""
    if home.kind_of(settings) == "recorded":
        OUT.print(f"Recorded figures of the World Bank, as of {as_of}; not today's.")
        OUT.print("What countries sent is illustrative: quoted from the press, or invented.")
    else:
        OUT.print(f"As of {as_of}.")


def print_refresh(settings: Settings, outcome) -> None:
    """How a refresh ended."""
    from publish.releases import read_manifest

    if outcome.kind == "held":
        OUT.print(
            f"Nothing was published: {outcome.message}, until `smed release-hold`.", soft_wrap=True
        )
    elif outcome.kind == "unchanged":
        OUT.print(f"Nothing changed: release {outcome.release} stays.")
    else:
        print_scorecards(settings)
        print_origin(settings, read_manifest(settings, outcome.release)["as_of"])
        print_paths(settings)
    for error in outcome.errors:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"smed: {error}", markup=False)


def print_status(settings: Settings, facts: dict) -> None:
    """What is published, how fresh it is, and what went wrong last."""
    if not facts:
        OUT.print(f"Nothing was tried in {settings.home} yet. Begin with `smed demo`, or:")
        OUT.print("  smed refresh")
        return
    table = Table(show_header=False, box=None)
    fresh = facts["fresh_until"]
    is_fresh = fresh is not None and date.fromisoformat(fresh) >= home.now().date()
    rows = {
        "Published release": facts["release"],
        "As of": facts["as_of"],
        "Sources": facts["sources"],
        "Fresh until": f"{fresh}{'' if is_fresh else ' (no longer fresh)'}" if fresh else None,
        "Last attempt": f"{facts['last_attempt_at']}: {facts['outcome']}",
        "Message": facts["message"],
    }
    if facts["held"]:
        rows["Held"] = "since {since} by {user}; `smed release-hold` ends it".format(
            **facts["held"]
        )
    for name, value in rows.items():
        table.add_row(name, str(value or NO_VALUE))
    OUT.print(table)
    for finding in facts["findings"]:
        OUT.print(
            f"{finding['severity']}: {finding['message']} (since {finding['since']})", markup=False
        )


def print_releases(settings: Settings, rows: list[dict]) -> None:
    """One row per release, the published one marked."""
    if not rows:
        OUT.print(f"No releases in {settings.releases} yet.")
        return
    table = Table()
    for name in ("Release", "As of", "Sources", "Published at", "Run", ""):
        table.add_column(name)
    for row in rows:
        table.add_row(
            str(row["release"]),
            row["as_of"],
            row["sources"],
            row["published_at"],
            row["run_id"],
            "published" if row["is_published"] else "",
        )
    OUT.print(table)


def print_verified(number: int, files_count: int) -> None:
    """That a release is whole."""
    OUT.print(f"Release {number} is whole: {files_count} files as published.")


def print_trace(chain: dict) -> None:
    """The chain of one number, from the release down to what was received."""
    release, row = chain["release"], chain["observation"]
    name = f"{row['kpi_code']} {row['country_name']} {row['observation_year']}"
    has_value = row["value"] is not None
    value = f"{row['value']:g} {row['unit_code']}" if has_value else row["observation_status"]
    tree = Tree(f"{name}: {value} ({row['kpi_name']})")
    tree.add(f"release {release['release']} as of {release['as_of']}, run {release['run_id']}")
    series = tree.add(f"series {row['series_code']} of {row['source_code']}, {row['source_state']}")
    for version in chain["versions"]:
        held = "withdrawn" if version["value"] is None else f"{version['value']:g}"
        until = f" until {version['known_to']}" if version["known_to"] else ""
        series.add(f"{version['change_type']} {version['known_from']}: {held}{until}")
    source = chain["source"]
    if source:
        origin = f"vintage {source['vintage_date']} ({source['vintage_basis']})"
        landed = tree.add(f"{origin}, {source['series_title']}, {source['licence']}")
        landed.add(f"file {source['path']}")
        landed.add(f"sha256 {source['sha256']}")
        for response in source["responses"]:
            request = landed.add(f"request {response['url']}")
            request.add(f"retrieved {response['retrieved_at'] or 'never: recorded'}")
            request.add(f"file {response['path']}")
    OUT.print(tree, soft_wrap=True)
