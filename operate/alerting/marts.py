"""What only a database can tell: cells that are held back, and figures that moved a lot."""

from datetime import date
from pathlib import Path

from expectations.alerts.incidents import CRITICAL, WARNING, Fact, Incident
from operate.alerting.owners import Owners
from smed.plan import Plan

QUARANTINED, REVISED = "quarantined", "revision_large"
SIFTED_QUERY = """
select table_name from information_schema.tables
where table_schema = 'inputs' and table_name = 'held_back_partitions'
"""
# the figures in use are those of the newest vintage that was not held back
HELD_QUERY = """
select
    held.source_code,
    held.series_code,
    held.country_code,
    any_value(coalesce(countries.country_name, held.country_code)) as country_name,
    max(observations.vintage_date) as shown_date,
    list(distinct {
        'date': cast(held.vintage_date as varchar), 'check': held.check_id,
        'finding': held.finding_id, 'year': cast(held.observation_year as varchar),
        'value': held.observed_value, 'expected': held.expected
    }) as findings
from inputs.held_back_partitions as held
left join plan.countries as countries on held.country_code = countries.country_code
left join marts.kpi_observations as observations
    on
        held.country_code = observations.country_code
        and (held.series_code in (observations.series_code, observations.kpi_code))
        and observations.value is not null
group by held.source_code, held.series_code, held.country_code
order by held.series_code, held.country_code
"""
# stronger than the threshold, let pass by a person, and new since the release before
REVISED_QUERY = """
select
    kpi_code, kpi_name, country_code, country_name,
    list({'year': cast(observation_year as varchar), 'old': previous_value, 'new': value}
        order by abs(relative_change_pct) desc) as cells
from marts.kpi_revisions
where
    change_type = 'changed'
    and abs(relative_change_pct) > $large_pct
    and known_from > $since and known_from <= $until
group by kpi_code, kpi_name, country_code, country_name
order by kpi_code, country_code
"""


def held_back(plan: Plan, database: Path, run_id: str) -> list[Incident] | None:
    """One per series and country of which a newer vintage is held back in a candidate.

    None for a candidate that was built before there was a gate on raw.
    """
    if not _rows(database, SIFTED_QUERY, {}):
        return None
    owners, kpis = Owners(plan), _kpis_by_series(plan)
    return [
        Incident(
            kind=QUARANTINED,
            severity=CRITICAL,
            subject=f"{row['series_code']}:{row['country_code']}",
            owners=owners.of_country(row["country_code"]),
            run_id=run_id,
            **_held_words(row, kpis.get(row["series_code"], [row["series_code"]])),
        )
        for row in _rows(database, HELD_QUERY, {})
    ]


def _kpis_by_series(plan: Plan) -> dict[str, list[str]]:
    """The KPIs that rest on each series: of its own, as a part of a ratio, or as weights."""
    pairs = [(row.series_code, row.kpi_code) for row in plan.kpi_series]
    parts = [
        (part, row.series_code)
        for row in plan.derived_series
        for part in (row.numerator_series_code, row.denominator_series_code)
    ]
    pairs += [(part, kpi) for part, ratio in parts for series, kpi in pairs if series == ratio]
    pairs += [(kpi.weight_series_code, kpi.kpi_code) for kpi in plan.kpis if kpi.weight_series_code]
    found: dict[str, list[str]] = {}
    for series, kpi in sorted(set(pairs)):
        found.setdefault(series, []).append(kpi)
    return found


def _held_words(row: dict, kpis: list[str]) -> dict:
    name, kpi = row["country_name"], ", ".join(kpis)
    findings = sorted(row["findings"], key=lambda found: found["date"], reverse=True)
    checks = dict.fromkeys(found["check"] for found in findings)
    shown = row["shown_date"]
    return {
        "title": f"{name}, {kpi} ({row['source_code']}, {row['series_code']}):"
        f" figures of {findings[-1]['date']} are held back by {', '.join(checks)}",
        "facts": tuple(
            Fact(name, kpi, found["year"] or "", found["value"] or "", found["expected"] or "")
            for found in findings
        ),
        "meanwhile": f"readers see {name}'s figures of {shown}"
        if shown
        else f"readers see what was known of {name} before",
        "action": "mend it at its source; if the figure is right, let it pass:"
        f" smed acknowledge {findings[0]['finding']} --reason TEXT",
    }


def large_revisions(
    plan: Plan, database: Path, since: date, until: date, run_id: str
) -> list[Incident]:
    """One per KPI and country of which a figure moved a lot between two as-of dates.

    They passed the gate, so a person let them pass: their owners are told what readers see now.
    """
    owners = Owners(plan)
    given = {"since": since, "until": until, "large_pct": plan.threshold("revision_large_pct")}
    return [
        Incident(
            kind=REVISED,
            severity=WARNING,
            subject=f"{row['kpi_code']}:{row['country_code']}",
            owners=owners.of_country(row["country_code"]),
            title=f"{row['country_name']}, {row['kpi_code']} {row['kpi_name']}:"
            f" figures revised by more than {given['large_pct']:g} %: {len(row['cells'])}",
            facts=tuple(_revised(row, cell) for cell in row["cells"]),
            meanwhile="readers see the new figures, and the old ones in kpi_revisions",
            action=f"smed revisions --kpi {row['kpi_code']} --country {row['country_code']}",
            run_id=run_id,
        )
        for row in _rows(database, REVISED_QUERY, given)
    ]


def _revised(row: dict, cell: dict) -> Fact:
    values = (f"{cell[name]:.10g}" for name in ("new", "old"))
    new, old = values
    return Fact(row["country_name"], row["kpi_code"], cell["year"], new, f"was {old}")


def _rows(database: Path, query: str, given: dict) -> list[dict]:
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(query, given)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
