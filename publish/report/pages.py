"""Which pages the report has, and the rows of a release that each of them shows."""

from dataclasses import dataclass

from publish.report import plan_pages
from publish.report.facts import Rows, counted, grouped, picked, thresholds
from publish.report.findings import UNASSESSED
from publish.report.plan_pages import GOOD, LARGEST, SILENT, current_lines, newest_reports

OBSERVATION = (
    "kpi_code",
    "country_code",
    "observation_year",
    "value",
    "unit_code",
    "observation_status",
    "is_break",
    "is_recorded",
    "is_illustrative",
    "is_held_back",
)
TRACED = (
    *OBSERVATION,
    "source_code",
    "series_code",
    "source_state",
    "snapshot_id",
    "vintage_date",
    "vintage_basis",
    "known_from",
    "is_corrected",
    "correction_id",
)
MEAN = ("kpi_code", "group_code", "observation_year", "value", "is_recorded", "is_illustrative")


@dataclass(frozen=True)
class Page:
    """A page: the name of its file, its template, what it shows, and its place in the menu."""

    name: str
    template: str
    context: dict
    menu: str = ""


def list_pages(
    facts: dict[str, Rows], changes: dict | None, held_back: list[dict], waiting: list[dict]
) -> list[Page]:
    """Every page of the report; contexts hold rows and no words of any language.

    ``changes`` as ``facts.read_changes`` gives them; ``held_back`` are the run's
    quarantined rows, ``waiting`` its submissions that wait for a second person.
    """
    book = _Book(facts)
    pages = [
        Page("index", "index", _index(facts, book, changes, held_back, waiting), "index"),
        *(Page(f"goal-{code}", "goal", _goal(facts, book, code), "goals") for code in book.goals),
        *(
            Page(f"country-{code}", "country", _country(facts, book, code, held_back), "countries")
            for code in book.countries
        ),
        *(
            Page(f"kpi-{code}", "kpi", _kpi(facts, book, code, held_back), "kpis")
            for code in book.kpis
        ),
        Page("action-lines", "lines", plan_pages.lines(facts), "action-lines"),
        Page("reporting", "reporting", plan_pages.reporting(facts), "reporting"),
        Page("changes", "changes", plan_pages.changes(facts, changes), "changes"),
        Page("quality", "quality", plan_pages.quality(facts, held_back, waiting), "quality"),
        Page("methods", "methods", plan_pages.methods(facts), "methods"),
        Page("sources", "sources", plan_pages.sources(facts), "sources"),
    ]
    return pages + _traces(book)


class _Book:
    """The facts by what pages are made of."""

    def __init__(self, facts: dict[str, Rows]) -> None:
        self.goals = {row["goal_code"]: row for row in facts["goals"]}
        self.countries = {
            row["country_code"]: row
            for row in sorted(facts["countries"], key=lambda row: row["country_name"])
        }
        self.achievements = {
            (row["kpi_code"], row["country_code"]): row for row in facts["kpi_achievements"]
        }
        # one that the plan gains later, or has given up, has no statement as of this day
        stated = {kpi for kpi, _ in self.achievements}
        self.kpis = {row["kpi_code"]: row for row in facts["kpis"] if row["kpi_code"] in stated}
        self.observations = grouped(facts["kpi_observations"], "kpi_code")
        self.means = grouped(picked(facts["regional_observations"], *MEAN), "kpi_code")
        self.regions = grouped(facts["regional_achievements"], "kpi_code")
        self.gaps = grouped(facts["development_gaps"], "kpi_code")
        self.revisions = grouped(facts["kpi_revisions"], "kpi_code")
        self.plan = facts["plans"][0]

    def members(self, kpi: str) -> Rows:
        """A KPI's achievements, by the name of the member state."""
        return [self.achievements[kpi, country] for country in self.countries]

    def series(self, kpi: str) -> Rows:
        """A KPI's observations, by member state and year."""
        return picked(self.observations[kpi], *OBSERVATION)


def _shared(book: _Book) -> dict:
    """What leads from one page to its siblings."""
    return {
        "plan": book.plan,
        "goals": list(book.goals.values()),
        "countries": list(book.countries.values()),
        "kpis": list(book.kpis.values()),
    }


def _index(
    facts: dict[str, Rows],
    book: _Book,
    changes: dict | None,
    held_back: list[dict],
    waiting: list[dict],
) -> dict:
    noted = [row for row in facts["quality_results"] if row["status"] not in SILENT]
    return {
        **_shared(book),
        "scorecards": [_with_nature(book, row) for row in facts["goal_scorecards"]],
        "behind": {row["goal_code"]: _behind(book, row) for row in facts["goal_scorecards"]},
        "achievements": facts["kpi_achievements"],
        "members": {kpi: book.members(kpi) for kpi in book.kpis},
        "changes": plan_pages.summary(facts, changes),
        "cuts": thresholds(facts),
        "sources": facts["sources"],
        "held_back": held_back,
        "waiting": waiting,
        "warnings_count": len(noted),
    }


def _behind(book: _Book, scorecard: dict) -> Rows:
    """Where a goal is stuck most: the verdicts that share the lowest score, none if on track.

    The scorecard's worst KPI and worst member state are each the worst by a mean of its own, and
    need not have a verdict together.
    """
    told = [row for row in _assessed(book, scorecard["goal_code"]) if row["score"] is not None]
    lowest = min((row["score"] for row in told), default=None)
    return [row for row in told if row["score"] == lowest and row["status"] not in GOOD]


