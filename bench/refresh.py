"""What a refresh costs, as ratios from one run on one machine: ``make bench``.

Every figure is that of the least disturbed of a few interleaved rounds, since whatever else the
machine does only adds. Seconds are wall time unless it says CPU.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from extract.recordings import read_recordings
from operate import airflow_home
from smed.settings import DAGS, DBT_PROJECT, Settings

SMED = str(Path(sys.executable).with_name("smed"))
DBT = str(Path(sys.executable).with_name("dbt"))
REFRESH = [SMED, "refresh", "--sources", "recorded"]
SAMPLE_SECONDS = 0.02
MIB = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a command with its children, and its peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def run(command: list[str], environment: dict[str, str], is_watched: bool = False) -> Cost:
    """Runs a command to its end; raises CalledProcessError with its output if it fails.

    Its memory is known only if it is watched, which takes a good part of the second core.
    """
    before, start = os.times(), time.perf_counter()
    with tempfile.TemporaryFile() as output:
        peak = [0]
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        watcher = threading.Thread(target=_watch, args=(process, peak))
        if is_watched:
            watcher.start()
        status = process.wait()
        wall, after = time.perf_counter() - start, os.times()
        if is_watched:
            watcher.join()
        if status:
            output.seek(0)
            raise subprocess.CalledProcessError(status, command, output.read())
    cpu = (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )
    return Cost(wall, cpu, peak[0] / MIB)


def _watch(process: subprocess.Popen, peak: list[int]) -> None:
    """Memory of the whole tree: each process's own pages, shared ones counted once a process."""
    while process.poll() is None:
        try:
            root = psutil.Process(process.pid)
            tree = [root, *root.children(recursive=True)]
            peak[0] = max(peak[0], sum(member.memory_info().rss for member in tree))
        except psutil.Error:
            pass  # it ended while we looked
        time.sleep(SAMPLE_SECONDS)


def _dbt_build(home: Path) -> list[str]:
    target, folder = str(home / "cache" / "bare"), str(DBT_PROJECT)
    return [
        *(DBT, "build", "--exclude-resource-type", "unit_test", "--target-path", target),
        *("--log-path", target, "--project-dir", folder, "--profiles-dir", folder),
    ]


def _prepare(home: Path, environment: dict[str, str]) -> Path:
    """A home that holds all recorded vintages but the newest, every cache warm; a copy of it.

    It is always used at the same path: dbt parses all anew where a path of its profile changed.
    """
    *_, before_newest, _newest = read_recordings().dates
    run([*REFRESH, "--as-of", before_newest], environment)
    run([str(Path(sys.executable).with_name("airflow")), "db", "migrate"], environment)
    run(_dbt_build(home), environment)
    kept = home.with_name("kept")
    shutil.copytree(home, kept, symlinks=True)
    return kept


def measure(home: Path, rounds: int) -> dict[str, list[Cost]]:
    """The costs of each way, round by round."""
    environment = airflow_home.environment(Settings.load(home=home))
    kept = _prepare(home, environment)
    dag = str(DAGS / "refresh_marts.py")
    ways = (
        ("bare dbt build", _dbt_build(home), True),
        ("refresh, one new vintage", REFRESH, True),
        ("refresh, nothing new", REFRESH, False),
        ("through Airflow (dag.test)", [SMED, "demo"], True),
        ("smed --help", [SMED, "--help"], False),
        ("import airflow.sdk", _python("import airflow.sdk"), False),
        ("parse one DAG file", _python(f"import runpy; runpy.run_path({dag!r})"), False),
    )
    costs: dict[str, list[Cost]] = {}
    for number in range(rounds + 1):
        for way, command, is_reset in ways:
            if is_reset:
                shutil.rmtree(home)
                shutil.copytree(kept, home, symlinks=True)
            # one round more for the memory, which is not timed
            cost = run(command, environment, is_watched=number == 0)
            costs.setdefault(way, []).append(cost)
    return costs


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def main() -> None:
    """Prints the costs and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        costs = measure(Path(folder) / "home", rounds)

    def least(way: str, what: str) -> float:
        return min(getattr(cost, what) for cost in costs[way][1:])

    print(f"{'':32}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}   (best of {rounds})")
    for way in costs:
        figures = [least(way, "wall"), least(way, "cpu"), costs[way][0].memory]
        print(f"{way:32}{figures[0]:9.2f}{figures[1]:9.2f}{figures[2]:10.0f}")
    new, dbt = "refresh, one new vintage", "bare dbt build"
    print()
    for name, ratio in (
        (f"{new} / {dbt}", least(new, "wall") / least(dbt, "wall")),
        (
            f"refresh, nothing new / {new}",
            least("refresh, nothing new", "wall") / least(new, "wall"),
        ),
        (
            f"through Airflow / {new}",
            least("through Airflow (dag.test)", "wall") / least(new, "wall"),
        ),
    ):
        print(f"{name:56}{ratio:6.2f}")
    parse = least("parse one DAG file", "cpu") - least("import airflow.sdk", "cpu")
    print(f"{'a DAG file beyond importing Airflow, CPU s':56}{parse:6.2f}")


if __name__ == "__main__":
    main()
