"""What is held back is named wherever somebody looks, and a person's word lets a real one pass.

Brunei's value of 2016 in the series of KPI-09 is 20 on the second day, 59.03 on the first, which is
a revision of -66 %. The plan acknowledges that vintage, but saw no revision as large as that.
"""

import io
import json
import re
from datetime import date

import duckdb
import pytest
from rich.console import Console

from operate import scorecards
from smed.home import actor
from smed.settings import Settings
from tests.end_to_end.homes import SECOND_LIVE_DAY, api_of, copied, finished
from tests.extract.lying_api import altered, cell

KPI, SERIES = "KPI-09", "SL.TLF.CACT.FE.ZS"
DATA = rf"/series/{SERIES}/country/"
CHECK = "raw.revision"
FIRST, SECOND = date(2020, 6, 17), date.fromisoformat(SECOND_LIVE_DAY)
LAST_GOOD = (59.03, True, FIRST, SECOND)
REASON = "a new survey; see its note 4"


def refresh(home, *arguments: str, changed=True):
    """A refresh from an API on the second day, on which the value is changed."""
    with api_of(SECOND_LIVE_DAY) as api:
        if changed:
            lie = altered(lambda page: cell(page, "BRN", "YR2016").update(value=20.0))
            api.tell(DATA, lie, forever=True)
        return home.smed("refresh", "--sources", "live", *arguments, **api.addresses)


def cell_of(home, year: int = 2016) -> tuple:
    with duckdb.connect(home.path / "published" / "smed.duckdb", read_only=True) as connection:
        return connection.execute(
            "select round(value, 2), is_held_back, vintage_date, held_back_since_date"
            " from marts.kpi_observations"
            " where kpi_code = ? and country_code = 'BRN' and observation_year = ?",
            [KPI, year],
        ).fetchone()


@pytest.fixture(scope="module")
def revised(tmp_path_factory, live_home):
    """The live home after the second day. Only to be read."""
    folder = tmp_path_factory.mktemp("revised")
    home = copied(live_home, folder)
    done = refresh(home, "--as-of", SECOND_LIVE_DAY)
    assert home.shown == 2, done.stderr
    return home


@pytest.fixture(scope="module")
def finding(revised) -> str:
    [row] = revised.status["quarantined"]
    return row["finding_id"]


@pytest.fixture(scope="module")
def acknowledged(tmp_path_factory, revised, finding):
    """The same home after its finding was acknowledged and the next refresh, of today."""
    home = copied(revised, tmp_path_factory.mktemp("acknowledged"))
    said = finished(home.smed("acknowledge", finding, "--reason", f" {REASON}\n")).stdout
    assert said.startswith(f"{finding} is acknowledged by {actor()}.")
    waits = " ".join(finished(home.smed("status")).stdout.split())
    assert f"{finding}: acknowledged by {actor()} on " in waits
    assert f"({REASON}); it takes effect at the next `smed refresh`" in waits
    assert f"smed acknowledge {finding}" not in waits
    finished(refresh(home))
    return home


def test_the_status_says_what_is_held_back_whose_it_is_and_what_readers_see(revised):
    [row] = revised.status["quarantined"]
    assert row["finding_id"].startswith(f"{CHECK}:{SERIES}:BRN:")
    assert row["check_id"].split("|")[0] == CHECK
    assert (row["source_code"], row["kpi_codes"], row["country_code"]) == ("WB", [KPI], "BRN")
    assert (row["observation_year"], row["since_date"]) == (2016, SECOND_LIVE_DAY)
    assert (row["owner_code"], row["owner_name"]) == ("BRN", "Brunei Darussalam")
    assert row["meanwhile"] == f"Brunei Darussalam's figures of {FIRST}"
    assert row["command"] == f"smed acknowledge {row['finding_id']} --reason TEXT"
    assert row["first_seen_at"][:10] >= SECOND_LIVE_DAY
    assert "20" in row["observed_value"]


def test_the_status_says_so_to_people_and_the_command_is_on_one_line(revised, finding):
    said = revised.smed("status").stdout
    assert "Held back" in said
    assert f"  smed acknowledge {finding} --reason TEXT\n" in said
    told = json.loads(revised.smed("status", "--json").stdout)
    assert [row.pop("acknowledged") for row in told["quarantined"]] == [None]
    assert {
        name: told[name] for name in told if name not in ("warnings", "report")
    } == revised.status
    assert finding not in {row["finding_id"] for row in told["warnings"]}


def test_the_manifest_names_it_and_a_trace_says_it(revised, finding):
    assert [row["finding_id"] for row in revised.manifest()["quarantined"]] == [finding]
    assert revised.manifest(1)["quarantined"] == []
    asked = ("--kpi", KPI, "--country", "BRN", "--year", "2016")
    said = finished(revised.smed("trace", *asked)).stdout
    assert f"a newer figure of {SECOND_LIVE_DAY} is held back by {CHECK}" in said
    assert f"meanwhile: Brunei Darussalam's figures of {FIRST}" in said
    other = ("--kpi", KPI, "--country", "THA", "--year", "2016")
    assert "held back" not in finished(revised.smed("trace", *other)).stdout


