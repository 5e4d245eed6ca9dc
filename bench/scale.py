"""How the transformation grows: ``make bench-scale``; ``--huge`` goes on to 114 million rows.

Everything that dbt runs in a refresh, as compiled, in one process on DuckDB as the profile sets it.
Each figure is of one run; exponents are log ratio of CPU seconds / log ratio of rows, so that they
say the same on a faster machine.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import big_plan, compiled

SMALL, LARGE, HUGE = 150, 1500, 15000
MILLION, GIB = 1e6, 1024**3
# asked for: the exponent of the CPU seconds up to the large size, and memory per configured memory
MOST_EXPONENT, MOST_MEMORY = 1.05, 1.1
# of a step that is shown by itself; the others are one line
LEAST_SHARE = 0.03
SAMPLE_SECONDS = 0.05
GATE_ON_RAW, TESTS, OTHERS = "the gate on raw", "tests of dbt", "all others"
UNITS = {"MB": 1e6, "GB": 1e9, "MiB": 2**20, "GiB": 2**30}


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and CPU; the process' peak memory and what lay in the spill, in bytes."""

    wall: float
    cpu: float
    memory: int
    spill: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.wall + other.wall,
            self.cpu + other.cpu,
            max(self.memory, other.memory),
            max(self.spill, other.spill),
        )


NOTHING = Cost(0, 0, 0, 0)


class _Spill:
    """The largest size of DuckDB's temporary files while the block runs."""

    def __init__(self, folder: Path):
        self._folder, self.bytes = folder, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Spill":
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.bytes = max(self.bytes, sum(_bytes_on_disk(p) for p in self._folder.glob("*")))


def _bytes_on_disk(path: Path) -> int:
    try:
        return path.stat().st_blocks * 512
    except FileNotFoundError:
        return 0


def cost_of(work: Callable[[], object], spill_folder: Path) -> Cost:
    """What some work costs in this process; its children count for nothing."""
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak before
    cpu, wall = _cpu_seconds(), time.perf_counter()
    with _Spill(spill_folder) as spill:
        work()
    return Cost(time.perf_counter() - wall, _cpu_seconds() - cpu, _peak_bytes(), spill.bytes)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def run(home: Path) -> dict:
    """Runs the gate on raw and all statements: rows of raw, bytes of the candidate, costs."""
    import duckdb

    from expectations.raw_gate import sift
    from smed.plan import read_plan

    path, plan = compiled.candidate(home), read_plan(compiled.plan_settings(home).plan)
    with duckdb.connect(str(path), config=compiled.profile_settings()) as connection:
        raw = cost_of(lambda: sift(connection, plan), _spill_folder(path))
        connection.execute(compiled.HOLD_NOTHING)
        (rows,) = connection.execute(compiled.COUNT_ROWS).fetchone()
    costs = {GATE_ON_RAW: raw, **run_statements(home, compiled.read_compiled(home))}
    return {
        "rows": rows,
        "candidate": path.stat().st_size,
        "costs": {name: asdict(cost) for name, cost in costs.items()},
    }


def _spill_folder(path: Path) -> Path:
    """Where DuckDB puts what exceeds its memory."""
    return path.with_name(path.name + ".tmp")


def run_statements(home: Path, statements: list[compiled.Statement]) -> dict[str, Cost]:
    """The cost of each model, and of all tests together."""
    import duckdb

    path = compiled.candidate(home)
    costs: dict[str, Cost] = {}
    with duckdb.connect(str(path), config=compiled.profile_settings()) as connection:
        for statement in statements:
            name = TESTS if statement.kind == compiled.TEST else statement.name
            cost = cost_of(lambda s=statement: _execute(connection, s), _spill_folder(path))
            costs[name] = costs.get(name, NOTHING) + cost
    return costs


def _execute(connection, statement: compiled.Statement) -> None:
    """Runs one statement; a test that finds rows ends the bench, since no refresh goes on then."""
    import duckdb

    try:
        (found,) = connection.execute(statement.runnable).fetchone() or (0,)
    except duckdb.Error as error:
        # a disk or a memory that is too small
        raise SystemExit(f"{statement.name}: {str(error).splitlines()[0]}") from error
    if statement.kind == compiled.TEST and found:
        raise SystemExit(f"{statement.name} fails on {found} rows")


