"""The first gate: holds back what a source or a member sent wrong, before any figure is made of it.

A partition is a source's series (of submissions: a KPI) and a country; what fails a critical check
is held back for that country alone, and its last good vintage stays.

Which engine does what, and why: raw grows with every vintage, so DuckDB judges it here in plain
SQL, one scan that carries numbers in place of names, in the process that builds. What it found is
small: ``raw_partitions.py`` hands that to Great Expectations, beside the marts, so that both gates
speak through one model of verdicts, one table of results and one set of pages.
"""

from datetime import date
from itertools import cycle
from pathlib import Path

from expectations.raw_plan import write_plan
from smed.plan import Plan

_SQL = Path(__file__).with_name("raw_sql")
# of which medians are taken at once, since what they are taken of cannot go to disk
STEPS_A_PART = 4_000_000
# functions that the statements share; they vanish with the connection
_MACROS = """
create or replace temp macro raw_number(x) as format('{:.10g}', x);
create or replace temp macro raw_count(mask) as cast(bit_count(mask) as integer);
create or replace temp macro raw_years(mask) as list_transform(
    list_filter(range(0, 126), lambda bit: (mask >> cast(bit as integer)) & 1 = 1),
    lambda bit: bit + $first_year
);
create or replace temp macro raw_filled(template, facts) as format(
    template,
    coalesce(cast(facts[1] as varchar), ''),
    coalesce(cast(facts[2] as varchar), ''),
    coalesce(cast(facts[3] as varchar), '')
);
create or replace temp macro raw_step(x, is_ratio) as format(
    '{:+.3g} %', 100 * case when is_ratio then exp(x) - 1 else x end
);
"""
_TEMPORARY = """
select type, name from (
    select 'table' as type, table_name as name from duckdb_tables() where temporary
    union all
    select 'view', view_name from duckdb_views() where temporary and not internal
)
where starts_with(name, 'raw_')
"""
# a round goes along the chain of vintages, or out from the last good one; see their files
_STANDING = (
    *("raw_landed", "raw_snapshots", "raw_cells", "raw_names", "raw_vintages"),
    *("raw_standing", "raw_readable", "raw_bounds", "raw_rounds"),
)
_COMPARING = ("raw_compared", "raw_moves", "raw_scale_changes", "raw_judged")
_WARNING = (
    *("raw_steps", "raw_news", "raw_factor", "raw_reaches", "raw_jumps", "raw_gaps"),
    "raw_freshness",
)
_TELLING = (
    *("raw_standings", "raw_named", "raw_told", "raw_refused"),
    *("raw_written", "raw_quarantines"),
)
_CHAIN, _STAR = ("raw_chain", True), ("raw_star", False)


def sift(connection, plan: Plan) -> None:
    """Writes ``inputs.partition_checks`` and ``inputs.held_back_partitions`` of a candidate.

    Reads ``inputs.builds``, what landed of each source, ``inputs.kpi_submissions``,
    ``inputs.acknowledgements`` and ``inputs.refused_answers`` of the open ``connection``, and the
    seeds of ``plan``: equal inputs give equal tables. Nothing landed gives no row. Raises
    duckdb.Error where a table is missing.
    """
    as_of: date = connection.execute("select as_of_date from inputs.builds").fetchone()[0]
    connection.execute(_MACROS.replace("$first_year", str(plan.first_observation_year)))
    try:
        write_plan(connection, plan, as_of)
        for name in _STANDING:
            _run(connection, name)
        _settle(connection)
        for name in ("raw_outside", *_COMPARING, "raw_scaled", *_WARNING, *_TELLING):
            _run(connection, name)
    finally:
        for kind, name in connection.execute(_TEMPORARY).fetchall():
            connection.execute(f"drop {kind} if exists temp.{name}")


def _settle(connection) -> None:
    """Judges every vintage beside the last good one; a round each time good and bad alternate."""
    for references, turns_when_failing in cycle((_CHAIN, _STAR)):
        if connection.execute("select count(*) from raw_open").fetchone() == (0,):
            return
        for name in (references, *_COMPARING):
            _run(connection, name)
        _run(connection, "raw_settled", turns_when_failing)


def _run(connection, name: str, turns_when_failing: bool = True) -> None:
    text = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    text = text.replace("$turns_when_failing", str(turns_when_failing).lower())
    parts = 1
    if "$parts" in text:
        (steps,) = connection.execute("select count(*) from raw_steps").fetchone()
        parts += steps // STEPS_A_PART
    for part in range(parts):
        connection.execute(text.replace("$parts", str(parts)).replace("$part", str(part)))
