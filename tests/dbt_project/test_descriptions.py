"""What is published says of itself what it is: grain, unit, what null means, and who reads it."""

import json
import re

import pytest

from publish.dbt_docs import document, read_columns
from smed.plan_seeds import SEEDS
from smed.settings import REPOSITORY
from tests.dbt_project.warehouse import PROJECT

PUBLISHED = ("marts", "plan")
# MARTS: the plan's tables that people outside may rely on
PLAN_TABLES = {
    *("goals", "desired_outcomes", "actions", "action_lines", "kpis", "kpi_series"),
    *("kpi_availability", "countries", "parties", "country_champions", "errata", "corrections"),
    *("thresholds", "releases"),
}
UNIT_IN_NAME = re.compile(r"_(count|year|number|days|years|digits|pct)$")
UNIT_IN_WORDS = re.compile(
    r"\b(unit_code|\w+_unit_code|currency_code|per cent|persons|no unit|in its unit|in the unit)\b"
    r"|\b[Pp]oints\b"
)
NULL = r"\b[Nn]ull\b"
NUMBERS = ("DOUBLE", "INTEGER", "BIGINT", "HUGEINT", "FLOAT")
SHORTEST_SENTENCE = 6  # words


@pytest.fixture(scope="module")
def columns(newest_candidate):
    """The tables and columns of a candidate."""
    return read_columns(newest_candidate)


@pytest.fixture(scope="module")
def documented(warehouse, columns):
    """dbt's manifest as it is published."""
    manifest = json.loads((warehouse.home / "target" / "manifest.json").read_bytes())
    return document(manifest, columns)


@pytest.fixture(scope="module")
def tables(documented):
    """(schema, table) -> the node of dbt that it is."""
    nodes = [*documented["nodes"].values(), *documented["sources"].values()]
    return {
        (node["schema"], node.get("alias") or node["identifier"]): node
        for node in nodes
        if node["resource_type"] in ("model", "seed", "source")
    }


@pytest.fixture(scope="module")
def published(tables, columns):
    """(schema, table, column, type, description) of every column that is published."""
    found = [
        (*place, column, type_, tables[place]["columns"][column]["description"])
        for place, (_, types) in columns.items()
        if place[0] in PUBLISHED
        for column, type_ in types.items()
    ]
    assert len(found) > 500
    return found


def test_every_table_and_column_that_a_build_makes_or_reads_is_described(tables, columns):
    assert set(tables) == set(columns)
    silent = [
        f"{schema}.{table}.{column}"
        for (schema, table), node in tables.items()
        for column, facts in node["columns"].items()
        if not facts["description"].strip()
    ]
    assert silent == []
    assert [place for place, node in tables.items() if not node["description"]] == []


def test_no_description_is_of_a_column_that_is_not_there(tables, columns):
    gone = {
        place: set(node["columns"]) - set(columns[place][1])
        for place, node in tables.items()
        if set(node["columns"]) - set(columns[place][1])
    }
    assert gone == {}


def test_every_published_number_says_its_unit(published):
    numbers = [row for row in published if row[3] in NUMBERS]
    assert len(numbers) > 100
    assert [
        f"{schema}.{table}.{column}: {description}"
        for schema, table, column, _, description in numbers
        if not UNIT_IN_NAME.search(column) and not UNIT_IN_WORDS.search(description)
    ] == []


def test_no_published_column_is_null_unless_it_says_what_null_means(published, newest, now):
    """By the recorded figures, and by another plan with submissions of its own."""
    for ask in (newest, now):
        assert [
            f"{schema}.{table}.{column}: {description}"
            for schema, table, column, _, description in published
            if not re.search(NULL, description)
            and ask(f'select count(*) from {schema}."{table}" where "{column}" is null') != [(0,)]
        ] == []


def test_a_column_of_the_plan_says_what_null_means_exactly_where_its_reader_lets_it_be_empty(
    tables,
):
    for name, seed in SEEDS.items():
        for column, field in seed.row.model_fields.items():
            description = tables["plan", name]["columns"][column]["description"]
            says_null = re.search(NULL, description) is not None
            assert says_null is not field.is_required(), (name, column, description)


def test_descriptions_are_comments_of_the_tables(tables, newest):
    found = newest(
        "select schema_name, table_name, column_name, comment from duckdb_columns()"
        " where schema_name in ('marts', 'plan')"
    )
    assert len(found) > 500
    for schema, table, column, comment in found:
        assert comment == tables[schema, table]["columns"][column]["description"]
    for schema, table, comment in newest(
        "select schema_name, table_name, comment from duckdb_tables()"
        " where schema_name in ('marts', 'plan')"
    ):
        assert comment == tables[schema, table]["description"]


def test_the_public_tables_of_the_plan_are_there(tables):
    assert {("plan", name) for name in PLAN_TABLES} <= set(tables)


def test_a_release_exposes_what_is_published_and_nothing_else(documented, tables):
    shown = documented["exposures"]["exposure.smed.release_files"]["depends_on"]["nodes"]
    kept = [node["unique_id"] for place, node in tables.items() if place[0] in PUBLISHED]
    assert sorted(shown) == sorted(kept)


def test_a_command_exposes_the_marts_that_it_asks_for(documented):
    commands = {
        name: exposure
        for name, exposure in documented["exposures"].items()
        if "module" in exposure["config"]["meta"]
    }
    assert len(commands) == len(documented["exposures"]) - 1
    modules = [exposure["config"]["meta"]["module"] for exposure in commands.values()]
    asking = [
        str(path.relative_to(REPOSITORY))
        for path in sorted((REPOSITORY / "operate").glob("*.py"))
        if re.search(r"\b(from|join)\s+([a-z]+\.)?marts\.[a-z_]", path.read_text(encoding="utf-8"))
    ]
    assert sorted(modules) == asking
    for name, exposure in commands.items():
        code = (REPOSITORY / exposure["config"]["meta"]["module"]).read_text(encoding="utf-8")
        asked = set(re.findall(r"\b(?:from|join)\s+(?:[a-z]+\.)?marts\.([a-z_]+)", code))
        named = {node.rpartition(".")[2] for node in exposure["depends_on"]["nodes"]}
        assert named == asked, name


def test_the_name_of_a_unit_test_is_a_sentence(documented):
    names = [test["name"] for test in documented["unit_tests"].values()]
    assert len(names) > 30
    assert [name for name in names if len(name.split("_")) < SHORTEST_SENTENCE] == []


def test_the_overview_names_every_schema_that_a_build_makes(columns):
    overview = (PROJECT / "models" / "overview.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z]+)` \|", overview, re.MULTILINE))
    assert named == {schema for schema, _ in columns}
