"""Builds a candidate in this process, from vintages written down by a test or recorded ones."""

import csv
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from operate.observations import COLUMNS, PROBLEM_COLUMNS

REPOSITORY = Path(__file__).parents[2]
PROJECT = REPOSITORY / "dbt_project"
SEEDS = PROJECT / "seeds"
RECORDED = REPOSITORY / "extract" / "recorded" / "world_bank"


@dataclass(frozen=True)
class Vintage:
    """A series as it stood on a date: (economy, year) -> value; a missing cell is null."""

    series: str
    title: str
    vintage_date: str
    values: dict[tuple[str, int], float]
    database: str = "2"
    basis: str = "date_of_copy"
    first_year: int = 2010

    def rows(self, economies: list[str]):
        """Rows as they land: the whole grid of economies and years."""
        for economy in economies:
            for year in range(self.first_year, int(self.vintage_date[:4]) + 1):
                yield (
                    *("WB", self.series, self.title, self.database, None, economy, f"YR{year}"),
                    *(self.values.get((economy, year)), self.vintage_date, self.basis, True, None),
                    f"{self.series} {self.vintage_date}",
                )


@dataclass
class Warehouse:
    """A home with one candidate after the other; dbt parses once for all of them."""

    home: Path
    project: Path = PROJECT
    nodes: dict = field(default_factory=dict)

    @property
    def candidate(self) -> Path:
        return self.home / "candidates" / "current" / "candidate.duckdb"

    def prepare(
        self,
        vintages: list[Vintage],
        economies: list[str],
        as_of: str,
        adb: list[tuple] = (),
        **submissions: list[dict],
    ) -> None:
        """An empty candidate with the inputs of a build as of a day.

        ``adb`` are rows of ADB's; ``submissions`` gives rows of the tables of submissions under
        the names of these.
        """
        self.candidate.parent.mkdir(parents=True, exist_ok=True)
        self.candidate.unlink(missing_ok=True)
        with duckdb.connect(str(self.candidate)) as connection:
            connection.execute((PROJECT / "inputs.sql").read_text(encoding="utf-8"))
            connection.execute(
                "create table inputs.builds as"
                " select 'test' as run_id, cast(? as date) as as_of_date",
                [as_of],
            )
            rows = [row for vintage in vintages for row in vintage.rows(economies)]
            for source, landed in (("world_bank", rows), ("adb", adb)):
                _land(connection, source, landed)
            for table, given in submissions.items():
                for row in given:
                    connection.execute(
                        f"insert into inputs.{table} ({', '.join(row)})"
                        f" values ({', '.join('?' * len(row))})",
                        list(row.values()),
                    )

    def dbt(self, *arguments: str):
        """Runs dbt in this process; the results by name of the node."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        target = str(self.home / "target")
        with _environment(SMED_HOME=str(self.home)):
            outcome = dbtRunner().invoke(
                [
                    *arguments,
                    *("--quiet", "--no-use-colors", "--log-path", target, "--target-path", target),
                    *("--project-dir", str(self.project), "--profiles-dir", str(PROJECT)),
                ]
            )
            DuckDBConnectionManager.close_all_connections()
        if outcome.exception is not None:
            raise outcome.exception
        return {result.node.name: result for result in outcome.result.results}

    def build(self) -> None:
        """Builds every model and runs every data test; each of them must succeed."""
        self.nodes = self.dbt("build", "--exclude-resource-type", "unit_test")
        failed = [
            f"{name}: {result.message}"
            for name, result in self.nodes.items()
            # an exposure has nothing to do
            if result.status not in ("success", "pass", "no-op")
        ]
        assert not failed, failed

    def keep(self, path: Path) -> Path:
        """A copy of the candidate that the next build leaves alone."""
        shutil.copyfile(self.candidate, path)
        return path


@contextmanager
def _environment(**given: str):
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def recorded_vintages(until: date) -> list[Vintage]:
    """The figures that ship with the product, as far as dated by ``until``."""
    found = []
    for row in read_rows(RECORDED / "vintages.csv"):
        if date.fromisoformat(row["vintage_date"]) <= until:
            path = RECORDED / row["series"] / f"{row['vintage_date']}.csv"
            values = {(r["economy"], int(r["time"])): float(r["value"]) for r in read_rows(path)}
            found.append(
                Vintage(
                    row["series"],
                    row["title"],
                    row["vintage_date"],
                    values,
                    row["database"],
                    row["vintage_basis"],
                )
            )
    return found


def members() -> list[str]:
    """Codes of the plan's member states."""
    return [row["country_code"] for row in read_rows(SEEDS / "countries.csv")]


def project_with_plan(folder: Path, **plan: list[dict]) -> Path:
    """dbt's project with another plan: ``plan`` gives the rows of its seeds.

    The thresholds stay, other seeds are empty, and so are the columns that a row leaves out.
    """
    folder.mkdir()
    for path in PROJECT.iterdir():
        if path.name not in ("seeds", "target", "logs"):
            (folder / path.name).symlink_to(path)
    (folder / "seeds").mkdir()
    for path in SEEDS.glob("*.csv"):
        copy = folder / "seeds" / path.name
        if path.stem == "thresholds":
            shutil.copyfile(path, copy)
            continue
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        with copy.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(plan.get(path.stem, []))
    return folder


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _land(connection, source: str, rows: list[tuple]) -> None:
    """Makes the table of a source's observations and fills it with rows without a bad cell."""
    table = f"inputs.{source}_observations"
    connection.execute(f"create table {table} ({COLUMNS[source]})")
    names = [column.split()[0] for column in COLUMNS[source].split(", ")]
    names = [name for name in names if name not in PROBLEM_COLUMNS]
    if rows:
        marks = ", ".join("?" * len(names))
        statement = f"insert into {table} ({', '.join(names)}) values ({marks})"
        connection.executemany(statement, rows)
