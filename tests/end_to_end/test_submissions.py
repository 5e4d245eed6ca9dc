"""A submission from the template to the marts, and what follows after it was published."""

import csv
import io
import json

import duckdb
import pytest

from extract.submissions import acts
from operate import submissions
from smed.plan import read_plan
from smed.settings import Settings
from tests.end_to_end.homes import contents, finished
from tests.end_to_end.processes import SMED, Running

PARTY, PERIOD, KPI = "VNM", "2025H2", "KPI-08"
REFUSED = 1


def _filled(home, name: str, values: dict[int, dict], version: int = 1):
    """The template of the party as a CSV, filled in by year."""
    path = home.path.parent / name
    given = ("--kind", "kpi", "--party", PARTY, "--period", PERIOD, "-o", str(path))
    finished(home.smed("template", *given))
    facts, rows = [], []
    for text in path.read_text(encoding="utf-8-sig").splitlines(keepends=True):
        (facts if text.startswith("#") else rows).append(text)
    facts = [f.replace("submission_version: 1", f"submission_version: {version}") for f in facts]
    table = list(csv.DictReader(io.StringIO("".join(rows))))
    for row in table:
        if row["KPI"] == KPI:
            row.update(values.get(int(row["Year"]), {}))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    path.write_text("".join(facts) + text.getvalue(), encoding="utf-8")
    return path


def _submit(home, path, status: int = 0) -> str:
    return finished(home.smed("submit", str(path), "--from", PARTY), status).stdout


def _reported(home) -> dict[int, tuple]:
    """The party's values of the KPI in the published release, with the submission of each."""
    with duckdb.connect(str(home.path / "published" / "smed.duckdb"), read_only=True) as marts:
        rows = marts.execute(
            "select observation_year, value, snapshot_id from marts.kpi_observations"
            " where kpi_code = ? and country_code = ? and value is not null order by 1",
            [KPI, PARTY],
        ).fetchall()
    return {year: (value, snapshot) for year, value, snapshot in rows}


def _overview(home) -> dict:
    return json.loads(finished(home.smed("submissions", "--json")).stdout)


def _parts(home, submission_id: str) -> dict[int, tuple]:
    """Numerator and denominator by year, as they were submitted."""
    with duckdb.connect(str(home.path / "published" / "smed.duckdb"), read_only=True) as marts:
        rows = marts.execute(
            "select observation_year, numerator, denominator from marts.submitted_values"
            " where submission_id = ? and numerator is not null",
            [submission_id],
        ).fetchall()
    return {year: (part, whole) for year, part, whole in rows}


def _tells_nobody(home, *texts: str) -> None:
    """D16: raw keeps what a person wrote of persons; no release, status or ledger repeats it."""
    kept = b"".join(p.read_bytes() for p in (home.path / "raw" / "submissions").glob("*.csv"))
    looked = [p for p in (home.path / "published" / "csv").rglob("*") if p.is_file()]
    assert looked
    looked += [home.path / "status.json", home.path / "ledger.db"]
    looked += [home.path / "published" / "manifest.json"]
    for text in texts:
        assert text.encode() in kept
        assert [p.name for p in looked if text.encode() in p.read_bytes()] == []


def _refuses_its_sender(home, *command: str) -> None:
    done = finished(home.smed(*command, "--reason", "I sent it"), REFUSED)
    assert done.stderr.endswith("two pairs of eyes\n")


@pytest.fixture
def at_work(copy_of, refreshed_home):
    """A home with one release, to be written to."""
    return copy_of(refreshed_home)


def test_from_the_template_to_the_marts_and_back(at_work):
    before = _reported(at_work)
    wrong = {
        2018: {"Value": "47,1"},
        2019: {"Value": "about 47"},
        2020: {"Value": "47.3", "Unit": "persons"},
    }
    said = _submit(at_work, _filled(at_work, "wrong.csv", wrong, version=2), REFUSED)
    for words in (
        *("rows of it are held back", "47,1 was read as 47.1", "about 47 and not a number", "-> "),
        "The unit persons is not the one of this KPI",
        # what the first file of the demo published is locked, so both wait for a second person
        "waits for a second person",
    ):
        assert words in said
    personal = {"Source": "Ms Tran, tran@example.org", "Note": "call +84 912 345 678"}
    parts = {"Numerator": "471", "Denominator": "1000"}
    right = {year: {"Value": f"47.{year - 2017}"} for year in (2018, 2019, 2020)}
    right[2018] |= personal | parts
    said = _submit(at_work, _filled(at_work, "right.csv", right, version=3))
    name = next(s for s in _overview(at_work)["submissions"] if s["submission_version"] == 3)
    assert name["waits_for"]
    finished(at_work.refresh())
    assert _reported(at_work) == before

    _accepted_by_somebody_else(at_work, name["submission_id"])
    finished(at_work.refresh())
    after = _reported(at_work)
    assert {year: after[year][0] for year in right} == {2018: 47.1, 2019: 47.2, 2020: 47.3}
    assert {after[year][1] for year in right} == {name["submission_id"]}
    assert _parts(at_work, name["submission_id"]) == {2018: (471, 1000)}
    _tells_nobody(at_work, "tran@example.org", "912 345 678")
    states = {s["submission_id"]: s["state"] for s in _overview(at_work)["submissions"]}
    assert states[name["submission_id"]] == "published"

    _retracted_by_somebody_else(at_work, name["submission_id"])
    finished(at_work.refresh())
    assert _reported(at_work) == before
    # each value once, though they were taken back in three steps
    assert _withdrawals(at_work) == dict.fromkeys(right, 1)


