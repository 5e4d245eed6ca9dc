"""An answer of which nothing can be used holds its series back, and is told of and shown so."""

import io

import pytest
import time_machine
from rich.console import Console

from expectations.alerts.incidents import CRITICAL, ENGINEERS
from operate import extraction, held_back_printing, refused_series, steps
from operate.alerting import sources
from publish.status import read_status
from smed.errors import ResponseInvalid, SourceUnavailable
from smed.plan import read_plan
from smed.settings import Settings
from tests.operate.test_gathering import FINDING, KPI, NAME, SERIES

# the newest vintage that the release was made of
SEEN = "2025-12-08"


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
    item = {"source": "WB", "series": SERIES}
    for day in ("2026-11-20", "2026-11-21"):
        with time_machine.travel(f"{day}T05:00:00Z", tick=False), pytest.raises(ResponseInvalid):
            extraction.extract_one(released, plan, "live", item)
    (told,) = sources.incidents(released, plan)
    assert (told.kind, told.severity, told.owners) == ("source_failed", CRITICAL, (ENGINEERS,))
    assert told.title == (
        f"{NAME} ({KPI}) of all countries: 180 values, last time 190; the answer is held back as"
        f" a whole since 2026-11-20 ({SERIES})"
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
        extraction.extract_one(released, plan, "live", {"source": "WB", "series": SERIES})
    assert refused_series.rows(released, plan) == []
    (told,) = sources.incidents(released, plan)
    assert (told.kind, told.action) == ("source_failed", sources.AGAIN)
