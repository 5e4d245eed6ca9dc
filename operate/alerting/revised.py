"""Figures that moved a lot from one release to the next, though nothing stopped them."""

from datetime import date
from pathlib import Path

from expectations.alerts.incidents import WARNING, Fact, Incident
from operate.alerting.owners import Owners
from smed.plan import Plan

KIND = "revision_large"
# stronger than the threshold, let pass by a person, and new since the release before
REVISED_QUERY = """
select
    kpi_code, kpi_name, country_code, country_name,
    list({
        'year': cast(observation_year as varchar), 'old': previous_value, 'new': value,
        'unit': unit_name
    } order by abs(relative_change_pct) desc) as cells
from marts.kpi_revisions
left join plan.units using (unit_code)
where
    change_type = 'changed'
    and abs(relative_change_pct) > $large_pct
    and known_from > $since and known_from <= $until
group by kpi_code, kpi_name, country_code, country_name
order by kpi_code, country_code
"""


def incidents(plan: Plan, database: Path, since: date, until: date, run_id: str) -> list[Incident]:
    """One per KPI and country of which a figure moved a lot between two as-of dates.

    They passed the gate, so a person let them pass: their owners are told what readers see now.
    """
    owners = Owners(plan)
    given = {"since": since, "until": until, "large_pct": plan.threshold("revision_large_pct")}
    return [
        Incident(
            kind=KIND,
            severity=WARNING,
            subject=f"{row['kpi_code']}:{row['country_code']}",
            owners=owners.of_country(row["country_code"]),
            title=f"{row['kpi_name']} ({row['kpi_code']}) of {row['country_name']}:"
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
    unit = cell["unit"] or ""
    return Fact(row["country_name"], row["kpi_code"], cell["year"], new, f"was {old}", unit)


def _rows(database: Path, query: str, given: dict) -> list[dict]:
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(query, given)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
