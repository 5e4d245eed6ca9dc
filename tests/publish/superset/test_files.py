"""The committed files are what dbt's manifest makes of the lists, and the release has it all."""

import json
import re
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
import yaml

from publish.dbt_docs import DBT_MANIFEST
from publish.superset import files
from publish.superset.charts import Chart, read_charts
from publish.superset.dashboards import chart_names
from publish.superset.datasets import read_datasets, uuid_of
from publish.superset.files import make_files, read_pages, write_files
from publish.superset.words import called, colours_of, group_of, marks_of, words_of
from smed.errors import BuildFailed
from smed.settings import REPOSITORY

COMMITTED = REPOSITORY / "deploy" / "superset"
TEXTS = ("table", "pivot_table_v2")
MAKE = "run `make superset` and commit deploy/superset"


@pytest.fixture(scope="module")
def manifest(refreshed_home) -> dict:
    """What dbt says of the models that made a release."""
    path = refreshed_home.path / "candidates" / "current" / DBT_MANIFEST
    return json.loads(path.read_bytes())


@pytest.fixture(scope="module")
def made(manifest) -> dict[str, str]:
    """Path -> text of every file, made anew."""
    return make_files(manifest)


@pytest.fixture(scope="module")
def documents(made) -> dict[str, dict]:
    """Path -> content of every file."""
    return {path: yaml.safe_load(text) for path, text in made.items()}


@pytest.fixture(scope="module")
def release(refreshed_home):
    """Asks the published file."""
    path = refreshed_home.path / "published" / "smed.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def _of(documents: dict, folder: str) -> list[dict]:
    found = [content for path, content in documents.items() if path.startswith(folder)]
    assert found
    return found


def test_the_committed_files_are_what_is_made(made):
    committed = {
        str(path.relative_to(COMMITTED)): path.read_text(encoding="utf-8")
        for path in COMMITTED.rglob("*.yaml")
    }
    assert sorted(committed) == sorted(made), MAKE
    assert [path for path in made if committed[path] != made[path]] == [], MAKE


def test_every_column_and_metric_is_one_that_the_release_can_compute(documents, release):
    for dataset in _of(documents, "datasets/"):
        source = f"({dataset['sql']})" if dataset["sql"] else f"marts.{dataset['table_name']}"
        columns = {row[0] for row in release.execute(f"describe from {source}").fetchall()}
        plain = {c["column_name"] for c in dataset["columns"] if c["expression"] is None}
        # what the gate found says of itself when it was released; Superset has no need of it
        assert columns - plain <= {"as_of_date", "is_illustrative"}, dataset["table_name"]
        assert plain <= columns
        computed = [c["expression"] for c in dataset["columns"] if c["expression"]]
        metrics = [metric["expression"] for metric in dataset["metrics"]]
        for expressions in filter(None, (computed, metrics)):
            release.execute(f"select {', '.join(expressions)} from {source} as t limit 1")


def test_a_unit_has_its_name_and_adds_no_row(documents, release):
    with_units = [dataset for dataset in _of(documents, "datasets/") if dataset["sql"]]
    assert len(with_units) > 3
    for dataset in with_units:
        table = dataset["table_name"]
        assert release.execute(
            f"select count(*), count(unit_code) - count(unit_name) from ({dataset['sql']})"
        ).fetchone() == (*release.execute(f"select count(*) from marts.{table}").fetchone(), 0)


def test_columns_say_what_the_models_say(documents, manifest):
    columns = manifest["nodes"]["model.smed.kpi_achievements"]["columns"]
    (dataset,) = [d for d in _of(documents, "datasets/") if d["table_name"] == "kpi_achievements"]
    said = {c["column_name"]: c["description"] for c in dataset["columns"]}
    assert {name: said[name] for name in columns} == {
        name: facts["description"] for name, facts in columns.items()
    }
    metrics = {metric["metric_name"]: metric for metric in dataset["metrics"]}
    assert metrics["mean_growth_pct"]["verbose_name"] == "Growth a year, %"
    assert columns["growth_pct"]["description"] in metrics["mean_growth_pct"]["description"]


def test_every_code_of_a_closed_list_has_its_words(manifest):
    looked_at = 0
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") != "holds":
            continue
        table = node["attached_node"].rpartition(".")[2]
        given = test["kwargs"]
        lists = {**given.get("closed_lists", {}), **given.get("nullable_closed_lists", {})}
        for column, codes in lists.items():
            group = group_of(table, column)
            if group and table in read_datasets(manifest):
                looked_at += 1
                assert set(codes) - set(words_of(group)) == set(), (table, column)
    assert looked_at > 15


def test_no_status_hangs_on_a_colour():
    for group in ("status", "un", "linear", "check", "delivery", "light", "reporting"):
        marks, colours = marks_of(group), colours_of(group)
        assert set(marks) == set(colours), group
        assert len(set(words_of(group).values())) == len(marks), group


