"""
### Build the marts, check them, and publish them as a release

| | |
|---|---|
| **When** | after `extract_indicators`, after `collect_submissions` if that accepted anything, and whenever you trigger it; one run at a time |
| **Reads** | `raw/` under `SMED_HOME`, the plan's seeds |
| **Writes** | `candidates/<run>/`, then `releases/<n>/` and the link `published`; PostgreSQL, if `SMED_POSTGRES_URL` is set |
| **If it fails** | readers keep the release before. `build_marts`: the message names the model, seed or test. `check_marts`: the message names the failed checks with their worst rows; nothing was published. `publish_marts`: mostly a full disk or a release published meanwhile. `serve_release`: what was published stays; the message says what PostgreSQL lacks, and the next run tries again |
| **Re-run** | any time: the same figures and plan make the same release, and only once |
"""  # noqa: E501

from datetime import datetime, timedelta

from airflow.sdk import Param, dag, task, teardown

from dags.assets import RAW_OBSERVATIONS, RELEASE, SUBMISSIONS
from operate.callbacks import NOTED

AS_OF = "Use what was known on this date; empty: what is known now"


@dag(
    schedule=RAW_OBSERVATIONS | SUBMISSIONS,
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["smed"],
    default_args=NOTED,
    params={"as_of": Param(None, type=["null", "string"], format="date", description=AS_OF)},
)
def refresh_marts():
    """See the module's own text."""

    @task(retries=2, retry_delay=timedelta(minutes=5))
    def build_marts(params: dict | None = None) -> str:
        """One candidate from the figures known on the date; skips the run if nothing changed."""
        from operate import tasks

        return tasks.build_marts((params or {}).get("as_of"))

    @task(retries=0)
    def check_marts(candidate: str) -> str:
        """The gate: a critical failure ends the run here. Never retried."""
        from operate import tasks

        tasks.check_marts(candidate)
        return candidate

    @task(retries=2, retry_delay=timedelta(minutes=5), outlets=[RELEASE])
    def publish_marts(candidate: str) -> int:
        """The release, shown in one step."""
        from operate import tasks

        return tasks.publish_marts(candidate)

    # also where nothing is new: PostgreSQL may have been down when something was
    @task(retries=2, retry_delay=timedelta(minutes=5), trigger_rule="none_failed")
    def serve_release() -> int:
        """PostgreSQL's views, pointed to the published release; skipped where it is not used."""
        from operate import tasks

        return tasks.serve_release()

    # a teardown runs however the others ended, and has no say in how the run did
    @teardown
    @task(retries=2, retry_delay=timedelta(minutes=1))
    def send_alerts(candidate: str | None, release: int | None) -> None:
        """Tells the owners, in one message each, what is wrong and what is mended."""
        from operate import tasks

        tasks.send_alerts(candidate, release, is_refresh=True)

    candidate = build_marts()
    release = publish_marts(check_marts(candidate))
    release >> serve_release() >> send_alerts(candidate, release)


refresh_marts()
