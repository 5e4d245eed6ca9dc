"""
### Fetch indicators from their sources and keep them as they came

| | |
|---|---|
| **When** | on the first of each month, and whenever you trigger it |
| **Reads** | the World Bank's API (recorded figures in a home that the demo made) |
| **Writes** | `raw/` under `SMED_HOME`: a new vintage of each series that changed; then the asset `raw_observations`, on which `refresh_marts` runs |
| **If it fails** | the failed `extract_series` names its series and what to do; the others have landed and `refresh_marts` goes on with the failed one's last good vintage. What may heal was tried again already |
| **Re-run** | any time, any task: what has landed lands only once |
"""  # noqa: E501

from datetime import datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import RAW_OBSERVATIONS
from operate.callbacks import NOTED


@dag(
    schedule="@monthly",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["smed"],
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10), **NOTED},
)
def extract_indicators():
    """See the module's own text."""

    @task
    def find_due_series() -> list[dict]:
        """The series whose database moved since they were last fetched."""
        from operate import tasks

        return tasks.find_due_series()

    # Airflow takes a docstring as the documentation of a task, but not of a mapped one
    @task(
        map_index_template="{{ item_name }}",
        doc_md="One series: fetched whole, checked, landed.",
    )
    def extract_series(item: dict) -> None:
        from airflow.sdk import get_current_context

        from operate import tasks

        get_current_context()["item_name"] = item["series"]
        tasks.extract_series(item)

    @task(trigger_rule="all_done", outlets=[RAW_OBSERVATIONS])
    def announce() -> None:
        """Tells `refresh_marts` that raw is as new as it gets."""

    # where nothing was due, extract_series is skipped, and a database may have failed all the same
    @task(retries=0, trigger_rule="none_failed")
    def confirm_all_extracted() -> None:
        """Fails when a series or a database did, so that the run does not look green."""
        from operate import tasks

        tasks.confirm_all_reached()

    extracted = extract_series.expand(item=find_due_series())
    extracted >> [announce(), confirm_all_extracted()]


extract_indicators()
