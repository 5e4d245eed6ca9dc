"""A report of revisions in plain words."""

from collections import Counter

MOST_SHOWN = 20


def sentences(report: dict) -> list[str]:
    """The counts, the largest changes, withdrawals, changes of unit, then every flipped status."""
    total = sum(report["counts"].values())
    shares = [
        f"{count} {kind} ({count * 100 / total:.1f} %)" for kind, count in report["counts"].items()
    ]
    head = f"Figures from {report['from_date']} to {report['to_date']}"
    said = [f"{head}: {', '.join(shares) or 'none was known on either date'}."]
    for kind, name in (("changed", "smaller changes"), ("withdrawn", "withdrawn figures")):
        found = [change for change in report["changes"] if change["change_type"] == kind]
        said += [_change_sentence(change) for change in found[:MOST_SHOWN]]
        if len(found) > MOST_SHOWN:
            said.append(f"... and {len(found) - MOST_SHOWN} {name}.")
    said += _rebased_sentences(report["changes"])
    said += [_flip_sentence(flip["country_name"], flip) for flip in report["flips"]]
    said += [_flip_sentence(flip["group_code"], flip) for flip in report["region_flips"]]
    return said + [_goal_sentence(goal) for goal in report["goal_changes"]]


def _change_sentence(change: dict) -> str:
    where = f"{change['country_name']}, {change['kpi_name']} {change['observation_year']}"
    old, new = change["old_value"], change["new_value"]
    if new is None:
        return f"{where}: {old:g} withdrawn."
    share = change["relative_change_pct"]
    by = f" ({share:+.1f} %)" if share is not None else ""
    return f"{where}: {old:g} -> {new:g}{by}."


def _rebased_sentences(changes: list[dict]) -> list[str]:
    """One for each KPI and unit: all figures of a vintage change their unit at once."""
    columns = ("kpi_name", "series_code", "old_unit_code", "new_unit_code")
    groups = Counter(
        tuple(change[column] for column in columns)
        for change in changes
        if change["change_type"] == "rebased"
    )
    return [
        f"{name} ({series}): {count} figures are now in {new}"
        + (f", were in {old}." if old != new else " of another base.")
        for (name, series, old, new), count in groups.items()
    ]


def _flip_sentence(who: str, flip: dict) -> str:
    def said(age: str) -> str:
        reason = flip[f"{age}_reason_code"]
        words = flip[f"{age}_status"] + (f" ({reason})" if reason else "")
        return words.replace("_", " ")

    cause = "" if flip["is_revised"] else ", with no figure revised"
    if flip["has_new"] and not flip["is_revised"]:
        cause = ", by new figures"
    return f"{who}, {flip['kpi_name']}: status was {said('old')}, is {said('new')}{cause}."


def _goal_sentence(goal: dict) -> str:
    scores = ("none" if goal[s] is None else f"{goal[s]:+.1f}" for s in ("old_score", "new_score"))
    old, new = (goal[q].replace("_", " ") for q in ("old_quadrant", "new_quadrant"))
    quadrant = f"; quadrant was {old}, is {new}" if old != new else ""
    return f"Goal {goal['goal_code']}, {goal['goal_name']}: score {' -> '.join(scores)}{quadrant}."
