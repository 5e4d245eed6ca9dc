"""The models as dbt compiles them, to be run without what dbt itself costs.

A candidate is prepared as a refresh prepares it; then each statement is a name, the kind of what
it makes and its SQL, in an order in which they can be run.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import big_plan
from operate.build import CANDIDATE, CURRENT, _environment_for_dbt, _project, prepare_candidate
from smed.plan import read_plan
from smed.settings import DBT_PROJECT, Settings

COMPILED = "compiled.json"
TABLE, VIEW, TEST = "table", "view", "test"
HOLD_NOTHING = "delete from inputs.held_back_partitions"
COUNT_ROWS = "select count(*) from inputs.world_bank_observations"


@dataclass(frozen=True)
class Statement:
    """One model or test; ``relation`` is where its result lies, empty of a test."""

    name: str
    kind: str
    relation: str
    sql: str

    @property
    def runnable(self) -> str:
        """What makes the table or the view; of a test what counts the rows that fail it."""
        if self.kind == TEST:
            return f"select count(*) from ({self.sql})"
        return f"create or replace {self.kind} {self.relation} as {self.sql}"


def candidate(home: Path) -> Path:
    """The database of the home's candidate."""
    return home / "candidates" / CURRENT / CANDIDATE


def plan_settings(home: Path) -> Settings:
    """The settings of a home that holds its own plan."""
    return Settings.load(home=home, plan=home / "plan")


def prepare(home: Path, series: int, economies: int) -> None:
    """A home with a made-up plan and its figures, and a candidate with the inputs of the models.

    Nothing is held back: invented figures jump as no real ones do, and what is measured is made
    of all of them.
    """
    import duckdb

    settings = plan_settings(home)
    big_plan.write_plan(settings.plan, series, economies)
    inputs = big_plan.write_raw(settings, series, economies)
    prepare_candidate(settings, read_plan(settings.plan), inputs)
    with duckdb.connect(str(candidate(home)), config=profile_settings()) as connection:
        connection.execute(HOLD_NOTHING)


def compile_models(home: Path, *selected: str) -> list[Statement]:
    """Fills the seeds, makes the schemas, and compiles the selected models, or all, with tests."""
    import duckdb

    _dbt(home, "seed")
    arguments = ("--select", *selected) if selected else ()
    statements = [_statement(r.node) for r in _dbt(home, "compile", *arguments)]
    compiled = [s for s in statements if s is not None]
    (home / COMPILED).write_text(json.dumps([asdict(s) for s in compiled]), encoding="utf-8")
    with duckdb.connect(str(candidate(home))) as connection:
        for schema in sorted({s.relation.split(".")[-2] for s in compiled if s.relation}):
            connection.execute(f"create schema if not exists {schema}")
    return compiled


def read_compiled(home: Path) -> list[Statement]:
    """What ``compile_models`` gave."""
    rows = json.loads((home / COMPILED).read_text(encoding="utf-8"))
    return [Statement(**row) for row in rows]


def _statement(node) -> Statement | None:
    if node.resource_type == "test":
        return Statement(node.name, TEST, "", node.compiled_code)
    if node.resource_type == "model":
        kind = node.config.materialized
        return Statement(node.name, kind, node.relation_name, node.compiled_code)
    return None


def _dbt(home: Path, command: str, *arguments: str) -> list:
    """The results of a command of dbt in this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    settings, target = plan_settings(home), str(home / "cache" / "dbt")
    with _environment_for_dbt(settings):
        outcome = dbtRunner().invoke(
            [
                *(command, *arguments, "--quiet", "--log-level", "none"),
                *("--log-path", target, "--target-path", target),
                *("--project-dir", str(_project(settings)), "--profiles-dir", str(DBT_PROJECT)),
            ]
        )
        DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        results = getattr(outcome.result, "results", [])
        failed = [r.message for r in results if r.status == "error"]
        raise SystemExit(f"dbt could not {command}: {outcome.exception or failed}")
    return outcome.result.results


def profile_settings() -> dict[str, str]:
    """How dbt's profile sets DuckDB."""
    import yaml

    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    return profile["smed"]["outputs"]["candidate"].get("settings", {})
