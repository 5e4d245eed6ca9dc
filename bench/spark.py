"""What the same build costs on Spark and on DuckDB: ``python -m bench.spark [SERIES ...]``.

One ``dbt build`` per engine and size (models and tests, without the gates), each in a process of
its own, on a cluster as ``deploy/spark`` starts it. CPU seconds are those of that process and, on
Spark, of the whole cluster besides; ratios are of one run. 1,300 series are ten times the default.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from bench import big_plan, compiled, scale
from operate.inputs import Inputs
from smed.plan import read_plan
from smed.settings import Settings

DUCKDB, SPARK = "duckdb", "spark"
# of 217 economies and 35 years each: more than a million observations
SERIES = 130
# of the Thrift server, and of each of two executors
MEMORY = "4g"
MILLION = 1e6


@dataclass(frozen=True)
class Cost:
    """Rows of raw, and the seconds of wall and of CPU that models and tests took on them."""

    rows: int
    wall: float
    cpu: float


def prepare(settings: Settings, inputs: Inputs) -> tuple[Path, int]:
    """A candidate that either engine can build, and its rows in raw."""
    import duckdb

    from operate.build import CANDIDATE, prepare_candidate
    from operate.spark import keep_inputs

    folder = prepare_candidate(settings, read_plan(settings.plan), inputs)
    with duckdb.connect(str(folder / CANDIDATE)) as connection:
        # invented figures jump as no real ones do; what is compared is made of all of them
        connection.execute(compiled.HOLD_NOTHING)
        keep_inputs(connection, settings, inputs.snapshots, folder)
        (rows,) = connection.execute(compiled.COUNT_ROWS).fetchone()
    return folder / CANDIDATE, rows


def make_home(home: Path, series: int) -> tuple[Settings, Inputs]:
    """A home with a made-up plan and its figures."""
    settings = compiled.plan_settings(home)
    big_plan.write_plan(settings.plan, series, big_plan.ECONOMIES)
    return settings, big_plan.write_raw(settings, series, big_plan.ECONOMIES)


def measure(engine: str, series: int, cluster, below: Path | None = None) -> Cost:
    """Builds in a process of its own; the cluster has nothing else to do meanwhile."""
    processes = cluster.everything() if engine == SPARK else []
    before = _cpu_seconds(processes)
    with tempfile.TemporaryDirectory(dir=below) as folder:
        command = [sys.executable, "-m", "bench.spark", "--build", engine, "--home", folder]
        command += ["--port", str(cluster.port), str(series)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    own = Cost(**json.loads(done.stdout.splitlines()[-1]))
    used = _cpu_seconds(processes)
    of_cluster = sum(used[process] - seconds for process, seconds in before.items())
    return Cost(own.rows, own.wall, own.cpu + of_cluster)


def _cpu_seconds(processes: list[psutil.Process]) -> dict[psutil.Process, float]:
    """Of each process so far; one that dies meanwhile ends the bench, since its work is lost."""
    return {process: sum(process.cpu_times()[:2]) for process in processes}


def _build_here(home: Path, engine: str, port: int, series: int) -> Cost:
    from operate.build import build_marts

    settings, inputs = make_home(home, series)
    _, rows = prepare(settings, inputs)
    of_engine = settings.model_copy(update={"spark_port": port, "target": engine})
    cost = scale.cost_of(lambda: build_marts(of_engine), home)
    return Cost(rows, cost.wall, cost.cpu)


def report(series: int, cluster, below: Path | None = None) -> None:
    """Prints what both engines cost at one size, and the ratio."""
    costs = {engine: measure(engine, series, cluster, below) for engine in (DUCKDB, SPARK)}
    print(f"\n{costs[DUCKDB].rows / MILLION:.1f} million observations in raw")
    print(f"{'':10}{'wall s':>9}{'CPU s':>9}")
    for engine, cost in costs.items():
        print(f"{engine:10}{cost.wall:9.0f}{cost.cpu:9.0f}")
    ours, theirs = costs[DUCKDB], costs[SPARK]
    print(f"{'times':10}{theirs.wall / ours.wall:9.1f}{theirs.cpu / ours.cpu:9.1f}", flush=True)


def main() -> None:
    """Prints each size; or builds, as a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="*", type=int, default=[SERIES], help=f"{SERIES} if none")
    parser.add_argument("--build", choices=(DUCKDB, SPARK), help="for its own processes")
    parser.add_argument("--home", type=Path, help="where the figures lie meanwhile, else in /tmp")
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
            report(series, cluster, given.home)


if __name__ == "__main__":
    main()
