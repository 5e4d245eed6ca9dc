"""
### Take in what parties put into their inboxes

| | |
|---|---|
| **When** | every ten minutes, and whenever you trigger it; one run at a time |
| **Reads** | `inbox/<party>/` under `SMED_HOME` (and the sample submissions, in a home that the demo made) |
| **Writes** | `raw/submissions/`: every file as it came, the decisions on it, the accepted rows; the answers in `inbox/<party>/answers/`; then the asset `submissions`, on which `refresh_marts` runs, if anything was accepted |
| **If it fails** | the message says why nothing could be taken in: mostly a full disk or a home that cannot be written. A file that is at fault fails nothing: its sender gets an answer, the others go on |
| **Re-run** | any time: what was taken in is taken in once |
"""  # noqa: E501

from datetime import datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import SUBMISSIONS
from operate.callbacks import NOTED


@dag(
    schedule=timedelta(minutes=10),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["smed"],
    default_args={"retries": 2, "retry_delay": timedelta(minutes=2), **NOTED},
)
def collect_submissions():
    """See the module's own text."""

    @task(outlets=[SUBMISSIONS])
    def take_in_files() -> list[str]:
        """The submissions that were accepted; skipped if there are none."""
        from operate import tasks

        return tasks.take_in_files()

    take_in_files()


collect_submissions()
