"""What the report tells: rows of a release's own database, read once and never reckoned with."""

from collections import Counter, defaultdict

import duckdb

from publish.report.labels import NO_COPY_HELD

MARTS = (
    "action_line_progress",
    "development_gaps",
    "goal_achievements",
    "goal_budgets",
    "goal_progress",
    "goal_scorecards",
    "kpi_achievements",
    "kpi_observations",
    "kpi_revisions",
    "quality_results",
    "regional_achievements",
    "regional_observations",
    "reporting_coverage",
    "source_discrepancies",
    "sources",
    "submitted_values",
)
PLAN = (
    "action_lines",
    "action_lines_known_missing",
    "countries",
    "country_champions",
    "data_sources",
    "errata",
    "goals",
    "kpi_series",
    "kpis",
    "parties",
    "plans",
    "releases",
    "targets",
    "thresholds",
    "units",
)
# the same on every row of a mart: left out, lest every page be made anew for each new day
SAME_EVERYWHERE = "as_of_date"
# states of a series of which figures come from member states alone; of none, nobody can tell
SENT = ("submitted", None)

Rows = list[dict]


def missing_tables(connection) -> list[str]:
    """The tables that the report is about and that the release lacks, sorted, with their schema."""
    held = {
        f"{schema}.{table}"
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall()
    }
    return sorted(_queries().keys() - held)


def read_facts(connection) -> dict[str, Rows]:
    """Every table that the report shows, by name, in the order of its columns.

    Null numbers are None, never NaN. The release has all of these tables.
    """
    return {
        name.split(".")[1]: [
            _told(row) for row in read_rows(connection, f"{select} from {name} order by all")
        ]
        for name, select in _queries().items()
    }


def _told(row: dict) -> dict:
    """A row that says whether nothing is held of a source, or nothing came from a member state."""
    if row.get("reason_code") == "no_vintage_held" and row.get("source_state") not in SENT:
        return {**row, "reason_code": NO_COPY_HELD}
    return row


def _queries() -> dict[str, str]:
    queries = {f"marts.{name}": f"select * exclude ({SAME_EVERYWHERE})" for name in MARTS}
    return queries | {f"plan.{name}": "select *" for name in PLAN}


def read_rows(connection, query: str, values: tuple = ()) -> Rows:
    """The rows of a query as dictionaries."""
    found = connection.execute(query, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def grouped(rows: Rows, *columns: str) -> dict:
    """Rows by the value of one column, or by the tuple of several; none gives an empty list."""
    groups: dict = defaultdict(list)
    for row in rows:
        key = tuple(row[column] for column in columns)
        groups[key if len(columns) > 1 else key[0]].append(row)
    return groups


def counted(rows: Rows, *columns: str) -> Rows:
    """How many rows there are of each combination of values, as ``count``."""
    counts = Counter(tuple(row[column] for column in columns) for row in rows)
    return [
        {**dict(zip(columns, key, strict=True)), "count": count} for key, count in counts.items()
    ]


def thresholds(facts: dict[str, Rows]) -> dict[str, float]:
    """The plan's cuts and limits by their code."""
    return {row["threshold_code"]: row["threshold_value"] for row in facts["thresholds"]}


def picked(rows: Rows, *columns: str) -> Rows:
    """The rows with these columns only; one that a release does not have yet is None."""
    return [{column: row.get(column) for column in columns} for row in rows]


# what a person would call another figure: the one before, the one now, and what they are of
DIFFERENCES = """
select
    coalesce(new.kpi_code, old.kpi_code) as kpi_code,
    coalesce(new.kpi_name, old.kpi_name) as kpi_name,
    coalesce(new.country_code, old.country_code) as country_code,
    coalesce(new.country_name, old.country_name) as country_name,
    coalesce(new.observation_year, old.observation_year) as observation_year,
    old.value as old_value,
    new.value as new_value,
    old.unit_code as old_unit_code,
    new.unit_code as new_unit_code,
    case
        when old.unit_code = new.unit_code
            then (new.value - old.value) * 100 / nullif(abs(old.value), 0)
    end as relative_change_pct,
    coalesce(new.is_illustrative, old.is_illustrative) as is_illustrative,
    coalesce(new.is_recorded, old.is_recorded) as is_recorded,
    case
        when old.value is null then 'added'
        when new.value is null then 'withdrawn'
        when old.unit_code <> new.unit_code then 'rebased'
        else 'changed'
    end as change_type
from marts.kpi_observations as new
full join before.marts.kpi_observations as old
    using (kpi_code, country_code, observation_year)
where old.value is distinct from new.value or (
    old.value is not null and old.unit_code is distinct from new.unit_code
)
order by
    abs(relative_change_pct) desc nulls last,
    kpi_code,
    country_code,
    observation_year
"""
FLIPS = """
select
    new.kpi_code,
    new.kpi_name,
    new.country_code,
    new.country_name,
    old.status as old_status,
    old.reason_code as old_reason_code,
    new.status as new_status,
    new.reason_code as new_reason_code,
    new.is_illustrative,
    new.is_recorded
from marts.kpi_achievements as new
inner join before.marts.kpi_achievements as old using (kpi_code, country_code)
where (old.status, old.reason_code) is distinct from (new.status, new.reason_code)
order by all
"""


def read_changes(connection, database: str | None) -> dict | None:
    """What differs from the release before, whose file is ``database``: figures and flips.

    None where there is none before, or where it was published before these tables were.
    """
    if database is None:
        return None
    try:
        connection.execute(
            f"attach '{database.replace(chr(39), chr(39) * 2)}' as before (read_only)"
        )
        return {
            "figures": read_rows(connection, DIFFERENCES),
            "flips": read_rows(connection, FLIPS),
        }
    # damaged, or published before there were such tables or columns
    except (duckdb.IOException, duckdb.CatalogException, duckdb.BinderException):
        return None
