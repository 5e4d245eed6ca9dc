"""``datapackage.json``: the release's CSV files as a Frictionless Data Package.

Specification: https://specs.frictionlessdata.io/data-package/ (version 1).
"""

from pathlib import Path

from publish.contents import Column, Content, scalar
from smed.files import json_bytes, sha256_of

DATA_PACKAGE = "datapackage.json"
NAME = "smed"
_TYPES = {
    "VARCHAR": {"type": "string"},
    "BOOLEAN": {"type": "boolean"},
    "DATE": {"type": "date"},
    "DOUBLE": {"type": "number"},
    # DuckDB writes a fraction of the second only where there is one
    "TIMESTAMP": {"type": "datetime", "format": "any"},
}
_INTEGER = {"type": "integer"}
# RFC 4180's, but for the end of a line, which DuckDB writes as every tool under Unix does
_DIALECT = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True}


def write_data_package(
    connection, folder: Path, contents: list[Content], cover: dict[str, str]
) -> None:
    """Writes the package beside the CSV files that it describes; they must be written already."""
    package = {
        "profile": "data-package",
        "name": NAME,
        "title": cover["Title"],
        "description": "\n".join(f"{name}: {said}" for name, said in cover.items()),
        "sources": _sources(connection),
        "resources": [_resource(folder, content) for content in contents],
    }
    (folder / DATA_PACKAGE).write_bytes(json_bytes(package))


def _sources(connection) -> list[dict]:
    if scalar(connection, "select count(*) from plan.data_sources") is None:
        return []
    rows = connection.execute(
        "select source_name, citation, coalesce(licence, '') from plan.data_sources order by all"
    ).fetchall()
    return [
        {"title": name, "description": "; ".join(filter(None, (citation, licence)))}
        for name, citation, licence in rows
    ]


def _resource(folder: Path, content: Content) -> dict:
    path = folder / "csv" / f"{content.stem}.csv"
    schema: dict = {"fields": [_field(column) for column in content.columns]}
    if content.key:
        schema["primaryKey"] = list(content.key)
    return {
        "profile": "tabular-data-resource",
        "name": content.stem,
        "path": str(path.relative_to(folder)),
        "description": content.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {**_DIALECT, "header": True},
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
        "schema": schema,
    }


def _field(column: Column) -> dict:
    described = {"description": column.description} if column.description else {}
    return {"name": column.name, **_TYPES.get(column.type, _INTEGER), **described}
