"""The gate as a process: it answers, it says why it died, and it leaves nobody behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from expectations import process
from expectations.gate import check
from expectations.process import GateProcess
from smed.errors import CheckCouldNotRun
from smed.settings import REPOSITORY

PATIENCE_SECONDS = 60


def wait_until(true) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def has_open(process_id: int, path: Path) -> bool:
    links = Path(f"/proc/{process_id}/fd").iterdir()
    try:
        return str(path) in [os.readlink(link) for link in links]
    except OSError:
        return False


@pytest.fixture
def impostor(tmp_path, monkeypatch):
    """Lets another program stand in for the child; give its source."""

    def stand_in(program: str) -> None:
        (tmp_path / "expectations").mkdir()
        (tmp_path / "expectations" / "__init__.py").touch()
        (tmp_path / "expectations" / "gate_child.py").write_text(program)
        monkeypatch.setattr(process, "REPOSITORY", tmp_path)

    return stand_in


@pytest.fixture(scope="module")
def started():
    with GateProcess() as gate:
        gate.start()
        yield gate


def test_it_gives_the_verdict_that_the_gate_gives_and_writes_the_pages(
    started, spoiled, clean, plan, tmp_path
):
    path = spoiled("update marts.kpi_observations set value = 101 where observation_year = 2012")
    verdict = started.check(path, "run-1", plan, clean, tmp_path / "docs")
    started.finish()
    assert (tmp_path / "docs" / "index.html").is_file()
    assert not verdict.passed
    assert verdict == check(path, "run-1", plan, clean)


def test_an_error_of_the_gate_is_raised_and_the_next_check_works(started, clean, plan, tmp_path):
    with pytest.raises(CheckCouldNotRun, match=r"absent\.duckdb: cannot be opened"):
        started.check(tmp_path / "absent.duckdb", "run-1", plan)
    assert started.check(clean, "run-1", plan).passed


def test_pages_that_cannot_be_written_are_an_error(started, clean, plan, tmp_path):
    (tmp_path / "file").touch()
    assert started.check(clean, "run-1", plan, None, tmp_path / "file" / "docs").passed
    with pytest.raises(Exception, match="file/docs"):
        started.finish()


def test_a_child_killed_in_mid_check_is_a_check_that_could_not_run(clean, plan):
    with GateProcess() as gate:
        gate.start()

        def kill_in_mid_check():
            if wait_until(lambda: has_open(gate.process_id, clean)):
                os.kill(gate.process_id, signal.SIGKILL)

        killer = threading.Thread(target=kill_in_mid_check)
        killer.start()
        with pytest.raises(CheckCouldNotRun, match="ended with status -9"):
            gate.check(clean, "run-1", plan)
        killer.join()


def test_the_child_ends_when_its_parent_is_killed():
    program = (
        "from expectations.process import GateProcess; import time\n"
        "gate = GateProcess(); gate.start(); print(gate.process_id, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: not is_running(child))


def test_the_last_words_of_a_dead_child_are_told(impostor, clean, plan):
    impostor("import sys; sys.exit('first line\\nModuleNotFoundError: No module named gone')")
    with GateProcess() as gate, pytest.raises(CheckCouldNotRun) as told:
        gate.check(clean, "run-1", plan)
    assert "ended with status 1: first line / ModuleNotFoundError: No module named gone" in str(
        told.value
    )
    assert "\n" not in str(told.value)


def test_a_child_that_dies_before_the_pages_are_written_is_an_error(impostor, clean, plan):
    impostor(
        "import sys\nsys.stdin.readline()\n"
        """print('{"verdict": {"passed": true, "results": []}}', flush=True)\n"""
        "sys.exit('no pages')"
    )
    with GateProcess() as gate:
        assert gate.check(clean, "run-1", plan).passed
        with pytest.raises(CheckCouldNotRun, match="no pages"):
            gate.finish()


def test_a_child_that_hangs_is_given_up(impostor, clean, plan):
    impostor("import time; time.sleep(600)")
    with GateProcess(answer_seconds=0.3) as gate:
        with pytest.raises(CheckCouldNotRun, match=r"gave no answer in 0\.3 s"):
            gate.check(clean, "run-1", plan)
        assert not is_running(gate.process_id)


def test_entering_starts_nothing_and_leaving_ends_the_child(impostor):
    impostor("import time; time.sleep(600)")
    with GateProcess() as gate:
        assert gate.process_id is None
        gate.start()
        child = gate.process_id
        gate.start()
        assert gate.process_id == child
        assert is_running(child)
    assert not is_running(child)
    gate.close()


def test_what_libraries_print_stays_out_of_the_answers():
    program = (
        "import os; from expectations import gate_child\n"
        "answers = gate_child._protected_output()\n"
        "print('a library'); os.write(1, b'below Python\\n'); print('{}', file=answers)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "{}\n"
    assert set(done.stderr.splitlines()) == {"a library", "below Python"}


def test_the_process_module_is_light():
    program = (
        "import sys, expectations.process\n"
        "print(sorted({'pandas', 'great_expectations', 'duckdb'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
