"""What a DAG's tasks call: no second try by Airflow where it would not help."""

import re

import pytest

from operate import tasks
from smed import home
from smed.errors import HomeBusy
from smed.settings import Settings
from tests.end_to_end.processes import PYTHON, run

# in a process of its own: Airflow's import changes the logging of the one that imports it
TRY_EACH = """
from operate import tasks
from operate.code import code_of
from smed.plan import read_plan
from smed.settings import Settings
plan = read_plan(Settings.load().plan)
for task, argument in (
    (tasks.build_marts, "31/12/2025"),
    (tasks.build_marts, "2001-01-01"),
    (tasks.extract_series, {"source": "WB", "series": "X", "code": code_of(plan)}),
    (tasks.check_marts, "no-run"),
    (tasks.publish_marts, "no-run"),
):
    try:
        task(argument)
    except Exception as error:
        print("tried", type(error).__name__, error)
"""
SAID = (
    r"as_of: 31/12/2025 is not a date; write it as YYYY-MM-DD",
    r".*: 2001-01-01 is before the plan began; give a date from 2016-01-01 on",
    r".*: X is not a series of WB; add it to kpi_series\.csv",
    r".*/no-run/run\.json: cannot be read .*; run the steps from the build on again",
    r".*/no-run/run\.json: cannot be read .*; run the steps from the build on again",
)


@pytest.fixture
def recorded(settings) -> Settings:
    """An empty home of recorded figures."""
    home.claim(settings, "recorded")
    return settings


def test_what_does_not_heal_fails_its_task_at_once(recorded, tmp_path):
    done = run(PYTHON, "-c", TRY_EACH, SMED_HOME=str(recorded.home), AIRFLOW_HOME=str(tmp_path))
    tried = [line for line in done.stdout.splitlines() if line.startswith("tried ")]
    assert len(tried) == len(SAID), done.stderr
    for line, said in zip(tried, SAID, strict=True):
        assert re.fullmatch(f"tried AirflowFailException {said}", line), line


def test_what_may_heal_is_left_to_airflow_to_try_again(recorded, monkeypatch):
    monkeypatch.setenv("SMED_HOME", str(recorded.home))
    with home.writing(recorded, "another"), pytest.raises(HomeBusy, match="another of"):
        tasks.publish_marts("a-run")
