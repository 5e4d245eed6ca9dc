"""What of a component is not what the plan declares is held back by name, economy by economy."""

import re

import pytest
import time_machine

from smed.errors import ResponseInvalid
from tests.extract.conftest import Extraction
from tests.extract.kidb_api import EMPLOYED, GDP, land, line, marked


def landed_files(home: Extraction) -> list:
    return list((home.settings.raw / "adb" / "observations").rglob("*.parquet"))


def test_another_unit_than_declared_holds_its_economy_back_and_says_what_to_correct(kidb, home):
    kidb.rows[GDP] += [line("VIE", year, "1e5", unit="GARBAGE") for year in (2016, 2017)]
    (found, _) = land(home)["findings"]
    assert found["message"] == (
        "the unit of VIE is GARBAGE (2016, 2017) instead of VND: VNM is held back, the others go on"
    )
    assert "if the source is right, correct source_unit_codes of" in found["next_step"]
    assert "or for currency adb_economies.csv" in found["next_step"]
    # the plan's code of the country, not ADB's
    assert (found["rule"], found["country"], found["observed"]) == (
        *("adb.unit.declared", "VNM"),
        "GARBAGE (2016, 2017)",
    )
    wrong = ("GARBAGE (2016, 2017) instead of VND", "adb.unit.declared")
    assert marked(home) == [
        ("THA", "2016", 1.5e9, None, None),
        ("THA", "2017", 1.6e9, None, None),
        ("VIE", "2016", None, *wrong),
        ("VIE", "2017", None, *wrong),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([line("THA", 2016, "2", unit="")], "the unit of THA is none (2016) instead of THB"),
        (
            [line("THA", 2016, "2"), line("THA", 2017, "2", unit="USD")],
            "the unit of THA is USD (2017) instead of THB",
        ),
        # another member's currency
        ([line("VIE", 2016, "2", unit="THB")], "the unit of VIE is THB (2016) instead of VND"),
        ([line("THA", 2016, "1", mult="99")], "the value of THA 2016 is 1e+99 instead of 1000000"),
        ([line("THA", 2016, "-5")], "the value of THA 2016 is -5000000000 instead of"),
        ([line("THA", 2016, "0")], "the value of THA 2016 is 0 instead of"),
    ],
)
def test_a_figure_that_is_not_what_the_plan_declares_is_named(kidb, home, rows, said):
    kidb.rows[GDP] = rows
    with pytest.raises(ResponseInvalid, match=re.escape(said)):
        land(home)
    assert landed_files(home) == []


def test_persons_by_the_thousand_are_not_taken_for_persons(kidb, home):
    # as if UNIT_MULT were left out: 38,000 persons employed
    kidb.rows[EMPLOYED] = [line("THA", 2016, "38000", indicator=EMPLOYED, unit="PS", mult="")]
    with pytest.raises(ResponseInvalid, match="THA 2016 is 38000 instead of 100000 to") as raised:
        land(home, EMPLOYED)
    assert raised.value.findings[0]["rule"] == "adb.value.plausible"
    assert "correct plausible_min and plausible_max of component_series.csv" in str(raised.value)


def test_a_series_has_one_unit_even_if_each_of_two_is_declared(kidb, home):
    rows = home.plan.component_series
    both = tuple(row.model_copy(update={"source_unit_codes": "PER|PS"}) for row in rows)
    home.plan = home.plan_with(component_series=both)
    persons = {"indicator": EMPLOYED, "mult": "6"}
    kidb.rows[EMPLOYED] = [
        line("THA", 2016, "38", unit="PS", **persons),
        line("VIE", 2016, "53", unit="PER", **persons),
    ]
    assert len(land(home, EMPLOYED)["landed"]) == 1
    kidb.rows[EMPLOYED].append(line("THA", 2017, "38", unit="PER", **persons))
    with time_machine.travel("2027-01-01T00:00:00Z", tick=False):
        land(home, EMPLOYED)
    wrong = ("PS (2016) and PER (2017) instead of one unit", "adb.unit.single")
    assert marked(home, EMPLOYED) == [
        ("THA", "2016", None, *wrong),
        ("THA", "2017", None, *wrong),
        ("VIE", "2016", 53e6, None, None),
    ]


def test_a_source_for_which_no_unit_is_declared_must_send_none(kidb, home):
    rows = home.plan.component_series
    none = tuple(row.model_copy(update={"source_unit_codes": None}) for row in rows)
    home.plan = home.plan_with(component_series=none)
    with pytest.raises(ResponseInvalid, match=r"THA is THB \(2016, 2017\) instead of none"):
        land(home)
    kidb.rows[GDP] = [line("THA", 2016, "2", unit="")]
    assert len(land(home)["landed"]) == 1
