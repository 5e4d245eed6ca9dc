"""What the gate on raw costs on ten million rows: ``python -m bench.gate_raw``.

Beside one plain statement of SQL that finds the same (which is checked): hand_written/raw_gate.sql.
Each figure is CPU seconds, and peak memory, of a process of its own, around the work itself.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from bench import big_plan
from bench.compiled import profile_settings
from bench.rivals import HAND_WRITTEN
from bench.statements import _cpu_seconds
from expectations.raw_plan import LIMITS
from operate.build import INPUTS
from operate.observations import show_observations
from smed.plan import Plan, read_plan
from smed.settings import DBT_PROJECT, Settings

# with the vintages that every tenth series has besides, ten million rows
SERIES, ECONOMIES = 1015, big_plan.ECONOMIES
PLAN, LANDED = "plan", "landed.json"
MOST_RATIO, MOST_GIB = 2.0, 1.5
FOUND = """
select check_id, series_code, country_code, snapshot_id
from inputs.partition_checks where not is_passed
"""


def prepare(home: Path, series: int, economies: int) -> None:
    """A home with the plan and what landed."""
    settings = Settings.load(home=home, plan=home / PLAN)
    big_plan.write_plan(settings.plan, series, economies)
    landed = big_plan.write_raw(settings, series, economies)
    (home / LANDED).write_text(json.dumps([snapshot.path for snapshot in landed.snapshots]))


def _candidate(home: Path):
    """A candidate that holds what landed and nothing else."""
    import duckdb

    settings = Settings.load(home=home, plan=home / PLAN)
    paths = json.loads((home / LANDED).read_text(encoding="utf-8"))
    path = home / "candidate.duckdb"
    path.unlink(missing_ok=True)
    connection = duckdb.connect(str(path), config=profile_settings())
    # a plan of execution gone wrong must not fill the disk
    connection.execute("set max_temp_directory_size = '8GB'")
    connection.execute((DBT_PROJECT / INPUTS).read_text(encoding="utf-8"))
    day = date.fromisoformat(big_plan.AS_OF)
    connection.execute("create table inputs.builds as select ? as as_of_date", [day])
    show_observations(connection, settings, [_Path(path) for path in paths])
    return connection, read_plan(settings.plan)


class _Path:
    """As much of a snapshot as a list of files needs."""

    def __init__(self, path: str):
        self.path = path


def work(home: Path, way: str) -> dict:
    """Sifts, or runs the hand-written statement; its cost, and what it found."""
    from expectations.raw_gate import sift

    connection, plan = _candidate(home)
    start = _cpu_seconds()
    if way == "gate":
        sift(connection, plan)
    else:
        text = (HAND_WRITTEN / "raw_gate.sql").read_text(encoding="utf-8")
        for name, value in _placeholders(home, plan).items():
            text = text.replace(f"${name}", value)
        connection.execute(f"create or replace table found as {text}")
    cpu = _cpu_seconds() - start
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    rows = connection.execute("select count(*) from inputs.world_bank_observations").fetchone()[0]
    query = FOUND if way == "gate" else "from found"
    found = connection.execute(
        f"select check_id, count(*), sum(hash(series_code, country_code, snapshot_id) % 1000003)"
        f" from ({query}) group by all order by all"
    ).fetchall()
    return {
        "cpu": cpu,
        "peak_gib": peak_gib,
        "rows": rows,
        "found": [list(map(str, f)) for f in found],
    }


def _placeholders(home: Path, plan: Plan) -> dict[str, str]:
    day = date.fromisoformat(big_plan.AS_OF)
    lag = plan.kpis[0].publication_lag_years
    due = (day - timedelta(days=plan.data_sources[0].cadence_days)).year - 1 - lag
    facts = {"plan": home / PLAN, "newest_due_year": due, "as_of_year": day.year, "as_of": day}
    limits = {name: plan.threshold(name) for name in LIMITS}
    return {name: str(value) for name, value in (facts | limits).items()}


def measure(home: Path, series: int = SERIES, economies: int = ECONOMIES) -> dict[str, dict]:
    """Cost and findings of both ways."""
    _child(home, "--prepare", str(series), str(economies))
    return {way: _child(home, "--work", way) for way in ("gate", "hand")}


def _child(home: Path, *arguments: str):
    command = [sys.executable, "-m", "bench.gate_raw", "--home", str(home), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    """Prints costs and ratios; 1 if they exceed what is promised or the findings differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="for its own processes")
    parser.add_argument("--prepare", nargs=2, type=int, help="for its own processes")
    parser.add_argument("--work", help="for its own processes")
    given = parser.parse_args()
    if given.prepare:
        prepare(given.home, *given.prepare)
        print(json.dumps({}))
        return 0
    if given.work:
        print(json.dumps(work(given.home, given.work)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return report(measure(Path(folder) / "home"))


def report(done: dict[str, dict]) -> int:
    """Prints one measurement; 1 if a promise is broken."""
    gate, hand = done["gate"], done["hand"]
    ratio = gate["cpu"] / hand["cpu"]
    print(f"{gate['rows'] / 1e6:.1f} million rows of raw: CPU seconds and peak GiB")
    for way, cost in done.items():
        print(f"{way:6}{cost['cpu']:8.2f}{cost['peak_gib']:8.2f}")
    print(f"ratio {ratio:.2f}, at most {MOST_RATIO:g}; memory at most {MOST_GIB:g} GiB")
    print("both find the same" if gate["found"] == hand["found"] else f"they differ: {done}")
    kept = ratio <= MOST_RATIO and gate["peak_gib"] <= MOST_GIB
    return 0 if kept and gate["found"] == hand["found"] else 1


if __name__ == "__main__":
    sys.exit(main())
