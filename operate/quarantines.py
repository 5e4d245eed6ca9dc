"""What the gate on raw holds back and nobody has mended: whose it is, since when, what shows.

A row per partition (series x member state), of its newest held-back vintage. It is read from a
candidate as soon as that is sifted, stands in the run's facts and so in the release's manifest, and
in the ledger until a later build says otherwise.
"""

from itertools import groupby

from operate.build import CANDIDATE
from operate.extraction import open_ledger
from smed.files import read_json
from smed.plan import Plan
from smed.settings import Settings

KIND = "quarantine"
OPEN, FINDINGS = "open", "findings"
# when each finding was first found, by its id
SEEN = "quarantine_seen"
ENGINEERS = ("engineers", "the engineers")
LOOK, IF_RIGHT = "look at it", "; only if it is right, acknowledge it"
ACKNOWLEDGE = "smed acknowledge {finding_id} --reason TEXT"
# a submission that was taken back is in quarantine no longer
OPEN_QUERY = """
select
    held.finding_id,
    held.check_id,
    held.source_code,
    held.series_code,
    held.country_code,
    held.snapshot_id,
    held.vintage_date,
    held.observation_year,
    held.observed_value,
    held.expected,
    held.message,
    held.next_step,
    held.is_acknowledgeable,
    held.held_since_date as since_date,
    held.last_good_vintage_date as good_date,
    sent.party_code
from inputs.held_back_partitions as held
left join (
    select
        submission_id,
        any_value(party_code) as party_code,
        bool_or(coalesce(is_retracted, false)) as is_retracted
    from inputs.kpi_submissions
    group by submission_id
) as sent on held.snapshot_id = sent.submission_id
where held.is_in_force and not coalesce(sent.is_retracted, false)
order by
    held.source_code, held.series_code, held.country_code, held.vintage_date, held.finding_id
"""
# all that a person may acknowledge, or would like to: a warning is the same in every vintage
FINDINGS_QUERY = """
select
    finding_id, check_id, source_code, series_code, country_code, snapshot_id, vintage_date,
    message, next_step, is_acknowledgeable
from inputs.held_back_partitions
where is_in_force
union all
select
    finding_id, check_id, source_code, series_code, country_code, null, null,
    message, next_step, true
from inputs.partition_checks
where not is_passed and not is_acknowledged and is_in_force and severity = 'warning'
order by all
"""


def note(settings: Settings, plan: Plan, run: dict) -> list[dict]:
    """Reads what is held back from the sifted candidate of a run, and notes it in the ledger.

    Returns the rows, JSON-able: finding_id, check_id, source_code, series_code, series_name,
    kpi_codes, kpi_names (lists, empty where it serves none), country_code, country_name,
    snapshot_id (None where the source's whole answer was refused: a row of its own), vintage_date,
    observation_year, observed_value, expected, message, next_step, since_date (the oldest vintage
    held back since the last good one), finding_ids (of all of these), good_date (of the last good
    vintage; None without one), owner_code, owner_name, meanwhile (what readers see), command (None
    where only other figures help).
    """
    found = _read(settings, run, OPEN_QUERY)
    whole = _whole_vintages(plan, found)
    partitions = groupby(sorted(found, key=_partition), key=_partition)
    rows = [_described(plan, list(vintages), whole) for _, vintages in partitions]
    for row in rows:
        row["next_step"] += _response(settings, row)
    ledger = open_ledger(settings)
    for finding_id in (one for row in rows for one in row["finding_ids"]):
        if ledger.latest(SEEN, finding_id) is None:
            ledger.record(SEEN, finding_id, {"run_id": run["run_id"]})
    for key, noted in ((OPEN, rows), (FINDINGS, _read(settings, run, FINDINGS_QUERY))):
        if noted != _noted(ledger, key):
            ledger.record(KIND, key, {"run_id": run["run_id"], "rows": noted})
    return rows


def _partition(row: dict) -> tuple[str, str, bool]:
    return row["series_code"], row["country_code"], row["snapshot_id"] is None


def open_rows(settings: Settings) -> list[dict]:
    """What the last build found held back: the rows of ``note``, with first_seen_at (UTC)."""
    ledger = open_ledger(settings)
    return [{**row, "first_seen_at": _first_seen(ledger, row)} for row in _noted(ledger, OPEN)]


def findings(settings: Settings) -> list[dict]:
    """What the last build found in raw, held back or only warned of: what may be acknowledged.

    Keys: those of ``extract.acknowledgements.Finding``, message, next_step, is_acknowledgeable.
    """
    return _noted(open_ledger(settings), FINDINGS)


