"""The models run on DuckDB and on Spark: what of that can be seen without a cluster."""

import re

import pytest

from operate.build import _environment_for_dbt
from operate.spark import Spark
from smed.settings import DBT_PROJECT, Settings

MACROS = sorted((DBT_PROJECT / "macros").glob("*.sql"))
SQL = sorted(
    p for room in ("models", "macros", "tests") for p in (DBT_PROJECT / room).rglob("*.sql")
)
# of DuckDB, that Spark has not or has otherwise; what needs one has a macro with a variant for each
OF_ONE_ENGINE = {
    "a text of a group's values": r"\b(string_agg|listagg|group_concat|array_join)\s*\(",
    "a list": r"\b(list|unnest|explode|list_\w+|array_\w+|collect_\w+)\s*\(",
    "a struct": r"\b(struct|struct_pack|named_struct|row)\s*\(",
    "days between dates": r"\b(datediff|date_diff|date_sub|date_add|datesub|date_part|age)\s*\(",
    "a date written out": r"\b(strftime|strptime|date_format|to_date)\s*\(",
    "a cast that fails as null": r"\b(try_cast|try_\w+)\s*\(",
    "a regular expression": r"\bregexp_\w+\s*\(|\b(similar\s+to|glob|rlike)\b",
    "whole division": r"//|\bdiv\b",
    "columns left out of a star": r"\*\s*(exclude|except|replace|rename)\s*\(",
    "columns that are not named": r"\b(group|order)\s+by\s+(all|\d)|\bby\s+name\b",
    "a join of one engine": r"\b(asof|positional|lateral|semi|anti)\s+join\b",
    # DuckDB passes over rows whose value is null, Spark does not
    "the value of the largest": r"\b(max_by|min_by|arg_max|arg_min|first|last|any_value)\s*\(",
    "a count of what is true": r"\b(count_if|countif|bool_or|bool_and|every|some)\s*\(",
}
IN_BOTH_VARIANTS = {"joined_members.sql", "joined_sorted.sql", "days.sql"}
# its largest is of dates that are null wherever the value is: there both engines pass over the row
NEVER_OF_NULL = {"int_lines_completed.sql"}


def _code(path) -> str:
    without_jinja_comments = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"--.*", "", without_jinja_comments)


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_no_statement_is_of_one_engine(path):
    found = [
        what
        for what, pattern in OF_ONE_ENGINE.items()
        if re.search(pattern, _code(path), flags=re.IGNORECASE)
    ]
    assert (found == []) == (path.name not in IN_BOTH_VARIANTS | NEVER_OF_NULL), found


def test_whatever_is_said_in_two_ways_is_said_for_both_engines():
    dispatched, variants = set(), set()
    for path in MACROS:
        dispatched |= set(re.findall(r"adapter\.dispatch\(\s*[\"'](\w+)", _code(path)))
        variants |= set(re.findall(r"macro (?:default|spark)__(\w+)", _code(path)))
    assert len(dispatched) >= 4
    text = "".join(_code(path) for path in MACROS)
    for name in dispatched:
        assert f"macro default__{name}(" in text, name
        assert f"macro spark__{name}(" in text, name


def test_nothing_is_changed_in_place():
    """Snapshots, merges and partial builds do not run on Spark's plain Parquet, or cut rows."""
    texts = [path.read_text("utf-8") for path in [*SQL, *DBT_PROJECT.rglob("*.yml")]]
    assert len(texts) > 100
    for text in texts:
        assert not re.search(r"\b(incremental|merge into|insert_overwrite|snapshots?:)\b", text)
        assert "{% snapshot" not in text
    assert not (DBT_PROJECT / "snapshots").exists()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """What dbt would send to Spark, by node; no server is asked for anything."""
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("spark")
    settings = Settings(home=folder, target="spark")
    spark = Spark(settings)
    with _environment_for_dbt(settings, spark.environment):
        outcome = dbtRunner().invoke(
            [
                *("compile", "--target", "spark", "--no-populate-cache", "--no-introspect"),
                *("--log-level", "none", "--log-path", str(folder), "--target-path", str(folder)),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            ]
        )
    assert outcome.success, outcome.exception
    return spark.prefix, [result.node for result in outcome.result.results]


def test_every_model_and_test_compiles_for_spark_in_schemas_of_its_home(compiled):
    prefix, nodes = compiled
    models = [node for node in nodes if node.resource_type == "model"]
    assert len(models) == len(list((DBT_PROJECT / "models").rglob("*.sql")))
    assert sum(node.resource_type == "test" for node in nodes) > 30
    for node in models:
        assert node.schema.startswith(f"{prefix}_"), node.name
        # a view is planned anew wherever it is read
        assert node.config.materialized == "table", node.name
    read = {name for n in nodes for name in re.findall(r"\b\w+_inputs\.\w+", n.compiled_code or "")}
    assert read
    assert all(name.startswith(f"{prefix}_inputs.") for name in read)


def test_what_is_sent_to_spark_has_no_word_of_duckdb(compiled):
    _, nodes = compiled
    duckdb_only = r"\b(string_agg|list|list_sort|array_to_string)\s*\(|::"
    for node in nodes:
        assert not re.search(duckdb_only, node.compiled_code or ""), node.name
