"""The tables that answer how far each goal has come, and how far the region with each KPI."""

from rich import box
from rich.markup import escape
from rich.table import Table

from operate.terminal import NO_VALUE, OUT
from publish.tables import DATABASE
from smed.settings import Settings

# the best first, as they are counted out
STATUSES = ("achieved", "on_track", "acceleration_needed", "limited", "deterioration")
MARK = "*"
# of what only parties can send, that nothing is held means that nothing was sent
REASON = """
case
    when source_state = 'submitted' and reason_code = 'no_vintage_held' then 'nothing submitted'
    else replace(reason_code, '_', ' ')
end
"""
GOALS_QUERY = f"""
with reasons as (
    select goal_code, {REASON} as reason, count(*) as reason_count
    from marts.kpi_achievements
    where status = 'not_assessed'
    group by goal_code, reason
),

worded as (
    select
        goal_code,
        string_agg(reason_count || ' ' || reason, ', ' order by reason_count desc, reason)
            as reasons
    from reasons
    group by goal_code
)

select scorecards.*, worded.reasons, held_back.held_back
from marts.goal_scorecards as scorecards
left join worded using (goal_code)
left join (
    select goal_code, string_agg(distinct country_code, ', ' order by country_code) as held_back
    from marts.kpi_achievements
    where is_held_back
    group by goal_code
) as held_back using (goal_code)
order by goal_code
"""
# of the gap the newest year in which it could be told
KPIS_QUERY = f"""
with newest_gaps as (
    select
        kpi_code,
        max_by(gap_status || ' in ' || observation_year, observation_year) as gap
    from marts.development_gaps
    where gap_status <> 'not_assessed'
    group by kpi_code
),

members as (
    select
        kpi_code,
        any_value(goal_code) as goal_code,
        any_value(kpi_name) as kpi_name,
        string_agg(distinct source_state, ', ' order by source_state) as source_states,
        max(sources.state_from_date) filter (where source_state = 'discontinued') as ended_on,
        string_agg(country_code, ', ' order by country_code)
            filter (where baseline_value is null and latest_value is not null) as without_baseline,
        string_agg(country_code, ', ' order by country_code) filter (where is_held_back)
            as held_back,
        bool_or(is_illustrative) as is_illustrative
    from marts.kpi_achievements
    left join (select series_code, state_from_date from marts.sources) as sources
        using (series_code)
    group by kpi_code
)

select
    members.*,
    region.*,
    units.unit_name,
    coalesce(units.display_digits, 0) as display_digits,
    newest_gaps.gap
from members
left join newest_gaps using (kpi_code)
left join (
    select
        achievements.kpi_code,
        achievements.status,
        {REASON} as reason,
        achievements.status_before_discontinuation,
        achievements.baseline_year,
        achievements.baseline_value,
        achievements.latest_year,
        achievements.latest_value,
        achievements.unit_code
    from marts.regional_achievements as achievements
    inner join plan.plans on achievements.group_code = plans.region_code
) as region using (kpi_code)
left join plan.units as units using (unit_code)
order by members.goal_code, kpi_code
"""
COUNTS_QUERY = f"""
select kpi_code, status, {REASON} as reason, count(*) as statuses_count
from marts.kpi_achievements
group by kpi_code, status, reason
order by kpi_code, statuses_count desc, reason
"""


def print_scorecards(settings: Settings) -> None:
    """The goals of the published release, one row each."""
    goals = _asked(settings, GOALS_QUERY)
    headings = ("Goal", "Score, -5 to 5", "Lowest mean score", "KPIs x countries not assessed")
    headings += ("Action lines", "Quadrant")
    _print_table("How far each goal has come", headings, (7, 5, 3, 5, 5, 4), map(_goal, goals))
    _print_legend(goals)


def print_region(settings: Settings) -> None:
    """The KPIs of the published release, one row each: the region, its members and their gap."""
    kpis, counts = _asked(settings, KPIS_QUERY), _asked(settings, COUNTS_QUERY)
    headings = ("KPI", "Source", "Region", "Member states", "Gap")
    rows = (_kpi(row, [c for c in counts if c["kpi_code"] == row["kpi_code"]]) for row in kpis)
    _print_table("How far the region has come, KPI by KPI", headings, (6, 3, 6, 6, 3), rows)
    _print_legend(kpis)


