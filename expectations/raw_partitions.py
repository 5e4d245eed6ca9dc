"""Guards raw beside the marts: tells what the first gate found, partition by partition.

DuckDB has judged raw by then (``raw_gate.py``, where it says why): a row here is a finding, not a
cell, so Great Expectations looks at a small frame whatever the size of raw. What is critical was
held back already and stops nothing any more: it is ``quarantined``. That every check ran at all is
a check of its own, since a gate that looked at nothing must not pass.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.row_conditions import Column

from expectations.raw_plan import checks, next_step
from expectations.suites import Suite, card
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "partition_checks"
FULL_NAME = f"inputs.{TABLE}"
# what a row of results takes from a finding
FACTS = (
    *("partition", "table_name", "country_code", "observed_value", "expected", "message"),
    *("rows_count", "failing_rows_count"),
)


class NothingLookedAt(Exception):
    """The gate on raw left no row: it did not run, or nothing has landed."""


def suites(plan: Plan) -> list[Suite]:
    """One suite of what each check found, and one that says that each of them ran."""
    found = [
        gxe.ExpectColumnValuesToBeInSet(
            column="holds",
            value_set=[True],
            row_condition=Column("check_id") == check["check_id"],
            severity=check["severity"],
            notes=f"{check['notes']} Next: {next_step(check)}.",
            meta=card(check["check_id"], check["expected"].format(*["..."] * 3)),
        )
        for check in checks()
    ]
    ran = gxe.ExpectColumnDistinctValuesToEqualSet(
        column="check_id",
        value_set=[check["check_id"] for check in checks()],
        severity="critical",
        notes="A check that was left out lets everything pass. Look at the statements of "
        "raw_gate.py and at raw_checks.csv.",
        meta=card("raw.checks_ran", "a row of every check of raw"),
    )
    return [
        Suite("raw_partitions", FULL_NAME, rows, found, FACTS, "partition", holds_findings=True),
        Suite("raw_checks", FULL_NAME, looked_at, [ran]),
    ]


def looked_at(tables: Tables, plan: Plan) -> pd.DataFrame:
    """Every finding of every vintage, and the checks that passed.

    Raises NothingLookedAt for none at all: no finding is no proof that anything was looked at.
    """
    frame = tables.found(TABLE)
    if frame.empty:
        raise NothingLookedAt(f"{FULL_NAME} is empty: no partition of raw was looked at")
    return frame


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The findings that still stand and the checks that passed; ``holds`` tells the two apart."""
    frame = looked_at(tables, plan)
    frame = frame[frame["is_in_force"].eq(True)]
    partition = frame["series_code"].str.cat(frame["country_code"], sep="/")
    holds = frame["is_passed"].eq(True) | frame["is_acknowledged"].eq(True)
    return frame.assign(partition=partition, holds=holds)
