"""An answer of which nothing can be used holds its series back, and is told of and shown so."""

import io
import json
from dataclasses import asdict
from datetime import date

import pytest
import time_machine
from rich.console import Console

from expectations.alerts.incidents import CRITICAL, ENGINEERS
from extract.registry import registered
from extract.titles import title_finding
from operate import extraction, held_back_printing, inputs, refused_series, steps
from operate.alerting import sources
from publish.status import read_status
from smed.errors import ResponseInvalid, SourceUnavailable
from smed.plan import read_plan
from smed.settings import Settings
from tests.operate.test_gathering import FINDING, KPI, NAME, SERIES

# the newest vintage that the release was made of
SEEN = "2025-12-08"
ITEM = {
    "source": "WB",
    "series": SERIES,
    "stages": [{"stage": None, "lastupdated": "2026-11-19"}],
}


@pytest.fixture
def plan():
    return read_plan(Settings.load().plan)


@pytest.fixture
def released(copy_of, refreshed_home) -> Settings:
    """A home with one release, to be written to."""
    return Settings.load(home=copy_of(refreshed_home).path)


def test_what_readers_see_of_a_series_is_what_the_release_says(released, plan):
    ledger = extraction.open_ledger(released)
    drift = {**FINDING, "rule": "world_bank.vintage.changed", "message": "changed at the source"}
    ledger.record(
        extraction.KIND, SERIES, {"outcome": "landed", "message": "", "findings": [drift]}
    )
    (told,) = sources.incidents(released, plan)
    assert told.meanwhile == "readers see its figures of " + SEEN


def test_an_answer_that_is_refused_as_a_whole_is_told_and_shown_as_held_back(
    released, plan, monkeypatch
):
    def refuse(*_):
        raise ResponseInvalid("180 values, last time 190", f"World Bank, series {SERIES}", "ask it")

    monkeypatch.setattr("extract.indicators.extract_series", refuse)
    for day in ("2026-11-20", "2026-11-21"):
        with time_machine.travel(f"{day}T05:00:00Z", tick=False), pytest.raises(ResponseInvalid):
            extraction.extract_one(released, plan, "live", ITEM)
    (told,) = sources.incidents(released, plan)
    assert (told.kind, told.severity, told.owners) == ("source_failed", CRITICAL, (ENGINEERS,))
    assert told.title == (
        f"{NAME} ({KPI}) of all countries: 180 values, last time 190; the answer is held back as"
        f" a whole since 2026-11-19 ({SERIES})"
    )
    assert told.meanwhile == f"readers see its figures of {SEEN}, of all countries"
    assert told.action == "ask it"
    (row,) = refused_series.rows(released, plan)
    assert (row["owner_name"], row["good_date"]) == ("the engineers", SEEN)
    steps.report(released, plan, "failed", "one source failed")
    said = io.StringIO()
    held_back_printing.print_held_back(Console(file=said, width=2000), read_status(released))
    (line,) = [line for line in said.getvalue().splitlines() if "the engineers" in line]
    for words in (f"{KPI} all countries: 180 values", "seen 2026-11-20", row["meanwhile"]):
        assert words in line


def test_a_source_that_does_not_answer_is_no_series_held_back(released, plan, monkeypatch):
    def silent(*_):
        raise SourceUnavailable("HTTP 503", "World Bank", "try later")

    monkeypatch.setattr("extract.indicators.extract_series", silent)
    with pytest.raises(SourceUnavailable):
        extraction.extract_one(released, plan, "live", ITEM)
    assert refused_series.rows(released, plan) == []
    (told,) = sources.incidents(released, plan)
    assert (told.kind, told.action) == ("source_failed", sources.AGAIN)


def test_a_refusal_stays_while_the_source_does_not_answer_and_ends_with_its_answer(
    released, plan, monkeypatch
):
    answers = iter(
        [
            ResponseInvalid("180 values, last time 190", f"World Bank, series {SERIES}", "ask it"),
            SourceUnavailable("HTTP 503", "World Bank", "try later"),
        ]
    )

    def answer(*_):
        if (error := next(answers, None)) is None:
            return {"landed": ["a vintage"], "unchanged": 0, "findings": []}
        raise error

    monkeypatch.setattr("extract.indicators.extract_series", answer)
    seen = []
    for error in (ResponseInvalid, SourceUnavailable):
        with pytest.raises(error):
            extraction.extract_one(released, plan, "live", ITEM)
        seen.append(inputs.pin_inputs(released, plan, "live", date(2026, 11, 21)))
    assert [one.series_code for one in seen[0].refused_answers] == [SERIES]
    assert seen[0].run_id == seen[1].run_id
    assert len(refused_series.rows(released, plan)) == 1
    extraction.extract_one(released, plan, "live", ITEM)
    assert refused_series.rows(released, plan) == []


