"""A release small enough to be worked out by hand: two goals, four KPIs, three member states.

Its tables have the columns that the models' contracts promise; what a row does not say is null, or
false. ``K-1`` has figures, ``K-2`` a series that ended in 2019, ``K-3`` one illustrative figure,
``K-4`` none at all.
"""

import json
from pathlib import Path

import duckdb
import yaml

from publish.report.facts import MARTS, PLAN
from publish.tables import DATABASE, QUALITY_COLUMNS
from smed.settings import DBT_PROJECT

TYPES = {"string": "varchar", "integer": "integer", "double": "double"}
COUNTRIES = [("AAA", "Indonesia", "ID"), ("BBB", "Cambodia", "KH"), ("CCC", "Singapore", "SG")]
KPIS = [("K-1", "X"), ("K-2", "X"), ("K-3", "Y"), ("K-4", "Y")]
GOALS = [("X", "Grow"), ("Y", "Trade")]
YEARS = range(2016, 2024)
CUTS = {
    "goal_moving_score": 0,
    "score_extreme": 5,
    "goal_delivered_pct": 75,
    "release_fresh_days": 45,
}
RUN = {"run_id": "run-1", "as_of": "2024-03-01", "sources": "recorded", "base": None, "release": 1}


def _status(kpi: str, country: str) -> dict:
    """K-1: on track, worse, too slow; K-2 ended; K-3: one on track, one not asked; K-4 nothing."""
    statuses = {
        "K-1": {"AAA": "on_track", "BBB": "deterioration", "CCC": "acceleration_needed"},
        "K-3": {"AAA": "on_track"},
    }
    status = statuses.get(kpi, {}).get(country, "not_assessed")
    reasons = {"K-2": "discontinued", "K-3": "no_data", "K-4": "no_vintage_held"}
    reason = None if status != "not_assessed" else reasons[kpi]
    if (kpi, country) == ("K-3", "BBB"):
        reason = "not_applicable"
    scores = {"on_track": 2.5, "acceleration_needed": 0.5, "deterioration": -5.0}
    return {"status": status, "reason_code": reason, "score": scores.get(status)}


def _value(kpi: str, country: str, year: int) -> float | None:
    """A gap in 2018; K-2 stops after 2019."""
    place = [code for code, *_ in COUNTRIES].index(country)
    if kpi == "K-1":
        return None if year == 2018 else 1000.0 * (place + 1) + 10 * (year - 2016)
    if kpi == "K-2" and year <= 2019:
        return 20.0 + place - (year - 2016)
    if (kpi, country) == ("K-3", "AAA") and year in (2016, 2023):
        return 12.5 + (year - 2016)
    return None


def _observations() -> list[dict]:
    return [
        {
            **_names(kpi, goal, country),
            "observation_year": year,
            "value": _value(kpi, country, year),
            "unit_code": "pct" if kpi == "K-3" else "usd",
            "observation_status": "missing" if _value(kpi, country, year) is None else "reported",
            "source_state": _state(kpi),
            "series_code": f"S.{kpi}",
            "snapshot_id": "abc",
            "vintage_date": "2024-02-01",
            "vintage_basis": "printed_by_source",
            "known_from": "2024-02-01",
            "is_break": (kpi, country, year) == ("K-1", "AAA", 2020),
            "is_recorded": kpi in ("K-1", "K-2"),
            "is_illustrative": kpi == "K-3",
        }
        for kpi, goal in KPIS
        for country in (code for code, *_ in COUNTRIES)
        for year in YEARS
    ]


def _names(kpi: str, goal: str, country: str) -> dict:
    return {
        "kpi_code": kpi,
        "goal_code": goal,
        "country_code": country,
        "kpi_name": f"Figure {kpi}",
        "country_name": next(name for code, name, _ in COUNTRIES if code == country),
    }


def _state(kpi: str) -> str:
    return {"K-1": "live", "K-2": "discontinued"}.get(kpi, "submitted")


