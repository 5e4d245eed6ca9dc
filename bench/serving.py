"""What it costs to serve a release, as ratios from one run on one machine: part of ``make bench``.

Ten million rows to Parquet and to PostgreSQL against the programs' own COPY, point queries of four
clients against one, and the report against the refresh that it is part of. Wall seconds, each of
the least disturbed of a few interleaved rounds.
"""

import argparse
import multiprocessing
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from extract.recordings import read_recordings
from publish import postgres
from publish.contents import opened, read_contents
from publish.postgres_connection import connected
from publish.tables import DATABASE, PublishedTable, verify_tables, write_parquet, write_tables
from smed.files import sha256_of, sync_file
from tests.publish import postgres_server

ECONOMIES, YEARS = 217, 35
TABLE = "marts.observations"
KEY = ("kpi_code", "country_code", "observation_year")
# as wide as the mart of observations, sorted otherwise than it is published
CANDIDATE = """
create schema marts;
create schema plan;
create table marts.observations as
select
    printf('K-%05d', kpi) as kpi_code,
    printf('C%03d', economy) as country_code,
    1990 + year as observation_year,
    'G' || kpi % 10 as goal_code,
    hash(kpi, economy, year) % 1000003 / 7 as value,
    'percent' as unit_code,
    case when (kpi + economy + year) % 9 = 0 then 'missing' else 'reported' end as status,
    'S.' || kpi as series_code,
    false as is_substitute,
    cast('2025-06-01' as date) + cast(kpi % 30 as integer) as vintage_date
from range({kpis}) as kpis (kpi), range({economies}) as e (economy), range({years}) as y (year)
order by hash(kpi, economy, year);
"""
CLIENTS = 4
WARM_QUERIES, QUERIES = 20, 400
REFRESH = """
import os, sys, time
from datetime import date
from pathlib import Path
import publish.report.writing as writing
from operate.refresh import refresh
from smed.settings import Settings
if sys.argv[3] == "without":
    writing.write_report = lambda *given, **named: None
start = time.perf_counter()
refresh(Settings.load(home=Path(sys.argv[1])), "recorded", date.fromisoformat(sys.argv[2]))
print(time.perf_counter() - start, sum(os.times()[:4]))
"""


def least(rounds: int, ways: dict[str, Callable[[], None]]) -> dict[str, float]:
    """The seconds of each way in its best round; the ways take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: min(found) for name, found in seconds.items()}


def make_release(folder: Path, rows: int) -> list[PublishedTable]:
    """The database, CSV and Parquet of a release with one mart of about so many rows."""
    candidate = folder / "candidate.duckdb"
    kpis = max(rows // (ECONOMIES * YEARS), 1)
    with duckdb.connect(str(candidate)) as connection:
        connection.execute(CANDIDATE.format(kpis=kpis, economies=ECONOMIES, years=YEARS))
    release = folder / "release"
    release.mkdir()
    return write_tables(candidate, release)


def to_parquet(folder: Path, tables: list[PublishedTable], rounds: int) -> dict[str, float]:
    """Seconds of publishing the mart as Parquet, of reading it back, and of DuckDB's own COPY."""
    release, theirs = folder / "release", folder / "theirs.parquet"
    ours = release / "parquet" / "observations.parquet"
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:

        def publish() -> None:
            write_parquet(connection, TABLE, ours)
            sha256_of(ours)
            sync_file(ours)

        def copy() -> None:
            connection.execute(f"copy {TABLE} to '{theirs}' (format parquet)")

        seconds = least(rounds, {"publish": publish, "copy": copy})
    return seconds | least(rounds, {"verify": lambda: verify_tables(release, tables)})


def to_postgres(folder: Path, rounds: int) -> dict[str, float]:
    """Seconds of loading the mart, with its key and statistics, and of psql's COPY alone."""
    release = folder / "release"
    with opened(release) as connection:
        contents = read_contents(connection, {("marts", "observations"): KEY})
    columns = ", ".join(f"{c.name} {postgres._type(c.type)}" for c in contents[0].columns)
    path = release / "csv" / "observations.csv"
    with postgres_server.running() as server, connected(server.url(), 600) as connection:
        psql = [
            *(shutil.which("psql"), "-q", "-v", "ON_ERROR_STOP=1", server.url(), "-c"),
            f"\\copy theirs from '{path}' csv header",
        ]

        def copy() -> None:
            connection.run("drop table if exists theirs")
            connection.run(f"create table theirs ({columns})")
            subprocess.run(psql, check=True)

        def load() -> None:
            postgres._load(connection, release, "smed_release_1", contents)

        return least(rounds, {"load": load, "copy": copy})


