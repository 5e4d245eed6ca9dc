"""A small raw to spoil: two countries, seven years, vintages of one series under the small plan."""

from dataclasses import dataclass, field

import duckdb

from expectations.raw_gate import sift
from operate.build import INPUTS
from operate.observations import COLUMNS
from smed.plan import Plan
from smed.settings import DBT_PROJECT

YEARS = range(2010, 2017)
# every year a little more: 2, 1.96, 1.92, ... per cent
AAA = (50.0, 51.0, 52.0, 53.0, 54.0, 55.0, 56.0)
BBB = (60.0, 61.2, 62.3, 63.5, 64.6, 65.7, 66.9)
FIRST, SECOND, THIRD, FOURTH = "2016-01-01", "2016-04-01", "2016-07-01", "2016-10-01"
AS_OF = "2016-12-31"
SENT = {
    "party_code": "AAA",
    "kpi_code": "K1",
    "country_code": "AAA",
    "observation_year": 2015,
    "value": 55.0,
    "unit_code": "pct",
    "known_from": "2016-02-01",
    "submitted_at": "2016-02-01 08:00:00",
    "is_illustrative": False,
}


@dataclass
class Raw:
    """What landed; the fields of a row can be given one by one, None for a value is none."""

    series: str = "S.K1"
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)

    def __post_init__(self):
        self.connection.execute((DBT_PROJECT / INPUTS).read_text(encoding="utf-8"))
        for source, columns in COLUMNS.items():
            self.connection.execute(f"create table inputs.{source}_observations ({columns})")

    def land(self, vintage_date: str, *, title: str = "A share", **values) -> None:
        """A vintage: per country the values from 2010 on; it is named after its date."""
        values = {"AAA": AAA, "BBB": BBB} | values
        for country, numbers in values.items():
            for year, value in zip(YEARS, numbers or (), strict=False):
                self.cell(vintage_date, country, f"YR{year}", value, title)

    def cell(
        self, vintage_date: str, country: str, time: str, value, title="A share", problem=None
    ) -> None:
        """One row of a vintage."""
        rule = "a_source.value.numeric" if problem else None
        row = ["SRC", self.series, title, country, time, value, vintage_date, vintage_date]
        self.connection.execute(
            "insert into inputs.world_bank_observations (source, series, series_title, economy,"
            " time, value, vintage_date, snapshot_id, problem, rule)"
            " values (?, ?, ?, ?, ?, cast(? as double), ?, ?, ?, ?)",
            [*row, problem, rule],
        )

    def send(self, submission_id: str, **facts) -> None:
        """A value that a party sent."""
        row = {"submission_id": submission_id} | SENT | facts
        marks = ", ".join("?" * len(row))
        self.connection.execute(
            f"insert into inputs.kpi_submissions ({', '.join(row)}) values ({marks})",
            list(row.values()),
        )

    def refuse(self, series: str, day: str) -> None:
        """The source's answer of a day for a series, of which nothing could be taken."""
        self.connection.execute(
            "insert into inputs.refused_answers values"
            " ('SRC', ?, 'refused', ?, ?, 'an error page', 'it is an error page', 'ask it')",
            [series, day, day],
        )

    def acknowledge(self, check_id: str, snapshot_id: str | None, finding_id="a finding") -> None:
        """A person's word that a finding of AAA is right."""
        self.connection.execute(
            "create table if not exists inputs.acknowledgements (finding_id varchar,"
            " check_id varchar, source_code varchar, series_code varchar, country_code varchar,"
            " snapshot_id varchar, vintage_date date, actor varchar, acknowledged_at timestamp,"
            " reason varchar)"
        )
        self.connection.execute(
            "insert into inputs.acknowledgements values"
            f" (?, ?, 'SRC', '{self.series}', 'AAA', ?, null, 'ann', '2016-11-01', 'it is right')",
            [finding_id, check_id, snapshot_id],
        )

    def sift(self, plan: Plan, as_of: str = AS_OF) -> "Raw":
        """Runs the gate as of a day; returns itself."""
        self.connection.execute(
            "create or replace table inputs.builds as"
            f" select 'run' as run_id, date '{as_of}' as as_of_date"
        )
        sift(self.connection, plan)
        return self

    def held_back(self, columns: str = "snapshot_id, country_code") -> list[tuple]:
        """What was held back, sorted."""
        sql = f"select {columns} from inputs.held_back_partitions order by all"
        return self.connection.execute(sql).fetchall()

    def found(self, columns: str = "check_id, country_code", where: str = "true") -> list[tuple]:
        """The findings that nobody acknowledged, sorted."""
        return self.connection.execute(
            f"select {columns} from inputs.partition_checks"
            f" where not is_passed and not is_acknowledged and {where} order by all"
        ).fetchall()
