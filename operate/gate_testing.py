"""Tests the gate on the published release: makes a good candidate of it, in memory, to be spoiled.

The release's own tables are the candidate, beside the release as its last one: a refresh in which
nothing is new, until a mutation makes it so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from operate.build import make_inputs
from operate.inputs import Inputs, pinned_inputs
from operate.observations import COLUMNS
from publish.dbt_docs import DBT_MANIFEST
from publish.releases import published_number, read_manifest
from publish.tables import DATABASE, QUALITY_RESULTS, SCHEMAS
from publish.verification import verify_release
from smed.errors import HomeInvalid
from smed.files import read_json
from smed.garbage import imports_kept
from smed.plan import Plan
from smed.settings import Settings

# dbt's compiled tests name the database that they were compiled for
CANDIDATE, CLEAN = "candidate", "clean"
Watch = Callable[[Sequence], Iterable]

TOMORROW = """
insert into {table}
select landed.* replace (
    builds.as_of_date as vintage_date, 'tomorrow ' || landed.series as snapshot_id
)
from {table} as landed
cross join inputs.builds as builds
qualify landed.vintage_date = max(landed.vintage_date) over (partition by landed.series)
"""


@dataclass(frozen=True)
class GateTest:
    """What came of it: ``false_alarms`` on clean data, and one trial per mutation."""

    release: int
    false_alarms: list[str]
    trials: list
    least_rate_pct: float

    @property
    def rate_pct(self) -> float:
        """The share of the mutations that were caught, in per cent."""
        return 100 * sum(trial.is_caught for trial in self.trials) / len(self.trials)

    @property
    def survivors(self) -> list:
        """The trials that nothing noticed."""
        return [trial for trial in self.trials if not trial.is_caught]

    @property
    def faults(self) -> list[str]:
        """Why the gate, or its test, is not good enough; empty if it is."""
        found = [f"false alarm: {alarm}" for alarm in self.false_alarms]
        for trial in self.trials:
            name = trial.mutation.mutation_id
            if trial.fault is not None:
                found.append(f"{name} {trial.fault}: mend the mutation")
            elif trial.is_unexplained:
                found.append(f"{name} survived, and no reason for it is known")
        if self.rate_pct < self.least_rate_pct:
            found.append(
                f"{self.rate_pct:.1f} % caught, at least {self.least_rate_pct:g} % are due"
            )
        return found

    def to_dict(self) -> dict:
        """Plain types, fit for JSON."""
        return {
            "release": self.release,
            "tried_count": len(self.trials),
            "caught_count": len(self.trials) - len(self.survivors),
            "caught_pct": round(self.rate_pct, 1),
            "least_caught_pct": self.least_rate_pct,
            "false_alarms": self.false_alarms,
            "faults": self.faults,
            "mutations": [trial.to_dict() for trial in self.trials],
        }


def run_gate_test(settings: Settings, plan: Plan, watched: Watch = iter) -> GateTest:
    """Spoils the published release in every way of ``mutations.csv``; changes nothing on disk.

    ``watched`` gives the mutations out again and may tell how many there were. Raises HomeInvalid
    where nothing is published, it was made by other rules than today's, or dbt's compiled tests
    are gone, ReleaseDamaged for a release that is not whole.
    """
    from expectations.mutations import read_mutations
    from expectations.raw_rehearsal import RawRehearsal
    from expectations.rehearsal import Rehearsal

    number, manifest, inputs = _release(settings, plan)
    with imports_kept(), duckdb.connect() as connection, duckdb.connect() as raw_connection:
        _make_candidate(connection, settings.releases / str(number) / DATABASE, manifest)
        _make_raw(raw_connection, settings, plan, inputs)
        tests = _dbt_tests(settings, manifest)
        of_marts = Rehearsal(connection, plan, tests, _warnings(connection))
        of_raw = RawRehearsal(raw_connection, plan)
        mutations = [
            mutation
            for mutation in read_mutations()
            if not mutation.needs or connection.execute(mutation.needs).fetchone()
        ]
        trials = [
            (of_raw if mutation.is_of_raw else of_marts).try_out(mutation)
            for mutation in watched(mutations)
        ]
        held_back = set(of_raw.held_back()) - set(_held_back(connection))
        return GateTest(
            number,
            [*of_marts.false_alarms(), *sorted(held_back)],
            trials,
            plan.threshold("gate_catch_rate_pct"),
        )


def _release(settings: Settings, plan: Plan) -> tuple[int, dict, Inputs]:
    """The published release: its number, its manifest, and its inputs under today's rules."""
    number = published_number(settings)
    if number is None:
        raise HomeInvalid(
            "nothing is published yet, so there is no good candidate to spoil",
            str(settings.home),
            "run `smed refresh` first",
        )
    verify_release(settings, number)
    manifest = read_manifest(settings, number)
    inputs = pinned_inputs(settings, plan, manifest)
    if inputs.fingerprint != manifest["fingerprint"]:
        raise HomeInvalid(
            "it was made by another plan, models or checks than those of today",
            f"release {number}",
            "run `smed refresh` first",
        )
    return number, manifest, inputs