def _accepted_by_somebody_else(home, submission_id: str) -> None:
    shown = finished(home.smed("review", submission_id)).stdout
    assert "changes KPI-08 2018: nothing becomes 47.1" in shown
    _refuses_its_sender(home, "review", submission_id, "--accept")
    settings = Settings.load(home=home.path)
    with submissions.open_desk(settings, read_plan(settings.plan), "a review") as desk:
        acts.review(desk, submission_id, "somebody-else", True, "asked the office")


def _retracted_by_somebody_else(home, submission_id: str) -> None:
    """Two rows one by one, then what is left of it."""
    _refuses_its_sender(home, "retract", submission_id)
    settings = Settings.load(home=home.path)
    with submissions.open_desk(settings, read_plan(settings.plan), "a retraction") as desk:
        submission = desk.book.find(submission_id)
        rows = {r["observation_year"]: r for r in desk.book.checked(submission).rows}
        for year in (2018, 2019):
            given = (submission_id, "somebody-else", "another register")
            acts.retract(desk, *given, rows=(rows[year]["row_number"],))
        acts.retract(desk, submission_id, "somebody-else", "another register")


def _withdrawals(home) -> dict[int, int]:
    """How often each year's value was withdrawn."""
    with duckdb.connect(str(home.path / "published" / "smed.duckdb"), read_only=True) as marts:
        rows = marts.execute(
            "select observation_year, count(*) from marts.kpi_revisions where kpi_code = ?"
            " and country_code = ? and change_type = 'withdrawn' group by 1",
            [KPI, PARTY],
        ).fetchall()
    return dict(rows)


def test_an_older_date_gives_the_release_of_then_whatever_came_since(at_work):
    as_of = at_work.manifest()["as_of"]
    before = contents(at_work.manifest())
    path = _filled(at_work, "more.csv", {2018: {"Value": "47.1"}}, version=2)
    _submit(at_work, path)
    finished(at_work.refresh("--as-of", as_of, "--full"))
    # the checks against the release before are others, the figures are the same
    assert contents(at_work.manifest()) == before


def test_what_the_samples_are_for_is_shown(refreshed_home):
    shown = _overview(refreshed_home)
    of_period = {
        (row["party_code"], row["form_code"]): row["status"]
        for row in shown["matrix"]
        if row["reporting_period"] == PERIOD
    }
    assert of_period["IDN", "kpi"] == "reported"
    assert of_period["PHL", "kpi"] == "late"
    assert of_period["THA", "kpi"] == "waiting"
    assert of_period["KHM", "kpi"] == "overdue"
    states = [row["state"] for row in shown["submissions"]]
    assert states.count("published") == 10
    assert sorted(set(states)) == ["published", "superseded", "valid"]
    assert all(row["is_illustrative"] for row in shown["submissions"])


def test_intake_goes_on_while_a_refresh_runs_and_counts_in_the_next_one(at_work):
    path = _filled(at_work, "meanwhile.csv", {2018: {"Value": "47.1"}}, version=2)
    command = (SMED, "refresh", "--sources", "recorded", "--full", "--home", str(at_work.path))
    with Running(*command) as refresh:
        refresh.wait_for("building run")
        _submit(at_work, path)
        assert refresh.wait() == 0
    inputs = {snapshot["snapshot_id"] for snapshot in at_work.manifest()["inputs"]}
    came = _overview(at_work)["submissions"][-1]
    assert came["submission_version"] == 2
    assert came["submission_id"] not in inputs


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("submit", "README.md", "--from", "TLS"), "TLS: no party to this plan: it joined ASEAN"),
        (
            ("template", "--kind", "kpi", "--party", "vnm", "--period", "2025H2", "-o", "no/x.csv"),
            "no: there is no such folder",
        ),
        (("review", "no-such", "--accept", "--reason", "x"), "no submissions are called so"),
        (("reopen", "2016H1", "--party", "VNM", "--reason", "x"), "nothing of it is published"),
        (
            ("template", "--kind", "kpi", "--party", "VNM", "--period", "2031H1"),
            "2031H1 is no period that has begun",
        ),
    ],
)
def test_a_mistake_is_answered_in_one_line(refreshed_home, arguments, said):
    done = finished(refreshed_home.smed(*arguments), REFUSED)
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
