"""The ways in which ``smed gate-test`` spoils a good candidate: data, in ``mutations.csv``.

A mutation is one statement of SQL on a mart or on a raw input, its kind, the check that ought to
catch it, and, where none does, the reason why it may survive. Statements name their targets by
placeholders (``{cell}``, ``{country}``, ...), which are filled from the candidate at hand.
"""

import csv
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from smed.errors import CheckCouldNotRun
from smed.plan_cells import LIST_SEPARATOR

FILE = Path(__file__).with_name("mutations.csv")
MARTS, RAW = "marts", "inputs"
DBT_TEST = "dbt test "
STOPPED, QUARANTINED, WARNED, SURVIVED = "stopped", "quarantined", "warned", "survived"
# what a target is chosen from: rows with all that the placeholders need
CELLS = {
    MARTS: """
        select
            kpi_code as kpi, country_code as country, observation_year as year,
            series_code as series, source_code as source, unit_code as unit,
            lead(country_code) over (
                partition by kpi_code, observation_year order by country_code
            ) as other_country
        from marts.kpi_observations
        where value is not null
        qualify other_country is not null
            and count(*) over (partition by kpi_code, country_code) >= 3
        order by all
    """,
    RAW: """
        select
            series, economy as country, time as year, snapshot_id as snapshot,
            lead(economy) over (
                partition by snapshot_id, time order by economy
            ) as other_country
        from inputs.world_bank_observations
        where value is not null
        qualify other_country is not null
            and vintage_date = max(vintage_date) over (partition by series)
            and time not in (
                max(time) over (partition by series, economy, vintage_date),
                min(time) over (partition by series, economy, vintage_date)
            )
        order by all
    """,
}
CONDITIONS = {
    MARTS: "kpi_code = {kpi} and country_code = {country} and observation_year = {year}",
    RAW: "snapshot_id = {snapshot} and economy = {country} and time = {year}",
}


@dataclass(frozen=True)
class Mutation:
    """One way to spoil a candidate, or what landed.

    ``tables`` lists what it touches, and ``expected_checks`` the checks or dbt tests of which one
    at least must notice, parted by ``|``; ``reason`` says why none may. ``needs`` is a query that
    finds a row where a release has what is spoiled: not every plan has submissions.
    """

    mutation_id: str
    kind: str
    tables: str
    statement: str
    expected_checks: str
    reason: str
    needs: str = ""

    @property
    def table_names(self) -> tuple[str, ...]:
        """Every table that it touches, with its schema."""
        return tuple(self.tables.split(LIST_SEPARATOR))

    @property
    def is_of_raw(self) -> bool:
        """Whether it spoils what landed rather than the marts."""
        return self.table_names[0].startswith(f"{RAW}.") and self.tables != "inputs.builds"

    @property
    def expected(self) -> frozenset[str]:
        """The checks of which one at least must notice."""
        return frozenset(self.expected_checks.split(LIST_SEPARATOR)) - {""}

    @property
    def target_number(self) -> int:
        """Spreads the mutations over all targets, the same each time."""
        return int(sha256(self.mutation_id.encode()).hexdigest()[:8], 16)

    def sql(self, targets: list[dict]) -> str:
        """The statement for the mutation's own target; CheckCouldNotRun if there is none."""
        if "{" not in self.statement:
            return self.statement
        if not targets:
            raise CheckCouldNotRun(
                "the release has no figure to spoil",
                f"mutation {self.mutation_id}",
                "refresh with figures first",
            )
        target = targets[self.target_number % len(targets)]
        literals = {name: _literal(value) for name, value in target.items()}
        cell = CONDITIONS[RAW if self.is_of_raw else MARTS].format(**literals)
        return self.statement.format(cell=cell, **literals)


@dataclass(frozen=True)
class Trial:
    """What became of a mutation: which checks rang that are silent on the clean candidate.

    ``fault`` says why it proves nothing, such as that it changed nothing; None if it does.
    """

    mutation: Mutation
    outcome: str
    rung: tuple[str, ...] = ()
    fault: str | None = None

    @property
    def is_caught(self) -> bool:
        """Whether any check noticed."""
        return self.outcome != SURVIVED

    @property
    def is_caught_by_dbt_alone(self) -> bool:
        """Whether only dbt's own tests noticed, before any gate looked."""
        return self.is_caught and all(name.startswith(DBT_TEST) for name in self.rung)

    def to_dict(self) -> dict:
        """Plain types, fit for JSON."""
        return {
            "mutation_id": self.mutation.mutation_id,
            "kind": self.mutation.kind,
            "tables": list(self.mutation.table_names),
            "outcome": self.outcome,
            "caught_by": list(self.rung),
            "expected": sorted(self.mutation.expected),
            "reason": self.mutation.reason or None,
            "fault": self.fault,
        }

    @property
    def is_unexplained(self) -> bool:
        """Whether nothing noticed it and no reason is known."""
        return not self.is_caught and not self.mutation.reason


def read_mutations() -> list[Mutation]:
    """Every mutation, in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [Mutation(**row) for row in csv.DictReader(file)]


def _literal(value) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