def _asked(settings: Settings, query: str) -> list[dict]:
    import duckdb

    with duckdb.connect(str(settings.published / DATABASE), read_only=True) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _print_legend(rows: list[dict]) -> None:
    if any(row["is_illustrative"] for row in rows):
        OUT.print(f"{MARK} rests on figures that are invented or merely quoted for a demonstration")


def _print_table(title: str, headings: tuple, ratios: tuple, rows) -> None:
    table = Table(title=title, title_justify="left", box=box.SQUARE, expand=True)
    for heading, ratio in zip(headings, ratios, strict=True):
        table.add_column(heading, overflow="fold", ratio=ratio)
    for row in rows:
        table.add_row(*map(escape, row), end_section=True)
    OUT.print(table)


def _goal(row: dict) -> tuple[str, ...]:
    score = row["achievement_score"]
    # two means, over other things: the country need not be the one in which the KPI is lowest
    worst = (("worst_kpi_code", "of KPIs"), ("worst_country_code", "of countries"))
    lowest = [f"{row[name]} {among}" for name, among in worst if row[name]]
    assessed = (
        f"{row['kpis_assessed_count']} of {row['kpis_count']} KPIs,"
        f" {row['countries_assessed_count']} of {row['countries_applicable_count']} countries"
    )
    shown = f"{score:+.1f}" if score is not None else f"none ({row['achievement_reason_code']})"
    return (
        f"{row['goal_code']}  {row['goal_name']}{_mark(row)}",
        f"{shown}: {assessed}",
        ";\n".join(lowest) or NO_VALUE,
        "; ".join(filter(None, (row["reasons"], _held_back(row)))) or NO_VALUE,
        _delivery(row),
        _words(row["quadrant"]),
    )


def _delivery(row: dict) -> str:
    """What is known of the goal's action lines, and how many are known to be missing."""
    rate, missing = row["delivery_rate_pct"], row["lines_known_missing_count"]
    said = (
        f"{row['lines_count'] - row['lines_not_reported_count']} of {row['lines_count']} reported"
    )
    if rate is not None:
        said += f", {rate:.0f} % of {row['due_lines_count']} due delivered"
    if row["lines_overdue_count"]:
        said += f", {row['lines_overdue_count']} overdue"
    return f"{said}; {missing} more not at hand" if missing else said


def _kpi(row: dict, counts: list[dict]) -> tuple[str, ...]:
    source = _words(row["source_states"])
    if row["ended_on"] is not None:
        source += f" since {row['ended_on']}"
    return (
        f"{row['kpi_code']}  {row['kpi_name']}{_mark(row)}",
        source,
        _region(row),
        _members(row, counts),
        row["gap"] or NO_VALUE,
    )


def _region(row: dict) -> str:
    """What is said of the region, and the two means that it rests on."""
    if row["status"] is None:
        return NO_VALUE
    before = row["status_before_discontinuation"]
    said = f"not assessed ({row['reason']})" if row["reason"] else _words(row["status"])
    if before not in (None, "not_assessed"):
        said += f"; was {_words(before)}"
    if row["baseline_value"] is None or row["latest_value"] is None:
        return said
    ends = [
        f"{row[f'{end}_value']:,.{row['display_digits']}f} in {row[f'{end}_year']}"
        for end in ("baseline", "latest")
    ]
    return f"{said}: {', '.join(ends)} ({row['unit_name']})"


def _members(row: dict, counts: list[dict]) -> str:
    """How many member states have each status, and why the others have none."""
    found = {count["status"]: count["statuses_count"] for count in counts if not count["reason"]}
    assessed = [f"{found[status]} {_words(status)}" for status in STATUSES if status in found]
    others = [f"{c['statuses_count']} {c['reason']}" for c in counts if c["reason"]]
    said = [", ".join(assessed)] if assessed else []
    if others:
        said.append(f"not assessed: {', '.join(others)}")
    if row["without_baseline"]:
        said.append(f"without a baseline: {row['without_baseline']}")
    return "; ".join(filter(None, (*said, _held_back(row))))


def _held_back(row: dict) -> str:
    """Whose newest figures are in quarantine, so that older ones are shown."""
    return f"last good figures of: {row['held_back']}" if row["held_back"] else ""


def _mark(row: dict) -> str:
    return f" {MARK}" if row["is_illustrative"] else ""


def _words(code: str) -> str:
    return code.replace("_", " ")