def _achievements() -> list[dict]:
    rows = []
    for kpi, goal in KPIS:
        for country, _, _ in COUNTRIES:
            held = [y for y in YEARS if _value(kpi, country, y) is not None]
            ends = {}
            if held:
                ends = {
                    "baseline_year": held[0],
                    "baseline_value": _value(kpi, country, held[0]),
                    "latest_year": held[-1],
                    "latest_value": _value(kpi, country, held[-1]),
                    "growth_pct": 1.25,
                }
            rows.append(
                {
                    **_names(kpi, goal, country),
                    **_status(kpi, country),
                    **ends,
                    "group_code": "ONE" if country == "AAA" else "TWO",
                    "unit_code": "pct" if kpi == "K-3" else "usd",
                    "baseline_unit_code": "pct" if kpi == "K-3" else "usd",
                    "series_code": f"S.{kpi}",
                    "source_state": _state(kpi),
                    "state_from_date": "2021-09-16",
                    "direction": "higher",
                    "un_chart_status": "not_assessed",
                    "linear_path_status": "not_applicable",
                    "agreement": "not_assessed",
                    "is_recorded": kpi in ("K-1", "K-2"),
                    "is_illustrative": kpi == "K-3" and bool(held),
                }
            )
    return rows


def _means() -> list[dict]:
    """Of every group the figures of its one member, as far as a chart is concerned."""
    groups = [("ALL", "CCC"), ("ONE", "AAA"), ("TWO", "BBB")]
    return [
        {**row, "group_code": group}
        for row in _observations()
        for group, country in groups
        if row["country_code"] == country
    ]


def _lines() -> list[dict]:
    """One late line, whose report of 2023H1 slipped its date by 100 days."""
    line = {
        "action_line_code": "X-1.1",
        "action_line_name": "Do it",
        "goal_code": "X",
        "initial_due_date": "2023-03-23",
        "lead_country_codes": "AAA|BBB",
        "is_past_due": True,
    }
    lights = {f"{name}_light": "grey" for name in ("schedule", "budget", "personnel", "quality")}
    newest = {"reporting_period": "2023H2", "delivery_status": "not_reported", "is_current": True}
    reported = {
        "reporting_period": "2023H1",
        "delivery_status": "overdue",
        "submission_id": "sub-1",
        "current_due_date": "2023-07-01",
        "drift_days": 100,
        "complete_pct": 40,
        "schedule_light": "red",
        "is_illustrative": True,
    }
    return [{**line, **lights, **newest}, {**line, **lights, **reported}]


def _scorecards() -> list[dict]:
    """X moves with a score of 1.2 and delivers nothing; of Y nobody can tell."""
    known = {
        "kpis_count": 2,
        "countries_applicable_count": 3,
        "lines_known_missing_count": 0,
        "due_lines_count": 1,
    }
    names = dict(GOALS)
    return [
        {
            **known,
            "goal_code": "X",
            "goal_name": names["X"],
            "champion_country_codes": "AAA",
            "kpis_assessed_count": 1,
            "countries_assessed_count": 3,
            "achievement_score": 1.2,
            "delivery_rate_pct": 0,
            "quadrant": "not_delivered_moving",
            "worst_kpi_code": "K-1",
            "worst_country_code": "BBB",
        },
        {
            **known,
            "goal_code": "Y",
            "goal_name": names["Y"],
            "kpis_assessed_count": 1,
            "countries_assessed_count": 1,
            "achievement_reason_code": "coverage",
            "quadrant": "unknown",
            "is_illustrative": True,
        },
    ]


def _plan() -> dict[str, list[dict]]:
    plan = {
        "plan_code": "P",
        "plan_name": "The plan",
        "region_code": "ALL",
        "leading_group_code": "ONE",
        "following_group_code": "TWO",
        "baseline_year": 2016,
    }
    kpi = {"unit_code": "usd", "direction": "higher", "aggregation_code": "simple_mean"}
    return {
        "plans": [plan],
        "goals": [{"goal_code": code, "goal_name": name} for code, name in GOALS],
        "kpis": [
            {**kpi, "kpi_code": code, "goal_code": goal, "kpi_name": f"Figure {code}"}
            for code, goal in KPIS
        ],
        "countries": [
            {"country_code": c, "country_name": n, "iso2_code": i, "group_code": "ONE"}
            for c, n, i in COUNTRIES
        ],
        "country_champions": [{"goal_code": "X", "country_code": "AAA"}],
        "parties": [
            {"party_code": code, "country_code": code, "party_name": name}
            for code, name, _ in COUNTRIES
        ],
        "units": [
            {"unit_code": "usd", "unit_name": "US dollars", "display_digits": 0},
            {"unit_code": "pct", "unit_name": "per cent", "display_digits": 1},
        ],
        "thresholds": [
            {"threshold_code": code, "threshold_value": value, "reason": "because"}
            for code, value in CUTS.items()
        ],
    }


