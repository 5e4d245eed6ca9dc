"""Builds the marts: one candidate file, one ``dbt build`` in this process."""

import itertools
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

from expectations.raw_gate import sift
from operate.inputs import ACKNOWLEDGEMENTS, Inputs
from operate.observations import file_list, show_observations
from publish.dbt_docs import DBT_MANIFEST
from smed.errors import BuildFailed, SmedError
from smed.files import disk_errors, no_space, says_disk_full
from smed.garbage import rare_collection
from smed.plan import Plan
from smed.settings import DBT_PROJECT, Settings

CANDIDATE = "candidate.duckdb"
# dbt's connection has a constant path, so that its partial parse holds: this link names the run
CURRENT = "current"
SEEDS = "seeds"
# the schema `inputs` and its tables of submissions
INPUTS = "inputs.sql"
FAILURES_SHOWN = 3
# which rule, and the key
FAILING_COLUMNS = 4
# the tables of inputs.sql that hold what parties sent; a landed file says which it belongs to
SUBMISSIONS = ("kpi_submissions", "progress_submissions")
NOT_FAILED = ("success", "pass", "warn", "skipped", "no-op")


def prepare_candidate(settings: Settings, plan: Plan, inputs: Inputs) -> Path:
    """An empty candidate file with the schema ``inputs``: the pinned vintages, the date, and what
    the gate on raw found.

    Returns its folder, ``candidates/<run_id>/`` or ``<run_id>-2`` and so on: another attempt at the
    same run may still be looked at by its gate.
    """
    import duckdb

    folder = _new_folder(settings, inputs.run_id)
    with disk_errors(folder):
        link = settings.candidates / f".{CURRENT}"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        os.replace(link, settings.candidates / CURRENT)
        try:
            with duckdb.connect(str(folder / CANDIDATE)) as connection:
                make_inputs(connection, settings, plan, inputs)
                if settings.target == "spark":
                    from operate.spark import keep_inputs

                    keep_inputs(connection, settings, inputs.snapshots, folder)
        except duckdb.Error as error:
            raise _candidate_error(error, folder) from error
    return folder


def _new_folder(settings: Settings, run_id: str) -> Path:
    for number in itertools.count(1):
        folder = settings.candidates / (run_id if number == 1 else f"{run_id}-{number}")
        with disk_errors(folder), suppress(FileExistsError):
            folder.mkdir(parents=True)
            break
    return folder


def make_inputs(connection, settings: Settings, plan: Plan, inputs: Inputs) -> None:
    """Fills the schema ``inputs`` of an open database, and sifts it; duckdb.Error if it cannot."""
    connection.execute((DBT_PROJECT / INPUTS).read_text(encoding="utf-8"))
    connection.execute(
        "create table inputs.builds as select ? as run_id, cast(? as date) as as_of_date",
        [inputs.run_id, inputs.as_of],
    )
    show_observations(connection, settings, inputs.snapshots)
    for table in SUBMISSIONS:
        snapshots = [s for s in inputs.snapshots if s.series == table]
        if snapshots:
            files = file_list(settings, snapshots)
            connection.execute(
                f"insert into inputs.{table} by name"
                f" select * from read_parquet([{files}], union_by_name = true)"
            )
    _load_acknowledgements(connection, settings, inputs)
    for answer in inputs.refused_answers:
        _insert(connection, "refused_answers", asdict(answer))
    sift(connection, plan)


def _load_acknowledgements(connection, settings: Settings, inputs: Inputs) -> None:
    from extract import acknowledgements

    for snapshot in inputs.snapshots:
        if snapshot.series == ACKNOWLEDGEMENTS:
            kept = acknowledgements.read(settings.raw / snapshot.path)
            _insert(connection, "acknowledgements", asdict(kept))


def _insert(connection, table: str, facts: dict) -> None:
    connection.execute(
        f"insert into inputs.{table} ({', '.join(facts)}) values ({', '.join('?' * len(facts))})",
        list(facts.values()),
    )


def _candidate_error(error: Exception, folder: Path) -> SmedError:
    reason = str(error).splitlines()[0]
    if says_disk_full(reason):
        return no_space(reason, folder)
    return BuildFailed(
        f"DuckDB could not begin the candidate ({reason})",
        str(folder),
        "mend what it names, then run `smed refresh` again; the release before stays",
    )


