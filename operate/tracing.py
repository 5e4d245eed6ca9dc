"""Where a published number comes from: from the mart's row back to the bytes that were received."""

from contextlib import contextmanager
from dataclasses import asdict

from extract import acknowledgements
from operate.inputs import ACKNOWLEDGEMENTS
from operate.received import received
from publish.releases import published_number, read_manifest
from publish.tables import DATABASE
from smed.errors import HomeInvalid
from smed.settings import Settings

# between those of the two components of a ratio
SNAPSHOT_SEPARATOR = "+"
# where the date of a submitted value comes from
SUBMITTED = "submission"
OBSERVATION_QUERY = """
select * from marts.kpi_observations
where kpi_code = ? and country_code = ? and observation_year = ?
"""
VERSIONS_QUERY = """
select
    version_number, change_type, value, unit_code, known_from, known_to, snapshot_id, vintage_basis
from marts.kpi_revisions
where kpi_code = ? and country_code = ? and observation_year = ? and series_code = ?
order by version_number
"""
CORRECTION_QUERY = "select * from plan.corrections where correction_id = ?"
DERIVED_QUERY = """
select numerator_series_code, denominator_series_code from plan.derived_series
where series_code = ?
"""
# the codes under which sources name a country
ECONOMY_QUERY = """
select country_code from plan.countries where country_code = $1
union all
select adb_economy_code from plan.adb_economies where country_code = $1
"""
CELL_QUERY = """
select sheet_name, row_number, cell_reference, value, party_code from marts.submitted_values
where submission_id = ? and kpi_code = ? and country_code = ? and observation_year = ?
"""
LINE_QUERY = """
select * from marts.action_line_progress where action_line_code = ? and reporting_period = ?
"""
REPORTS_QUERY = """
select reporting_period, submission_id, delivery_status, complete_pct, completed_date
from marts.action_line_progress
where action_line_code = ? and period_start_date <= ? and submission_id is not null
order by reporting_period
"""


def trace(settings: Settings, kpi: str, country: str, year: int) -> dict:
    """The chain of one observation of the published release, as JSON-able facts.

    Keys: release, observation (the mart's row), versions (all that were ever held), correction (the
    plan's row that speaks of the value, with what upstream says; or None), sources (what was
    received: one, of a ratio its numerator's and its denominator's, none where there never was a
    value; see ``received``), held_back (what keeps a newer figure out: rows of the manifest's
    ``quarantined``), acknowledged (what people let pass of the series and country: finding_id,
    actor, acknowledged_at, reason). Raises HomeInvalid if the release has no such row, RawAltered
    if a file of the chain is gone or is not what it was.
    """
    with _published(settings) as (number, connection):
        found = _rows(connection, OBSERVATION_QUERY, [kpi, country, year])
        if not found:
            raise HomeInvalid(
                f"release {number} has no row of {kpi} {country} {year}",
                str(settings.published / DATABASE),
                "choose a KPI of plan.kpis, a country of plan.countries and a year that is kept",
            )
        observation = found[0]
        series = observation["series_code"]
        versions = _rows(connection, VERSIONS_QUERY, [kpi, country, year, series])
        correction = _correction(connection, observation, versions)
        parts = _parts(connection, observation)
        codes = _series_codes(connection, series)
        economies = [row["country_code"] for row in _rows(connection, ECONOMY_QUERY, [country])]
        for part in parts:
            if observation["vintage_basis"] == SUBMITTED:
                cells = _rows(connection, CELL_QUERY, [part["snapshot_id"], kpi, country, year])
                part["cell"] = cells[0] if cells else None
    manifest = read_manifest(settings, number)
    return {
        "release": _release(manifest),
        "observation": observation,
        "versions": versions,
        "correction": correction,
        "held_back": _held_back(manifest, kpi, country),
        "acknowledged": _acknowledged(settings, manifest, codes, country),
        "sources": [received(settings, manifest, part, economies, year) for part in parts],
    }


