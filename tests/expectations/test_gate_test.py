"""The gates notice what they are for: the recorded release, spoiled in every known way."""

import logging
import shutil
from pathlib import Path

import duckdb
import pytest

from expectations.mutations import FILE, Mutation, read_mutations
from operate.gate_testing import run_gate_test
from operate.terminal import PROGRESS_LINES, with_progress
from smed.errors import HomeInvalid
from smed.plan import read_plan
from smed.settings import Settings
from tests.end_to_end.homes import Home, finished

KINDS_AT_LEAST, MUTATIONS_AT_LEAST = 10, 60
SHIPPED = Settings.load().plan

# the rehearsal, the first time, on a machine that is busy with others
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def tested(refreshed_home: Home) -> dict:
    """What the command prints as JSON of a home of recorded figures; a minute of CPU, so once."""
    return run_gate_test(Settings.load(home=refreshed_home.path), read_plan(SHIPPED)).to_dict()


def test_clean_data_raise_no_alarm_and_nearly_all_that_is_spoiled_is_noticed(tested):
    assert tested["false_alarms"] == []
    assert tested["faults"] == []
    assert tested["caught_pct"] >= 95
    assert tested["tried_count"] == len(tested["mutations"]) >= MUTATIONS_AT_LEAST


def test_every_mutation_changes_something_and_rings_what_ought_to(tested):
    for trial in tested["mutations"]:
        assert trial["fault"] is None
        if trial["outcome"] == "survived":
            assert trial["reason"], trial["mutation_id"]
        else:
            assert set(trial["expected"]) & set(trial["caught_by"]), trial
            # a reason that is no longer needed is taken out
            assert not trial["reason"], trial["mutation_id"]


def test_the_ways_are_of_many_kinds_and_each_has_a_name_of_its_own():
    mutations = read_mutations()
    assert len({mutation.kind for mutation in mutations}) >= KINDS_AT_LEAST
    assert len({mutation.mutation_id for mutation in mutations}) == len(mutations)
    assert all(mutation.expected or mutation.reason for mutation in mutations)


def test_the_release_and_what_landed_are_left_as_they_are(tested, refreshed_home):
    assert finished(refreshed_home.smed("verify")).stdout
    path = refreshed_home.path / "published" / "smed.duckdb"
    with duckdb.connect(path, read_only=True) as connection:
        (count,) = connection.execute("select count(*) from marts.kpi_observations").fetchone()
    assert count > 0


def _tested_with(monkeypatch, tmp_path, home: Home, *statements: str):
    """Only these mutations, each of the observations."""
    lines = ["mutation_id,kind,tables,statement,expected_checks,reason"]
    lines += [
        f'm{number},odd,marts.kpi_observations,"{statement}",,'
        for number, statement in enumerate(statements)
    ]
    path: Path = tmp_path / "mutations.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr("expectations.mutations.FILE", path)
    return run_gate_test(Settings.load(home=home.path), read_plan(SHIPPED))


def test_what_changes_nothing_or_survives_without_a_reason_is_a_fault(
    refreshed_home, monkeypatch, tmp_path
):
    outcome = _tested_with(
        monkeypatch,
        tmp_path,
        refreshed_home,
        "update marts.kpi_observations set value = value",
        "update marts.nowhere set value = 1",
        # nobody judges the names
        "update marts.kpi_observations set country_name = 'Elsewhere' where {cell}",
        "update marts.kpi_observations set value = -value where {cell}",
    )
    assert [trial.fault and trial.fault.split(" (")[0] for trial in outcome.trials] == [
        "changed nothing",
        "cannot run",
        None,
        None,
    ]
    assert outcome.faults[0] == "m0 changed nothing: mend the mutation"
    assert outcome.faults[1].startswith("m1 cannot run")
    assert outcome.faults[2] == "m2 survived, and no reason for it is known"
    assert outcome.faults[3] == "25.0 % caught, at least 95 % are due"
    assert len(outcome.faults) == 4


def test_a_release_by_other_rules_is_not_rehearsed(refreshed_home, tmp_path):
    changed = tmp_path / "plan"
    shutil.copytree(SHIPPED, changed)
    thresholds = changed / "thresholds.csv"
    text = thresholds.read_text(encoding="utf-8")
    assert "gate_catch_rate_pct,95" in text
    text = text.replace("gate_catch_rate_pct,95", "gate_catch_rate_pct,96")
    thresholds.write_text(text, encoding="utf-8")
    with pytest.raises(HomeInvalid, match=r"release 1: it was made by another plan.*smed refresh"):
        run_gate_test(Settings.load(home=refreshed_home.path), read_plan(changed))


def test_progress_is_told_now_and_then_and_hides_nothing(caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("smed"), "propagate", True)
    with caplog.at_level(logging.INFO, "smed"):
        assert list(with_progress(range(20), "Spoiling")) == list(range(20))
        assert list(with_progress([], "Spoiling")) == []
    assert caplog.messages[:2] == ["Spoiling: 0 of 20", "Spoiling: 3 of 20"]
    assert len(caplog.messages) <= PROGRESS_LINES


def test_a_home_without_a_release_is_told_what_to_do(empty_home):
    done = finished(empty_home.smed("gate-test"), 1)
    assert "nothing is published yet" in done.stderr
    assert "smed refresh" in done.stderr


def test_targets_are_spread_and_always_the_same():
    statement = "update t set value = 1 where {cell}"
    targets = [{"kpi": f"K{n}", "country": "A'A", "year": n} for n in range(50)]
    spoiled = [Mutation(name, "k", "marts.t", statement, "", "") for name in "abcdefgh"]
    statements = [mutation.sql(targets) for mutation in spoiled]
    assert len(set(statements)) > len(spoiled) / 2
    assert statements == [mutation.sql(targets) for mutation in spoiled]
    assert "'A''A'" in statements[0]
    assert FILE.exists()
