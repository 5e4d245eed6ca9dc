"""FAULTS E7-E13 and F6 for KPI values: what is refused, what is said of it, what lands."""

import pytest

from extract.submissions.content import check_document
from extract.submissions.findings import finding, read_rules
from extract.submissions.standing import Standing
from tests.extract.submissions.forms_filled import (
    FILE,
    TODAY,
    VALUE,
    check_kpi,
    document,
    rules,
    shipped_plan,
)

BEFORE = {"unit_code": "pct", "definition_state": None, "submission_id": "s1"}


@pytest.fixture(scope="module")
def plan():
    return shipped_plan()


def _accepted(value: float, year: int = 2022, period: str = "2025H1") -> dict:
    return {("KPI-03", "VNM", year): {**BEFORE, "value": value, "reporting_period": period}}


def test_a_good_row_lands_with_its_place_and_without_a_finding(plan):
    checked = check_kpi(plan, {})
    assert rules(checked) == []
    (row,) = checked.rows
    assert row == {
        **{"party_code": "VNM", "kpi_code": "KPI-03", "country_code": "VNM"},
        **{"observation_year": 2022, "value": 47.0, "unit_code": "pct"},
        **{"definition_state": None, "value_status": "final", "origin": None},
        **{"source_title": "Central bank, 2025", "note": None, "reporting_period": "2025H2"},
        **{"sheet_name": "Data", "row_number": 2, "cell_reference": "C3R2"},
    }


def test_f6_rows_left_as_the_template_made_them_are_no_error_and_land_nothing(plan):
    checked = check_kpi(plan, {}, {"observation_year": 2021, "value": None})
    assert rules(checked) == []
    assert [row["observation_year"] for row in checked.rows] == [2022]
    assert checked.unreported == (3,)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"kpi_code": "KPI-99"}, "kpi.unknown"),
        ({"kpi_code": "KPI-02", "unit_code": "pct_gdp", "value": 1.0}, "kpi.not_sent"),
        ({"observation_year": 2009}, "kpi.year.outside"),
        ({"observation_year": 2026}, "kpi.year.outside"),
        ({"unit_code": "days"}, "kpi.unit.other"),
        ({"unit_code": None}, "row.required"),
        ({"kpi_code": None}, "row.key.missing"),
        ({"observation_year": None}, "row.key.missing"),
        ({"value": 0.0}, "kpi.value.implausible"),
        ({"value": -3.0}, "kpi.value.implausible"),
        ({"value": None, "numerator": 1.0, "denominator": 2.0}, "kpi.value.missing"),
        ({"value": None, "definition_state": "changed"}, "kpi.value.missing"),
    ],
)
def test_a_row_that_the_registry_refuses_is_set_aside_alone(plan, row, rule):
    checked = check_kpi(plan, {"observation_year": 2020}, row)
    assert rule in rules(checked)
    assert checked.set_aside == (3,)
    assert [landed["observation_year"] for landed in checked.rows] == [2020]


@pytest.mark.parametrize("unit", ["pct", "per cent", "PER CENT", "%"])
def test_a_unit_may_be_written_as_code_name_or_as_printed(plan, unit):
    checked = check_kpi(plan, {"unit_code": unit})
    assert rules(checked) == []
    assert checked.rows[0]["unit_code"] == "pct"


def test_a_unit_that_is_another_names_the_one_that_is_right(plan):
    (found,) = check_kpi(plan, {"unit_code": "USD"}).findings
    assert (found.value, found.row_number, found.column_label) == ("USD", 2, "Unit")
    assert found.reference == "C4R2"
    assert "Give the value in per cent (pct)" in found.hint


def test_e9_a_fraction_in_a_column_of_per_cent_is_a_warning_that_names_both(plan):
    checked = check_kpi(plan, {"value": 0.47})
    (found,) = checked.findings
    assert (found.rule_code, found.severity) == ("kpi.value.fraction", "warning")
    assert "If you mean 47 per cent write 47" in found.hint
    assert checked.rows[0]["value"] == 0.47


def test_e10_a_share_over_the_whole_is_refused(plan):
    checked = check_kpi(plan, {"value": 112.0})
    assert rules(checked) == ["kpi.value.over_limit"]
    assert checked.rows == ()


@pytest.mark.parametrize(
    ("part", "whole", "found"),
    [
        # 470/1000 = 47 %
        (470.0, 1000.0, []),
        # 474/1000 = 47.4 %; 0.4/47.4 = 0.84 % off, which is rounding
        (474.0, 1000.0, []),
        # 480/1000 = 48 %; 1/48 = 2.1 % off
        (480.0, 1000.0, ["kpi.ratio.mismatch"]),
        (1000.0, 470.0, ["kpi.ratio.part_over_whole"]),
        (0.0, 0.0, ["kpi.ratio.denominator"]),
        (-1.0, 10.0, ["kpi.ratio.negative"]),
        (470.0, None, ["kpi.ratio.incomplete"]),
        (None, 1000.0, ["kpi.ratio.incomplete"]),
    ],
)
def test_e10_the_ratio_must_give_the_value(plan, part, whole, found):
    assert rules(check_kpi(plan, {"numerator": part, "denominator": whole})) == found


