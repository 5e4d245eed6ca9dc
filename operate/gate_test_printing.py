"""What ``smed gate-test`` prints: a table by kind, and what survived, with the reason."""

from collections import Counter

from rich.table import Table

from expectations.mutations import QUARANTINED, STOPPED, WARNED
from operate.gate_testing import GateTest
from operate.terminal import OUT

WAYS = (STOPPED, QUARANTINED, WARNED)


def print_gate_test(outcome: GateTest) -> None:
    """False alarms first, then how many of each kind were caught and how, then the survivors."""
    clean = len(outcome.false_alarms) or "no"
    OUT.print(f"Release {outcome.release} as it is: {clean} false alarms.")
    OUT.print(_by_kind(outcome))
    if outcome.survivors:
        OUT.print("Nothing noticed:")
    for trial in outcome.survivors:
        why = trial.fault or trial.mutation.reason or "no reason is known"
        OUT.print(f"  {trial.mutation.mutation_id}: {why}", soft_wrap=True, markup=False)


def _by_kind(outcome: GateTest) -> Table:
    table = Table(title="Spoiled in memory, one way after the other", title_justify="left")
    table.add_column("Kind")
    for name in ("Tried", "Caught", *(way.capitalize() for way in WAYS), "By dbt's tests alone"):
        table.add_column(name, justify="right")
    kinds = dict.fromkeys(trial.mutation.kind for trial in outcome.trials)
    for kind in kinds:
        of_kind = [trial for trial in outcome.trials if trial.mutation.kind == kind]
        table.add_row(kind, *_counts(of_kind))
    table.add_section()
    table.add_row(f"all: {outcome.rate_pct:.1f} % caught", *_counts(outcome.trials))
    return table


def _counts(trials: list) -> list[str]:
    ways = Counter(trial.outcome for trial in trials)
    caught = sum(trial.is_caught for trial in trials)
    by_dbt = sum(trial.is_caught_by_dbt_alone for trial in trials)
    return [str(number) for number in (len(trials), caught, *(ways[way] for way in WAYS), by_dbt)]