def _ask(path: str, seed: int, is_kept: bool, together, answers) -> None:
    """One client: how long each of its queries for one row took, connecting included or not."""
    count = WARM_QUERIES + QUERIES
    sample = f"from {TABLE} using sample reservoir({count} rows) repeatable ({seed})"
    query = f"select value from {TABLE} where {' and '.join(f'{name} = ?' for name in KEY)}"
    with duckdb.connect(path, read_only=True) as connection:
        keys = connection.execute(f"select {', '.join(KEY)} {sample}").fetchall()
    together.wait()
    kept = duckdb.connect(path, read_only=True) if is_kept else None
    seconds = []
    for key in keys:
        start = time.perf_counter()
        connection = kept or duckdb.connect(path, read_only=True)
        connection.execute(query, key).fetchall()
        if not is_kept:
            connection.close()
        seconds.append(time.perf_counter() - start)
    answers.put(seconds[WARM_QUERIES:])


def point_queries(database: Path, clients: int, is_kept: bool) -> list[float]:
    """Seconds of each query of so many clients, each a process of its own, all at a time."""
    context = multiprocessing.get_context("spawn")
    together, answers = context.Barrier(clients), context.Queue()
    given = [(str(database), seed, is_kept, together, answers) for seed in range(clients)]
    processes = [context.Process(target=_ask, args=arguments) for arguments in given]
    for process in processes:
        process.start()
    found = [second for _ in processes for second in answers.get(timeout=300)]
    for process in processes:
        process.join()
    return found


def report_share(folder: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of a refresh with one new vintage, with the report and without it.

    It lies in a home that has published before with its report, as every refresh but the first.
    """
    *_, before, newest = read_recordings().dates
    kept, home = folder / "kept", folder / "home"
    refresh = [sys.executable, "-c", REFRESH]
    subprocess.run([*refresh, kept, before, "with"], check=True, capture_output=True)
    costs: dict[str, list[list[float]]] = {"with": [], "without": []}
    for _ in range(rounds):
        for way, found in costs.items():
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(kept, home, symlinks=True)
            command = [*refresh, home, newest, way]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.append([float(word) for word in done.stdout.splitlines()[-1].split()])
    return {way: tuple(map(min, zip(*found, strict=True))) for way, found in costs.items()}


def _print_ratio(name: str, ratio: float, most: float, detail: str) -> None:
    print(f"{name:58}{ratio:7.2f}{most:7.1f}   {detail}", flush=True)


def _files(rows: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        tables = make_release(folder, rows)
        print(f"{sum(table.rows for table in tables) / 1e6:.1f} million rows", flush=True)
        seconds = to_parquet(folder, tables, rounds)
        detail = "{publish:.2f} s / {copy:.2f} s; read back in {verify:.2f} s".format(**seconds)
        ratio = seconds["publish"] / seconds["copy"]
        _print_ratio("to Parquet / DuckDB's COPY", ratio, 1.3, detail)
        for name, is_kept in (("a connection a query", False), ("a connection kept", True)):
            ask = (folder / "release" / DATABASE, CLIENTS, is_kept)
            alone = statistics.median(point_queries(ask[0], 1, is_kept))
            p99 = statistics.quantiles(point_queries(*ask), n=100)[-1]
            detail = f"{p99 * 1000:.1f} ms / {alone * 1000:.1f} ms"
            _print_ratio(f"p99 of 4 clients / median of one, {name}", p99 / alone, 10, detail)
        if postgres_server.programs() is None:
            print("PostgreSQL is not here to be measured: apt-get install postgresql")
            return
        seconds = to_postgres(folder, max(rounds - 2, 1))
        detail = "{load:.1f} s / {copy:.1f} s".format(**seconds)
        _print_ratio("to PostgreSQL / psql's COPY", seconds["load"] / seconds["copy"], 1.5, detail)


def main() -> None:
    """Prints each ratio beside what it may be at most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{'':58}{'ratio':>7}{'most':>7}   (best of {given.rounds})")
    _files(given.rows, given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        seconds = report_share(Path(folder), given.rounds)
    wall, cpu = (seconds["with"][n] - seconds["without"][n] for n in (0, 1))
    detail = f"{wall:.2f} s / {seconds['without'][0]:.2f} s"
    detail += f"; CPU {cpu:.2f} s / {seconds['without'][1]:.2f} s"
    _print_ratio("the report / the refresh without it", wall / seconds["without"][0], 0.5, detail)


if __name__ == "__main__":
    main()