def test_e12_a_kpi_that_the_country_need_not_have_is_a_bonus(plan):
    checked = check_kpi(plan, {"kpi_code": "KPI-04"})
    assert rules(checked) == []
    assert len(checked.rows) == 1


def test_e13_another_source_is_named_with_its_value_and_both_are_kept(plan):
    other = {"series_code": "S.1", "value": 30.0, "unit_code": "pct"}
    checked = check_kpi(plan, {}, other_values={("KPI-03", "VNM", 2022): other})
    (found,) = checked.findings
    assert (found.rule_code, found.severity) == ("kpi.other_source", "warning")
    assert found.message == "47.0 differs from what another source says: 30 (S.1)"
    assert len(checked.rows) == 1


def test_a_change_beyond_the_kpis_yearly_limit_is_a_warning(plan):
    # the limit is 50 % a year: 30 -> 47 is +56.7 %
    assert rules(check_kpi(plan, {}, accepted_values=_accepted(30.0, 2021))) == ["kpi.change.large"]
    # over two years 100 %
    assert rules(check_kpi(plan, {}, accepted_values=_accepted(30.0, 2020))) == []
    # the file's own earlier year comes before what was accepted
    earlier = {"observation_year": 2021, "value": 40.0}
    assert rules(check_kpi(plan, earlier, {}, accepted_values=_accepted(30.0, 2021))) == []


def test_a_changed_definition_forces_a_review_and_is_not_compared_with_what_was_before(plan):
    changed = {"definition_state": "changed"}
    checked = check_kpi(plan, changed, accepted_values=_accepted(10.0, 2021))
    assert rules(checked) == ["kpi.definition.changed"]
    assert checked.needs_review == ("kpi.definition.changed",)
    assert checked.rows[0]["definition_state"] == "changed"


def test_f2_a_published_value_amended_forces_a_review_and_the_same_value_does_not(plan):
    published = frozenset({("VNM", "kpi", "2025H1")})
    known = {"accepted_values": _accepted(46.0), "published_periods": published}
    (found,) = check_kpi(plan, {}, **known).findings
    # accepted since, and in no release yet
    assert "47.0 replaces 46 of 2025H1, which is accepted" in found.message
    known["published_ids"] = frozenset({"s1"})
    checked = check_kpi(plan, {}, **known)
    assert rules(checked) == ["row.amends_published"]
    assert checked.needs_review == ("row.amends_published",)
    assert "47.0 replaces 46 of 2025H1, which is published" in checked.findings[0].message
    assert rules(check_kpi(plan, {"value": 46.0}, **known)) == []
    assert rules(check_kpi(plan, {}, accepted_values=_accepted(46.0))) == []


def test_a_key_that_stands_twice_holds_back_both_rows_and_names_them(plan):
    checked = check_kpi(plan, {}, {"observation_year": 2020}, {"kpi_code": "kpi-03", "value": 48.0})
    assert rules(checked) == ["row.repeated", "row.repeated"]
    assert [found.expected for found in checked.findings] == ["row 4", "row 2"]
    assert checked.set_aside == (2, 4)
    assert [row["observation_year"] for row in checked.rows] == [2020]


def test_an_organisation_sends_no_values(plan):
    checked = check_kpi(plan, {}, party="ORG")
    assert rules(checked) == ["party.sends_no_values"]
    assert (checked.rows, checked.set_aside) == ((), (2,))


@pytest.mark.parametrize("period", ["2025", "2025H3", "2026H2", "2015H2", "0000H1", ""])
def test_a_period_that_is_none_or_has_not_begun_holds_back_the_file(plan, period):
    checked = check_kpi(plan, {}, period=period)
    assert rules(checked) == ["period.unknown"]
    assert checked.rows == ()


def test_a_cell_that_the_reader_could_not_read_holds_its_row_back_and_is_said_once(plan):
    unread = finding("file.unreadable", FILE, row_number=2, column_label="Value")
    unread = type(unread)(**{**unread.facts(), "scope": "row"})
    sent = document("kpi", VALUE | {"value": None}, VALUE | {"observation_year": 2020})
    checked = check_document(sent, plan, Standing(today=TODAY), FILE, "VNM", [unread])
    assert rules(checked) == []
    assert checked.set_aside == (2,)
    assert [row["observation_year"] for row in checked.rows] == [2020]


def test_every_rule_is_a_whole_row_and_the_rows_are_sorted():
    found = read_rules()
    assert list(found) == sorted(found)
    for rule in found.values():
        assert rule.severity in ("blocking", "warning"), rule
        assert rule.scope in ("file", "row"), rule
        assert rule.message, rule
        assert rule.hint, rule
        finding(rule.rule_code, FILE, value="{x}", expected="y")


def test_a_text_longer_than_its_column_takes_is_remarked(plan):
    assert rules(check_kpi(plan, {"source_title": "x" * 1000})) == []
    (found,) = check_kpi(plan, {"source_title": "x" * 1001}).findings
    assert (found.rule_code, found.severity) == ("row.text_long", "warning")
    assert "more than 1000 characters" in found.message


def test_the_parts_of_a_ratio_land_where_they_were_given(plan):
    (row,) = check_kpi(plan, {"numerator": 470.0, "denominator": 1000.0}).rows
    assert (row["numerator"], row["denominator"]) == (470.0, 1000.0)
    assert "numerator" not in check_kpi(plan, {}).rows[0]
