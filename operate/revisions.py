"""What changed between two dates: which figures were revised, and which statuses flipped.

Values come from ``kpi_revisions`` of the later date's marts, statuses from ``kpi_achievements`` as
of each date; marts that no release holds are built aside, and nobody but this command reads them.
"""

import logging
from collections import Counter
from datetime import date
from pathlib import Path

from operate.build import CANDIDATE, build_marts, prepare_candidate
from operate.inputs import pin_inputs
from publish.releases import published_number, read_manifest, release_numbers
from publish.tables import DATABASE
from smed import home
from smed.errors import HomeInvalid, ReleaseDamaged, SettingInvalid
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.revisions")

CHANGES_QUERY = """
with versions as (
    select
        *,
        known_from <= $from_date and (known_to is null or known_to > $from_date) as is_before,
        known_from <= $to_date and (known_to is null or known_to > $to_date) as is_after
    from later.marts.kpi_revisions
    where ($kpi is null or kpi_code = $kpi) and ($country is null or country_code = $country)
),

cells as (
    select
        kpi_code,
        country_code,
        series_code,
        observation_year,
        any_value(kpi_name) as kpi_name,
        any_value(country_name) as country_name,
        max(value) filter (where is_before) as old_value,
        max(value) filter (where is_after) as new_value,
        max(unit_code) filter (where is_before) as old_unit_code,
        max(unit_code) filter (where is_after) as new_unit_code,
        bool_or(
            change_type = 'rebased' and known_from > $from_date and known_from <= $to_date
        ) as is_rebased
    from versions
    group by all
)

-- a new base year of the same unit is told by the version alone
select
    * exclude (is_rebased),
    case
        when old_value is null and new_value is null then null
        when old_value is null then 'added'
        when new_value is null then 'withdrawn'
        when is_rebased or old_unit_code <> new_unit_code then 'rebased'
        when old_value <> new_value then 'changed'
        else 'unchanged'
    end as change_type,
    case
        when old_unit_code = new_unit_code and not is_rebased
            then (new_value - old_value) * 100 / nullif(abs(old_value), 0)
    end as relative_change_pct
from cells
"""
FLIPS_QUERY = """
select
    later_status.kpi_code,
    later_status.kpi_name,
    later_status.country_code,
    later_status.country_name,
    [earlier_status.series_code, later_status.series_code] as series_codes,
    earlier_status.status as old_status,
    earlier_status.reason_code as old_reason_code,
    later_status.status as new_status,
    later_status.reason_code as new_reason_code
from later.marts.kpi_achievements as later_status
inner join earlier.marts.kpi_achievements as earlier_status using (kpi_code, country_code)
where
    (later_status.status, coalesce(later_status.reason_code, ''))
    <> (earlier_status.status, coalesce(earlier_status.reason_code, ''))
    and ($kpi is null or later_status.kpi_code = $kpi)
    and ($country is null or later_status.country_code = $country)
order by later_status.kpi_code, later_status.country_code
"""
REGION_FLIPS_QUERY = """
select
    later_status.kpi_code,
    later_status.kpi_name,
    later_status.group_code,
    string_split(earlier_status.series_codes || '|' || later_status.series_codes, '|')
        as series_codes,
    earlier_status.status as old_status,
    earlier_status.reason_code as old_reason_code,
    later_status.status as new_status,
    later_status.reason_code as new_reason_code
from later.marts.regional_achievements as later_status
inner join earlier.marts.regional_achievements as earlier_status using (kpi_code, group_code)
where
    (later_status.status, coalesce(later_status.reason_code, ''))
    <> (earlier_status.status, coalesce(earlier_status.reason_code, ''))
    and ($kpi is null or later_status.kpi_code = $kpi)
order by later_status.kpi_code, later_status.group_code
"""
GOAL_CHANGES_QUERY = """
select
    later_goal.goal_code,
    later_goal.goal_name,
    earlier_goal.achievement_score as old_score,
    later_goal.achievement_score as new_score,
    earlier_goal.quadrant as old_quadrant,
    later_goal.quadrant as new_quadrant
from later.marts.goal_scorecards as later_goal
inner join earlier.marts.goal_scorecards as earlier_goal using (goal_code)
where
    earlier_goal.achievement_score is distinct from later_goal.achievement_score
    or earlier_goal.quadrant <> later_goal.quadrant
order by later_goal.goal_code
"""


