"""What the commands on submissions print: plain words, the cells first."""

from rich.table import Table

from extract.submissions.lifecycle import STATE_WORDS
from operate.terminal import OUT
from smed.settings import Settings

FINDINGS_SHOWN = 10
PERIODS_SHOWN = 4
EFFECTS_SHOWN = 10
SHORT = {"kpi": "values", "progress": "progress"}
WORDS = {
    "accepted": "accepted",
    "valid": "in order, but waits for a second person",
    "quarantined": "held back",
    "duplicate": "nothing new",
    "superseded": "received, but something newer stands already",
    "unchanged": "nothing new",
    "received": "received, and not looked at yet",
    "refused": "not taken in",
    "left": "not taken in yet",
}


def _say(text: str) -> None:
    OUT.print(text, soft_wrap=True, markup=False)


def print_outcome(outcome) -> None:
    """The answer to one file: what became of it, the first findings, where the rest is."""
    name = outcome.incoming.path.name
    shown = "".join(c if c.isprintable() else "\ufffd" for c in name)
    is_partly = outcome.held_count and outcome.kind in ("accepted", "valid")
    joint = "; " if outcome.kind == "valid" else ", but "
    partly = f"{joint}rows of it are held back" if is_partly else ""
    _say(f"{shown}: {WORDS.get(outcome.kind, outcome.kind)}{partly}")
    submission = outcome.submission
    if submission is not None:
        about = " ".join(part for part in submission.key if part)
        version = f" version {submission.submission_version}" if submission.form_code else ""
        _say(f"  submission {submission.submission_id} ({about}{version})")
    if outcome.rows_count or outcome.held_count:
        _say(f"  rows in order: {outcome.rows_count}, held back: {outcome.held_count}")
    if outcome.message:
        _say(f"  {outcome.message}")
    for found in sorted(outcome.findings, key=lambda f: f.severity)[:FINDINGS_SHOWN]:
        _say(f"  {found.severity} {_place(found)}{found.message} [{found.rule_code}]")
        _say(f"    -> {found.hint}")
    more = len(outcome.findings) - FINDINGS_SHOWN
    if more > 0:
        _say(f"  and {more} more")
    _say_effects(outcome.effects)
    if outcome.answer:
        _say(f"  the whole answer: {outcome.answer}/answer.html")


def _say_effects(effects: dict[str, list[dict]]) -> None:
    """What a file changes of what its party sent before, and what it leaves as it was."""
    for line in effect_lines(effects):
        _say(f"  {line}")


def effect_lines(effects: dict[str, list[dict]]) -> list[str]:
    """The same as lines; none where nothing stood before."""
    changes, left = effects.get("changes", []), effects.get("left_out", [])
    lines = []
    for one in changes[:EFFECTS_SHOWN]:
        what = f"{one['what']}, {one['column']}" if one["column"] else one["what"]
        published = " (published)" if one["is_published"] else ""
        lines.append(f"changes {what}: {one['before']} becomes {one['after']}{published}")
    if len(changes) > EFFECTS_SHOWN:
        lines.append(f"and {len(changes) - EFFECTS_SHOWN} more changes")
    if left:
        named = "; ".join(f"{one['what']}: {one['value']}" for one in left[:EFFECTS_SHOWN])
        more = len(left) - EFFECTS_SHOWN
        rows, stay = ("1 row", "stays") if len(left) == 1 else (f"{len(left)} rows", "stay")
        lines.append(
            f"{rows} sent before and not taken from this file {stay} as before:"
            f" {named}{f' and {more} more' if more > 0 else ''}"
        )
        first = left[0]
        lines.append(
            f"to take one of them back: smed retract {first['submission_id']}"
            f" --row {first['row_number']} --reason TEXT"
        )
    return lines


def _place(found) -> str:
    """Sheet, cell and column, where they are known and the message does not begin with them."""
    if not found.reference:
        return "file: "
    if found.message.startswith(f"{found.reference}:"):
        return f"{found.sheet_name} " if found.sheet_name else ""
    column = f"({found.column_label})" if found.column_label else ""
    return " ".join(part for part in (found.sheet_name, found.reference, column) if part) + ": "


def print_overview(settings: Settings, facts: dict) -> None:
    """Who has reported what for the last periods, and what waits."""
    periods = facts["periods"][-PERIODS_SHOWN:]
    cells: dict[tuple[str, str], list[str]] = {}
    for row in facts["matrix"]:
        is_plain = row["state"] in (None, "accepted", "valid")
        outcome = "" if is_plain else f" ({STATE_WORDS.get(row['state'], row['state'])})"
        text = f"{SHORT[row['form_code']]} {row['status'].replace('_', ' ')}{outcome}"
        cells.setdefault((row["party_code"], row["reporting_period"]), []).append(text)
    names = {row["party_code"]: row["party_name"] for row in facts["matrix"]}
    table = Table(title="Who has reported", title_justify="left")
    for heading in ("Party", *periods):
        table.add_column(heading, overflow="fold")
    for party, name in sorted(names.items()):
        table.add_row(
            f"{party} {name}", *("\n".join(cells.get((party, p), ["-"])) for p in periods)
        )
    OUT.print(table)
    waiting = [row for row in facts["submissions"] if row["waits_for"]]
    for row in waiting:
        about = f"{row['party_code']} {row['form_code']} {row['reporting_period']}"
        _say(
            f"waits: {row['submission_id']} ({about}, sent by {row['sender']} {row['received_at']})"
        )
        _say(f"  because it {'; '.join(row['waits_for'])}")
    if waiting:
        _say(
            "Somebody else than the sender decides: smed review ID --accept|--return --reason TEXT"
        )
    for row in facts["conflicts"]:
        named = ", ".join(f"{party} in {name}" for party, name in row["submissions"].items())
        _say(f"contradiction on {row['action_line_code']} {row['reporting_period']}: {named}")
    for name in facts["unknown_inboxes"]:
        _say(f"inbox/{name} is no party of the plan: nothing is taken from it")
    illustrative = sum(row["is_illustrative"] for row in facts["submissions"])
    if illustrative:
        _say(
            f"{illustrative} of {len(facts['submissions'])} submissions are illustrative: invented"
        )
        _say("or merely quoted for the demonstration.")


def print_rechecked(rows: list[dict]) -> None:
    """What the rules of today find in what was accepted by others; nothing was dropped."""
    for row in rows:
        _say(
            f"{row['submission_id']}: accepted by rules {row['accepted_by_rules']};"
            f" today's find {row['blocking_count']} blocking, {row['warnings_count']} warnings"
        )
        for found in row["findings"][:FINDINGS_SHOWN]:
            place = " ".join(p for p in (found["sheet_name"], found["reference"]) if p)
            _say(f"  {found['severity']} {place}: {found['message']} [{found['rule_code']}]")
    _say(
        "Nothing was changed." if rows else "Everything that counts was accepted by today's rules."
    )