def trace_line(settings: Settings, action_line: str, period: str) -> dict:
    """The chain of an action line's progress in a half-year: release, line, reports, sources.

    ``line`` is the mart's row; ``reports`` are those for the half-year and all before it, since a
    completion holds once it is reported; ``sources`` what was received, one per report. Raises as
    ``trace`` does.
    """
    with _published(settings) as (number, connection):
        found = _rows(connection, LINE_QUERY, [action_line, period])
        if not found:
            raise HomeInvalid(
                f"release {number} has no row of action line {action_line} in {period}",
                str(settings.published / DATABASE),
                "choose a line of plan.action_lines and a half-year that has begun, as 2020H1",
            )
        reports = _rows(connection, REPORTS_QUERY, [action_line, found[0]["period_start_date"]])
    manifest = read_manifest(settings, number)
    parts = [
        {"role": row["reporting_period"], "snapshot_id": row["submission_id"], "cell": None}
        for row in reports
    ]
    return {
        "release": _release(manifest),
        "line": found[0],
        "reports": reports,
        "sources": [received(settings, manifest, part, [], None) for part in parts],
    }


@contextmanager
def _published(settings: Settings):
    """The number of the release that readers see, and a connection to its tables."""
    import duckdb

    number = published_number(settings)
    if number is None:
        raise HomeInvalid("nothing is published yet", str(settings.home), "run `smed refresh`")
    database = settings.releases / str(number) / DATABASE
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            yield number, connection
    except duckdb.CatalogException as error:
        raise HomeInvalid(
            f"was published before numbers could be traced so ({str(error).splitlines()[0]})",
            str(database),
            "run `smed refresh` for a new release",
        ) from error


def _rows(connection, query: str, values: list) -> list[dict]:
    result = connection.execute(query, values)
    names = [column[0] for column in result.description]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in result.fetchall()
    ]


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _release(manifest: dict) -> dict:
    return {key: manifest[key] for key in ("release", "as_of", "run_id", "published_at", "sources")}


def _held_back(manifest: dict, kpi: str, country: str) -> list[dict]:
    """What the gate on raw held back of a KPI and country when the release was made."""
    return [
        row
        for row in manifest.get("quarantined", [])
        if kpi in row["kpi_codes"] and row["country_code"] == country
    ]


def _series_codes(connection, series: str) -> set[str]:
    """The series and, of a ratio, those of its parts."""
    parts = _rows(connection, DERIVED_QUERY, [series])
    return {series, *(code for row in parts for code in row.values())}


def _acknowledged(settings: Settings, manifest: dict, series: set, country: str) -> list[dict]:
    """The acknowledgements that the release was made with, the oldest first."""
    kept = [
        asdict(acknowledgements.read(settings.raw / row["path"]))
        for row in manifest["inputs"]
        if row["series"] == ACKNOWLEDGEMENTS
    ]
    return sorted(
        (
            {name: one[name] for name in ("finding_id", "actor", "acknowledged_at", "reason")}
            for one in kept
            if one["series_code"] in series and one["country_code"] in (country, None)
        ),
        key=lambda one: one["acknowledged_at"],
    )


def _correction(connection, observation: dict, versions: list[dict]) -> dict | None:
    if observation["correction_id"] is None:
        return None
    found = _rows(connection, CORRECTION_QUERY, [observation["correction_id"]])
    return {**found[0], "upstream_value": versions[-1]["value"]}


def _parts(connection, observation: dict) -> list[dict]:
    """What a value was read from: role (of a ratio, its component's series) and snapshot_id."""
    joined = observation["snapshot_id"]
    if joined is None:
        return []
    derived = _rows(connection, DERIVED_QUERY, [observation["series_code"]])
    if not derived:
        return [{"role": "value", "snapshot_id": joined, "cell": None}]
    roles = zip(("numerator", "denominator"), joined.split(SNAPSHOT_SEPARATOR), strict=False)
    return [{"role": role, "snapshot_id": part, "cell": None} for role, part in roles]