def test_a_colour_is_grey_where_nobody_knows_and_nowhere_else():
    unknown = {"not_assessed", "not_reported", "could_not_run", "grey", "not_yet_due", "missing"}
    unknown |= {"not_applicable", "no_data"}
    for group in ("status", "check", "delivery", "light", "reporting", "observation", "reason"):
        for code, colour in colours_of(group).items():
            red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
            if max(red, green, blue) - min(red, green, blue) < 16:
                assert code in unknown, (group, code)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("on_time_rate_pct", "On time rate, %"),
        ("drift_days", "Drift, days"),
        ("reason_code", "Reason (code)"),
        ("reason_code_words", "Reason"),
        ("kpis_count", "KPIs"),
        ("country_name", "Member state"),
        ("clmv_value", "CLMV value"),
    ],
)
def test_a_column_is_called_by_its_name_and_unit(column, words):
    assert called(column) == words


def test_every_chart_is_on_a_dashboard_and_every_dashboard_says_what_is_illustrative():
    pages = read_pages()["dashboards"]
    assert [page["title"] for page in pages.values()] == [
        "Plan at a glance",
        "Goal",
        "Country",
        "Data quality",
    ]
    shown = {name for page in pages.values() for name in chart_names(page)}
    assert shown == set(read_charts())
    for name, page in pages.items():
        badges = [c for c in chart_names(page) if "figures_words" in read_charts()[c].columns]
        assert badges, name
        assert "llustrative" in page["note"], name


def test_a_label_with_a_script_is_shown_and_not_run(documents):
    texts = [c["params"] for c in _of(documents, "charts/") if c["viz_type"] in TEXTS]
    assert len(texts) > 10
    assert {p["allow_render_html"] for p in texts} == {False}


def test_rows_of_a_dashboard_fill_its_width(documents):
    for dashboard in _of(documents, "dashboards/"):
        position = dashboard["position"]
        for row in (facts for key, facts in position.items() if key.startswith("ROW")):
            widths = [position[child]["meta"]["width"] for child in row["children"]]
            assert sum(widths) == 12, (dashboard["slug"], row["id"])


def test_everything_keeps_its_address(documents):
    """Another one would be another dashboard beside the old, and the links to it would break."""
    assert uuid_of("dashboard", "plan") == "a520b823-1964-594a-9608-94c03f786cdf"
    named = [d["uuid"] for d in documents.values() if "uuid" in d]
    assert len(named) == len(set(named)) == len(documents) - 1
    assert all(UUID(name).version == 5 for name in named)


def test_filters_and_charts_refer_to_what_is_imported_with_them(documents):
    datasets = {d["uuid"]: d for d in _of(documents, "datasets/")}
    charts = {c["uuid"] for c in _of(documents, "charts/")}
    assert {c["dataset_uuid"] for c in _of(documents, "charts/")} <= set(datasets)
    for dashboard in _of(documents, "dashboards/"):
        placed = [p for key, p in dashboard["position"].items() if key.startswith("CHART")]
        assert {p["meta"]["uuid"] for p in placed} <= charts
        for native in dashboard["metadata"]["native_filter_configuration"]:
            (target,) = native["targets"]
            columns = datasets[target["datasetUuid"]]["columns"]
            assert target["column"]["name"] in {c["column_name"] for c in columns}


def test_no_file_holds_a_password_or_a_figure_of_the_cache(documents):
    database = documents["databases/smed.yaml"]
    assert re.fullmatch(
        r"postgresql\+psycopg2://\w+@127\.0\.0\.1:\d+/\w+", database["sqlalchemy_uri"]
    )
    for content in (database, *_of(documents, "datasets/"), *_of(documents, "charts/")):
        assert content["cache_timeout"] == -1


@pytest.mark.parametrize(
    ("chart", "error"),
    [
        (Chart("odd", "Odd", "table", "goal_scorecards", columns=["nobody"]), "nobody"),
        (Chart("odd", "Odd", "lines", "goal_scorecards", metrics=["mean_nobody"]), "mean_nobody"),
        (Chart("odd", "Odd", "table", "goal_scorecards", where={"nobody": True}), "nobody"),
        (Chart("odd", "Odd", "table", "no_mart", columns=["goal_code"]), "no_mart"),
    ],
)
def test_a_chart_of_what_no_mart_has_is_refused_by_name(manifest, monkeypatch, chart, error):
    monkeypatch.setattr(files, "read_charts", lambda: {**read_charts(), "odd": chart})
    with pytest.raises(BuildFailed, match=rf"charts\.yml, odd: .*{error}"):
        make_files(manifest)


def test_writing_leaves_no_file_of_before(manifest, tmp_path: Path):
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "gone.yaml").write_text("version: 1.0.0\n", encoding="utf-8")
    assert write_files(manifest, tmp_path) == len(list(tmp_path.rglob("*.yaml")))
    assert not (tmp_path / "charts" / "gone.yaml").exists()