def _make_candidate(connection, release: Path, manifest: dict) -> None:
    path = str(release).replace("'", "''")
    connection.execute(f"attach '{path}' as release (read_only)")
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'release'"
        " and list_contains(?, schema_name) and table_name != ?",
        [list(SCHEMAS), QUALITY_RESULTS],
    ).fetchall()
    for database in (CLEAN, CANDIDATE):
        connection.execute(f"attach ':memory:' as {database}; use {database}")
        for schema in ("inputs", *SCHEMAS):
            connection.execute(f"create schema {schema}")
        for schema, table in tables:
            name = f'{schema}."{table}"'
            connection.execute(f"create table {name} as from release.{name}")
        connection.execute(
            "create table inputs.builds as select ? as run_id, cast(? as date) as as_of_date",
            [manifest["run_id"], manifest["as_of"]],
        )


def _make_raw(connection, settings: Settings, plan: Plan, inputs: Inputs) -> None:
    """What landed and tomorrow's answers, to be spoiled, and the same once more as ``clean``.

    Tomorrow every source says what it said last: of what landed up to today people may have
    acknowledged this or that, and of news they have not.
    """
    connection.execute("attach ':memory:' as landed; use landed")
    make_inputs(connection, settings, plan, inputs)
    names = connection.execute(
        "select table_name from information_schema.tables where table_catalog = 'landed'"
        " and table_schema = 'inputs'"
    ).fetchall()
    for database in (CLEAN, CANDIDATE):
        connection.execute(f"attach ':memory:' as {database}; use {database}; create schema inputs")
        for (name,) in names:
            connection.execute(f"create table inputs.{name} as from landed.inputs.{name}")
        connection.execute("update inputs.builds set as_of_date = as_of_date + 1")
        for source in COLUMNS:
            connection.execute(TOMORROW.format(table=f"inputs.{source}_observations"))


def _held_back(connection) -> list[str]:
    """What the release says was held back when it was published."""
    return [
        f"{check} of {partition.replace('/', ' ')}"
        for check, partition in connection.execute(
            f"select check_id, partition_code from release.marts.{QUALITY_RESULTS}"
            " where status = 'quarantined'"
        ).fetchall()
    ]


def _warnings(connection) -> list[tuple[str, str]]:
    return connection.execute(
        f"select check_id, partition_code from release.marts.{QUALITY_RESULTS}"
        " where status = 'warned'"
    ).fetchall()


def _dbt_tests(settings: Settings, manifest: dict) -> list:
    """dbt's data tests of what is published, as the last build compiled them."""
    from expectations.rehearsal import DbtTest

    kept = sorted(settings.candidates.glob(f"{manifest['run_id']}*/{DBT_MANIFEST}"))
    paths = [*kept, settings.home / "cache" / "dbt" / "manifest.json"]
    path = next((path for path in paths if path.exists()), None)
    nodes = read_json(path)["nodes"] if path else {}
    tests = []
    for node in nodes.values():
        if node["resource_type"] == "test" and node.get("compiled_code"):
            read = [nodes[name] for name in node["depends_on"]["nodes"]]
            if all(model["schema"] in SCHEMAS for model in read):
                names = frozenset(f"{model['schema']}.{model['alias']}" for model in read)
                tests.append(DbtTest(node["name"], names, node["compiled_code"]))
    if not tests:
        raise HomeInvalid(
            "dbt's compiled tests of the release are no longer held",
            str(settings.candidates),
            "run `smed refresh --full`, which builds them again",
        )
    return tests
