"""What `smed trace` prints: the chain of one number as a tree."""

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

WIDEST = 10_000
DAY = slice(10)


def print_trace(chain: dict) -> None:
    """The chain of one number, from the release down to what was received."""
    tree = _of_line(chain) if "line" in chain else _of_observation(chain)
    for source in chain["sources"]:
        _add_source(tree, source)
    # a path that was cut leads nowhere
    Console(highlight=False, width=WIDEST).print(tree)


def _tree(headline: str, chain: dict) -> Tree:
    release = chain["release"]
    tree = Tree(escape(headline))
    tree.add(f"release {release['release']} as of {release['as_of']}, run {release['run_id']}")
    return tree


def _of_observation(chain: dict) -> Tree:
    row = chain["observation"]
    name = f"{row['kpi_code']} {row['country_name']} {row['observation_year']}"
    has_value = row["value"] is not None
    value = f"{row['value']:g} {row['unit_code']}" if has_value else row["observation_status"]
    invented = ", illustrative" if row["is_illustrative"] else ""
    tree = _tree(f"{name}: {value}{invented} ({row['kpi_name']})", chain)
    series = tree.add(f"series {row['series_code']} of {row['source_code']}, {row['source_state']}")
    for version in chain["versions"]:
        held = "withdrawn" if version["value"] is None else f"{version['value']:g}"
        until = f" until {version['known_to']}" if version["known_to"] else ""
        series.add(f"{version['change_type']} {version['known_from']}: {held}{until}")
    for row in chain["held_back"]:
        _add_held_back(tree, row)
    for word in chain["acknowledged"]:
        said = (
            f"{word['actor']} acknowledged {word['finding_id']} on {word['acknowledged_at'][DAY]}"
        )
        tree.add(escape(f"{said}: {word['reason']}"))
    if chain["correction"]:
        _add_correction(tree, chain["correction"])
    return tree


def _add_held_back(tree: Tree, row: dict) -> None:
    """A newer figure that readers do not see, and why."""
    year = f" in {row['observation_year']}" if row["observation_year"] else ""
    # whether an answer that was refused as a whole had a newer figure, nobody knows
    what = "figure" if row["snapshot_id"] else "answer for all countries"
    branch = tree.add(
        escape(
            f"a newer {what} of {row['vintage_date']} is held back by {row['check_id']}:"
            f" {row['observed_value']}{year} instead of {row['expected']}"
        )
    )
    branch.add(escape(f"meanwhile: {row['meanwhile']}"))
    branch.add("the means of its groups and the score of its goal rest on that, and name it")
    branch.add(escape(row["command"] or row["next_step"] or row["finding_id"]))


def _add_correction(tree: Tree, correction: dict) -> None:
    made = {
        "override": f"{correction['corrected_value']} instead",
        "drop": "left out",
        "flag": "flagged, and left as it is",
    }[correction["correction_action"]]
    branch = tree.add(
        f"correction {correction['correction_id']}: upstream says"
        f" {correction['upstream_value']:g}; {made}"
    )
    branch.add(escape(f"because: {correction['reason']}"))
    branch.add(escape(f"reported to: {correction['reported_to'] or 'nobody yet'}"))


def _of_line(chain: dict) -> Tree:
    row = chain["line"]
    status = row["delivery_status"].replace("_", " ")
    share = f", {row['complete_pct']:g} % done" if row["complete_pct"] is not None else ""
    invented = ", illustrative" if row["is_illustrative"] else ""
    name = f"{row['action_line_code']} {row['reporting_period']}"
    tree = _tree(f"{name}: {status}{share}{invented} ({row['action_line_name']})", chain)
    tree.add(f"due {row['initial_due_date']}, led by {row['lead_country_codes']}")
    if not chain["reports"]:
        tree.add("no report for this half-year or an earlier one")
    return tree


def _add_source(tree: Tree, source: dict) -> None:
    if source["kind"] == "submission":
        _add_submission(tree, source)
        return
    role = "" if source["role"] == "value" else f"{source['role']}: {source['series']}, "
    licence = source["licence"] or "licence not known"
    origin = f"vintage {source['vintage_date']} ({source['vintage_basis']})"
    landed = tree.add(escape(f"{role}{origin}, {source['series_title']}, {licence}"))
    found = source["in_file"]
    value = None if found is None else found["value"]
    said = "no value" if value is None else f"{value:.12g} at {found['economy']}, {found['time']}"
    landed.add(escape(f"file {source['path']}: {said}"))
    landed.add(f"sha256 {source['sha256']}")
    for response in source["responses"]:
        request = landed.add(escape(f"request {response['url']}"))
        request.add(f"retrieved {response['retrieved_at'] or 'never: recorded'}")
        request.add(escape(f"file {response['path']}"))


def _add_submission(tree: Tree, source: dict) -> None:
    role = "" if source["role"] == "value" else f"report for {source['role']}: "
    sender = f"from {source['party_code']}, received {source['received_at']} by {source['actor']}"
    landed = tree.add(escape(f"{role}submission {source['submission_id']} {sender}"))
    landed.add(escape(f"file {source['original_name']}: {_place(source['cell'])}"))
    landed.add(escape(f"kept as {source['path']}"))
    landed.add(f"sha256 {source['sha256']}")


def _place(cell: dict | None) -> str:
    """Where in the file the value stands."""
    if cell is None:
        return "the whole report"
    said = "nothing (it withdraws)" if cell["value"] is None else f"{cell['value']:.12g}"
    if cell["cell_reference"] is not None:
        sheet = f"{cell['sheet_name']} " if cell["sheet_name"] else ""
        return f"{said} at {sheet}{cell['cell_reference']}"
    return f"{said} in line {cell['row_number']}"
