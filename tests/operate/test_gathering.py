"""What is told of a run: from where each thing is kept, whose it is, and what was looked at."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from expectations.alerts.incidents import CRITICAL, ENGINEERS, WARNING, Fact
from operate import callbacks, extraction
from operate.alerting import failures, gathering, revised, sources
from operate.alerting.checks import Telling
from operate.alerting.gathering import Run, gather
from smed import home as smed_home
from smed.errors import CheckCouldNotRun, GateFailed, SourceUnavailable
from smed.plan import read_plan
from smed.settings import Settings
from tests.extract.submissions.desks import Office, csv_file, value

SERIES, KPI, COUNTRY = "SL.TLF.CACT.FE.ZS", "KPI-09", "BRN"
NAME = "Labor force participation rate, female (% of female population ages 15+)"
UNIT = "per cent of the female population aged 15 and over"
FINDING = {
    "rule": "world_bank.series.missing",
    "severity": "warning",
    "series": SERIES,
    "country": None,
    "year": None,
    "observed": "missing",
    "expected": "Labor force",
    "message": f"{SERIES} is gone",
    "next_step": "give its state in kpi_series.csv",
}


@pytest.fixture
def plan(settings):
    return read_plan(settings.plan)


@pytest.fixture
def released(copy_of, refreshed_home) -> Settings:
    """A home with one release, to be written to."""
    return Settings.load(home=copy_of(refreshed_home).path)


def _nothing_is_open(_kind: str, _subject: str) -> bool:
    return False


def _gather(settings, plan, **facts) -> gathering.Gathered:
    return gather(settings, Run(plan, **facts), _nothing_is_open)


def _of(gathered, kind: str) -> list:
    return [incident for incident in gathered.incidents if incident.kind == kind]


def _result(**changed) -> dict:
    return {
        "check_id": "kpi_observations.plausible_max",
        "partition_code": KPI,
        "table_name": "kpi_observations",
        "severity": "critical",
        "status": "failed",
        "observed_value": "2 of 90 rows fail",
        "expected": "at most 100",
        "failing_rows_count": 2,
        "sample": "KPI-09 KHM 2011: 181.8; KPI-09 VNM 2012: 172",
        "owner_code": "BRN|MMR|PHL",
        "notes": "No share is above 100.",
        **changed,
    }


def _told(plan, *results, **findings) -> list:
    telling = Telling(plan, "run-1", "readers see release 1", findings.get("findings", {}))
    return telling.incidents(list(results))


def test_a_check_tells_its_worst_rows_to_the_champions_and_the_engineers(plan):
    (told,) = _told(plan, _result())
    assert (told.kind, told.severity, told.facts_count) == ("check_failed", CRITICAL, 2)
    assert told.owners == ("BRN", "MMR", "PHL", ENGINEERS)
    assert told.facts == (
        Fact("Cambodia", KPI, "2011", "181.8", "at most 100", UNIT),
        Fact("Viet Nam", KPI, "2012", "172", "at most 100", UNIT),
    )
    assert told.meanwhile == "readers see release 1"


def test_a_warning_is_told_to_the_champions_as_one(plan):
    (told,) = _told(plan, _result(status="warned"))
    assert (told.severity, told.owners) == (WARNING, ("BRN", "MMR", "PHL"))


def test_a_check_that_could_not_run_is_the_engineers_matter(plan):
    result = _result(status="could_not_run", partition_code="all", sample=None)
    (told,) = _told(plan, result)
    assert (told.kind, told.severity, told.owners) == ("check_errored", CRITICAL, (ENGINEERS,))


def test_what_passed_or_is_told_as_a_quarantine_is_no_failed_check(plan):
    results = [_result(status="passed"), _result(status="quarantined")]
    assert _told(plan, *results) == []


def test_the_same_failure_has_the_same_fingerprint_whatever_the_values(plan):
    other = _result(sample="KPI-09 KHM 2011: 999", observed_value="1 of 90 rows fail")
    (first,), (second,) = (_told(plan, row) for row in (_result(), other))
    assert first.fingerprint == second.fingerprint


FINDING_OF_RAW = {"finding_id": "finding-1", "next_step": "ask the source"}


def test_a_warning_of_raw_is_its_countrys_and_names_the_command(plan):
    partition = f"{SERIES}/{COUNTRY}"
    row = _result(
        check_id="raw.jump",
        partition_code=partition,
        status="warned",
        observed_value="50.38 after 44.203",
        expected="a yearly change up to +10.9 %",
        sample=f"{SERIES} {COUNTRY} 2022: 50.38 after 44.203 instead of a yearly change",
        owner_code=COUNTRY,
        failing_rows_count=1,
    )
    (told,) = _told(plan, row, findings={("raw.jump", partition): FINDING_OF_RAW})
    assert told.owners == (COUNTRY,)
    assert told.title == (
        f"{NAME} ({KPI}) of Brunei Darussalam: 50.38 after 44.203;"
        f" expected a yearly change up to +10.9 % (check raw.jump); figures in {UNIT}"
    )
    found = Fact("Brunei Darussalam", KPI, "2022", "50.38 after 44.203", row["expected"], UNIT)
    assert told.facts == (found,)
    command = "smed acknowledge finding-1 --reason TEXT"
    assert told.action == f"ask the source; only if it is right: {command}"


@pytest.mark.parametrize(
    ("observed", "count"),
    [("not a single value", 1), ("none in 2013, 2014", 1), ("7 after 14", 11)],
)
def test_years_that_are_missing_are_no_rows_to_look_up(plan, observed, count):
    row = _result(
        check_id="raw.any",
        partition_code=f"{SERIES}/{COUNTRY}",
        status="warned",
        observed_value=observed,
        sample=f"{SERIES} {COUNTRY}: {observed} instead of a value",
        failing_rows_count=11,
    )
    (told,) = _told(plan, row)
    assert (len(told.facts), told.facts_count) == (1, count)


def test_a_build_that_failed_says_nothing_of_checks_and_cells(released, plan):
    gathered = _gather(released, plan, facts={"run_id": "never-built", "candidate": "x"})
    for kind in ("check_failed", "check_errored", "revision_large"):
        assert kind not in gathered.looked_at
        assert _of(gathered, kind) == []
    assert gathered.looked_at["source_failed"] == "*"


def test_a_revision_that_moved_a_figure_a_lot_is_told_to_its_country(released, plan):
    """R&D of KHM 2015 was revised from 0.11823 to 0.08828, by -25.3 %, between these days."""
    database = released.published / "smed.duckdb"
    days = date(2021, 1, 1), date(2026, 8, 1)
    told = {row.subject: row for row in revised.incidents(plan, database, *days, "run-1")}
    moved = told["KPI-02:KHM"]
    assert moved.owners == ("KHM",)
    told = ("Cambodia", "KPI-02", "2015", "0.08828", "was 0.11823", "per cent of GDP")
    assert moved.facts == (Fact(*told),)
    assert revised.incidents(plan, database, days[1], days[1], "run-1") == []


def test_what_a_source_did_is_told_once_by_what_it_was(settings, plan):
    ledger = extraction.open_ledger(settings)
    title = {**FINDING, "rule": "world_bank.series.title", "message": "titled otherwise"}
    of_a_cell = {**FINDING, "rule": "world_bank.value.numeric", "country": COUNTRY}
    findings = {"findings": [FINDING, FINDING, title], "errors": []}
    ledger.record(extraction.SEARCH, extraction.DATABASES, findings)
    failed = {"outcome": "failed", "message": "HTTP 503", "findings": [of_a_cell]}
    ledger.record(extraction.KIND, "X", failed)
    told = sources.incidents(settings, plan)
    assert [(t.kind, t.severity, t.title) for t in told] == [
        ("source_failed", CRITICAL, "HTTP 503"),
        ("source_discontinued", WARNING, f"{SERIES} is gone"),
        ("source_drifting", WARNING, "titled otherwise"),
    ]
    assert {t.owners for t in told} == {(ENGINEERS,)}
    assert {t.meanwhile for t in told} == {sources.LAST_GOOD}


def test_one_that_cannot_look_silences_no_other(settings, plan, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(sources, "incidents", broken)
    gathered = _gather(settings, plan)
    assert "source_failed" not in gathered.looked_at
    assert gathered.looked_at["submission_late"] == "*"
    assert _of(gathered, "submission_late")


def test_a_file_that_was_not_taken_in_is_told_until_a_good_one_came(settings, plan, tmp_path):
    office = Office(settings, tmp_path)
    secret = "siti-0812345.csv"
    bad = csv_file(office.folder, secret, "kpi", "MYS", "2026H1", [value(2022, 48.2)])
    bad.write_bytes(b"\x00\x01 no table at all")
    office.send(bad)
    (told,) = _of(_gather(settings, plan), "submission_quarantined")
    assert (told.owners, told.severity) == (("MYS",), CRITICAL)
    assert "siti" not in str(told)
    assert told.action.startswith("inbox/MYS/answers/")
    office.send(csv_file(office.folder, "b.csv", "kpi", "MYS", "2026H1", [value(2022, 48.2)]))
    assert _of(_gather(settings, plan), "submission_quarantined") == []


def test_only_the_newest_late_period_is_told_and_older_ones_that_are_open(settings, plan):
    told = _of(_gather(settings, plan), "submission_late")
    (period,) = {incident.subject.split(":")[2] for incident in told}
    assert {incident.owners[0] for incident in told} >= set(plan.country_codes)
    older = "VNM:kpi:2024H1"
    gathered = gather(settings, Run(plan), lambda _, subject: subject == older)
    subjects = {incident.subject for incident in _of(gathered, "submission_late")}
    assert subjects == {incident.subject for incident in told} | {older}
    assert period > "2024H1"


def test_a_late_progress_form_is_its_champions_matter_too(settings, plan):
    late = {i.subject: i for i in _of(_gather(settings, plan), "submission_late")}
    form = next(i for subject, i in late.items() if subject.startswith(f"{COUNTRY}:progress:"))
    line = next(r for r in plan.action_lines if r.action_line_code == form.facts[0].kpi)
    champions = line.lead_country_codes.split("|")
    assert form.owners[0] == COUNTRY
    assert set(form.owners) == {COUNTRY, *champions}


def test_a_refresh_that_has_not_happened_is_told_when_the_release_is_no_longer_fresh(
    released, plan, monkeypatch
):
    # recorded figures do not move: nobody waits for them
    assert failures.overdue_refresh(released) == []
    monkeypatch.setattr(failures.home, "kind_of", lambda _: "live")
    status = failures.read_status(released)
    # published today as of a day long past: who did that waits for no refresh
    assert status["fresh_until"] < smed_home.now().date().isoformat()
    fresh_until = smed_home.now().date() + timedelta(days=status["fresh_days"])
    real = smed_home.now()
    for days, count in ((0, 0), (2, 1)):
        day = replace_day(real, fresh_until + timedelta(days=days))
        monkeypatch.setattr(failures.home, "now", lambda day=day: day)
        assert len(failures.overdue_refresh(released)) == count
    (told,) = failures.overdue_refresh(released)
    assert told.owners == (ENGINEERS,)
    assert "readers see release 1 as of" in told.meanwhile


def replace_day(moment, day: date):
    """The moment on another day."""
    return moment.replace(year=day.year, month=day.month, day=day.day)


class Instance:
    """A task as Airflow's callbacks see it."""

    dag_id, task_id, run_id, log_url = "refresh_marts", "build_marts", "run-1", "http://log"
    map_index, rendered_map_index, try_number = -1, None, 2