def _refuse(settings, facts: dict) -> None:
    """Notes an answer of 2026-11-19 as refused, as ``extract_one`` does."""
    known = {"outcome": "failed", "is_refused": True, "findings": [], "source": "WB"}
    known |= {"message": "it is an error page", "what": "an error page", "next_step": "ask it"}
    known |= {"vintage_date": "2026-11-19", "held_since": "2026-11-19", "acknowledgeable": None}
    extraction.open_ledger(settings).record(extraction.KIND, SERIES, {**known, **facts})


def test_what_was_refused_is_pinned_so_that_it_alone_makes_another_release(released, plan):
    def pinned(sources: str, as_of: str):
        return inputs.pin_inputs(released, plan, sources, date.fromisoformat(as_of))

    before = pinned("live", "2026-11-21")
    _refuse(released, {})
    after, earlier = pinned("live", "2026-11-21"), pinned("live", "2026-11-18")
    assert [one.series_code for one in after.refused_answers] == [SERIES]
    assert (after.snapshots, after.run_id != before.run_id) == (before.snapshots, True)
    # the same refusal on the next attempt is the same run
    _refuse(released, {"recorded_at": "later"})
    assert pinned("live", "2026-11-21") == after
    # nobody knew of it before its day
    assert earlier.refused_answers == ()
    # a release says what it was made of, and one of an earlier version says nothing of it
    manifest = {"as_of": after.as_of, "sources": "live", "inputs": []}
    manifest["refused_answers"] = [asdict(one) for one in after.refused_answers]
    assert inputs.pinned_inputs(released, plan, manifest).refused_answers == after.refused_answers
    del manifest["refused_answers"]
    assert inputs.pinned_inputs(released, plan, manifest).refused_answers == ()


@pytest.mark.parametrize(
    ("event", "refused_on", "is_still"),
    [
        # a ledger that was lost, and one that has only heard since that the source is away
        (None, "2026-11-19", True),
        ({"outcome": "failed", "is_refused": False}, "2026-11-19", True),
        ({"outcome": "unchanged"}, "2026-11-19", False),
        # the release shown has figures as new as the answer that was refused
        (None, SEEN, False),
    ],
)
def test_what_readers_see_marked_stays_marked_until_the_source_has_answered(
    released, plan, event, refused_on, is_still
):
    facts = {"source": "WB", "vintage_date": refused_on, "held_since": refused_on}
    answer = inputs.refused_answer(SERIES, {**facts, "what": "an error page", "next_step": "ask"})
    path = released.releases / "1" / "manifest.json"
    manifest = json.loads(path.read_bytes()) | {"refused_answers": [asdict(answer)]}
    path.chmod(0o600)
    path.write_text(json.dumps(manifest))
    if event:
        said = {"message": "", "findings": []}
        extraction.open_ledger(released).record(extraction.KIND, SERIES, said | event)
    else:
        (released.home / "ledger.db").unlink()
    found = inputs.pin_inputs(released, plan, "live", date(2026, 11, 21)).refused_answers
    assert found == ((answer,) if is_still else ())


def test_a_series_under_a_title_that_nobody_knows_is_held_back_as_a_whole(
    released, plan, monkeypatch
):
    def search(day: str) -> None:
        title = title_finding(registered(plan, "WB", SERIES), "Men, in thousands", day)
        due = {"series": [], "findings": [title], "errors": [], "requests": 0}
        monkeypatch.setattr("extract.indicators.find_due_series", lambda *_, **__: due)
        extraction.find_due_series(released, plan, "live", None, full=False)

    search("2026-11-19")
    search("2026-11-20")
    (row,) = refused_series.rows(released, plan)
    assert row["observed_value"].startswith("titled 'Men, in thousands' instead of")
    assert (row["since_date"], row["vintage_date"]) == ("2026-11-19", "2026-11-20")
    assert "former_series_titles.csv" in row["next_step"]
    (told,) = sources.incidents(released, plan)
    assert (told.kind, told.severity) == ("source_failed", CRITICAL)
    steps.report(released, plan, "unchanged", "")
    (held,) = read_status(released)["quarantined"]
    assert held["check_id"] == refused_series.CHECK
