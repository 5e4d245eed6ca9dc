"""
### Ask a second person about the submissions that wait for one

| | |
|---|---|
| **When** | every ten minutes on a server, unless a question is open, and whenever you trigger it; answer under *Required Actions* |
| **Reads** | what waits by `smed submissions` |
| **Writes** | the decision on each, with your Airflow user as who decided and your words as the reason; then the asset `submissions`, on which `refresh_marts` runs |
| **If it fails** | `decide` says why: mostly that who answered is who sent it, or is no reviewer by `people.csv` |
| **Re-run** | any time: what was decided no longer waits. Who does not answer within 50 minutes is asked again |
"""  # noqa: E501

from datetime import datetime, timedelta

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, dag, task, task_group

from dags.assets import SUBMISSIONS
from operate.callbacks import NOTED

ACCEPT, RETURN, LATER = "Accept", "Return to the sender", "Decide later"


@dag(
    schedule=timedelta(minutes=10),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["smed"],
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), **NOTED},
)
def review_submissions():
    """See the module's own text."""

    @task
    def find_waiting() -> list[str]:
        """The submissions that wait for a second person; the rest is skipped if there are none."""
        from operate import tasks

        return tasks.find_waiting()

    @task(doc_md="What the second person needs to know of one submission.")
    def describe(submission_id: str) -> str:
        from operate import tasks

        return tasks.describe_waiting(submission_id)

    @task(doc_md="The decision on one submission.", outlets=[SUBMISSIONS])
    def decide(submission_id: str, answer: dict) -> None:
        from operate import tasks

        (chosen,) = answer["chosen_options"]
        if chosen != LATER:
            user = answer["responded_by_user"]["name"]
            reason = answer["params_input"].get("reason") or ""
            tasks.decide_on_submission(submission_id, user, chosen == ACCEPT, reason)

    @task_group
    def ask(submission_id: str) -> None:
        """One submission: nobody's answer to another one is waited for."""
        asked = HITLOperator(
            task_id="wait_for_a_person",
            doc_md="Waits for somebody else than the sender; on a server only.",
            subject="A submission waits for a second person",
            body=describe(submission_id),
            options=[ACCEPT, RETURN, LATER],
            defaults=[LATER],
            params={"reason": Param("", type="string", description="Why, in a few words")},
            response_timeout=timedelta(minutes=50),
        )
        decide(submission_id, asked.output)

    ask.expand(submission_id=find_waiting())


review_submissions()