@dataclass(frozen=True)
class Measured:
    """One size: observations in raw, bytes of the candidate, and what each step cost."""

    rows: int
    candidate: int
    costs: dict[str, Cost]

    @property
    def total(self) -> Cost:
        return sum(self.costs.values(), NOTHING)


def measure(home: Path, series: int, economies: int = big_plan.ECONOMIES) -> Measured:
    """Prepares a home and runs everything in it, in a process of its own each."""
    _child(home, "--prepare", str(series), str(economies))
    done = _child(home, "--run")
    costs = {name: Cost(**cost) for name, cost in done["costs"].items()}
    return Measured(done["rows"], done["candidate"], costs)


def _child(home: Path, *arguments: str) -> dict:
    command = [sys.executable, "-m", "bench.scale", "--home", str(home), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def memory_limit() -> float:
    """What the profile lets DuckDB take, in bytes."""
    text = compiled.profile_settings()["memory_limit"]
    unit = next(unit for unit in UNITS if text.endswith(unit))
    return float(text.removesuffix(unit)) * UNITS[unit]


def exponent(now: Measured, before: Measured, step: str | None = None) -> float:
    """By which power of the rows the CPU seconds grow, of all steps or of one."""
    cpu, cpu_before = (m.costs[step].cpu if step else m.total.cpu for m in (now, before))
    return math.log(cpu / cpu_before, now.rows / before.rows)


def report(now: Measured, before: Measured | None) -> None:
    """Prints one size; beside the one before, how each step grew."""
    print(f"\n{now.rows / MILLION:.1f} million observations in raw, candidate of", end=" ")
    print(f"{now.candidate / GIB:.1f} GiB")
    print(f"{'':32}{'wall s':>9}{'CPU s':>9}{'peak GiB':>10}{'spill GiB':>10}{'exponent':>10}")
    shown = [n for n, cost in now.costs.items() if cost.cpu >= LEAST_SHARE * now.total.cpu]
    for name in shown:
        grown = f"{exponent(now, before, name):10.2f}" if before else ""
        print(_line(name, now.costs[name]) + grown)
    others = sum((cost for name, cost in now.costs.items() if name not in shown), NOTHING)
    print(_line(OTHERS, others))
    print(_line("all", now.total) + (f"{exponent(now, before):10.2f}" if before else ""))


def _line(name: str, cost: Cost) -> str:
    memory, spill = cost.memory / GIB, cost.spill / GIB
    return f"{name:32}{cost.wall:9.1f}{cost.cpu:9.1f}{memory:10.2f}{spill:10.2f}"


def broken_promises(done: list[Measured]) -> list[str]:
    """What is beyond what was asked for, in words."""
    said = []
    grown = exponent(done[1], done[0])
    if grown > MOST_EXPONENT:
        said.append(f"CPU grows with the rows to the {grown:.2f}, at most {MOST_EXPONENT}")
    share = max(measured.total.memory for measured in done) / memory_limit()
    if share > MOST_MEMORY:
        said.append(f"memory is {share:.2f} of the configured limit, at most {MOST_MEMORY}")
    return said


def main() -> int:
    """Prints the sizes; 1 if a promise is broken. Or does one piece of work, as a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--huge", action="store_true", help="go on to 114 million: over 70 GB of disk"
    )
    parser.add_argument("--home", type=Path, help="for its own processes")
    parser.add_argument("--prepare", nargs=2, type=int, help="for its own processes")
    parser.add_argument("--run", action="store_true", help="for its own processes")
    given = parser.parse_args()
    if given.prepare:
        compiled.prepare(given.home, *given.prepare)
        compiled.compile_models(given.home)
        print(json.dumps({}))
        return 0
    if given.run:
        print(json.dumps(run(given.home)))
        return 0
    done: list[Measured] = []
    for series in [SMALL, LARGE, *([HUGE] if given.huge else [])]:
        with tempfile.TemporaryDirectory(dir=given.home) as folder:
            done.append(measure(Path(folder) / "home", series))
        report(done[-1], done[-2] if len(done) > 1 else None)
    said = broken_promises(done)
    print("", *(said or ["kept what is asked for"]), sep="\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
