"""What every model keeps to, so that it runs on another engine and with another plan."""

import re

import pytest

from extract.submissions.forms import is_free_text, read_forms
from tests.dbt_project.warehouse import PROJECT

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MACROS = sorted(p for folder in ("macros", "tests") for p in (PROJECT / folder).rglob("*.sql"))
MODEL_LINES = 90
YAML_LINES = 150

ONE_ENGINE_ONLY = {
    "a cast by ::": r"::",
    "qualify": r"\bqualify\b",
    "distinct on": r"\bdistinct\s+on\b",
    "filter (where": r"\bfilter\s*\(\s*where\b",
    "a decimal literal divided, which loses digits elsewhere": r"\b\d+\.\d+\s*/",
    "a comma before from": r",\s*\bfrom\b",
}
# of DuckDB and of Spark; `age` of one date counts from today
CLOCK = (
    r"\b((now|today|curdate|curtime|unix_timestamp|clock_timestamp|statement_timestamp"
    r"|transaction_timestamp)\s*\(|getdate|sysdate|systimestamp"
    r"|(get_)?current_(date|time|timestamp|localtime)|localtime|age\s*\([^,()]*\)"
    r"|run_started_at|modules\.datetime)"
)
READ_THE_CLOCK = (
    *("now()", "today ()", "getdate()", "GETDATE()", "current_date", "current_date()", "curdate()"),
    *("current_timestamp", "CURRENT_TIMESTAMP()", "get_current_timestamp()", "get_current_time()"),
    *("current_localtimestamp()", "localtimestamp", "transaction_timestamp()", "age(vintage_date)"),
    *("unix_timestamp()", "sysdate", "{{ run_started_at }}", "{{ modules.datetime.date.today() }}"),
)
PLAN_LITERALS = {
    "a KPI": r"'KPI-\d+'",
    "a goal": r"'[A-Z]'",
    "a country or group": r"'([A-Z]{3}|CLMV|ASEAN[^']*)'",
    "a series": r"'[A-Z]{2}\.[A-Z.0-9]+'",
    "a year": r"\b(19|20)\d\d\b",
}


def _code(path) -> str:
    """The model without its comments."""
    without_jinja_comments = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"--.*", "", without_jinja_comments)


def test_there_are_models_to_look_at():
    assert len(MODELS) > 40
    assert len(MACROS) > 5


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_keeps_to_every_engine_and_names_nothing_of_the_plan(path):
    code = _code(path)
    for what, pattern in {**ONE_ENGINE_ONLY, **PLAN_LITERALS, "the clock": CLOCK}.items():
        assert not re.search(pattern, code, flags=re.I if what in ONE_ENGINE_ONLY else 0), what
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODEL_LINES


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_is_written_in_small_letters(path):
    without_literals = re.sub(r"'[^']*'|\"[^\"]*\"", "", _code(path))
    assert without_literals == without_literals.lower()


@pytest.mark.parametrize("path", sorted((PROJECT / "models").rglob("*.yml")), ids=lambda p: p.stem)
def test_a_yaml_file_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= YAML_LINES


@pytest.mark.parametrize("code", READ_THE_CLOCK)
def test_the_rule_knows_every_way_to_read_the_clock(code):
    assert re.search(CLOCK, f"select {code} as today from builds", flags=re.I)


@pytest.mark.parametrize("code", ["known_from", "age(a, b)", "known_today", "page(a)"])
def test_the_rule_leaves_columns_alone(code):
    assert not re.search(CLOCK, f"select {code} from builds", flags=re.I)


@pytest.mark.parametrize("path", MACROS, ids=lambda path: path.stem)
def test_a_macro_reads_no_clock(path):
    assert not re.search(CLOCK, _code(path), flags=re.I)


def test_what_dbt_sends_to_the_engine_asks_no_clock(warehouse, newest_candidate):
    compiled = [
        result.node.compiled_code
        for result in warehouse.nodes.values()
        if result.node.resource_type in ("model", "test")
    ]
    assert len(compiled) > len(MODELS)
    for code in compiled:
        assert not re.search(CLOCK, code, flags=re.I)


def test_every_model_says_its_grain_and_what_is_published_has_its_contract(
    warehouse, newest_candidate
):
    models = [r.node for r in warehouse.nodes.values() if r.node.resource_type == "model"]
    assert len(models) == len(MODELS)
    for node in models:
        assert node.description.startswith("One row"), node.name
        assert node.config.contract.enforced == (node.schema in ("plan", "marts")), node.name


def test_every_seed_is_a_table_of_the_plan(newest):
    seeds = {path.stem for path in (PROJECT / "seeds").glob("*.csv")}
    tables = newest("select table_name from information_schema.tables where table_schema = 'plan'")
    assert {name for (name,) in tables} == seeds


def test_no_column_that_says_yes_or_no_is_ever_null(newest):
    columns = newest(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'marts' and data_type = 'BOOLEAN'"
    )
    assert len(columns) > 10
    for table, column in columns:
        assert newest(f"select count(*) from marts.{table} where {column} is null") == [(0,)]
        assert column.startswith(("is_", "has_"))


def test_d16_no_model_reads_what_a_sender_wrote_in_words_of_their_own():
    """It may name persons: raw keeps it, and nothing that is published repeats it."""
    free = {
        column.column_code
        for form in read_forms().values()
        for column in form.columns
        if is_free_text(form.form_code, column.column_code)
    } | {"note"}
    assert {"source_title", "verifier", "issues"} < free
    staged = sorted((PROJECT / "models/staging/submissions").glob("*.sql"))
    assert len(staged) == 2
    for path in staged:
        assert set(re.findall(r"\w+", _code(path))) & free == set(), path.name
    readers = [p.name for p in MODELS if "source('inputs', 'kpi" in _code(p)]
    assert readers == ["stg_submissions__kpi_values.sql"]