@pytest.fixture
def noted(settings, monkeypatch):
    monkeypatch.setenv("SMED_HOME", str(settings.home))
    return settings


def _events(settings) -> int:
    ledger = extraction.open_ledger(settings)
    return len(ledger._run("select * from events where kind = ?", (failures.TASK,)))


def test_a_task_that_fails_is_noted_once_and_mended_once(noted):
    error = RuntimeError("no\nroom at json://user:geheim@host")
    context = {"ti": Instance, "exception": error}
    callbacks.note_success(context)
    assert _events(noted) == 0
    callbacks.note_failure(context)
    callbacks.note_failure(context)
    assert _events(noted) == 1
    (told,) = failures.failed_tasks(noted, has_failed_source=False, was_stopped=False)
    assert told.subject == "refresh_marts.build_marts"
    assert "failed at try 2: no room at json:" in told.title
    assert "http://log" in told.action
    assert "geheim" not in str(extraction.open_ledger(noted).all(failures.TASK))
    callbacks.note_success(context)
    callbacks.note_success(context)
    assert _events(noted) == 2
    assert failures.failed_tasks(noted, False, False) == []


def test_a_task_whose_process_is_gone_is_noted_too(noted):
    callbacks.note_failure({"ti": Instance})
    (told,) = failures.failed_tasks(noted, False, False)
    assert callbacks.LOST in told.title


