"""Figures that the gate on raw holds back, as the last build noted them."""

from datetime import datetime
from itertools import groupby

from expectations.alerts.delivery import Word
from expectations.alerts.incidents import CRITICAL, ENGINEERS, Fact, Incident, fingerprint
from extract import acknowledgements
from operate import quarantines
from operate.alerting import names, sources
from operate.alerting.owners import Owners
from smed.plan import Plan
from smed.settings import Settings

KIND = "quarantined"
CODES_PARTED_BY = "|"
# what nobody of one country can mend
OF_ALL = (
    "the figures of all countries came like this, so the engineers look into the series; tell them"
    " if you know of a change at the source"
)


def incidents(settings: Settings, plan: Plan | None) -> list[Incident]:
    """One per series and country, with the cell, the rule and what readers see meanwhile.

    Where one check holds back more countries of a series than a message shows rows of an incident,
    who gets everything reads one line of the series, and each country its own. Of an answer that
    was refused as a whole ``sources`` tells who gets everything. Without a plan it is not known
    whose party a country's is.
    """
    opened = quarantines.open_rows(settings)
    told = [_of_answer(row, plan) for row in opened if row["snapshot_id"] is None]
    rows = sorted((row for row in opened if row["snapshot_id"] is not None), key=_alike)
    for _, group in groupby(rows, key=_alike):
        held = list(group)
        wider = [_of_series(held, plan)] if len(held) > settings.alert_rows else []
        part_of = wider[0].fingerprint if wider else ""
        told += [*wider, *(_of_country(row, plan, part_of) for row in held)]
    return told


def words(settings: Settings, plan: Plan | None) -> dict[str, Word]:
    """The newest acknowledgement of each series and country, by their incident's fingerprint."""
    given = sorted(acknowledgements.read_all(settings), key=lambda one: one.acknowledged_at)
    return {
        name: Word(
            datetime.fromisoformat(one.acknowledged_at),
            f"acknowledged by {one.actor} ({one.reason}): what came is used as it is, and what it"
            " leaves out is gone",
        )
        for one in given
        for name in _fingerprints(one, plan)
    }


def _fingerprints(one: acknowledgements.Acknowledgement, plan: Plan | None) -> list[str]:
    """The incidents that an acknowledgement ends: of a whole answer everybody's."""
    if one.country_code is not None:
        return [fingerprint(KIND, f"{one.series_code}:{one.country_code}")]
    codes = plan.country_codes if plan else ()
    of_countries = [fingerprint(KIND, _subject(one.series_code, code)) for code in codes]
    return [fingerprint(sources.FAILED, one.series_code), *of_countries]


def _subject(series_code: str, country_code: str) -> str:
    """Of a country that lacks the whole answer; single figures of it may be held back beside."""
    return f"{series_code}:{country_code}:answer"


def _alike(row: dict) -> tuple[str, str]:
    """The series, and the first check that stopped it."""
    return row["series_code"], row["check_id"].split(CODES_PARTED_BY)[0]


def _of_series(held: list[dict], plan: Plan | None) -> Incident:
    series, check = _alike(held[0])
    name, codes = _names(held[0])
    count = f"{len(held)} of {len(plan.countries)}" if plan else str(len(held))
    can_be_right = all(row["command"] for row in held)
    said = held[0]["next_step"] or "mend it at its source"
    return Incident(
        kind=KIND,
        severity=CRITICAL,
        subject=f"{series}:{check}",
        owners=(ENGINEERS,),
        title=f"{name}: {count} countries held back by check {check}"
        f" ({held[0]['source_code']} {series})",
        facts=tuple(_fact(row, codes, plan) for row in held),
        meanwhile="readers see each country's last good figures, and nothing where none came yet",
        action="so many at once point to the series and not to its countries: look at the unit and"
        f" scale of {series}; {said}"
        + ("; `smed status` has each country's `smed acknowledge`" if can_be_right else ""),
        brief=f"{codes}: {count} countries held back by {check}",
    )


def _of_answer(row: dict, plan: Plan | None) -> Incident:
    name, codes = _names(row)
    part_of = fingerprint(sources.FAILED, row["series_code"])
    return Incident(
        kind=KIND,
        severity=CRITICAL,
        subject=_subject(row["series_code"], row["country_code"]),
        owners=_owners(row, plan, part_of),
        title=f"{name} of {row['country_name']}: {row['observed_value']}; the source's whole answer"
        f" is held back since {row['since_date']} ({row['source_code']} {row['series_code']})",
        meanwhile=f"readers see {row['meanwhile']}",
        action=OF_ALL,
        brief=f"{codes} of {row['country_name']} held back",
        part_of=part_of,
    )


def _of_country(row: dict, plan: Plan | None, part_of: str) -> Incident:
    name, codes = _names(row)
    is_of_all = row["owner_code"] == ENGINEERS
    said = OF_ALL if is_of_all else row["next_step"] or "mend it at its source"
    year = row["observation_year"]
    found = row["message"]
    if row["observed_value"] and row["expected"]:
        found = f"{row['observed_value']} instead of {row['expected']}"
    if unit := names.unit_of(plan, row["series_code"]):
        found += f" (figures in {unit})"
    return Incident(
        kind=KIND,
        severity=CRITICAL,
        subject=f"{row['series_code']}:{row['country_code']}",
        owners=_owners(row, plan, part_of),
        title=f"{name} of {row['country_name']}{f', {year}' if year else ''}: {found}; held back"
        f" by check {row['check_id'].replace(CODES_PARTED_BY, ', ')} since the vintage of"
        f" {row['since_date']} ({row['source_code']} {row['series_code']})",
        facts=(_fact(row, codes, plan),),
        meanwhile=f"readers see {row['meanwhile']}",
        action=f"{said}; {row['command']}" if row["command"] and not is_of_all else said,
        brief=f"{codes} of {row['country_name']}{f' {year}' if year else ''} held back",
        part_of=part_of,
    )


def _owners(row: dict, plan: Plan | None, part_of: str) -> tuple[str, ...]:
    """Whose it is; the country's party too where all countries are held back."""
    if row["owner_code"] != ENGINEERS or plan is None:
        return (row["owner_code"],)
    owners = {*Owners(plan).of_country(row["country_code"]), ENGINEERS}
    # the engineers hear of a part by its whole
    return tuple(sorted(owners - {ENGINEERS} if part_of else owners))


def _names(row: dict) -> tuple[str, str]:
    """The KPIs of a series, or the series where it serves none: with names, and as codes alone."""
    if not row["kpi_codes"]:
        return f"{row['series_name']} ({row['series_code']})", row["series_name"]
    return names.kpis(row["kpi_names"], row["kpi_codes"]), ", ".join(row["kpi_codes"])


def _fact(row: dict, codes: str, plan: Plan | None) -> Fact:
    return Fact(
        row["country_name"],
        codes,
        str(row["observation_year"] or ""),
        row["observed_value"] or "",
        row["expected"] or "",
        names.unit_of(plan, row["series_code"]),
    )
