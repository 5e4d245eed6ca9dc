"""What stops a release: the message names it, and the release before stays byte for byte."""

import hashlib
import json
import os
import signal

import duckdb
import pytest

POPULATION = "SP.POP.TOTL"


@pytest.fixture
def stopped(copy_of, refreshed_home):
    """Expects that a refresh of a copy ends with 1 and changed no release; its last line."""
    copy = copy_of(refreshed_home)
    releases = copy.bytes_of("releases/1")

    def expect(status: int, stdout: str, stderr: str) -> str:
        last = stderr.splitlines()[-1]
        assert (status, stdout) == (1, ""), stderr
        assert "Traceback" not in stderr
        assert last.startswith("smed: ")
        assert copy.bytes_of("releases/1") == releases
        assert copy.shown == 1
        assert (copy.status["outcome"], copy.status["release"]) == ("failed", 1)
        assert copy.status["message"] == last.removeprefix("smed: ")
        assert copy.status["fresh_until"] == refreshed_home.status["fresh_until"]
        return last.removeprefix("smed: ")

    expect.home = copy
    expect.of = lambda done: expect(done.returncode, done.stdout, done.stderr)
    return expect


def _spoil_content(path) -> None:
    """The newest vintage holds text where numbers belong, and its provenance says so too."""
    spoiled = path.with_suffix(".spoiled")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace ('many' as value) from '{path}')"
            f" to '{spoiled}' (format parquet)"
        )
    os.replace(spoiled, path)
    provenance = path.with_suffix(".provenance.json")
    facts = json.loads(provenance.read_bytes())
    facts["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    provenance.chmod(0o644)
    provenance.write_text(json.dumps(facts))


def test_a_vintage_that_changed_after_it_landed(stopped):
    path = stopped.home.landed(POPULATION)[0]
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    said = stopped.of(stopped.home.refresh())
    assert said.startswith(f"{path}: changed since it landed: sha256 is ")
    assert said.endswith(
        "put the landed file back from a backup; its figures are not used until then"
    )


def test_figures_that_no_model_can_read(stopped):
    path = stopped.home.landed(POPULATION)[-1]
    _spoil_content(path)
    said = stopped.of(stopped.home.refresh())
    assert "DuckDB could not begin the candidate" in said
    assert str(path) in said
    assert "run `smed refresh` again; the release before stays" in said


def test_a_critical_check_that_fails(stopped, changed_plan):
    """No female participation above 50 % is plausible any more: all but one country's is held back.

    No vintage of these was ever good, so that most of what readers saw would go.
    """
    plan = changed_plan(
        kpis=("pct_female_15_plus,higher,100,5,100", "pct_female_15_plus,higher,100,5,50")
    )
    said = stopped.of(stopped.home.refresh(SMED_PLAN=plan))
    assert said.startswith("the gate: 1 critical checks failed: kpi_observations.coverage_drop")
    assert "of KPI-09: found 91.33333333, expected at most 10 % of the last release's" in said
    assert "the release before stays" in said


def test_a_dbt_test_that_fails(stopped, changed_plan):
    """The correction was made of 50, and the source has said 56.105 ever since 2021."""
    correction = (
        "C-1,SL.TLF.CACT.FE.ZS,LAO,2016,50,override,57.5,Two surveys mixed up,,active,2022-01-01,"
    )
    plan = changed_plan(corrections=[correction])
    said = stopped.of(stopped.home.refresh(SMED_PLAN=plan))
    assert said.startswith("dbt build: corrections_match_upstream: ")
    assert "C-1" in said
    assert "SL.TLF.CACT.FE.ZS LAO 2016: upstream is 56.105" in said
    assert "the release before stays" in said


def test_a_check_that_only_warns_does_not(copy_of, refreshed_home, changed_plan):
    """Half a per cent a year counts as a jump: the figures are shown, with a warning."""
    copy = copy_of(refreshed_home)
    usual = "pct_female_15_plus,higher,100,5,100,"
    plan = changed_plan(kpis=(f"{usual}20,", f"{usual}0.5,"))
    done = copy.refresh(SMED_PLAN=plan)
    assert done.returncode == 0, done.stderr
    assert copy.shown == 2
    assert copy.manifest()["verdict"]["passed"] is True
    with duckdb.connect(copy.path / "published" / "smed.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select partition_code, severity, failing_rows_count > 0 from marts.quality_results"
            " where check_id = 'kpi_observations.yearly_change' and status = 'warned'"
        ).fetchall()
    assert ("KPI-09", "warning", True) in rows


def test_a_gate_that_was_killed(stopped, changed_plan):
    plan = changed_plan(goals=["F,Another goal"])
    with stopped.home.begin_refresh(SMED_PLAN=plan) as running:
        running.wait_for("building run")
        child = running.gate_child()
        child.send_signal(signal.SIGKILL)
        status = running.wait()
        assert running.members() == []
    said = stopped(status, "", running.said)
    assert said.startswith("gate: the gate's process ended with status -9")
