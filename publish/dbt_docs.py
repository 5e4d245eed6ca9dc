"""dbt's documentation of a release: one page that opens from a file and asks nobody for anything.

The page is dbt's own. Put into it are what dbt knew of the build (its manifest) and the columns
that the candidate really has, without what says where and when they were made: equal inputs give
equal pages. A column that a model hands on is described as in the model that its description names.
"""

import json
import re
from pathlib import Path

import duckdb

from smed.errors import BuildFailed, HomeInvalid
from smed.files import disk_errors, read_json

DBT_DOCS = "dbt_docs"
PAGE = "index.html"
# what dbt wrote of the build, beside the candidate
DBT_MANIFEST = "dbt_manifest.json"
_OF_ONE_BUILD = ("created_at", "root_path", "build_path", "compiled_path")
_METADATA = ("dbt_schema_version", "dbt_version", "project_name", "adapter_type", "quoting")
_COLUMNS_QUERY = """
select table_schema, table_name, table_type, column_name, data_type
from information_schema.columns
inner join information_schema.tables using (table_catalog, table_schema, table_name)
where table_catalog = current_database()
order by table_schema, table_name, ordinal_position
"""

# (schema, table) -> its kind, and the type of each column in their order
Tables = dict[tuple[str, str], tuple[str, dict[str, str]]]


def write_dbt_docs(candidate: Path, folder: Path) -> None:
    """Writes ``dbt_docs/index.html`` into ``folder`` from a candidate and dbt's manifest beside it.

    Raises HomeInvalid if there is no such manifest, BuildFailed if dbt's page is not the one that
    this is made for, NoSpace if the disk is full.
    """
    tables = read_columns(candidate)
    try:
        written = read_json(candidate.with_name(DBT_MANIFEST), ("metadata", "nodes", "sources"))
    except HomeInvalid as error:
        again = "run `smed refresh --full` to build it anew"
        raise HomeInvalid(error.what, error.where, again) from error
    manifest = document(written, tables)
    page = _page(manifest, _catalog(manifest, tables))
    with disk_errors(folder):
        (folder / DBT_DOCS).mkdir()
        (folder / DBT_DOCS / PAGE).write_text(page, encoding="utf-8")


def read_columns(candidate: Path) -> Tables:
    """Every table and view of a candidate with its columns."""
    tables: Tables = {}
    with duckdb.connect(str(candidate), read_only=True) as connection:
        for schema, table, kind, column, type_ in connection.execute(_COLUMNS_QUERY).fetchall():
            tables.setdefault((schema, table), (kind, {}))[1][column] = type_
    return tables


def document(manifest: dict, tables: Tables) -> dict:
    """dbt's manifest as it is published: this project alone, and every column that there is.

    A column that no description can be found for has an empty one.
    """
    project = manifest["metadata"]["project_name"]
    macros = {k: m for k, m in manifest["macros"].items() if m["package_name"] == project}
    metadata = {key: manifest["metadata"][key] for key in _METADATA}
    shown = {
        **manifest,
        "metadata": {**metadata, "send_anonymous_usage_stats": False},
        "macros": macros,
    }
    for kind in ("nodes", "sources", "macros", "exposures", "unit_tests"):
        shown[kind] = {name: _lasting(node, macros) for name, node in shown[kind].items()}
    for kind in ("parent_map", "child_map"):
        shown[kind] = {name: sorted(others) for name, others in shown[kind].items()}
    nodes = {**shown["nodes"], **shown["sources"]}
    for name, node in nodes.items():
        _, columns = tables.get(_place(node), ("", {}))
        given = {column: _description(nodes, name, column) for column in columns}
        for column, description in given.items():
            node["columns"].setdefault(column, {"name": column, "meta": {}, "tags": []})
            node["columns"][column]["description"] = description
    return shown


def _lasting(node: dict, macros: dict) -> dict:
    """A node without what another build of the same inputs would have otherwise."""
    kept = {key: value for key, value in node.items() if key not in _OF_ONE_BUILD}
    if "columns" in kept:
        kept["columns"] = {name: dict(column) for name, column in kept["columns"].items()}
    if "depends_on" in kept:
        depends_on = {key: sorted(names) for key, names in kept["depends_on"].items()}
        # dbt's own macros are not shown
        depends_on["macros"] = [name for name in depends_on.get("macros", []) if name in macros]
        kept["depends_on"] = depends_on
    return kept


def _place(node: dict) -> tuple[str, str]:
    return node.get("schema", ""), node.get("alias") or node.get("identifier", "")


def _description(nodes: dict, name: str, column: str) -> str:
    """Of the node itself, else of the nearest that it reads and that its description names."""
    node = nodes[name]
    own = node["columns"].get(column, {}).get("description", "")
    if own:
        return own
    named = set(re.findall(r"\w+", node["description"]))
    for parent in node.get("depends_on", {}).get("nodes", []):
        if nodes[parent]["name"] in named:
            inherited = _description(nodes, parent, column)
            if inherited:
                return inherited
    return ""


def _catalog(manifest: dict, tables: Tables) -> dict:
    """dbt's catalog: the columns of each node as the engine has them."""
    catalog = {"metadata": manifest["metadata"], "errors": None}
    for kind in ("nodes", "sources"):
        catalog[kind] = {
            name: _catalog_entry(node, name, *tables[_place(node)])
            for name, node in manifest[kind].items()
            if _place(node) in tables
        }
    return catalog


def _catalog_entry(node: dict, name: str, kind: str, columns: dict[str, str]) -> dict:
    schema, table = _place(node)
    return {
        "unique_id": name,
        "metadata": {
            "type": kind,
            "database": node["database"],
            "schema": schema,
            "name": table,
            "comment": None,
            "owner": None,
        },
        "columns": {
            column: {"name": column, "type": type_, "index": index, "comment": None}
            for index, (column, type_) in enumerate(columns.items(), 1)
        },
        "stats": {},
    }


def _page(manifest: dict, catalog: dict) -> str:
    """dbt's page with both put in where it would ask a server for them."""
    from dbt.task.docs import DOCS_INDEX_FILE_PATH  # nothing but the path

    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    for what, value in (("MANIFEST", manifest), ("CATALOG", catalog)):
        place = f'"{what}.JSON INLINE DATA"'
        if page.count(place) != 1:
            raise BuildFailed(
                f"dbt's page has no place for {place}",
                DOCS_INDEX_FILE_PATH,
                "install the version of dbt-core that requirements.lock names",
            )
        # no end of a script inside of it
        page = page.replace(place, json.dumps(value, sort_keys=True).replace("<", "\\u003c"))
    return page
