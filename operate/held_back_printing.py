"""What `smed status` prints of the gate: figures held back, warnings, and what parties sent."""

from rich.markup import escape
from rich.table import Table

SHOWN = 10
DAY = slice(10)
# commands are to be copied: no line is broken, and no word is taken for style
PLAIN = {"markup": False, "soft_wrap": True}
RESTING = (
    "Means of groups and scores of goals that rest on figures held back name them, in the marts'"
    " held_back_country_codes and held_back_kpi_codes."
)


def print_held_back(out, facts: dict) -> None:
    """Two tables of ``status.json`` on a console, capped, each only where there is something."""
    quarantined, submissions = facts["quarantined"], facts["submissions"]
    if quarantined:
        _print(out, "Held back", ("Whose", "What was found", "Since", "Readers see"), quarantined)
    for row in quarantined[:SHOWN]:
        if row.get("acknowledged"):
            out.print(_printable(f"{row['finding_id']}: {_acknowledged(row)}"), **PLAIN)
            continue
        out.print(_printable(f"{row['finding_id']}: {row['next_step'] or 'look at it'}"), **PLAIN)
        if row["command"]:
            out.print(_printable(f"  {row['command']}"), **PLAIN)
    if quarantined:
        out.print(RESTING, **PLAIN)
    if submissions:
        _print(out, "Submissions", ("Whose", "What", "Since", "Why"), submissions)
    for row in submissions[:SHOWN]:
        out.print(f"{row['submission_id']}: {row['next_step']}", **PLAIN)


def print_warnings(out, warnings: list[dict]) -> None:
    """What the gate on raw only warns of, capped, each under the name to acknowledge it by."""
    if not warnings:
        return
    out.print("Warnings; readers see these figures:")
    for row in warnings[:SHOWN]:
        out.print(_printable(f"  {row['finding_id']}"), **PLAIN)
        out.print(_printable(f"    {row['message']}"), **PLAIN)
        if row.get("acknowledged"):
            out.print(_printable(f"    {_acknowledged(row)}"), **PLAIN)
    _print_more(out, len(warnings))
    out.print("  If one is right: smed acknowledge FINDING --reason TEXT", **PLAIN)


def _acknowledged(row: dict) -> str:
    """Whose word let it pass; what readers see waits for a build."""
    said = "acknowledged by {actor} on {acknowledged_at} ({reason})".format(**row["acknowledged"])
    return f"{said}; it takes effect at the next `smed refresh`"


def _print(out, title: str, headings: tuple[str, ...], rows: list[dict]) -> None:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows[:SHOWN]:
        cells = _quarantined(row) if "finding_id" in row else _submission(row)
        table.add_row(*(escape(_printable(cell)) for cell in cells))
    out.print(table)
    _print_more(out, len(rows))


def _print_more(out, count: int) -> None:
    more = count - SHOWN
    if more > 0:
        out.print(f"and {more} more: smed status --json")


def _printable(text: str) -> str:
    """Without what a terminal would obey: some of it came from outside."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _quarantined(row: dict) -> tuple[str, ...]:
    of = ", ".join(row["kpi_codes"]) or row["series_name"]
    year = f" {row['observation_year']}" if row["observation_year"] else ""
    found = f"{of} {row['country_name']}{year}: {row['observed_value']}"
    since = f"seen {(row['first_seen_at'] or '-')[DAY]}"
    return (
        row["owner_name"],
        f"{found}; expected {row['expected']}" if row["expected"] else found,
        f"vintage of {row['since_date']}, {since}" if row["snapshot_id"] else since,
        row["meanwhile"],
    )


def _submission(row: dict) -> tuple[str, ...]:
    about = " ".join(part for part in (row["form_code"], row["reporting_period"]) if part)
    invented = " (illustrative)" if row["is_illustrative"] else ""
    state = "waits for a second person" if row["state"] == "waiting" else "held back"
    return (
        row["party_name"],
        f"{about or 'a file'}, {state}{invented}",
        row["since"][DAY],
        row["reason"],
    )
