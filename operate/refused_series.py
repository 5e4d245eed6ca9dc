"""Series that are held back as a whole: the answer was refused, so nothing of it landed.

A row per series, with the keys of ``quarantines.note``'s rows, for all countries at once: where no
cell of an answer can be believed there is no country to tell apart for whoever must look into it.
The marts, the report and each country's own officers say it country by country.
"""

from operate import extraction, quarantines
from operate.inputs import refused_answer
from publish.releases import published_number
from publish.tables import DATABASE
from smed.plan import Plan
from smed.settings import Settings

OF_ALL_COUNTRIES = {"country_code": None, "country_name": "all countries"}
# of expectations/raw_checks.csv
CHECK = "raw.answer.usable"
SEEN_QUERY = "select series_code, last_vintage_date from marts.sources"


def rows(settings: Settings, plan: Plan | None) -> list[dict]:
    """What the last extraction refused, sorted by series; no source that merely did not answer."""
    refused = extraction.refused(settings)
    seen = seen_vintages(settings) if refused else {}
    return [_described(plan, series, facts, seen.get(series)) for series, facts in refused]


def held_back(settings: Settings, plan: Plan | None) -> list[dict]:
    """All that is held back: series as a whole, one row each, then partitions.

    A series that its source answered for again stands there until a build has taken the answer.
    """
    found = {row["series_code"]: row for row in rows(settings, plan)}
    partitions = []
    for row in quarantines.open_rows(settings):
        if row["snapshot_id"] is not None:
            partitions.append(row)
        else:
            found.setdefault(row["series_code"], {**row, **OF_ALL_COUNTRIES})
    return [*found.values(), *partitions]


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
    answer = refused_answer(series, facts)
    owner_code, owner_name = quarantines.ENGINEERS
    return {
        **{"finding_id": answer.finding_id, "finding_ids": [answer.finding_id]},
        **{"check_id": CHECK, "source_code": answer.source_code, "series_code": series},
        "series_name": quarantines.series_name(plan, series) if plan else series,
        "kpi_codes": codes,
        "kpi_names": [kpi.kpi_name for kpi in plan.kpis if kpi.kpi_code in codes] if plan else [],
        **{**OF_ALL_COUNTRIES, "snapshot_id": None},
        **{"vintage_date": answer.vintage_date, "observation_year": None},
        **{"observed_value": answer.observed_value, "expected": None, "message": answer.message},
        **{"since_date": answer.since_date, "first_seen_at": facts["since"]},
        "good_date": good_date,
        **{"owner_code": owner_code, "owner_name": owner_name},
        "meanwhile": f"{meanwhile(good_date)}, of all countries",
        "next_step": answer.next_step,
        # the next step names it where there is one
        "command": None,
    }
