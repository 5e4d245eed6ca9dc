"""Series that are held back as a whole: the answer was refused, so nothing of it landed.

A row per series, with the keys of ``quarantines.note``'s rows, for all countries at once: where no
cell of an answer can be believed there is no country to tell apart.
"""

from operate import extraction, quarantines
from publish.releases import published_number
from publish.tables import DATABASE
from smed.plan import Plan
from smed.settings import Settings

ALL_COUNTRIES = "all countries"
SEEN_QUERY = "select series_code, last_vintage_date from marts.sources"


def rows(settings: Settings, plan: Plan | None) -> list[dict]:
    """What the last extraction refused, sorted by series; no source that merely did not answer."""
    refused = [
        (series, facts)
        for series, facts in extraction.open_ledger(settings).all(extraction.KIND)
        if facts["outcome"] == "failed" and facts.get("is_refused")
    ]
    seen = seen_vintages(settings) if refused else {}
    return [_described(plan, series, facts, seen.get(series)) for series, facts in refused]


def seen_vintages(settings: Settings) -> dict[str, str]:
    """By series, the day of the newest vintage that the published release shows; {} without one."""
    import duckdb

    number = published_number(settings)
    if number is None:
        return {}
    try:
        path = str(settings.releases / str(number) / DATABASE)
        with duckdb.connect(path, read_only=True) as connection:
            found = connection.execute(SEEN_QUERY).fetchall()
    except duckdb.Error:  # a damaged release: `smed verify` says so
        return {}
    return {series: day.isoformat() for series, day in found if day is not None}


def meanwhile(good_date: str | None) -> str:
    """What readers see of a series."""
    return f"its figures of {good_date}" if good_date else "no figure of it"


def _described(plan: Plan | None, series: str, facts: dict, good_date: str | None) -> dict:
    codes = quarantines.kpi_codes(plan, series) if plan else []
    named = facts.get("acknowledgeable") or {}
    finding_id = named.get("finding_id", f"refused:{series}")
    check_id = named.get("check_id", "refused")
    since = extraction.since(facts)
    owner_code, owner_name = quarantines.ENGINEERS
    return {
        **{"finding_id": finding_id, "finding_ids": [finding_id], "check_id": check_id},
        **{"source_code": named.get("source_code"), "series_code": series},
        "series_name": quarantines.series_name(plan, series) if plan else series,
        "kpi_codes": codes,
        "kpi_names": [kpi.kpi_name for kpi in plan.kpis if kpi.kpi_code in codes] if plan else [],
        **{"country_code": None, "country_name": ALL_COUNTRIES, "snapshot_id": None},
        **{"vintage_date": named.get("vintage_date"), "observation_year": None},
        **{"observed_value": facts["what"], "expected": None, "message": facts["message"]},
        **{"since_date": since[:10], "first_seen_at": since, "good_date": good_date},
        **{"owner_code": owner_code, "owner_name": owner_name},
        "meanwhile": f"{meanwhile(good_date)}, of all countries",
        "next_step": facts["next_step"],
        # the next step names it where there is one
        "command": None,
    }
