"""What Airflow calls when a task of a DAG has failed or ended well: it is noted, no more.

Told of it are its owners by the task ``send_alerts``: at the end of ``refresh_marts``, and hourly.
So nothing here waits for a network, and a hundred tasks that fail together make one message.
Airflow may call twice for one failure, and from another process than the task's.
"""

import logging
from collections.abc import Mapping

LOG = logging.getLogger("smed.alerts")
LOST = "its process is gone"
UNKNOWN = "-"


def note_failure(context: Mapping) -> None:
    """Keeps in the ledger that a task failed, with its run, try, error in one line and log."""
    from operate.alerting import failures
    from smed.settings import Settings

    instance = context["ti"]
    error = context.get("exception") or context.get("reason") or LOST
    cause = getattr(error, "__cause__", None) or error
    failures.note_task_failed(
        Settings.load(),
        task_name(instance),
        {
            "run_id": instance.run_id,
            "try_number": instance.try_number,
            "error": " ".join(str(error).split()),
            "error_class": type(cause).__name__,
            "log_url": getattr(instance, "log_url", UNKNOWN),
        },
    )


def note_success(context: Mapping) -> None:
    """Keeps in the ledger that a task which had failed works again."""
    from operate.alerting import failures
    from smed.settings import Settings

    failures.note_task_done(Settings.load(), task_name(context["ti"]))


def task_name(instance) -> str:
    """``dag.task``, of a mapped one with what it is mapped over."""
    name = f"{instance.dag_id}.{instance.task_id}"
    if instance.map_index is None or instance.map_index < 0:
        return name
    return f"{name}[{getattr(instance, 'rendered_map_index', None) or instance.map_index}]"


# for the default_args of every DAG; a task that skips itself has come through, with nothing to do
NOTED = {
    "on_failure_callback": note_failure,
    "on_success_callback": note_success,
    "on_skipped_callback": note_success,
}
