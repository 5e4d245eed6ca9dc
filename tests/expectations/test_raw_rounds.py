"""A vintage is judged beside the last one that was not held back, as of a day."""

from datetime import date

import pytest

from smed.plan import Plan
from smed.plan_rows import AcknowledgedRevision
from smed.series_rows import FormerSeriesTitle
from tests.expectations.raw import AAA, FIRST, FOURTH, SECOND, THIRD, Raw

# 30 % more, which is a large revision; and 1 % more, which is none
HIGH = tuple(value * 1.3 for value in AAA)
LOW = tuple(value * 1.01 for value in AAA)


@pytest.fixture
def raw() -> Raw:
    raw = Raw()
    raw.land(FIRST)
    return raw


def _held(raw: Raw, plan: Plan, **options) -> list[str]:
    return [snapshot for snapshot, _ in raw.sift(plan, **options).held_back()]


def test_what_follows_a_held_back_vintage_is_compared_with_the_one_before_it(raw, plan):
    raw.land(SECOND, AAA=HIGH)
    raw.land(THIRD, AAA=LOW)
    # 29 % below the second, which nobody believes
    assert _held(raw, plan) == [SECOND]
    assert raw.held_back("last_good_snapshot_id") == [(FIRST,)]


def test_a_source_that_stays_broken_is_held_back_until_it_mends(raw, plan):
    days = ["2016-02-01", "2016-03-01", SECOND, "2016-05-01", "2016-06-01"]
    for number, day in enumerate(days):
        raw.land(day, AAA=[value * (1 + number / 1000) for value in HIGH])
    raw.land(THIRD, AAA=LOW)
    # beside the mended one, not beside the first
    raw.land(FOURTH, AAA=[value * 1.3 for value in LOW])
    assert _held(raw, plan) == [*days, FOURTH]
    since = "held_since_date, last_good_snapshot_id, last_good_vintage_date, is_in_force"
    rows = raw.held_back(f"snapshot_id, {since}")
    assert {row[1:] for row in rows[:-1]} == {
        (date(2016, 2, 1), FIRST, date(2016, 1, 1), False),
    }
    assert rows[-1] == (FOURTH, date(2016, 10, 1), THIRD, date(2016, 7, 1), True)


def test_good_and_bad_may_alternate(raw, plan):
    for month in range(2, 12):
        raw.land(f"2016-{month:02}-01", AAA=HIGH if month % 2 else AAA)
    assert _held(raw, plan) == [f"2016-{month:02}-01" for month in (3, 5, 7, 9, 11)]


def test_a_bad_first_vintage_is_no_measure_for_the_second(plan):
    raw = Raw()
    raw.land(FIRST, AAA=[value * 100 for value in AAA])
    raw.land(SECOND)
    assert _held(raw, plan) == [FIRST]


def test_what_becomes_known_later_changes_nothing_as_of_before(raw, plan):
    raw.land(SECOND, AAA=HIGH)
    raw.land(FOURTH, AAA=HIGH)
    assert _held(raw, plan, as_of="2016-03-31") == []
    assert _held(raw, plan, as_of=SECOND) == [SECOND]
    assert _held(raw, plan) == [SECOND, FOURTH]


def _acknowledging(plan: Plan, country: str | None, largest_pct: int = 31) -> Plan:
    row = AcknowledgedRevision(
        series_code="S.K1",
        vintage_date=SECOND,
        country_code=country,
        largest_revision_pct=str(largest_pct),
        reason="a new census",
    )
    return Plan(plan.folder, {**vars(plan), "acknowledged_revisions": (row,)})


@pytest.mark.parametrize("country", [None, "AAA"])
def test_a_revision_that_the_plan_acknowledges_passes_and_is_the_measure_from_then_on(
    raw, plan, country
):
    raw.land(SECOND, AAA=HIGH)
    raw.land(THIRD, AAA=HIGH)
    assert _held(raw, _acknowledging(plan, country)) == []
    told = "select check_id, is_acknowledged from inputs.partition_checks where not is_passed"
    assert raw.connection.execute(told).fetchall() == [("raw.revision", True)]


@pytest.mark.parametrize("country", [None, "AAA"])
def test_a_larger_revision_than_the_person_saw_is_held_back(raw, plan, country):
    raw.land(SECOND, AAA=HIGH)
    assert _held(raw, _acknowledging(plan, country, largest_pct=29)) == [SECOND]
    assert raw.found() == [("raw.revision", "AAA")]


@pytest.mark.parametrize(("country", "held"), [(None, [SECOND]), ("AAA", [])])
@pytest.mark.parametrize(
    ("values", "check_id"),
    [
        ([None] * len(AAA), "raw.values.lost"),
        ([*AAA[:-1], None], "raw.values.lost"),
        ([value / 12 for value in AAA], "raw.scale"),
        ([AAA[0], *AAA[:-1]], "raw.values.moved"),
    ],
)
def test_what_is_gone_elsewhere_or_in_another_unit_is_acknowledged_for_one_country_alone(
    raw, plan, country, held, values, check_id
):
    raw.land(SECOND, AAA=values)
    assert _held(raw, _acknowledging(plan, country, largest_pct=100)) == held
    assert raw.held_back("check_id") == [(check_id,) for _ in held]


def test_an_acknowledgement_of_another_country_helps_nobody(raw, plan):
    raw.land(SECOND, AAA=HIGH)
    assert _held(raw, _acknowledging(plan, "BBB")) == [SECOND]


@pytest.mark.parametrize(
    ("check_id", "snapshot_id", "as_of", "held"),
    [
        ("raw.revision", SECOND, "2016-12-31", []),
        ("raw.scale|raw.revision", SECOND, "2016-12-31", []),
        # another check, another vintage, a day before the person spoke
        ("raw.values.lost", SECOND, "2016-12-31", [SECOND]),
        ("raw.revision", FIRST, "2016-12-31", [SECOND]),
        ("raw.revision", SECOND, "2016-10-31", [SECOND]),
    ],
)
def test_a_person_acknowledges_one_finding_and_no_more(
    raw, plan, check_id, snapshot_id, as_of, held
):
    raw.land(SECOND, AAA=HIGH)
    raw.acknowledge(check_id, snapshot_id)
    assert _held(raw, plan, as_of=as_of) == held


def test_what_cannot_be_right_cannot_be_acknowledged(raw, plan):
    raw.land(SECOND, AAA=[value * 10 for value in AAA])
    raw.acknowledge("raw.range|raw.revision", SECOND)
    assert _held(raw, plan) == [SECOND]
    assert raw.held_back("is_acknowledgeable") == [(False,)]


def test_a_change_of_unit_is_no_jump_and_a_former_unit_is_not_judged_by_todays_range(plan):
    raw = Raw()
    former = FormerSeriesTitle(
        series_code="S.K1", series_title="A sum", unit_code="usd", first_seen_date="2015-01-01"
    )
    renamed = Plan(plan.folder, {**vars(plan), "former_series_titles": (former,)})
    raw.land(FIRST, title="A sum", AAA=[value * 1000 for value in AAA])
    raw.land(SECOND)
    # BBB's values are the same in both units, which only a person could find odd
    assert _held(raw, renamed) == []
    # a year that is lost is lost in any unit
    raw.land(THIRD, title="A sum", AAA=[None, *(value * 1000 for value in AAA[1:])])
    assert raw.sift(renamed).held_back("snapshot_id, check_id") == [(THIRD, "raw.values.lost")]