def choose_dates(
    settings: Settings, from_date: date | None, to_date: date | None
) -> tuple[date, date]:
    """The given dates; else those of the published release and of the newest kept one before."""
    number = published_number(settings)
    if number is None:
        raise HomeInvalid("nothing is published yet", str(settings.home), "run `smed refresh`")
    to_date = to_date or date.fromisoformat(read_manifest(settings, number)["as_of"])
    if from_date is None:
        from_date = _newest_release_before(settings, to_date)
    if from_date >= to_date:
        raise SettingInvalid(f"{from_date} is not before {to_date}", "--from", "swap the dates")
    return from_date, to_date


def _newest_release_before(settings: Settings, day: date) -> date:
    for number in reversed(release_numbers(settings)):
        try:
            as_of = date.fromisoformat(read_manifest(settings, number)["as_of"])
        except ReleaseDamaged:
            continue
        if as_of < day:
            return as_of
    raise SettingInvalid(
        f"no kept release is of a date before {day}", "--from", "give a date to compare with"
    )


def revisions(
    settings: Settings,
    plan: Plan,
    dates: tuple[date, date],
    kpi: str | None = None,
    country: str | None = None,
) -> dict:
    """Changes and flipped statuses between two as-of dates, of one KPI or country or of all.

    Returns from_date, to_date, counts (by change_type), changes (all but the unchanged, the
    largest first), flips of member states, region_flips of groups (none of one country alone) and
    goal_changes of scores and quadrants (only of all). Each flip has is_revised: whether a figure
    of a series behind it was changed, rebased or withdrawn, and has_new: whether one came.
    """
    import duckdb

    _refuse_unknown(plan, kpi, country)
    earlier, later = (_marts_as_of(settings, plan, day) for day in dates)
    chosen = {"kpi": kpi, "country": country}
    with duckdb.connect() as connection:
        _attach(connection, earlier=earlier, later=later)
        given = {"from_date": dates[0], "to_date": dates[1], **chosen}
        cells = _rows(connection, CHANGES_QUERY, given)
        flips = _rows(connection, FLIPS_QUERY, chosen)
        groups = _rows(connection, REGION_FLIPS_QUERY, {"kpi": kpi}) if country is None else []
        goals = _rows(connection, GOAL_CHANGES_QUERY, {}) if kpi is country is None else []
    counts = Counter(cell["change_type"] for cell in cells if cell["change_type"])
    told = (cell for cell in cells if cell["change_type"] not in (None, "unchanged"))
    changes = sorted(told, key=_size)
    for flip in (*flips, *groups):
        _add_cause(flip, changes)
    return {
        "from_date": dates[0].isoformat(),
        "to_date": dates[1].isoformat(),
        "counts": dict(sorted(counts.items())),
        "changes": changes,
        "flips": flips,
        "region_flips": groups,
        "goal_changes": goals,
    }


def _attach(connection, **paths: Path) -> None:
    for name, path in paths.items():
        quoted = str(path).replace("'", "''")
        connection.execute(f"attach '{quoted}' as {name} (read_only)")


def _refuse_unknown(plan: Plan, kpi: str | None, country: str | None) -> None:
    known = {"--kpi": (kpi, [row.kpi_code for row in plan.kpis])}
    known["--country"] = (country, plan.country_codes)
    for option, (code, codes) in known.items():
        if code is not None and code not in codes:
            raise SettingInvalid(
                f"{code} is not in the plan", option, f"choose one of {', '.join(codes)}"
            )


def _add_cause(flip: dict, changes: list[dict]) -> None:
    """What happened to the figures of the series that served before or serve now."""
    series, country = set(flip.pop("series_codes")), flip.get("country_code")
    kinds = {
        change["change_type"]
        for change in changes
        if change["series_code"] in series and country in (None, change["country_code"])
    }
    flip["has_new"] = "added" in kinds
    flip["is_revised"] = bool(kinds - {"added"})


def _size(cell: dict) -> tuple:
    """The largest relative changes first, then what has none, by key."""
    change = cell["relative_change_pct"]
    key = (cell["kpi_code"], cell["country_code"], cell["observation_year"])
    return (change is None, -abs(change or 0), *key)


def _rows(connection, query: str, values: dict) -> list[dict]:
    result = connection.execute(query, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _marts_as_of(settings: Settings, plan: Plan, day: date) -> Path:
    """A database with the marts as of a day: of a release made of the same inputs, else built."""
    sources = home.kind_of(settings) or "live"
    inputs = pin_inputs(settings, plan, sources, day)
    for number in reversed(release_numbers(settings)):
        try:
            if read_manifest(settings, number)["fingerprint"] == inputs.fingerprint:
                return settings.releases / str(number) / DATABASE
        except ReleaseDamaged:
            continue
    with home.writing(settings, "a comparison of dates"):
        LOG.info("building the marts as of %s", day)
        folder = prepare_candidate(settings, plan, inputs)
        build_marts(settings)
    return folder / CANDIDATE