def _assessed(book: _Book, goal: str) -> Rows:
    return [
        row
        for row in book.achievements.values()
        if row["goal_code"] == goal and row["status"] != UNASSESSED
    ]


def _with_nature(book: _Book, scored: dict) -> dict:
    """A goal's score, be it of one member state, that says whether it rests on recorded figures."""
    country = scored.get("country_code")
    score = scored["score"] if country else scored["achievement_score"]
    rests_on_recorded = score is not None and any(
        row["is_recorded"]
        for row in _assessed(book, scored["goal_code"])
        if country in (None, row["country_code"])
    )
    return {**scored, "is_recorded": rests_on_recorded}


def _goal(facts: dict[str, Rows], book: _Book, code: str) -> dict:
    kpis = [row for row in book.kpis.values() if row["goal_code"] == code]
    scorecards = [
        _with_nature(book, row) for row in facts["goal_scorecards"] if row["goal_code"] == code
    ]
    return {
        **_shared(book),
        "goal": book.goals[code],
        "scorecard": scorecards[0] if scorecards else None,
        "behind": _behind(book, scorecards[0]) if scorecards else [],
        "cuts": thresholds(facts),
        "own_kpis": kpis,
        "members": {row["kpi_code"]: book.members(row["kpi_code"]) for row in kpis},
        "series": {row["kpi_code"]: book.series(row["kpi_code"]) for row in kpis},
        "achievements": [
            _with_nature(book, row)
            for row in facts["goal_achievements"]
            if row["goal_code"] == code
        ],
        "lines": current_lines(facts, code),
        "missing_lines": _missing_lines(facts, code),
        "reports": newest_reports(facts, code),
    }


def _missing_lines(facts: dict[str, Rows], goal: str) -> int:
    scorecards = [row for row in facts["goal_scorecards"] if row["goal_code"] == goal]
    return scorecards[0]["lines_known_missing_count"] if scorecards else 0


def _country(facts: dict[str, Rows], book: _Book, code: str, held_back: list[dict]) -> dict:
    owed = [row for row in facts["reporting_coverage"] if row["party_code"] == code]
    group = book.countries[code]["group_code"]
    own = [book.achievements[kpi, code] for kpi in book.kpis]
    return {
        **_shared(book),
        "country": book.countries[code],
        "achievements": own,
        "goal_scores": [
            _with_nature(book, row)
            for row in facts["goal_achievements"]
            if row["country_code"] == code
        ],
        "series": {
            kpi: [row for row in book.series(kpi) if row["country_code"] == code]
            for kpi in book.kpis
        },
        "means": {
            kpi: [row for row in book.means[kpi] if row["group_code"] != book.plan["region_code"]]
            for kpi in book.kpis
        },
        "spans": {kpi: _span(book, kpi) for kpi in book.kpis},
        "sources": {row["series_code"]: row for row in facts["sources"]},
        "regions": {
            kpi: next((row for row in book.regions[kpi] if row["group_code"] == group), None)
            for kpi in book.kpis
        },
        "led": [
            row["goal_code"] for row in facts["country_champions"] if row["country_code"] == code
        ],
        "owed": [row for row in owed if row["reporting_status"] in ("due", "not_yet_due")],
        "overdue": counted(
            [row for row in owed if row["reporting_status"] == "overdue"],
            "kind",
            "reporting_period",
        ),
        "held_back": [row for row in held_back if row.get("country_code") == code],
    }


def _span(book: _Book, kpi: str) -> list[float]:
    """The lowest and the highest value, so that a KPI has one scale on every page."""
    values = [row["value"] for row in book.observations[kpi] if row["value"] is not None]
    return [min(values), max(values)] if values else []


def _kpi(facts: dict[str, Rows], book: _Book, code: str, held_back: list[dict]) -> dict:
    serving = [row for row in facts["kpi_series"] if row["kpi_code"] == code]
    names = {row["series_code"] for row in book.members(code)}
    revised = [
        row
        for row in book.revisions[code]
        if row["change_type"] == "changed" and row["relative_change_pct"] is not None
    ]
    revised.sort(key=lambda row: -abs(row["relative_change_pct"]))
    return {
        **_shared(book),
        "kpi": book.kpis[code],
        "goal": book.goals[book.kpis[code]["goal_code"]],
        "members": book.members(code),
        "series": book.series(code),
        "span": _span(book, code),
        "means": book.means[code],
        "regions": book.regions[code],
        "gaps": book.gaps[code],
        "serving": serving,
        "sources": [row for row in facts["sources"] if row["series_code"] in names],
        "revisions": revised[:LARGEST],
        "revisions_count": len(revised),
        "discrepancies": [row for row in facts["source_discrepancies"] if row["kpi_code"] == code],
        "targets": [row for row in facts["targets"] if row["kpi_code"] == code],
        "held_back": [row for row in held_back if code in row["kpi_codes"]],
    }


def _traces(book: _Book) -> list[Page]:
    pages = []
    for kpi in book.kpis:
        rows = grouped(picked(book.observations[kpi], *TRACED), "country_code")
        versions = grouped(book.revisions[kpi], "country_code")
        for country in book.countries:
            context = {
                "kpi": book.kpis[kpi],
                "country": book.countries[country],
                "rows": rows[country],
                "versions": versions[country],
                "achievement": book.achievements[kpi, country],
            }
            pages.append(Page(f"trace-{kpi}-{country}", "trace", context, "kpis"))
    return pages
