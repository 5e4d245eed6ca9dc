"""What the commands print: tables for people, plain lines where nobody watches."""

import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from operate.held_back_printing import print_held_back, print_warnings
from publish.releases import REPORT_PAGE, published_number
from publish.tables import DATABASE
from smed import home
from smed.settings import Settings

NO_VALUE = "-"
NO_REPORT = "none in this release; `report_lacks` in its manifest.json names the tables it lacks"
PLAIN_WIDTH = 120
PROGRESS_LINES = 8
# where nobody watches, lines do not depend on the width of a terminal
OUT = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)


def with_progress(items: Sequence, words: str) -> Iterator:
    """Gives the items out one by one and says on stderr how far it is: a bar on a terminal, else
    a line of the log now and then.
    """
    if sys.stderr.isatty():
        yield from track(items, words, console=Console(stderr=True), transient=True)
        return
    for number, item in enumerate(items):
        if number % -(-len(items) // PROGRESS_LINES) == 0:
            logging.getLogger("smed").info("%s: %d of %d", words, number, len(items))
        yield item


def print_paths(settings: Settings) -> None:
    """Where the published release lies."""
    OUT.print(f"Published: release {published_number(settings)}")
    here, folder = Path.cwd(), settings.published
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    for name in (
        str(REPORT_PAGE),
        DATABASE,
        "csv/",
        "parquet/",
        "dbt_docs/index.html",
        "data_docs/index.html",
        "manifest.json",
    ):
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
    from operate.scorecards import print_scorecards
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
    print_errors(outcome.errors)


def print_errors(errors: list[str]) -> None:
    """What went wrong beside the work that was done, on stderr."""
    for error in errors:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"smed: {error}", markup=False)


def print_backfill(settings: Settings, outcome) -> None:
    """What landed, what was found, and which releases would differ if they were built again."""
    for result in outcome.series:
        for verb in ("landed", "held"):
            said = [f"{v['version']} (vintage {v['vintage_date']})" for v in result[verb]]
            if said:
                word = "landed" if verb == "landed" else "held already"
                OUT.print(f"{result['series']}: {word}: {', '.join(said)}", soft_wrap=True)
        for finding in result["findings"]:
            OUT.print(f"{finding['severity']}: {finding['message']}", markup=False, soft_wrap=True)
    if not outcome.releases:
        if outcome.series:
            OUT.print("No release would change.")
        return
    table = Table(title="Nothing was built again; these would change", title_justify="left")
    for name in (
        *("As of", "Named", "Releases", "Series", "Newest vintage"),
        *("Values that change", "Cells with other versions"),
    ):
        table.add_column(name)
    for row in outcome.releases:
        table.add_row(*_changed_release(row))
    OUT.print(table)
    sources = " --sources recorded" if home.kind_of(settings) == "recorded" else ""
    OUT.print("To build one again, for readers to see until the next refresh:")
    OUT.print(f"  smed refresh{sources} --as-of DATE")


def _changed_release(row: dict) -> tuple[str, ...]:
    before, after = row["newest_vintage_before"], row["newest_vintage_after"]
    return (
        row["as_of"],
        row["release_code"] or NO_VALUE,
        ", ".join(map(str, row["releases"])) or "none kept",
        row["series"],
        after if before == after else f"{before or 'none'} -> {after}",
        str(row["values_changed_count"]),
        str(row["versions_changed_count"]),
    )


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
    if facts["served"]:
        rows["PostgreSQL"] = _served(facts)
    if "shared" in facts:
        rows["Shared storage"] = _shared(facts["shared"])
    if facts["held"]:
        rows["Held"] = "since {since} by {user}; `smed release-hold` ends it".format(
            **facts["held"]
        )
    for name, value in rows.items():
        table.add_row(name, str(value or NO_VALUE))
    OUT.print(table)
    # a line of its own, so that it can be copied whole
    OUT.print(f"Report: {facts['report'] or NO_REPORT}", markup=False, soft_wrap=True)
    # told of below, with what readers see meanwhile
    refused = {row["series_code"] for row in facts["quarantined"] if row["snapshot_id"] is None}
    for finding in facts["findings"]:
        if finding["series"] in refused:
            continue
        OUT.print(
            f"{finding['severity']}: {finding['message']} (since {finding['since']})", markup=False
        )
    print_held_back(OUT, facts)
    print_warnings(OUT, facts["warnings"])


def _shared(shared: dict) -> str:
    """What readers of the shared storage see, or why it is not known."""
    if shared["error"]:
        return shared["error"]
    if shared["release"] is None:
        return f"{shared['url']} shows no release"
    return f"{shared['url']} shows release {shared['release']} since {shared['switched_at']}"


def _served(facts: dict) -> str:
    """What PostgreSQL shows, and why it is not what is published."""
    served = facts["served"]
    shown = "no release"
    if served["release"] is not None:
        shown = f"release {served['release']} since {served['since']}"
    if served["error"]:
        return f"{shown}; {served['error']}"
    return shown if served["release"] == facts["release"] else f"{shown} (not the published one)"


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


def print_shared_verified(settings: Settings, files_count: int | None) -> None:
    """That the release is whole where machines share it, if it is there."""
    if files_count is not None:
        OUT.print(f"So is what {settings.storage_url} holds of it.", soft_wrap=True)


def print_rebuilt(rebuilt) -> None:
    """That a release built again is the same."""
    OUT.print(
        f"Built again from its pinned inputs it is the same: {rebuilt.files_count} files of CSV"
        " and Parquet, byte for byte (but quality_results, which the gate says, not the inputs).",
        soft_wrap=True,
    )
    if not rebuilt.has_same_rules:
        OUT.print(
            "That holds although plan, models, checks or tools have changed since.", soft_wrap=True
        )
