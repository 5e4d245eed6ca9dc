"""A person's word lets a series through that lost many values; it is kept for ever as it was."""

import pytest

from extract.acknowledgements import Acknowledgement, Finding, keep, paths, read, read_all
from extract.registry import is_acknowledged
from smed.errors import RawAltered, ResponseInvalid
from tests.extract.lying_api import altered

POPULATION = "SP.POP.TOTL"
DATA = rf"/series/{POPULATION}/country/"
LATER = "2021-11-05"
SAID = {"actor": "somebody", "acknowledged_at": "2021-11-06T08:00:00+00:00", "reason": "so"}


def emptied(page) -> None:
    """Fifty rows stay: a tenth of the values is lost, and more."""
    for row in page["source"]["data"][50:]:
        row["value"] = None


def test_a_withdrawal_lands_once_a_person_acknowledged_its_finding(api, extraction):
    extraction.land_one(POPULATION)
    api.tell(DATA, altered(emptied), forever=True)
    with pytest.raises(ResponseInvalid) as refused:
        extraction.land_one(POPULATION, lastupdated=LATER)
    named = refused.value.acknowledgeable
    assert f"smed acknowledge {named['finding_id']} --reason TEXT" in str(refused.value)
    keep(extraction.settings, Acknowledgement(**{**named, "series_code": "IC.REG.DURS"}, **SAID))
    with pytest.raises(ResponseInvalid):
        extraction.land_one(POPULATION, lastupdated=LATER)
    keep(extraction.settings, Acknowledgement(**named, **SAID))
    assert extraction.land_one(POPULATION, lastupdated=LATER)["landed"]


@pytest.mark.parametrize(
    ("country_code", "vintage_date", "expected"),
    [
        (None, LATER, True),
        # of one country, of a later day, of the vintage that is held, of no vintage (a warning)
        ("THA", LATER, False),
        (None, "2021-11-06", False),
        (None, "2021-11-04", False),
        (None, None, False),
    ],
)
def test_only_a_word_on_the_whole_series_since_the_held_vintage_counts(
    extraction, country_code, vintage_date, expected
):
    finding = ("f", "world_bank.source.values_lost", "WB", POPULATION)
    made = Acknowledgement(*finding, country_code, None, vintage_date, **SAID)
    keep(extraction.settings, made)
    asked = (extraction.settings, extraction.plan, POPULATION, "2021-11-04", LATER)
    assert is_acknowledged(*asked) is expected


def test_it_is_read_back_as_it_was_kept_the_oldest_first(settings):
    finding = Finding("f", "raw.revision|raw.scale", "WB", POPULATION, "THA", "s", LATER)
    later = Acknowledgement(**vars(finding), **{**SAID, "reason": "ສະບາຍດີ"})
    first = Acknowledgement(**{**vars(finding), "finding_id": "g"}, **SAID)
    first = Acknowledgement(**{**vars(first), "acknowledged_at": "2021-11-05T08:00:00+00:00"})
    for made in (later, first, later):
        keep(settings, made)
    assert read_all(settings) == [first, later]
    assert [made.day for made in read_all(settings)] == [LATER, "2021-11-06"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]"])
def test_one_that_was_changed_is_refused(settings, content):
    finding = Finding("f", "raw.revision", "WB", POPULATION, "THA", "s", LATER)
    keep(settings, Acknowledgement(**vars(finding), **SAID))
    [path] = paths(settings)
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.raises(RawAltered, match="this acknowledgement is not what it was"):
        read(path)
