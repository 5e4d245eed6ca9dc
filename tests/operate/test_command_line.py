"""A mistake of the user ends with one line that says what, where and what to do; no traceback."""

import json
from datetime import date, timedelta

import pytest

from tests.end_to_end.homes import OLDER_DAY

WORK_FAILED, WRONG_USAGE = 1, 2


def _said(done, status: int) -> str:
    """The last line on stderr of a command that failed so, and printed nothing else."""
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def _one_line(done) -> str:
    said = _said(done, WORK_FAILED)
    assert done.stderr == f"{said}\n"
    assert said.startswith("smed: ")
    return said.removeprefix("smed: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("refresh", "--as-of", "31/12/2024"), "31/12/2024 is not a date; write YYYY-MM-DD"),
        (("refresh", "--sources", "adb"), "'adb' is not one of 'live', 'recorded'"),
        (("refresh", "--ful"), "No such option '--ful'. Did you mean '--full'?"),
        (("rollback", "first"), "'first' is not a valid integer"),
        (("publish",), "No such command 'publish'"),
    ],
)
def test_wrong_usage_is_told_from_failed_work(empty_home, arguments, said):
    assert said in _said(empty_home.smed(*arguments), WRONG_USAGE)
    assert not empty_home.path.exists()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SMED_HOEM": "x"}, "SMED_HOEM: unknown setting; did you mean SMED_HOME?"),
        ({"SMED_HTTP_ATTEMPTS": "many"}, "SMED_HTTP_ATTEMPTS: "),
        ({"SMED_PLAN": "/nowhere"}, "/nowhere: no such folder of seeds; set SMED_PLAN to one"),
    ],
)
def test_a_wrong_setting_is_named(empty_home, variables, said):
    assert _one_line(empty_home.refresh(**variables)).startswith(said)


def test_a_broken_seed_is_named_with_its_row(empty_home, changed_plan):
    plan = changed_plan(kpi_series=("KPI-02,1,WB", "KPI-99,1,WB"))
    assert _one_line(empty_home.refresh(SMED_PLAN=plan)) == (
        f"{plan}/kpi_series.csv row 4: kpi_code KPI-99 is not in kpis.csv;"
        " correct it or add a row to kpis.csv"
    )
    assert not empty_home.path.exists()


def test_a_home_that_cannot_be_one_is_named(empty_home):
    empty_home.path.write_text("a file")
    said = _one_line(empty_home.refresh())
    empty_home.path.unlink()
    assert said.startswith(f"{empty_home.path}/")
    assert said.endswith("a file is where a folder must be; move it away")


def test_live_figures_are_refused_in_a_home_of_recorded_ones(copy_of, refreshed_home):
    copy = copy_of(refreshed_home)
    # live is the default; were it asked, nobody would answer
    said = _one_line(copy.smed("refresh", SMED_WORLD_BANK_URL="http://127.0.0.1:9/v2"))
    assert said.startswith(f"{copy.path}: this home holds recorded figures and would be mixed")
    assert "use another home (--home), or `smed refresh --sources recorded`" in said
    assert copy.bytes_of("raw") == refreshed_home.bytes_of("raw")


def test_an_as_of_before_the_plan_began_is_answered_with_what_to_do(copy_of, refreshed_home):
    copy = copy_of(refreshed_home)
    done = copy.refresh("--as-of", "2001-01-01")
    last = done.stderr.splitlines()[-1]
    assert done.returncode == WORK_FAILED
    assert "--as-of: 2001-01-01 is before the plan began" in last
    assert "give a date from 2016-01-01 on" in last
    assert copy.shown == 1


def test_what_is_not_there_yet_is_said(empty_home):
    assert "nothing is published yet; run `smed refresh`" in _one_line(empty_home.smed("verify"))
    assert "there is no home here" in _one_line(empty_home.smed("rollback", "7"))
    assert "Nothing was tried" in empty_home.smed("status").stdout
    assert json.loads(empty_home.smed("status", "--json").stdout) == {}
    assert json.loads(empty_home.smed("releases", "--json").stdout) == []


def test_a_release_that_is_not_kept_is_named(copy_of, refreshed_home):
    copy = copy_of(refreshed_home)
    assert "there is no release 7; kept are 1" in _one_line(copy.smed("rollback", "7"))
    assert "there is no release 7" in _one_line(copy.smed("verify", "7"))
    assert copy.shown == 1


def test_status_and_releases_speak_to_machines_and_to_people(home_of_two_releases):
    shared, _ = home_of_two_releases
    newest = shared.manifest()["as_of"]
    status = json.loads(shared.smed("status", "--json").stdout)
    warned, page = status.pop("warnings"), status.pop("report")
    assert status == shared.status
    said = shared.smed("status").stdout
    assert page == (shared.path / "published" / "report" / "index.html").as_uri()
    assert f"Report: {page}\n" in said
    shown = [row for row in warned if f"  {row['finding_id']}\n    {row['message']}\n" in said]
    assert (len(warned) > 10, shown) == (True, warned[:10])
    assert f"and {len(warned) - 10} more: smed status --json\n" in said
    assert "  If one is right: smed acknowledge FINDING --reason TEXT\n" in said
    facts = (status["release"], status["as_of"], status["outcome"], status["sources"])
    assert facts == (2, newest, "published", "recorded")
    assert (status["findings"], status["held"]) == ([], None)
    days = date.fromisoformat(status["fresh_until"]) - date.fromisoformat(newest)
    assert days == timedelta(days=45)  # release_fresh_days of thresholds.csv
    rows = json.loads(shared.smed("releases", "--json").stdout)
    assert [(row["release"], row["as_of"], row["is_published"]) for row in rows] == [
        (2, newest, True),
        (1, OLDER_DAY, False),
    ]
    for command in ("status", "releases"):
        assert newest in shared.smed(command).stdout


def test_verify_counts_the_files_of_a_whole_release(home_of_two_releases):
    shared, _ = home_of_two_releases
    files = len(shared.manifest(1)["files"])
    assert f"Release 1 is whole: {files} files as published." in shared.smed("verify", "1").stdout