def test_a_mapped_task_is_named_by_what_it_is_mapped_over():
    class Mapped(Instance):
        map_index, rendered_map_index = 3, SERIES

    assert callbacks.task_name(Mapped) == f"refresh_marts.build_marts[{SERIES}]"


@pytest.mark.parametrize(
    ("cause", "has_failed_source", "was_stopped", "count"),
    [
        (SourceUnavailable("down"), True, False, 0),
        (SourceUnavailable("down"), False, True, 1),
        (GateFailed("3 failed"), False, True, 0),
        (GateFailed("3 failed"), True, False, 1),
        (CheckCouldNotRun("the gate's process ended"), False, False, 1),
    ],
)
def test_what_other_incidents_explain_is_not_told_twice(
    noted, cause, has_failed_source, was_stopped, count
):
    error = RuntimeError(str(cause))
    error.__cause__ = cause
    callbacks.note_failure({"ti": Instance, "exception": error})
    told = failures.failed_tasks(noted, has_failed_source, was_stopped)
    assert len(told) == count


def test_a_command_that_failed_is_mended_only_by_a_run_that_came_through(settings, plan):
    task_failed = failures.TASK_FAILED
    error = SourceUnavailable("down", "World Bank", "try later")
    gathered = _gather(settings, plan, error=error, is_command=True)
    assert [i.subject for i in _of(gathered, task_failed)] == [failures.COMMAND]
    assert _gather(settings, plan, is_command=True).looked_at[task_failed] == "*"
    assert _gather(settings, plan, outcome="published").looked_at[task_failed] == "*"
    assert _gather(settings, plan).looked_at[task_failed] == []


def test_without_a_plan_what_needs_none_is_told(settings):
    gathered = gather(settings, Run(None, error=GateFailed("x")), _nothing_is_open)
    assert [i.kind for i in gathered.incidents] == [failures.TASK_FAILED]
    assert "submission_late" not in gathered.looked_at


def test_an_error_that_nobody_foresaw_shows_its_kind_and_none_of_its_words(settings):
    (told,) = failures.failed_command(KeyError("geheim"), was_stopped=False)
    assert "KeyError" in told.title
    assert "geheim" not in str(told)
    assert replace(told).fingerprint == told.fingerprint
