"""What the gates cost, as ratios from one run on one machine: ``python -m bench.gate``.

Every figure is CPU time of the least disturbed of a few rounds, since whatever else the machine
does only adds. The gates are timed in this process, after the one import of Great Expectations.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import duckdb

from bench.refresh import REFRESH, run
from expectations.raw_gate import sift
from operate import airflow_home
from operate.build import CANDIDATE, CURRENT, make_inputs
from operate.inputs import pinned_inputs
from publish.releases import published_number, read_manifest
from publish.tables import DATABASE
from smed.garbage import imports_kept
from smed.plan import Plan, read_plan
from smed.settings import Settings

MILLISECONDS = 1000
# the bench of the gate on raw at scale
OF_RAW = "bench.gate_raw"


def least_cpu(work, rounds: int) -> float:
    """CPU seconds of the fastest round; the first, which warms up, does not count."""
    found = []
    for _ in range(rounds + 1):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found[1:])


def time_marts(settings: Settings, plan: Plan, number: int, rounds: int) -> tuple[float, int]:
    """CPU seconds of the gate on the marts, and how many expectations it examined."""
    from expectations.gate import Gate

    candidate = settings.candidates / CURRENT / CANDIDATE
    release = settings.releases / str(number) / DATABASE
    examined = []

    def check() -> None:
        gate = Gate(candidate, "bench", plan, release)
        gate.check()
        examined.append(sum(len(suite.expectations) for suite, _ in gate.pages))

    with imports_kept():  # as in the gate's own process
        return least_cpu(check, rounds), examined[-1]


def time_raw(settings: Settings, plan: Plan, number: int, rounds: int) -> float:
    """CPU seconds of the gate on raw, over the inputs of the release."""
    inputs = pinned_inputs(settings, plan, read_manifest(settings, number))
    with duckdb.connect() as connection:
        make_inputs(connection, settings, plan, inputs)
        return least_cpu(lambda: sift(connection, plan), rounds)


def main() -> None:
    """Prints the costs and the ratios, then what the gate on raw costs at scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(home=Path(folder) / "home")
        plan = read_plan(settings.plan)
        refresh = run(REFRESH, airflow_home.environment(settings))
        number = published_number(settings)
        marts, count = time_marts(settings, plan, number, rounds)
        raw = time_raw(settings, plan, number, rounds)
    print(f"{'a refresh, CPU s':56}{refresh.cpu:8.2f}")
    print(f"{'the gate on the marts, CPU s':56}{marts:8.2f}")
    print(f"{'the gate on raw, CPU s':56}{raw:8.2f}")
    print(f"{'both gates / a refresh, % (at most 10)':56}{100 * (marts + raw) / refresh.cpu:8.1f}")
    each = MILLISECONDS * marts / count
    print(f"{f'each of {count} expectations, ms (at most 8)':56}{each:8.1f}", flush=True)
    if find_spec(OF_RAW):
        subprocess.run([sys.executable, "-m", OF_RAW], check=True)


if __name__ == "__main__":
    main()
