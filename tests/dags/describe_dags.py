"""Prints, as JSON, what Airflow reads from the DAG files; run in a process with a home of its own.

Importing Airflow makes folders and takes seconds: the tests' own process stays free of it.
"""

import copy
import json
import runpy
import sys
import time

import airflow.sdk  # noqa: F401 (what the DAG files cost beyond it is measured)
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.exceptions import ParamValidationError

from smed.settings import DAGS

TRIED_AS_OF = (None, "2025-12-31", "31/12/2025", "yesterday", 2025)


def _seconds_beyond_airflow() -> dict[str, float]:
    """CPU seconds of each DAG file; nothing else of ours is imported yet."""
    seconds = {}
    for path in sorted(DAGS.glob("*.py")):
        start = time.process_time()
        runpy.run_path(str(path))
        seconds[path.stem] = time.process_time() - start
    return seconds


def _accepted(dag) -> list:
    """Those values of ``as_of`` with which the DAG lets itself be triggered."""
    accepted = []
    for value in TRIED_AS_OF if "as_of" in dag.params else ():
        params = copy.deepcopy(dag.params)
        try:
            params["as_of"] = value
            params.validate()
        except ParamValidationError:
            continue
        accepted.append(value)
    return accepted


def _names(callbacks) -> str:
    listed = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
    return ", ".join(callback.__name__ for callback in listed)


def _described(dag) -> dict:
    schedule = getattr(dag.schedule, "objects", ())
    return {
        "doc_md": dag.doc_md,
        "file": dag.fileloc,
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "runs_on": [asset.name for asset in schedule],
        "accepted_as_of": _accepted(dag),
        "tasks": {
            task.task_id: {
                "doc_md": task.doc_md,
                "retries": task.retries,
                "writes": [asset.name for asset in task.outlets],
                "after": sorted(task.upstream_task_ids),
                "trigger_rule": str(task.trigger_rule),
                "on_failure": _names(task.on_failure_callback),
                "on_success": _names(task.on_success_callback),
                "on_skipped": _names(task.on_skipped_callback),
                "is_teardown": task.is_teardown,
                "fails_its_run": task.on_failure_fail_dagrun,
            }
            for task in dag.tasks
        },
    }


def main() -> None:
    """Prints everything."""
    seconds = _seconds_beyond_airflow()
    bag = DagBag(dag_folder=str(DAGS))
    described = {
        "seconds": seconds,
        "errors": {str(path): str(error) for path, error in bag.import_errors.items()},
        "dags": {dag_id: _described(dag) for dag_id, dag in bag.dags.items()},
    }
    print("\n" + json.dumps(described), file=sys.stdout)


if __name__ == "__main__":
    main()
