"""What the same build costs on Spark and on DuckDB: ``python -m bench.spark [SERIES ...]``.

One ``dbt build`` per engine and size, each in a process of its own, on a cluster as
``deploy/spark`` starts it. CPU seconds are those of that process and, on Spark, of the whole
cluster besides; ratios are of one run. 1,300 series are ten times the default.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from bench import big_plan, compiled
from operate.inputs import Inputs
from smed.plan import read_plan
from smed.settings import Settings

DUCKDB, SPARK = "duckdb", "spark"
# of 217 economies and 35 years each: more than a million observations
SERIES = 130
# of the Thrift server, and of each of two executors
MEMORY = "4g"
MILLION, KIB, GIB = 1e6, 1024, 1024**3


@dataclass(frozen=True)
class Cost:
    """Rows of raw, seconds of wall and of CPU, and bytes: the peaks of all processes, added."""

    rows: int
    wall: float
    cpu: float
    memory: int


def build(settings: Settings, inputs: Inputs, target: str) -> tuple[Path, int]:
    """The candidate that an engine builds of made-up figures, and their rows in raw."""
    import duckdb

    from operate.build import CANDIDATE, build_marts, prepare_candidate
    from operate.spark import keep_inputs

    folder = prepare_candidate(settings, read_plan(settings.plan), inputs)
    with duckdb.connect(str(folder / CANDIDATE)) as connection:
        # invented figures jump as no real ones do; what is compared is made of all of them
        connection.execute(compiled.HOLD_NOTHING)
        keep_inputs(connection, settings, inputs.snapshots, folder)
        (rows,) = connection.execute(compiled.COUNT_ROWS).fetchone()
    build_marts(settings.model_copy(update={"target": target}))
    return folder / CANDIDATE, rows


def make_home(home: Path, series: int) -> tuple[Settings, Inputs]:
    """A home with a made-up plan and its figures."""
    settings = compiled.plan_settings(home)
    big_plan.write_plan(settings.plan, series, big_plan.ECONOMIES)
    return settings, big_plan.write_raw(settings, series, big_plan.ECONOMIES)


def measure(engine: str, series: int, cluster) -> Cost:
    """Builds in a process of its own; the cluster has nothing else to do meanwhile."""
    processes = cluster.everything() if engine == SPARK else []
    before = _cpu_seconds(processes)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.spark", "--build", engine, "--home", folder]
        done = subprocess.run(
            [*command, "--port", str(cluster.port), str(series)],
            stdout=subprocess.PIPE, check=True, text=True,
        )  # fmt: skip
    own = Cost(**json.loads(done.stdout.splitlines()[-1]))
    cpu = own.cpu + _cpu_seconds(processes) - before
    return Cost(own.rows, own.wall, cpu, own.memory + _peak_bytes(processes))


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    return sum(p.cpu_times().user + p.cpu_times().system for p in processes)


def _peak_bytes(processes: list[psutil.Process]) -> int:
    """Each at its own moment: never less than what all of them held at once."""
    status = (Path(f"/proc/{p.pid}/status").read_text().splitlines() for p in processes)
    peaks = (line.split()[1] for lines in status for line in lines if line.startswith("VmHWM:"))
    return sum(int(kib) for kib in peaks) * KIB


def _build_here(home: Path, engine: str, port: int, series: int) -> Cost:
    settings, inputs = make_home(home, series)
    cpu, began = _own_cpu(), time.perf_counter()
    _, rows = build(settings.model_copy(update={"spark_port": port}), inputs, engine)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    return Cost(rows, time.perf_counter() - began, _own_cpu() - cpu, peak)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def report(series: int, cluster) -> None:
    """Prints what both engines cost at one size, and the ratio."""
    costs = {engine: measure(engine, series, cluster) for engine in (DUCKDB, SPARK)}
    print(f"\n{costs[DUCKDB].rows / MILLION:.1f} million observations in raw")
    print(f"{'':10}{'wall s':>9}{'CPU s':>9}{'peak GiB':>10}")
    for engine, cost in costs.items():
        print(f"{engine:10}{cost.wall:9.0f}{cost.cpu:9.0f}{cost.memory / GIB:10.1f}")
    ours, theirs = costs[DUCKDB], costs[SPARK]
    print(f"{'times':10}{theirs.wall / ours.wall:9.1f}{theirs.cpu / ours.cpu:9.1f}", flush=True)


def main() -> None:
    """Prints each size; or builds, as a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="*", type=int, default=[SERIES], help=f"{SERIES} if none")
    parser.add_argument("--build", choices=(DUCKDB, SPARK), help="for its own processes")
    parser.add_argument("--home", type=Path, help="for its own processes")
    parser.add_argument("--port", type=int, help="for its own processes")
    given = parser.parse_args()
    if given.build:
        print(json.dumps(asdict(_build_here(given.home, given.build, given.port, given.series[0]))))
        return
    from tests.spark.__main__ import require_spark
    from tests.spark.cluster import Cluster

    require_spark()
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder), MEMORY) as cluster:
        for series in given.series:
            report(series, cluster)


if __name__ == "__main__":
    main()