@contextmanager
def _environment_for_dbt(settings: Settings, given: dict[str, str] | None = None):
    """dbt reads the home, and what an engine needs beside, from the environment."""
    given = {"SMED_HOME": str(settings.home), **(given or {})}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _project(settings: Settings) -> Path:
    """dbt's project with the plan's folder as its seeds.

    For another plan than the shipped one it is a folder of links: dbt must see seeds below its
    project, since it writes what it ran to the seed's own path otherwise, over the seed.
    """
    if settings.plan == DBT_PROJECT / SEEDS:
        return DBT_PROJECT
    folder = settings.home / "cache" / "dbt_project"
    with disk_errors(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in DBT_PROJECT.iterdir():
            if path.name not in (SEEDS, "target", "logs"):
                (folder / path.name).symlink_to(path)
        (folder / SEEDS).symlink_to(settings.plan)
    return folder


class DuckDB:
    """The engine that builds in the candidate's own file."""

    target = "candidate"
    environment: ClassVar[dict[str, str]] = {}

    def __init__(self, settings: Settings):
        self._path = settings.candidates / CURRENT / CANDIDATE

    def prepare(self) -> None:
        """The candidate holds everything already."""

    def close(self) -> None:
        """dbt keeps the candidate open after a run, and nobody else could open it."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()

    def failing_rows(self, sql: str, limit: int) -> list[tuple]:
        """The first rows of a query."""
        import duckdb

        with duckdb.connect(str(self._path), read_only=True) as connection:
            return connection.execute(sql).fetchmany(limit)

    def reason(self, message: str) -> str:
        """What a message of dbt says."""
        return message

    def lost(self) -> None:
        """A file does not stop answering."""

    def take_in(self, manifest: Path) -> None:
        """The candidate holds everything already."""


def _engine(settings: Settings):
    if settings.target == "spark":
        from operate.spark import Spark

        return Spark(settings)
    return DuckDB(settings)


@rare_collection()
def build_marts(settings: Settings) -> dict[str, float]:
    """Builds and tests every model into the current candidate; returns seconds by node.

    The engine is that of ``settings.target``. Raises BuildFailed that names the first nodes that
    failed, NoSpace if the disk is full, SparkUnavailable if the cluster does not answer.
    """
    engine = _engine(settings)
    engine.prepare()
    outcome = _run_dbt(settings, engine)
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception  # dbt hands back a Ctrl-C like an error of its own
    if outcome.exception is not None:
        raise _could_not_build(settings, engine, outcome.exception) from outcome.exception
    results = getattr(outcome.result, "results", [])
    failed = [result for result in results if str(result.status) not in NOT_FAILED]
    if failed or not results:
        raise engine.lost() or _build_failed(settings, engine, failed)
    engine.take_in(_keep_manifest(settings, engine))
    return {result.node.name: round(result.execution_time, 3) for result in results}


def _run_dbt(settings: Settings, engine):
    from dbt.cli.main import dbtRunner

    arguments = [
        # what failed, and how, is in the error that is raised
        *("--log-level", "none"),
        *("--log-level-file", "none"),
        *("--target", engine.target),
        *("--project-dir", str(_project(settings))),
        *("--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(_dbt_folder(settings, engine))),
        *("--log-path", str(_dbt_folder(settings, engine))),
    ]
    with _environment_for_dbt(settings, engine.environment):
        outcome = dbtRunner().invoke(["build", "--exclude-resource-type", "unit_test", *arguments])
        engine.close()
    return outcome


def _dbt_folder(settings: Settings, engine) -> Path:
    """Where dbt keeps what it parsed, for the next run: one folder an engine."""
    return settings.home / "cache" / ("dbt" if engine.target == "candidate" else "dbt_spark")


def _could_not_build(settings: Settings, engine, exception: BaseException) -> SmedError:
    if says_disk_full(str(exception)):
        return no_space(str(exception), settings.home)
    return engine.lost() or BuildFailed(
        f"dbt could not build ({engine.reason(str(exception))})",
        str(DBT_PROJECT),
        "mend what it names, then run `smed refresh` again; the release before stays",
    )


def _keep_manifest(settings: Settings, engine) -> Path:
    """Puts what dbt wrote of the build beside the candidate: the next build writes over it."""
    kept = settings.candidates / CURRENT / DBT_MANIFEST
    with disk_errors(settings.candidates):
        shutil.copyfile(_dbt_folder(settings, engine) / "manifest.json", kept)
    return kept


def _build_failed(settings: Settings, engine, failed: list) -> SmedError:
    for message in (" ".join(str(result.message).split()) for result in failed):
        if says_disk_full(message):
            return no_space(message, settings.candidates)
    shown = "; ".join(
        f"{result.node.name}: {' '.join(engine.reason(str(result.message)).split())}"
        f"{_failing_rows(engine, result)}"
        for result in failed[:FAILURES_SHOWN]
    )
    more = len(failed) - FAILURES_SHOWN
    return BuildFailed(
        (shown or "dbt built nothing") + (f"; and {more} more" if more > 0 else ""),
        "dbt build",
        "mend the seed, model or data that it names, then run `smed refresh` again;"
        " the release before stays",
    )


def _failing_rows(engine, result) -> str:
    """The first rows that a failed test found: dbt itself only counts them."""
    if str(result.status) != "fail":
        return ""
    rows = engine.failing_rows(result.node.compiled_code, FAILURES_SHOWN)
    return (
        " ("
        + "; ".join(" ".join(str(value) for value in row[:FAILING_COLUMNS]) for row in rows)
        + ")"
    )
