"""Builds the marts: one candidate file, one ``dbt build`` in this process."""

import itertools
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path

from operate.inputs import Inputs, Snapshot
from publish.dbt_docs import DBT_MANIFEST
from smed.errors import BuildFailed, SmedError
from smed.files import disk_errors, no_space, says_disk_full
from smed.garbage import rare_collection
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
# what dbt reads of each folder below raw, whether anything landed there or not
_LANDED = (
    "source varchar, series varchar, series_title varchar, database varchar, version varchar,"
    " economy varchar, time varchar, value double, {attributes}vintage_date date,"
    " vintage_basis varchar, is_recorded boolean, retrieved_at timestamp, snapshot_id varchar"
)
_ADB_ATTRIBUTES = "obs_status varchar, unit varchar, base_year varchar, footnote varchar, "
OBSERVATIONS = {
    "world_bank": _LANDED.format(attributes=""),
    "adb": _LANDED.format(attributes=_ADB_ATTRIBUTES),
}
# the tables of inputs.sql that hold what parties sent; a landed file says which it belongs to
SUBMISSIONS = ("kpi_submissions", "progress_submissions")
NOT_FAILED = ("success", "pass", "warn", "skipped", "no-op")


def prepare_candidate(settings: Settings, inputs: Inputs) -> Path:
    """An empty candidate file with the schema ``inputs``: the pinned vintages and the date.

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
                _make_inputs(connection, settings, inputs)
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


def _make_inputs(connection, settings: Settings, inputs: Inputs) -> None:
    connection.execute((DBT_PROJECT / INPUTS).read_text(encoding="utf-8"))
    connection.execute(
        "create table inputs.builds as select ? as run_id, cast(? as date) as as_of_date",
        [inputs.run_id, inputs.as_of],
    )
    for source, columns in OBSERVATIONS.items():
        snapshots = [s for s in inputs.snapshots if s.path.startswith(f"{source}/")]
        connection.execute(_observations(settings, source, columns, snapshots))
    for table in SUBMISSIONS:
        snapshots = [s for s in inputs.snapshots if s.series == table]
        if snapshots:
            files = _file_list(settings, snapshots)
            connection.execute(
                f"insert into inputs.{table} by name"
                f" select * from read_parquet([{files}], union_by_name = true)"
            )


def _observations(settings: Settings, source: str, columns: str, snapshots: list[Snapshot]) -> str:
    """The statement that shows what landed of a source; an empty table if nothing did."""
    if not snapshots:
        return f"create table inputs.{source}_observations ({columns})"
    files = _file_list(settings, snapshots)
    return f"create view inputs.{source}_observations as select * from read_parquet([{files}])"


def _candidate_error(error: Exception, folder: Path) -> SmedError:
    reason = str(error).splitlines()[0]
    if says_disk_full(reason):
        return no_space(reason, folder)
    return BuildFailed(
        f"DuckDB could not begin the candidate ({reason})",
        str(folder),
        "mend what it names, then run `smed refresh` again; the release before stays",
    )


def _file_list(settings: Settings, snapshots: list[Snapshot]) -> str:
    paths = (str(settings.raw / snapshot.path).replace("'", "''") for snapshot in snapshots)
    return ", ".join(f"'{path}'" for path in paths)


@contextmanager
def _environment_for_dbt(settings: Settings):
    """dbt reads the home from the environment."""
    given = {"SMED_HOME": str(settings.home)}
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


@rare_collection()
def build_marts(settings: Settings) -> dict[str, float]:
    """Builds and tests every model into the current candidate; returns seconds by node.

    Raises BuildFailed that names the first nodes that failed, NoSpace if the disk is full.
    """
    from dbt.cli.main import dbtRunner

    arguments = [
        # what failed, and how, is in the error that is raised
        *("--log-level", "none"),
        *("--log-level-file", "none"),
        *("--project-dir", str(_project(settings))),
        *("--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(settings.home / "cache" / "dbt")),
        *("--log-path", str(settings.home / "cache" / "dbt")),
    ]
    with _environment_for_dbt(settings):
        outcome = dbtRunner().invoke(["build", "--exclude-resource-type", "unit_test", *arguments])
        _close_connections()
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception  # dbt hands back a Ctrl-C like an error of its own
    if outcome.exception is not None:
        if says_disk_full(str(outcome.exception)):
            raise no_space(str(outcome.exception), settings.home) from outcome.exception
        raise BuildFailed(
            f"dbt could not build ({outcome.exception})",
            str(DBT_PROJECT),
            "mend what it names, then run `smed refresh` again; the release before stays",
        ) from outcome.exception
    results = getattr(outcome.result, "results", [])
    failed = [result for result in results if str(result.status) not in NOT_FAILED]
    if failed or not results:
        raise _build_failed(settings, failed)
    _keep_manifest(settings)
    return {result.node.name: round(result.execution_time, 3) for result in results}


def _keep_manifest(settings: Settings) -> None:
    """Puts what dbt wrote of the build beside the candidate: the next build writes over it."""
    with disk_errors(settings.candidates):
        shutil.copyfile(
            settings.home / "cache" / "dbt" / "manifest.json",
            settings.candidates / CURRENT / DBT_MANIFEST,
        )


def _build_failed(settings: Settings, failed: list) -> SmedError:
    for message in (" ".join(str(result.message).split()) for result in failed):
        if says_disk_full(message):
            return no_space(message, settings.candidates)
    shown = "; ".join(
        f"{result.node.name}: {' '.join(str(result.message).split())}"
        f"{_failing_rows(settings, result)}"
        for result in failed[:FAILURES_SHOWN]
    )
    more = len(failed) - FAILURES_SHOWN
    return BuildFailed(
        (shown or "dbt built nothing") + (f"; and {more} more" if more > 0 else ""),
        "dbt build",
        "mend the seed, model or data that it names, then run `smed refresh` again;"
        " the release before stays",
    )


def _failing_rows(settings: Settings, result) -> str:
    """The first rows that a failed test found: dbt itself only counts them."""
    import duckdb

    if str(result.status) != "fail":
        return ""
    path = settings.candidates / CURRENT / CANDIDATE
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(result.node.compiled_code).fetchmany(FAILURES_SHOWN)
    return (
        " ("
        + "; ".join(" ".join(str(value) for value in row[:FAILING_COLUMNS]) for row in rows)
        + ")"
    )


def _close_connections() -> None:
    """dbt keeps the candidate open after a run, and nobody else could open it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
