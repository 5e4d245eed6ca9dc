"""Figures that are held back: one by one, or a whole series to who gets everything."""

import pytest

from expectations.alerts.incidents import CRITICAL, ENGINEERS, Fact, fingerprint
from extract import acknowledgements
from extract.acknowledgements import Acknowledgement
from operate import extraction, quarantines
from operate.alerting import held_back, sources
from operate.alerting.gathering import Run, gather
from smed.plan import read_plan

SERIES, KPI, COUNTRY = "SL.TLF.CACT.FE.ZS", "KPI-09", "BRN"
NAME = "Labor force participation rate, female (% of female population ages 15+)"
UNIT = "per cent of the female population aged 15 and over"
HELD = {
    "finding_id": "finding-1",
    "check_id": "raw.value.range",
    "source_code": "WB",
    "series_code": SERIES,
    "series_name": "Labor force",
    "kpi_codes": [KPI],
    "kpi_names": [NAME],
    "country_code": COUNTRY,
    "country_name": "Brunei Darussalam",
    "snapshot_id": "snapshot-1",
    "observation_year": 2024,
    "observed_value": "5920",
    "expected": "from 0 to 100",
    "message": "5920 instead of from 0 to 100",
    "next_step": "ask the country's office",
    "finding_ids": ["finding-1"],
    "since_date": "2026-09-01",
    "owner_code": COUNTRY,
    "meanwhile": "Brunei Darussalam's figures of 2025-12-08",
    "command": "smed acknowledge finding-1 --reason TEXT",
}


@pytest.fixture
def plan(settings):
    return read_plan(settings.plan)


def _of(gathered) -> list:
    return [incident for incident in gathered.incidents if incident.kind == held_back.KIND]


def test_a_cell_that_is_held_back_is_told_to_its_country_with_the_rule_and_the_command(
    settings, plan
):
    ledger = extraction.open_ledger(settings)
    ledger.record(quarantines.KIND, quarantines.OPEN, {"run_id": "run-1", "rows": [HELD]})
    gathered = gather(settings, Run(plan), lambda _kind, _subject: False)
    (told,) = _of(gathered)
    assert (told.owners, told.severity) == ((COUNTRY,), CRITICAL)
    assert told.facts == (Fact("Brunei Darussalam", KPI, "2024", "5920", "from 0 to 100", UNIT),)
    assert told.title == (
        f"{NAME} ({KPI}) of Brunei Darussalam, 2024: 5920 instead of from 0 to 100"
        f" (figures in {UNIT});"
        f" held back by check raw.value.range since the vintage of 2026-09-01 (WB {SERIES})"
    )
    assert told.brief == f"{KPI} of Brunei Darussalam 2024 held back"
    assert told.meanwhile == "readers see Brunei Darussalam's figures of 2025-12-08"
    assert told.action == f"ask the country's office; {HELD['command']}"
    ledger.record(quarantines.KIND, quarantines.OPEN, {"run_id": "run-2", "rows": []})
    # a run that was stopped shows readers nothing new
    stopped = gather(settings, Run(plan), lambda _kind, _subject: False)
    assert not {"quarantined", "check_failed"} & stopped.looked_at.keys()
    mended = gather(settings, Run(plan, outcome="published"), lambda _kind, _subject: False)
    assert (_of(mended), mended.looked_at["quarantined"]) == ([], "*")


def _held_of(plan, count: int, **changed) -> list[dict]:
    countries = plan.countries[:count]
    return [
        {
            **HELD,
            "country_code": country.country_code,
            "country_name": country.country_name,
            "owner_code": country.country_code,
            **changed,
        }
        for country in countries
    ]


def _told_of_held(settings, plan, rows: list[dict]) -> list:
    ledger = extraction.open_ledger(settings)
    ledger.record(quarantines.KIND, quarantines.OPEN, {"run_id": "run-1", "rows": rows})
    return held_back.incidents(settings, plan)


