"""Which stages lack a series, and when that is worth a warning."""

import shutil

POPULATION = "SP.POP.TOTL"


def test_full_warns_of_no_series_that_an_older_stage_did_not_have_yet(recorded):
    # the national estimates were first recorded in 2025: seven stages before lack them
    assert recorded.due("recorded", full=True)["findings"] == []


def test_a_held_series_that_every_stage_lacks_is_one_finding_of_the_newest(extraction, recorded):
    row = next(r for r in extraction.plan.weight_series if r.series_code == POPULATION)
    gone = row.model_copy(update={"series_code": "GONE"})
    extraction.plan = extraction.plan_with(weight_series=(*extraction.plan.weight_series, gone))
    held = recorded.landed(POPULATION)[0].parent
    shutil.copytree(held, extraction.settings.raw / "world_bank" / "observations" / "GONE")
    (found,) = extraction.due("recorded", full=True)["findings"]
    assert found["message"].startswith("GONE is not in database 2 as of 2026-07-13: its last")