def test_the_scorecards_mark_whose_last_good_figures_they_show(revised, monkeypatch):
    for print_table, said in (
        (scorecards.print_region, rf"{KPI} .* last good figures of: BRN"),
        (scorecards.print_scorecards, r"last good figures of: BRN"),
    ):
        output = io.StringIO()
        monkeypatch.setattr(scorecards, "OUT", Console(file=output, width=2000))
        print_table(Settings(home=revised.path))
        marked = [line for line in output.getvalue().splitlines() if "last good" in line]
        assert len(marked) == 1
        assert re.search(said, marked[0])


def test_readers_see_the_last_good_figure_until_somebody_acknowledges_the_new_one(
    revised, acknowledged
):
    assert cell_of(revised) == LAST_GOOD
    # and the gate on the marts, which knows of no revision so large, lets it pass
    assert cell_of(acknowledged) == (20.0, False, SECOND, None)
    assert acknowledged.status["quarantined"] == []
    assert acknowledged.manifest()["quarantined"] == []


def test_a_trace_says_who_let_it_pass_and_why(acknowledged, finding):
    asked = ("--kpi", KPI, "--country", "BRN", "--year", "2016")
    said = finished(acknowledged.smed("trace", *asked)).stdout
    (line,) = [line for line in said.splitlines() if finding in line]
    assert f"{actor()} acknowledged {finding} on 20" in line
    assert line.endswith(f": {REASON}")
    other = ("--kpi", KPI, "--country", "THA", "--year", "2016")
    assert f"{actor()} acknowledged" not in finished(acknowledged.smed("trace", *other)).stdout


def test_an_acknowledgement_is_kept_as_raw_and_pinned(acknowledged, finding):
    [path] = (acknowledged.path / "raw" / "quality" / "acknowledgements").iterdir()
    kept = json.loads(path.read_bytes())
    assert (kept["finding_id"], kept["reason"], kept["actor"]) == (finding, REASON, actor())
    assert path.stat().st_mode & 0o222 == 0
    pinned = [row for row in acknowledged.manifest()["inputs"] if row["sha256"] == path.stem]
    assert [row["path"] for row in pinned] == [f"quality/acknowledgements/{path.name}"]


def test_acknowledging_again_changes_nothing_and_says_who_did(acknowledged, finding):
    before = acknowledged.bytes_of("raw")
    said = finished(acknowledged.smed("acknowledge", finding, "--reason", "again")).stdout
    assert said.startswith(f"Nothing to do: {actor()} acknowledged it at ")
    assert REASON in said
    assert acknowledged.bytes_of("raw") == before


def test_what_was_known_on_an_earlier_day_stays_what_it_was(copy_of, acknowledged):
    home = copy_of(acknowledged)
    finished(home.smed("verify", "2", "--rebuild"))
    finished(refresh(home, "--as-of", SECOND_LIVE_DAY))
    assert home.shown == 4
    assert cell_of(home) == LAST_GOOD


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.unlink(), "the shown release was made of it, and it is gone"),
        (lambda path: path.write_text("{}"), "this acknowledgement is not what it was"),
    ],
)
def test_an_acknowledgement_that_was_lost_or_changed_is_named(copy_of, acknowledged, change, said):
    home = copy_of(acknowledged)
    [path] = (home.path / "raw" / "quality" / "acknowledgements").iterdir()
    path.chmod(0o644)
    change(path)
    done = finished(refresh(home), 1)
    assert f"{path}: {said}" in done.stderr
    assert (home.shown, home.status["outcome"]) == (3, "failed")


def test_what_is_no_finding_and_what_has_no_reason_is_refused(revised, finding):
    before = revised.bytes_of("raw")
    said = finished(revised.smed("acknowledge", finding[:-1], "--reason", "x"), 1).stderr
    assert said.startswith(f"smed: {finding[:-1]}: there is no such finding; did you mean")
    assert finding in said
    said = finished(revised.smed("acknowledge", finding, "--reason", " "), 1).stderr
    assert said == "smed: --reason: it is empty; say why the finding is right\n"
    assert finished(revised.smed("acknowledge", finding), 2).stdout == ""
    assert revised.bytes_of("raw") == before


def test_mended_at_the_source_it_is_gone_from_the_status(copy_of, revised):
    home = copy_of(revised)
    finished(refresh(home, "--full", changed=False))
    assert cell_of(home)[:2] == (58.17, False)
    assert home.status["quarantined"] == []
    assert "Held back" not in home.smed("status").stdout
