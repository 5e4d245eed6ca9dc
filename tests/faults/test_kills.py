"""A refresh may be killed at any moment: readers see nothing of it, and running it again heals."""

import os
import random
import shutil
import signal
import time
from contextlib import suppress

from tests.end_to_end.homes import finished
from tests.end_to_end.processes import PYTHON, Running, run, wait_until

# what a refresh says as it goes, in this order
STAGES = (
    "looking for new vintages",
    "vintages landed",
    "building run",
    "built and tested",
    "the gate made",
)
# about as long as each takes: random kills fall into all of it
RANDOM_KILLS, REFRESH_SECONDS = 1, 8.0
PUBLISHING_KILLS, PUBLISHING_SECONDS = 5, 0.8
# the gate's child notices that it is alone when it has imported what it needs
CHILD_SECONDS = 30
PUBLISH = "import sys; from operate import tasks; print('begin', flush=True);" + (
    "tasks.publish_marts(sys.argv[1])"
)


def _kill(home, running) -> None:
    """Kills the process alone, as the kernel would: its gate child must end by itself."""
    with suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGKILL)
    running.process.wait()
    wait_until(lambda: not running.members(), seconds=CHILD_SECONDS)
    if home.shown is not None:  # what readers see is whole, whenever it was
        finished(home.smed("verify"))


def _seed() -> random.Random:
    seed = random.randrange(10**6)
    print(f"random seed {seed}")  # pytest shows it if the test fails
    return random.Random(seed)


def test_a_refresh_killed_at_every_stage_ends_as_an_undisturbed_one(empty_home, refreshed_home):
    for stage in STAGES:
        with empty_home.begin_refresh() as running:
            running.wait_for(stage)
            _kill(empty_home, running)
    dice = _seed()
    for _ in range(RANDOM_KILLS):
        with empty_home.begin_refresh() as running:
            time.sleep(dice.uniform(0, REFRESH_SECONDS))
            _kill(empty_home, running)
    finished(empty_home.refresh())
    undisturbed = refreshed_home.manifest()
    assert empty_home.manifest()["content_sha256"] == undisturbed["content_sha256"]
    assert empty_home.bytes_of("raw") == refreshed_home.bytes_of("raw")
    assert empty_home.leftovers() == []
    finished(empty_home.smed("verify"))


def test_publishing_killed_at_random_ends_as_an_undisturbed_one(copy_of, refreshed_home):
    copy = copy_of(refreshed_home)
    run_id, content = copy.manifest()["run_id"], copy.manifest()["content_sha256"]
    dice = _seed()
    for _ in range(PUBLISHING_KILLS):
        (copy.path / "published").unlink(missing_ok=True)
        shutil.rmtree(copy.path / "releases")
        with Running(PYTHON, "-c", PUBLISH, run_id, SMED_HOME=str(copy.path)) as running:
            running.wait_for("begin")
            time.sleep(dice.uniform(0, PUBLISHING_SECONDS))
            _kill(copy, running)
        finished(run(PYTHON, "-c", PUBLISH, run_id, SMED_HOME=str(copy.path)))
        assert (copy.shown, copy.manifest()["content_sha256"]) == (1, content)
        assert copy.leftovers() == []
    finished(copy.smed("verify"))


def test_a_refresh_that_is_asked_to_end_does_so_soon(empty_home):
    with empty_home.begin_refresh() as running:
        running.wait_for("looking for new vintages")
        assert running.end_with(signal.SIGTERM, seconds=10) == -signal.SIGTERM
        wait_until(lambda: not running.members(), seconds=CHILD_SECONDS)
    # the kernel freed the lock
    assert "there is no release 1" in empty_home.smed("rollback", "1").stderr


def test_ctrl_c_while_dbt_works_is_said_in_one_line(empty_home):
    with empty_home.begin_refresh() as running:
        wait_until((empty_home.path / "cache" / "dbt" / "run").exists)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(seconds=10) == 130
        wait_until(lambda: not running.members(), seconds=CHILD_SECONDS)
    assert "Traceback" not in running.said
    assert running.said.endswith("\nsmed: stopped; run the same command again to go on\n")