def warnings(settings: Settings) -> list[dict]:
    """Those of ``findings`` that hold nothing back, and that nobody acknowledged yet."""
    of_none = ("snapshot_id", "vintage_date")
    return [row for row in findings(settings) if all(row[name] is None for name in of_none)]


def _noted(ledger, key: str) -> list[dict]:
    return (ledger.latest(KIND, key) or {"rows": []})["rows"]


def _first_seen(ledger, row: dict) -> str | None:
    seen = (ledger.latest(SEEN, finding_id) for finding_id in row["finding_ids"])
    return min((event["recorded_at"] for event in seen if event), default=None)


def _read(settings: Settings, run: dict, query: str) -> list[dict]:
    import duckdb

    path = settings.candidates / run["candidate"] / CANDIDATE
    with duckdb.connect(str(path), read_only=True) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description]
        rows = result.fetchall()
    return [dict(zip(names, map(_plain, row), strict=True)) for row in rows]


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _whole_vintages(plan: Plan, rows: list[dict]) -> set[str | None]:
    """The vintages that are held back of every member state: no single one can mend these."""
    held: dict[str | None, set[str]] = {}
    for row in rows:
        held.setdefault(row["snapshot_id"], set()).add(row["country_code"])
    return {name for name, countries in held.items() if countries >= set(plan.country_codes)}


def _described(plan: Plan, vintages: list[dict], whole: set[str]) -> dict:
    """The row of a partition, of its vintages in their order."""
    row = dict(vintages[-1])
    sent_by, is_acknowledgeable = row.pop("party_code"), row.pop("is_acknowledgeable")
    is_whole = sent_by is None and row["snapshot_id"] in whole
    owner_code, owner_name = ENGINEERS if is_whole else _owner(plan, row["country_code"], sent_by)
    codes = kpi_codes(plan, row["series_code"])
    names = {country.country_code: country.country_name for country in plan.countries}
    country_name = names.get(row["country_code"], row["country_code"])
    return {
        **row,
        "finding_ids": [vintage["finding_id"] for vintage in vintages],
        "series_name": series_name(plan, row["series_code"]),
        "kpi_codes": codes,
        "kpi_names": [kpi.kpi_name for kpi in plan.kpis if kpi.kpi_code in codes],
        "country_name": country_name,
        "owner_code": owner_code,
        "owner_name": owner_name,
        "meanwhile": _meanwhile(country_name, row["good_date"]),
        "next_step": f"{row['next_step'] or LOOK}{IF_RIGHT if is_acknowledgeable else ''}",
        "command": ACKNOWLEDGE.format(**row) if is_acknowledgeable else None,
    }


def _response(settings: Settings, row: dict) -> str:
    """Where in the home the response lies that a held-back vintage was read from; "" if nowhere."""
    stem = f"*/observations/{row['series_code']}/{row['vintage_date']}_{row['snapshot_id']}"
    for provenance in settings.raw.glob(f"{stem}.provenance.json"):
        folder = provenance.parents[2] / "responses"
        named = read_json(provenance, ("responses",))["responses"]
        found = [path for sha256 in named for path in sorted(folder.glob(f"{sha256}.[!p]*"))]
        if found:
            more = f" and {len(found) - 1} more" if found[1:] else ""
            return f"; response: {found[0].relative_to(settings.home)}{more}"
    return ""


def _owner(plan: Plan, country_code: str, sent_by: str | None) -> tuple[str, str]:
    """The party that sent it; of what a source publishes, that of the country."""
    for party in plan.parties:
        is_states = party.party_type == "member_state" and party.country_code == country_code
        if party.party_code == sent_by or (sent_by is None and is_states):
            return party.party_code, party.party_name
    return ENGINEERS


def kpi_codes(plan: Plan, series_code: str) -> list[str]:
    """The KPIs that a series serves, itself or as a part of a ratio, sorted."""
    serving = {series_code} | {
        row.series_code
        for row in plan.derived_series
        if series_code in (row.numerator_series_code, row.denominator_series_code)
    }
    return sorted({row.kpi_code for row in plan.kpi_series if row.series_code in serving})


def series_name(plan: Plan, series_code: str) -> str:
    """Its title of today; its code if the plan does not know it."""
    rows = (*plan.kpi_series, *plan.weight_series, *plan.component_series)
    known = [row for row in rows if row.series_code == series_code]
    newest = max(known, key=lambda row: row.state_from_date, default=None)
    return newest.series_title if newest else series_code


def _meanwhile(country_name: str, good_date: str | None) -> str:
    if good_date is None:
        return f"no figure of {country_name}"
    ending = "'" if country_name.endswith("s") else "'s"
    return f"{country_name}{ending} figures of {good_date}"