def test_a_whole_series_is_one_line_to_who_gets_all_and_each_country_hears_its_own(settings, plan):
    rows = _held_of(plan, 10, owner_code=ENGINEERS, observed_value="0.56")
    whole, *parts = _told_of_held(settings, plan, rows)
    assert whole.brief == f"{KPI}: 10 of 10 countries held back by raw.value.range"
    assert "look at the unit and scale of SL.TLF.CACT.FE.ZS; ask the country's" in whole.action
    assert (whole.owners, whole.part_of, len(whole.facts)) == ((ENGINEERS,), "", 10)
    assert {part.part_of for part in parts} == {whole.fingerprint}
    assert {part.owners for part in parts} == {(code,) for code in plan.country_codes}
    # no country is asked to widen a range for what all countries have
    assert {part.action for part in parts} == {held_back.OF_ALL}
    # what is told of a series stays the same thing while its countries change
    assert _told_of_held(settings, plan, rows[:6])[0].fingerprint == whole.fingerprint


def test_few_countries_of_a_series_are_told_one_by_one(settings, plan):
    told = _told_of_held(settings, plan, _held_of(plan, settings.alert_rows))
    assert [incident.part_of for incident in told] == [""] * settings.alert_rows
    other = _held_of(plan, 2, check_id="raw.unit.known|raw.value.range")
    told = _told_of_held(settings, plan, [*_held_of(plan, 2), *other])
    assert [incident.part_of for incident in told] == [""] * 4


def test_an_answer_that_was_refused_as_a_whole_is_told_to_every_country(settings, plan):
    refused = {"snapshot_id": None, "observation_year": None, "observed_value": "an error page"}
    refused |= {"owner_code": ENGINEERS, "check_id": "raw.answer.usable", "command": None}
    told = _told_of_held(settings, plan, [HELD, *_held_of(plan, 10, **refused)])
    ones, cell = told[:-1], told[-1]
    assert {one.owners for one in ones} == {(code,) for code in plan.country_codes}
    # who gets everything reads one line of the series
    assert {one.part_of for one in ones} == {fingerprint(sources.FAILED, SERIES)}
    brunei = next(one for one in ones if one.owners == (COUNTRY,))
    assert brunei.title == (
        f"{NAME} ({KPI}) of Brunei Darussalam: an error page; the source's whole answer is held"
        f" back since 2026-09-01 (WB {SERIES})"
    )
    assert brunei.meanwhile == "readers see Brunei Darussalam's figures of 2025-12-08"
    assert (brunei.severity, brunei.action) == (CRITICAL, held_back.OF_ALL)
    # a cell of it that was held back before is a thing of its own
    assert (cell.owners, cell.fingerprint != brunei.fingerprint) == ((COUNTRY,), True)


def test_an_answer_that_a_person_let_pass_is_told_as_acknowledged_to_all(settings, plan):
    given = Acknowledgement(
        *("finding-1", "world_bank.source.values_lost", "WB", SERIES, None, None, "2026-09-01"),
        *("ann", "2026-09-02T08:00:00+00:00", "withdrawn for good"),
    )
    acknowledgements.keep(settings, given)
    subjects = [fingerprint(held_back.KIND, f"{SERIES}:{c}:answer") for c in plan.country_codes]
    told = held_back.words(settings, plan)
    assert told.keys() == {fingerprint(sources.FAILED, SERIES), *subjects}
    assert "acknowledged by ann (withdrawn for good)" in told[subjects[0]].said


def test_what_is_the_engineers_is_the_countrys_to_know_too(settings, plan):
    (told,) = _told_of_held(settings, plan, _held_of(plan, 1, owner_code=ENGINEERS))
    assert set(told.owners) == {plan.countries[0].country_code, ENGINEERS}
    (told,) = _told_of_held(settings, None, _held_of(plan, 1, owner_code=ENGINEERS))
    assert told.owners == (ENGINEERS,)
