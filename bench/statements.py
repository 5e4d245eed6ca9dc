"""What turning observations into statements costs: ``make bench-statements``.

The models as dbt compiles them, on a plan as large as a source, against hand-written SQL that gives
the same result (which is checked) and pandas. Each figure is CPU seconds of a process of its own,
around the work itself; ratios are of one run.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import big_plan, compiled, rivals

# step -> the tables that it makes, in their order; views among the models are part of these
STEPS = {
    "as_of": (
        *("int_observations_united", "int_vintages_counted", "int_observations_versioned"),
        *("int_kpis_expected", "int_observations_matched"),
    ),
    "achievements": ("int_baselines_offered", "int_achievements_judged", "kpi_achievements"),
    "region": (
        *("int_values_weighted", "int_baseline_years_needed", "int_baselines_weighted"),
        *("int_panels_measured", "regional_observations"),
    ),
}
# of the results: hand-written table, the models' table, its key
RESULTS = {
    "as_of": (
        (
            *("hand.versions", "intermediate.int_observations_versioned"),
            ("series_code", "country_code", "observation_year", "version_number"),
        ),
        (
            *("hand.matched", "intermediate.int_observations_matched"),
            ("kpi_code", "country_code", "observation_year"),
        ),
    ),
    "achievements": (
        ("hand.achievements", "marts.kpi_achievements", ("kpi_code", "country_code")),
    ),
    "region": (
        (
            *("hand.region", "marts.regional_observations"),
            ("kpi_code", "group_code", "observation_year"),
        ),
        (
            *("hand.panels", "intermediate.int_panels_measured"),
            ("kpi_code", "group_code", "baseline_year", "observation_year"),
        ),
    ),
}
# rounding of sums in another order
LARGEST_DIFFERENCE = 1e-9
SMALL, LARGE, HUGE = 150, 1500, 15000


def prepare(home: Path, series: int, economies: int) -> None:
    """A home with the plan, its figures, and a candidate that holds all models' results."""
    import duckdb

    compiled.prepare(home, series, economies)
    wanted = [f"+{name}" for names in STEPS.values() for name in names]
    # tests come along that ask for models which are not wanted
    statements = [s for s in compiled.compile_models(home, *wanted) if s.kind != compiled.TEST]
    _check_compiled({statement.name for statement in statements})
    with duckdb.connect(
        str(compiled.candidate(home)), config=compiled.profile_settings()
    ) as connection:
        for statement in statements:
            connection.execute(statement.runnable)


def _check_compiled(names: set[str]) -> None:
    missing = {name for names in STEPS.values() for name in names} - names
    if missing:
        raise SystemExit(f"no such models: {', '.join(sorted(missing))}; correct STEPS")


def work(home: Path, step: str, way: str) -> dict[str, float]:
    """Does one step one way in this process; its CPU seconds, and the process' peak memory."""
    import duckdb

    connection = duckdb.connect(str(compiled.candidate(home)), config=compiled.profile_settings())
    connection.execute("create schema if not exists hand")
    if way == "pandas":
        import pandas  # noqa: F401  (what its import costs is not its work)

        start = _cpu_seconds()
        frames = rivals.prepare(step, connection)
        rivals.PANDAS[step](**frames)
    else:
        start = _cpu_seconds()
        for statement in _statements(home, step, way):
            connection.execute(statement)
    cpu = _cpu_seconds() - start
    connection.close()
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu": cpu, "peak_gib": peak_kib / 1024 / 1024}


