"""The demo: the real DAGs, run in this process on recorded figures into an empty home."""

import logging
import os
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import click

from operate import airflow_database, airflow_home
from operate.scorecards import print_region, print_scorecards
from operate.terminal import OUT, print_origin, print_paths
from publish.releases import held_message, published_number, read_manifest
from publish.status import read_status
from smed import home
from smed.errors import BuildFailed, SendBack
from smed.files import disk_errors
from smed.plan import read_plan
from smed.settings import DAGS, Settings

LOG = logging.getLogger("smed.demo")
DAG_IDS = ("extract_indicators", "collect_submissions", "refresh_marts")
# what shells add to a signal's number for the status of whom it ended
SHELL_SIGNAL = 128


def run_demo(settings: Settings) -> None:
    """Extracts, builds, checks and publishes; then prints the goals and where things are.

    Raises SmedError where the published release is not what the recorded figures give.
    """
    read_plan(settings.plan)
    home.claim(settings, "recorded")
    _end_when_asked()
    with home.writing(settings, "a demo", airflow_home.LOCK_FILE):
        before = published_number(settings)
        _run_dags(settings)
        number = published_number(settings)
    print_scorecards(settings)
    print_region(settings)
    print_origin(settings, read_manifest(settings, number)["as_of"])
    held = held_message(settings)
    if held is not None:
        OUT.print(f"Nothing was published: {held}, until `smed release-hold`.")
    elif number == before:
        OUT.print("Nothing changed since the last run.")
    print_paths(settings)


def _end_when_asked() -> None:
    """Ends this process on Ctrl-C and SIGTERM, although Airflow's tasks let their work go on.

    They catch the one and put a handler of their own in place of the other; Python tells a thread
    of ours beside it.
    """
    heard, telling = os.pipe()
    os.set_blocking(telling, False)
    signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, lambda *_: None)

    def end() -> None:
        while (number := os.read(heard, 1)[0]) not in (signal.SIGINT, signal.SIGTERM):
            continue
        if number == signal.SIGINT:
            click.echo("smed: stopped; run the same command again to go on", err=True)
        os._exit(SHELL_SIGNAL + number)

    threading.Thread(target=end, daemon=True).start()


@contextmanager
def _output_to(path: Path):
    """What Airflow prints goes to a file; the product's own log speaks on stderr meanwhile."""
    sys.stdout.flush()
    kept = os.dup(sys.stdout.fileno())
    try:
        with disk_errors(path), path.open("wb") as file:
            os.dup2(file.fileno(), sys.stdout.fileno())
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, sys.stdout.fileno())
        os.close(kept)


def _run_dags(settings: Settings) -> None:
    # Airflow reads its settings when it is imported, so they come first
    os.environ.update(airflow_home.environment(settings))
    airflow_home.make_folder(settings)
    airflow_database.refuse_newer(airflow_home.address(settings))
    log_path = settings.home / "airflow" / "demo.log"
    LOG.info("starting Airflow; its own log is %s", log_path)
    with _output_to(log_path):
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils import db

        db.initdb()
        bag = DagBag(dag_folder=str(DAGS))
        for path, reason in bag.import_errors.items():
            raise BuildFailed(f"Airflow cannot import it ({reason})", path, "mend the file")
        for dag_id in DAG_IDS:
            LOG.info("running the DAG %s", dag_id)
            dag = bag.get_dag(dag_id)
            for task in dag.tasks:
                task.retries = 0  # recorded figures do not heal by waiting, and somebody watches
            run = dag.test()
            if run.state != "success":
                raise _dag_failed(settings, dag_id, log_path)


def _dag_failed(settings: Settings, dag_id: str, log_path: Path) -> SendBack:
    status = read_status(settings)
    reason = status.get("message") if status.get("outcome") == "failed" else None
    reason = reason or (status.get("served") or {}).get("error") or "a task failed"
    return SendBack(reason, f"DAG {dag_id}", f"details are in {log_path}; then run the demo again")
