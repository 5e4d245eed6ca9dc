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
LARGEST_SHOWN = 20

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
        max(unit_code) filter (where is_after) as new_unit_code
    from versions
    group by all
)

select
    *,
    case
        when old_value is null and new_value is null then null
        when old_value is null then 'added'
        when new_value is null then 'withdrawn'
        when old_unit_code <> new_unit_code then 'rebased'
        when old_value <> new_value then 'changed'
        else 'unchanged'
    end as change_type,
    case
        when old_unit_code = new_unit_code
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
    largest first) and flips, each flip with is_revised: whether a figure behind it changed.
    """
    import duckdb

    from_date, to_date = dates
    earlier, later = (_marts_as_of(settings, plan, day) for day in dates)
    chosen = {"kpi": kpi, "country": country}
    with duckdb.connect() as connection:
        for name, path in (("earlier", earlier), ("later", later)):
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {name} (read_only)")
        cells = _rows(
            connection, CHANGES_QUERY, {"from_date": from_date, "to_date": to_date, **chosen}
        )
        flips = _rows(connection, FLIPS_QUERY, chosen)
    counts = Counter(cell["change_type"] for cell in cells if cell["change_type"])
    changes = [cell for cell in cells if cell["change_type"] not in (None, "unchanged")]
    changes.sort(key=_size)
    revised = {(c["kpi_code"], c["country_code"]) for c in changes}
    for flip in flips:
        flip["is_revised"] = (flip["kpi_code"], flip["country_code"]) in revised
    return {
        "from_date": from_date.isoformat(),
        "to_date": to_date.isoformat(),
        "counts": dict(sorted(counts.items())),
        "changes": changes,
        "flips": flips,
    }


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
        folder = prepare_candidate(settings, inputs)
        build_marts(settings)
    return folder / CANDIDATE


def sentences(report: dict) -> list[str]:
    """The report in plain words: the counts, the largest changes, then every flipped status."""
    total = sum(report["counts"].values())
    shares = [
        f"{count} {kind} ({count * 100 / total:.0f} %)" for kind, count in report["counts"].items()
    ]
    said = [f"Figures from {report['from_date']} to {report['to_date']}: {', '.join(shares)}."]
    said += [_change_sentence(change) for change in report["changes"][:LARGEST_SHOWN]]
    more = len(report["changes"]) - LARGEST_SHOWN
    if more > 0:
        said.append(f"... and {more} smaller or new ones.")
    return said + [_flip_sentence(flip) for flip in report["flips"]]


def _change_sentence(change: dict) -> str:
    where = f"{change['country_name']}, {change['kpi_name']} {change['observation_year']}"
    old, new = change["old_value"], change["new_value"]
    if change["change_type"] == "added":
        return f"{where}: new, {new:g}."
    if change["change_type"] == "withdrawn":
        return f"{where}: {old:g} withdrawn."
    share = change["relative_change_pct"]
    by = f" ({share:+.1f} %)" if share is not None else f" (now in {change['new_unit_code']})"
    return f"{where}: {old:g} -> {new:g}{by}."


def _flip_sentence(flip: dict) -> str:
    def said(age: str) -> str:
        reason = flip[f"{age}_reason_code"]
        return flip[f"{age}_status"].replace("_", " ") + (f" ({reason})" if reason else "")

    cause = "" if flip["is_revised"] else ", with no figure revised"
    where = f"{flip['country_name']}, {flip['kpi_name']}"
    return f"{where}: status was {said('old')}, is {said('new')}{cause}."