def _statements(home: Path, step: str, way: str) -> list[str]:
    if way == "hand":
        return [(rivals.HAND_WRITTEN / f"{step}.sql").read_text(encoding="utf-8")]
    made = {statement.name: statement for statement in compiled.read_compiled(home)}
    return [made[name].runnable for name in STEPS[step]]


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def differences(home: Path, step: str) -> list[str]:
    """What the hand-written result says otherwise than the models', by table and column."""
    import duckdb

    found = []
    with duckdb.connect(str(compiled.candidate(home)), read_only=True) as asked:
        for hand, model, key in RESULTS[step]:
            columns = asked.execute(f"describe {hand}").fetchall()
            counts = ", ".join(
                _count_of_differences(name, type_) for name, type_, *_ in columns if name not in key
            )
            joined = f"{hand} as hand full join {model} as model using ({', '.join(key)})"
            is_lone = f"hand.{key[0]} is null or model.{key[0]} is null"
            sql = f"select count(*) as rows, count_if({is_lone}) as lone, {counts} from {joined}"
            rows, *counted = asked.execute(sql).fetchone()
            names = ["rows of one alone", *(name for name, *_ in columns if name not in key)]
            found += [
                f"{hand}.{n}: {c} of {rows}" for n, c in zip(names, counted, strict=True) if c
            ]
            if rows == 0:
                found.append(f"{hand}: nothing to compare")
    return found


def _count_of_differences(name: str, type_: str) -> str:
    hand, model = f"hand.{name}", f"model.{name}"
    differs = f"{hand} is distinct from {model}"
    if type_ == "DOUBLE":
        allowed = f"{LARGEST_DIFFERENCE} * greatest(abs({hand}), abs({model}))"
        differs += f" and not coalesce(abs({hand} - {model}) <= {allowed}, false)"
    return f"count_if({differs})"


def _child(home: Path, *arguments: str):
    command = [sys.executable, "-m", "bench.statements", "--home", str(home), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(home: Path, series: int, ways: list[str], economies=big_plan.ECONOMIES) -> dict:
    """Costs by (step, way), and the differences by step."""
    _child(home, "--prepare", str(series), str(economies))
    costs = {(step, way): _child(home, "--work", step, way) for step in STEPS for way in ways}
    return {"costs": costs, "differences": {s: _child(home, "--compare", s) for s in STEPS}}


def main() -> None:
    """Prints the costs, the ratios and the exponents; or does one piece of work, as a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="for its own processes")
    parser.add_argument("--prepare", nargs=2, type=int, help="for its own processes")
    parser.add_argument("--work", nargs=2, help="for its own processes")
    parser.add_argument("--compare", help="for its own processes")
    parser.add_argument("--huge", action="store_true", help="go on to 114 million observations")
    given = parser.parse_args()
    if given.prepare:
        prepare(given.home, *given.prepare)
        print(json.dumps({}))
    elif given.work:
        print(json.dumps(work(given.home, *given.work)))
    elif given.compare:
        print(json.dumps(differences(given.home, given.compare)))
    else:
        _report([SMALL, LARGE, *([HUGE] if given.huge else [])])


def _report(sizes: list[int]) -> None:
    done, before = {}, None
    for series in sizes:
        # pandas grows with the rows at best: what it takes on the small plan is scaled
        ways = ["models", "hand", *(["pandas"] if series == SMALL else [])]
        with tempfile.TemporaryDirectory() as folder:
            done[series] = measure(Path(folder) / "home", series, ways)
        _print(series, done[series], done.get(before), before, done[SMALL])
        before = series


def _print(series: int, now: dict, earlier: dict | None, before: int | None, small: dict) -> None:
    cells = series * big_plan.ECONOMIES * big_plan.YEARS
    print(f"\n{cells / 1e6:.1f} million observations, CPU seconds")
    print(
        f"{'':14}{'models':>9}{'by hand':>9}{'ratio':>7}{'/ pandas':>10}{'GiB':>6}{'exponent':>10}"
    )
    for step in STEPS:
        models, hand = now["costs"][step, "models"], now["costs"][step, "hand"]
        pandas = small["costs"][step, "pandas"]["cpu"] * series / SMALL
        line = f"{step:14}{models['cpu']:9.2f}{hand['cpu']:9.2f}{models['cpu'] / hand['cpu']:7.2f}"
        line += f"{models['cpu'] / pandas:10.2f}{models['peak_gib']:6.2f}"
        if earlier is not None:
            growth = models["cpu"] / earlier["costs"][step, "models"]["cpu"]
            line += f"{math.log(growth, series / before):10.2f}"
        print(line)
    for step, found in now["differences"].items():
        print(f"{step}: {'; '.join(found) or 'both say the same'}")


if __name__ == "__main__":
    main()
