"""A run is ended under the code that began it, or not at all."""

import json
from pathlib import Path

import pytest

from operate import code, steps, tasks
from smed import home
from smed.errors import OtherCode
from smed.plan import read_plan
from smed.settings import DBT_PROJECT, Settings

OTHER = "0.0.9, code 0123456789ab"


@pytest.fixture
def plan():
    """The shipped one."""
    return read_plan(DBT_PROJECT / "seeds")


@pytest.fixture
def another_room(tmp_path, monkeypatch):
    """A function that makes rooms which hold one module of these words, and the code of them."""

    def code_with(plan, words: str) -> str:
        room = tmp_path / "publish"
        room.mkdir(exist_ok=True)
        (room / "tables.py").write_text(words)
        monkeypatch.setattr(code, "REPOSITORY", tmp_path)
        code._rooms_sha256.cache_clear()
        return code.code_of(plan)

    yield code_with
    code._rooms_sha256.cache_clear()


def _begun_by(settings: Settings, begun: str | None) -> str:
    """A candidate that passed its gate, of a run that some code began."""
    folder = settings.candidates / "a-run"
    folder.mkdir(parents=True)
    run = {"run_id": "a-run", "base": None} | ({"code": begun} if begun else {})
    (folder / steps.RUN_FILE).write_text(json.dumps(run))
    (folder / steps.VERDICT_FILE).write_text('{"passed": true}')
    return folder.name


def test_the_code_is_what_stands_in_the_rooms_and_nothing_else(plan, another_room, tmp_path):
    first = another_room(plan, "ROWS = 1")
    assert another_room(plan, "ROWS = 1") == first
    (tmp_path / "publish" / "__pycache__").mkdir()
    (tmp_path / "publish" / "__pycache__" / "tables.pyc").write_bytes(b"compiled")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "notes.txt").write_text("none of the rooms")
    assert another_room(plan, "ROWS = 1") == first
    assert another_room(plan, "ROWS = 2") != first


def test_a_changed_plan_is_other_code_too(plan, changed_plan):
    folder = changed_plan(thresholds=("release_fresh_days,45", "release_fresh_days,46"))
    assert code.code_of(read_plan(Path(folder))) != code.code_of(plan)


@pytest.mark.parametrize("begun", [OTHER, None])
def test_no_step_goes_on_with_what_other_code_began(settings, plan, begun):
    candidate = _begun_by(settings, begun)
    run = steps.read_run(settings, candidate)
    for step in (
        lambda: steps.check(settings, plan, run, gate=None),
        lambda: steps.show_release(settings, plan, candidate),
    ):
        with pytest.raises(OtherCode) as refused:
            step()
        assert (begun or "did not say which") in str(refused.value)
        assert f"here runs smed {code.code_of(plan)}" in str(refused.value)
    assert not settings.releases.exists()
    assert not settings.published.exists()


def test_airflow_may_try_it_again_where_another_worker_has_the_right_code(settings, monkeypatch):
    home.claim(settings, "recorded")
    monkeypatch.setenv("SMED_HOME", str(settings.home))
    candidate = _begun_by(settings, OTHER)
    # not the failure that Airflow never tries again
    with pytest.raises(OtherCode, match="clear the task"):
        tasks.publish_marts(candidate)
    with pytest.raises(OtherCode, match="clear the task"):
        tasks.extract_series({"source": "WB", "series": "X", "code": OTHER})
    assert not settings.raw.exists()


def test_what_was_begun_here_goes_on(plan):
    code.refuse_other_code(plan, code.code_of(plan))
