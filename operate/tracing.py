"""Where a published number comes from: from the mart's row back to the bytes that were received."""

import json
from pathlib import Path

from publish.releases import published_number, read_manifest
from publish.tables import DATABASE
from smed.errors import HomeInvalid, RawAltered
from smed.files import require_received
from smed.settings import Settings

OBSERVATION_QUERY = """
select * from marts.kpi_observations
where kpi_code = ? and country_code = ? and observation_year = ?
"""
VERSIONS_QUERY = """
select version_number, change_type, value, unit_code, known_from, known_to, snapshot_id
from marts.kpi_revisions
where kpi_code = ? and country_code = ? and observation_year = ? and series_code = ?
order by version_number
"""


def trace(settings: Settings, kpi: str, country: str, year: int) -> dict:
    """The chain of one observation of the published release, as JSON-able facts.

    Keys: release, observation (the mart's row), versions (all that were ever held), source (the
    landed file, its provenance and the responses that it was read from; None where there is no
    value). Raises HomeInvalid if the release has no such row, RawAltered if a file of the chain
    is gone or is not what it was.
    """
    import duckdb

    number = published_number(settings)
    if number is None:
        raise HomeInvalid("nothing is published yet", str(settings.home), "run `smed refresh`")
    database = settings.published / DATABASE
    with duckdb.connect(str(database), read_only=True) as connection:
        found = _rows(connection, OBSERVATION_QUERY, [kpi, country, year])
        if not found:
            raise HomeInvalid(
                f"release {number} has no row of {kpi} {country} {year}",
                str(database),
                "choose a KPI of plan.kpis, a country of plan.countries and a year that is kept",
            )
        observation = found[0]
        key = [kpi, country, year, observation["series_code"]]
        versions = _rows(connection, VERSIONS_QUERY, key)
    return {
        "release": _release(settings, number),
        "observation": observation,
        "versions": versions,
        "source": _source(settings, number, observation["snapshot_id"]),
    }


def _rows(connection, query: str, values: list) -> list[dict]:
    result = connection.execute(query, values)
    names = [column[0] for column in result.description]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in result.fetchall()
    ]


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _release(settings: Settings, number: int) -> dict:
    manifest = read_manifest(settings, number)
    return {key: manifest[key] for key in ("release", "as_of", "run_id", "published_at", "sources")}


def _source(settings: Settings, number: int, snapshot_id: str | None) -> dict | None:
    if snapshot_id is None:
        return None
    inputs = read_manifest(settings, number)["inputs"]
    # of a ratio, the source of its numerator
    first = snapshot_id.split("+")[0]
    (pinned,) = (row for row in inputs if row["snapshot_id"] == first)
    path = settings.raw / pinned["path"]
    require_received(path, pinned["sha256"])
    provenance = _provenance(path)
    folder = settings.raw / Path(pinned["path"]).parts[0] / "responses"
    responses = []
    for sha256 in provenance["responses"]:
        response = next(folder.glob(f"{sha256}.[!p]*"), folder / sha256)
        require_received(response, sha256)
        responses.append({"path": str(response), **_provenance(response)})
    return {"path": str(path), **provenance, "responses": responses}


def _provenance(path: Path) -> dict:
    try:
        return json.loads(path.with_suffix(".provenance.json").read_bytes())
    except (OSError, ValueError) as error:
        raise RawAltered(
            f"its provenance cannot be read ({error})", str(path), "put it back from a backup"
        ) from error