def small_tables() -> dict[str, list[dict]]:
    """The rows of every table that has some, by name."""
    return {
        **_plan(),
        **_judged(),
        **_noted(),
        "kpi_observations": _observations(),
        "kpi_achievements": _achievements(),
        "regional_observations": _means(),
        "action_line_progress": _lines(),
        "goal_scorecards": _scorecards(),
    }


def _judged() -> dict[str, list[dict]]:
    gap = {"kpi_code": "K-1", "gap_ratio": 1.5}
    revision = {
        **_names("K-1", "X", "AAA"),
        "series_code": "S.K-1",
        "observation_year": 2016,
        "version_number": 2,
        "change_type": "changed",
        "value": 1000.0,
        "previous_value": 800.0,
        "unit_code": "usd",
        "previous_unit_code": "usd",
        "relative_change_pct": 25.0,
        "known_from": "2024-02-01",
        "is_current": True,
        "is_recorded": True,
    }
    return {
        "goal_achievements": [
            {"goal_code": "X", "country_code": code, "score": score, "worst_kpi_code": "K-1"}
            for code, score in (("AAA", 2.5), ("BBB", -5.0), ("CCC", 0.0))
        ],
        "kpi_revisions": [revision],
        "development_gaps": [
            {**gap, "observation_year": 2016, "gap_status": "not_assessed"},
            {**gap, "observation_year": 2023, "gap_status": "converging"},
        ],
    }


def _noted() -> dict[str, list[dict]]:
    owed = {
        "obligation_id": "one",
        "party_code": "AAA",
        "country_code": "AAA",
        "kind": "kpi",
        "kpi_code": "K-3",
        "reporting_period": "2023H2",
        "reporting_status": "due",
        "due_date": "2024-02-29",
    }
    return {
        "reporting_coverage": [owed],
        "quality_results": [
            {"check_id": "c", "table_name": "t", "severity": "critical", "status": "passed"},
            {"check_id": "d", "table_name": "t", "severity": "warning", "status": "warned"},
        ],
        "sources": [
            {
                "series_code": f"S.{kpi}",
                "series_name": f"Series {kpi}",
                "citation": "Somebody",
                "source_state": _state(kpi),
                "state_from_date": "2021-09-16",
            }
            for kpi, _ in KPIS
        ],
    }


def write_release(folder: Path, tables: dict[str, list[dict]]) -> Path:
    """Writes the database of a release, of which the pages are made; returns ``folder``."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        connection.execute("begin")
        for schema, names in (("marts", MARTS), ("plan", PLAN)):
            connection.execute(f"create schema {schema}")
            for name in names:
                columns = _columns(schema, name)
                connection.execute(
                    f"create table {schema}.{name} ("
                    + ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
                    + ")"
                )
                for row in tables.get(name, []):
                    falses = {c: False for c, kind in columns.items() if kind == "boolean"}
                    said = {**falses, **row}
                    listed = {c: said[c] for c in said if c in columns}
                    connection.execute(
                        f"insert into {schema}.{name} ({', '.join(listed)})"
                        f" values ({', '.join('?' * len(listed))})",
                        list(listed.values()),
                    )
        connection.execute("commit")
    return folder


def _columns(schema: str, name: str) -> dict[str, str]:
    if name == "quality_results":
        kinds = {column: kind for column, (kind, _) in QUALITY_COLUMNS.items()}
        return {**kinds, "as_of_date": "date", "is_illustrative": "boolean"}
    folder = "marts" if schema == "marts" else "staging/plan"
    model = name if schema == "marts" else f"stg_plan__{name}"
    text = (DBT_PROJECT / "models" / folder / f"{model}.yml").read_text(encoding="utf-8")
    (described,) = (m for m in yaml.safe_load(text)["models"] if m["name"] == model)
    return {
        column["name"]: TYPES.get(column["data_type"], column["data_type"])
        for column in described["columns"]
    }


def write_status(home: Path, **facts) -> None:
    """What ``status.js`` says beside a published release."""
    status = {"outcome": "published", "release": 1, "as_of": RUN["as_of"], "held": None, **facts}
    text = f"window.SMED_STATUS = {json.dumps(status)};\n"
    (home / "status.js").write_text(text, encoding="utf-8")
