"""What the pages show that are about the whole plan: lines, reports, changes, quality, methods."""

from publish.report.facts import Rows, counted, grouped, thresholds

LARGEST = 40
# of what changed, on the first page
NAMED = 3
GOOD = ("achieved", "on_track")
# checks that warn of nothing; what they hold back is told beside them
SILENT = ("passed", "quarantined")


def current_lines(facts: dict[str, Rows], goal: str | None = None) -> Rows:
    """How each action line stands now, of one goal or of all."""
    return [
        row
        for row in facts["action_line_progress"]
        if row["is_current"] and goal in (None, row["goal_code"])
    ]


def newest_reports(facts: dict[str, Rows], goal: str | None = None) -> dict[str, dict]:
    """The newest half-year of each action line for which there is a report."""
    reported = [
        row
        for row in facts["action_line_progress"]
        if row["submission_id"] and goal in (None, row["goal_code"])
    ]
    return {
        row["action_line_code"]: row
        for row in sorted(reported, key=lambda row: row["reporting_period"])
    }


def lines(facts: dict[str, Rows]) -> dict:
    """Every action line: how it stands, its newest report, budgets and progress by goal."""
    return {
        "goals": facts["goals"],
        "lines": current_lines(facts),
        "reports": newest_reports(facts),
        "missing_lines": facts["action_lines_known_missing"],
        "budgets": facts["goal_budgets"],
        "progress": [row for row in facts["goal_progress"] if row["is_current"]],
    }


def reporting(facts: dict[str, Rows]) -> dict:
    """How many reports each party owes and has sent, by half-year."""
    rows = facts["reporting_coverage"]
    dues = {row["reporting_period"]: row["due_date"] for row in rows}
    return {
        "parties": sorted(facts["parties"], key=lambda row: row["party_name"]),
        "periods": [
            {"period": period, "due_date": dues[period]} for period in sorted(dues, reverse=True)
        ],
        "counts": {
            f"{party} {period}": counted(found, "reporting_status")
            for (party, period), found in grouped(rows, "party_code", "reporting_period").items()
        },
        "statuses": counted(rows, "kind", "reporting_status"),
        "is_illustrative": any(row["is_illustrative"] for row in rows),
    }


def summary(facts: dict[str, Rows], changes: dict | None) -> dict:
    """What differs from the release before, in short; without one, what the sources revised."""
    shown = changes or {"figures": [], "flips": []}
    return {
        "has_before": changes is not None,
        "figures_count": len(shown["figures"]),
        "flips_count": len(shown["flips"]),
        "flips": shown["flips"][:NAMED],
        "figures": shown["figures"][:NAMED],
        "revised": [] if changes else _largest(facts["kpi_revisions"])[:NAMED],
        "revised_count": sum(row["change_type"] == "changed" for row in facts["kpi_revisions"]),
    }


def _largest(versions: Rows) -> Rows:
    """The revisions of which a size can be told, the largest first."""
    moved = [row for row in versions if row["change_type"] in ("changed", "rebased", "withdrawn")]
    sized = [row for row in moved if row["relative_change_pct"] is not None]
    return sorted(sized, key=lambda row: -abs(row["relative_change_pct"]))


def changes(facts: dict[str, Rows], changes: dict | None) -> dict:
    """What differs from the release before, and what the sources themselves changed."""
    versions = facts["kpi_revisions"]
    newest = sorted({row["known_from"] for row in versions}, reverse=True)
    shown = changes or {"figures": [], "flips": []}
    return {
        "has_before": changes is not None,
        "figures": shown["figures"][:LARGEST],
        "figures_count": len(shown["figures"]),
        "counts": counted(shown["figures"], "change_type"),
        "flips": shown["flips"],
        "days": [
            {"known_from": day, "counts": counted(found, "change_type"), "kpis": _kpis_of(found)}
            for day in newest
            for found in [[row for row in versions if row["known_from"] == day]]
        ],
        "largest": _largest(versions)[:LARGEST],
    }


def _kpis_of(rows: Rows) -> list[str]:
    return sorted({row["kpi_code"] for row in rows})


def quality(facts: dict[str, Rows], held_back: list[dict]) -> dict:
    """What is held back, what the checks found, what is stale or ended."""
    # by whom a check was run says nothing of what it found
    results = [{k: v for k, v in r.items() if k != "run_id"} for r in facts["quality_results"]]
    return {
        "held_back": held_back,
        "quarantined": [row for row in results if row["status"] == "quarantined"],
        "noted": [row for row in results if row["status"] not in SILENT],
        "counts": counted(results, "severity", "status"),
        "checks": counted(results, "table_name", "severity", "status"),
        "members": facts["kpi_achievements"],
        "sources": facts["sources"],
    }


def methods(facts: dict[str, Rows]) -> dict:
    """How verdicts are made: cuts, readings of KPIs and slips of the document."""
    return {
        "plan": facts["plans"][0],
        "thresholds": facts["thresholds"],
        "errata": facts["errata"],
        "kpis": facts["kpis"],
        "releases": facts["releases"],
        "cuts": thresholds(facts),
        "method": next(iter(facts["kpi_achievements"]), None),
    }


def sources(facts: dict[str, Rows]) -> dict:
    """Every series with its publisher."""
    return {"sources": facts["sources"], "publishers": facts["data_sources"]}
