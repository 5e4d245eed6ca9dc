"""A full disk is named, and the release before stays whole."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from operate.build import CANDIDATE
from tests.end_to_end.homes import Home, copied, finished
from tests.end_to_end.processes import PYTHON, run

MIB = 1024 * 1024
PUBLISH = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
from operate import tasks

try:
    tasks.publish_marts(sys.argv[1])
except Exception as error:
    sys.exit(f"smed: {error}")
"""


@contextmanager
def _small_disk(folder, size: int):
    """A file system of its own of ``size`` bytes."""
    image, place = folder / "disk.img", folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(size)
    try:
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True, capture_output=True)
        subprocess.run(["mount", "-o", "loop", image, place], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
        image.unlink()


def _fill(place, free: int) -> None:
    """Leaves so many bytes free."""
    usage = os.statvfs(place)
    with (place / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, usage.f_bavail * usage.f_frsize - free)


def _passed_again(home: Home) -> str:
    """The published candidate once more, as that of another run which waits to be published."""
    run_id = home.manifest()["run_id"]
    again = f"{run_id}-again"
    shutil.copytree(home.path / "candidates" / run_id, home.path / "candidates" / again)
    path = home.path / "candidates" / again / "run.json"
    facts = json.loads(path.read_bytes())
    path.write_text(json.dumps({**facts, "run_id": again, "base": home.shown}))
    return again


def _says_that_the_disk_is_full(done, home: Home) -> str:
    """Its last line; the release before is shown and whole."""
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    assert last.startswith(f"smed: {home.path}")
    assert "free some space" in last
    assert home.shown == 1
    finished(home.smed("verify"))
    return last


def test_while_the_candidate_is_built(tmp_path, refreshed_home, changed_plan):
    with _small_disk(tmp_path, 256 * MIB) as disk:
        home = copied(refreshed_home, disk)
        _fill(disk, free=3 * MIB)
        done = home.refresh(SMED_PLAN=changed_plan(goals=["F,Another goal"]))
        assert "no space left to write it" in _says_that_the_disk_is_full(done, home)


def test_before_the_release_is_written(tmp_path, refreshed_home):
    with _small_disk(tmp_path, 256 * MIB) as disk:
        home = copied(refreshed_home, disk)
        again = _passed_again(home)
        # room for the candidate once more, not for a release
        _fill(disk, free=2 * (home.path / "candidates" / again / CANDIDATE).stat().st_size)
        done = run(PYTHON, "-c", PUBLISH, again, str(MIB * MIB), SMED_HOME=str(home.path))
        assert "a release needs about" in _says_that_the_disk_is_full(done, home)
        assert home.leftovers() == []


@pytest.mark.parametrize("limit", [100_000, 4 * MIB])
def test_while_the_release_is_written(copy_of, refreshed_home, limit):
    """A limit on the size of files stands in for the disk: its check beforehand found room."""
    home = copy_of(refreshed_home)
    again = _passed_again(home)
    done = run(PYTHON, "-c", PUBLISH, again, str(limit), SMED_HOME=str(home.path))
    assert "no space left to write it" in _says_that_the_disk_is_full(done, home)
    # with room again, the same run is published
    finished(run(PYTHON, "-c", PUBLISH, again, str(MIB * MIB), SMED_HOME=str(home.path)))
    assert (home.shown, home.leftovers()) == (2, [])


def test_while_figures_land(tmp_path, refreshed_home):
    with _small_disk(tmp_path, 8 * MIB) as disk:
        home = Home(disk / "home")
        _fill(disk, free=MIB // 4)
        done = home.refresh()
        last = done.stderr.splitlines()[-1]
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert last.startswith(f"smed: {home.path}/raw/")
        assert "no space left to write it" in last
        # what landed is whole, and nothing lies there by halves
        landed = home.bytes_of("raw")
        assert landed
        assert landed.items() <= refreshed_home.bytes_of("raw").items()
