"""A slip in the checks themselves stops the release, and says so in other words than bad data."""

import shutil
from pathlib import Path

import pytest

from expectations import process
from expectations.process import GateProcess
from operate import steps
from operate.code import code_of
from smed.errors import CheckCouldNotRun, GateFailed
from smed.settings import REPOSITORY, Settings

GUARD = "kpi_observations.py"


@pytest.fixture
def broken_gate(tmp_path, monkeypatch):
    """Lets the gate's process run a copy of the checks that ``change`` has spoiled."""

    def spoil(change) -> None:
        copy = tmp_path / "expectations"
        shutil.copytree(
            REPOSITORY / "expectations", copy, ignore=shutil.ignore_patterns("__pycache__")
        )
        change(copy)
        monkeypatch.setattr(process, "REPOSITORY", tmp_path)

    return spoil


@pytest.fixture
def stopped(tmp_path, plan):
    """The error that a candidate's check raises in the step of a refresh; nothing is approved."""

    def check(candidate: Path) -> Exception:
        settings = Settings(home=tmp_path / "home")
        folder = settings.candidates / "run-1"
        folder.mkdir(parents=True)
        shutil.copy(candidate, folder / "candidate.duckdb")
        run = {"candidate": "run-1", "run_id": "run-1", "base": None, "code": code_of(plan)}
        with GateProcess() as gate, pytest.raises((CheckCouldNotRun, GateFailed)) as raised:
            steps.check(settings, plan, run, gate)
        assert "\n" not in str(raised.value)
        return raised.value

    return check


def replaced(old: str, new: str, times: int = 1):
    """Replaces a text in the guard of the observations."""

    def change(folder: Path) -> None:
        path = folder / GUARD
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= times
        path.write_text(text.replace(old, new, times), encoding="utf-8")

    return change


def test_a_typo_in_a_column_name_is_a_check_that_could_not_run(broken_gate, stopped, clean):
    broken_gate(replaced('("vintage", "vintage_date")', '("vintage", "vintage_day")'))
    error = stopped(clean)
    assert isinstance(error, CheckCouldNotRun)
    assert str(error).startswith(
        "the gate: 1 checks could not run: kpi_observations.value_has_vintage of all:"
    )
    assert "vintage_day" in str(error)
    assert "mend the model or the check that it names" in str(error)


def test_an_expectation_that_raises_is_a_check_that_could_not_run(broken_gate, stopped, clean):
    broken_gate(replaced("def planned(", "def planned(*_):\n    return 1 / 0\n\n\ndef unused("))
    error = stopped(clean)
    assert isinstance(error, CheckCouldNotRun)
    assert "kpi_observations.key_set of all: found could not run: ZeroDivisionError" in str(error)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / GUARD).unlink(), "cannot import name 'kpi_observations'"),
        (replaced("def suites(", "def suites("[:-1] + "\n("), "SyntaxError"),
    ],
)
def test_checks_that_cannot_be_read_stop_the_release_with_the_reason(
    broken_gate, stopped, clean, change, said
):
    broken_gate(change)
    error = stopped(clean)
    assert isinstance(error, CheckCouldNotRun)
    assert "the gate's process ended with status 1" in str(error)
    assert said in str(error)


def test_a_gate_whose_guards_were_all_taken_out_stops_the_release(broken_gate, stopped, clean):
    def emptied(folder: Path) -> None:
        path = folder / "gate.py"
        path.write_text(path.read_text(encoding="utf-8") + "\n\nGUARDS = ()\n", encoding="utf-8")

    broken_gate(emptied)
    assert str(stopped(clean)).startswith("the gate: it made no check at all; mend")


def test_bad_data_is_told_as_a_failure_with_check_mart_and_keys(stopped, spoiled):
    path = spoiled("update marts.kpi_observations set value = 101 where kpi_code = 'K1'")
    error = stopped(path)
    assert isinstance(error, GateFailed)
    assert "critical checks failed: kpi_observations.plausible_max of K1: found" in str(error)
    assert "K1 AAA 2" in str(error)
    assert "the release before stays" in str(error)
