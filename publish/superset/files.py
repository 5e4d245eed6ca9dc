"""The folder that Superset imports, made from dbt's manifest."""

from pathlib import Path

from publish.superset.chart_kinds import chart_document
from publish.superset.charts import Chart, read_charts
from publish.superset.dashboards import chart_names, dashboard_document
from publish.superset.datasets import DATABASE_NAME, VERSION, read_datasets, uuid_of
from publish.superset.words import read_list
from smed.errors import BuildFailed

# whoever imports it says where the database really is; without a password nothing is asked for
EXAMPLE_URI = "postgresql+psycopg2://bi@127.0.0.1:5432/smed"
# Superset asks for a moment of export; a constant, so that equal files are equal. No type is named,
# so that both its import of dashboards and its import of assets, which overwrites, take the files
_MOMENT = "2026-01-01T00:00:00+00:00"


def read_pages() -> dict:
    """``dashboards.yml``: its dashboards and filters."""
    return read_list("dashboards.yml")


def make_files(manifest: dict) -> dict[str, str]:
    """Path below the folder -> text of each file, from a parsed ``manifest.json`` of dbt.

    Raises BuildFailed that names a chart or filter and the column that no mart has.
    """
    import yaml

    datasets, charts, pages = read_datasets(manifest), read_charts(), read_pages()
    _require_columns(datasets, charts, pages)
    documents = {
        "metadata.yaml": {"version": VERSION, "timestamp": _MOMENT},
        "databases/smed.yaml": _database(),
    }
    shown = [name for page in pages["dashboards"].values() for name in chart_names(page)]
    wanted = [*pages["filters"].values(), *(vars(charts[name]) for name in shown)]
    for name in sorted({facts["table"] for facts in wanted}):
        documents[f"datasets/smed/{name}.yaml"] = datasets[name].document()
    for name in sorted(set(shown)):
        chart = charts[name]
        documents[f"charts/{name}.yaml"] = chart_document(chart, datasets[chart.table])
    for name, page in pages["dashboards"].items():
        documents[f"dashboards/{name}.yaml"] = dashboard_document(
            name, page, pages["filters"], charts, datasets
        )
    return {
        path: yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
        for path, document in documents.items()
    }


def write_files(manifest: dict, folder: Path) -> int:
    """Writes the folder anew; the number of its files."""
    files = make_files(manifest)
    for path in sorted(folder.rglob("*.yaml")):
        if str(path.relative_to(folder)) not in files:
            path.unlink()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return len(files)


def _database() -> dict:
    return {
        "database_name": DATABASE_NAME,
        "sqlalchemy_uri": EXAMPLE_URI,
        "cache_timeout": -1,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": uuid_of("database", DATABASE_NAME),
        "version": VERSION,
    }


def _require_columns(datasets: dict, charts: dict[str, Chart], pages: dict) -> None:
    named = [(f"charts.yml, {c.name}", c.table, name) for c in charts.values() for name in c.named]
    named += [
        (f"dashboards.yml, {key}", given["table"], given["column"])
        for key, given in pages["filters"].items()
    ]
    for place, table, name in named:
        if table not in datasets:
            raise BuildFailed(f"there is no mart {table}", place, "name one that there is")
        if name not in datasets[table].columns and name not in datasets[table].metrics:
            raise BuildFailed(
                f"the mart {table} has neither a column nor a metric {name}",
                place,
                "name one that it has",
            )
