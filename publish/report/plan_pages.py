"""What the pages show that are about the whole plan: lines, reports, changes, quality, methods."""

from publish.report.facts import Rows, counted, grouped, thresholds

LARGEST = 40
# of what changed, on the first page
NAMED = 3
GOOD = ("achieved", "on_track")
STILL_OPEN = ("not_yet_due", "due")
# checks that warn of nothing; what they hold back is told beside them
SILENT = ("passed", "quarantined")


def current_lines(facts: dict[str, Rows], goal: str | None = None) -> Rows:
    """How each action line stands now, of one goal or of all.

    A half-year that has only begun is no reason to call one unreported: then it stands as its
    newest report says, and is overdue if its date has passed meanwhile.
    """
    reports, closed = newest_reports(facts, goal), _closed_periods(facts)
    return [
        _standing(row, reports.get(row["action_line_code"]), closed)
        for row in facts["action_line_progress"]
        if row["is_current"] and goal in (None, row["goal_code"])
    ]


def _standing(row: dict, report: dict | None, closed: set[str]) -> dict:
    if row["delivery_status"] != "not_reported" or report is None:
        return row
    status = report["delivery_status"]
    if row["is_past_due"]:
        status = "overdue"
    elif any(period > report["reporting_period"] for period in closed):
        status = "not_reported"
    is_illustrative = row["is_illustrative"] or report["is_illustrative"]
    return {**row, "delivery_status": status, "is_illustrative": is_illustrative}


def _closed_periods(facts: dict[str, Rows]) -> set[str]:
    """The half-years for which no report of progress can come in time any more."""
    owed = [row for row in facts["reporting_coverage"] if row["kind"] == "progress"]
    still = {r["reporting_period"] for r in owed if r["reporting_status"] in STILL_OPEN}
    return {row["reporting_period"] for row in owed} - still


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
    current = current_lines(facts)
    return {
        "goals": facts["goals"],
        "lines": current,
        "reports": newest_reports(facts),
        "missing_lines": facts["action_lines_known_missing"],
        "budgets": facts["goal_budgets"],
        "progress": [
            {**row, **_counted_as_shown(current, row["goal_code"])}
            for row in facts["goal_progress"]
            if row["is_current"]
        ],
    }


def _counted_as_shown(lines: Rows, goal: str) -> dict[str, int]:
    """How many lines of a goal stand as overdue or unreported, as the lines' own table says."""
    own = [row["delivery_status"] for row in lines if row["goal_code"] == goal]
    return {f"{status}_count": own.count(status) for status in ("overdue", "not_reported")}


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
        "revised_count": _revised_figures(facts["kpi_revisions"]),
    }


def _largest(versions: Rows) -> Rows:
    """The revisions of which a size can be told, the largest first."""
    sized = [row for row in _by_sources(versions) if row["relative_change_pct"] is not None]
    return sorted(sized, key=lambda row: -abs(row["relative_change_pct"]))


def _by_sources(versions: Rows) -> Rows:
    """The versions that a source made of its own figures, not a member state of what it sent."""
    return [
        row
        for row in versions
        if row["change_type"] == "changed" and row["vintage_basis"] != "submission"
    ]


def _revised_figures(versions: Rows) -> int:
    """How many figures the sources revised, each once, however often it was."""
    key = ("kpi_code", "country_code", "observation_year")
    return len({tuple(row[name] for name in key) for row in _by_sources(versions)})


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


def quality(facts: dict[str, Rows], held_back: list[dict], waiting: list[dict]) -> dict:
    """What is held back, what the checks found, what is stale or ended."""
    # by whom a check was run says nothing of what it found
    results = [{k: v for k, v in r.items() if k != "run_id"} for r in facts["quality_results"]]
    return {
        "held_back": held_back,
        "waiting": waiting,
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
