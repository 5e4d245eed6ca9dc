"""
### Tell who must know of what no other run tells

| | |
|---|---|
| **When** | hourly, and whenever you trigger it |
| **Reads** | what failed since (tasks of every DAG, sources, late submissions), how fresh the release is, and alerts that could not be delivered |
| **Writes** | messages to the owners, each thing once a day; what cannot be delivered is kept in the home, for `smed alerts` |
| **If it fails** | its log says why: mostly a full disk or a home that cannot be written. A channel that is down fails nothing |
| **Re-run** | any time: nobody is told the same twice a day |
"""  # noqa: E501

from datetime import datetime, timedelta

from airflow.sdk import dag, task

from operate.callbacks import NOTED


@dag(
    schedule=timedelta(hours=1),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["smed"],
    default_args={"retries": 2, "retry_delay": timedelta(minutes=2), **NOTED},
)
def send_alerts():
    """See the module's own text."""

    @task(task_id="send_alerts")
    def send() -> None:
        """One message per owner of what is new; above all, of a refresh that has not happened."""
        from operate import tasks

        tasks.send_alerts()

    send()


send_alerts()
