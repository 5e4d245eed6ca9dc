"""A slip in a seed is one line that names the file, the row and what to do."""

import re
import shutil

import pytest

from smed.errors import PlanInvalid
from smed.plan import read_plan
from smed.settings import Settings


@pytest.fixture
def seeds(tmp_path):
    folder = tmp_path / "seeds"
    shutil.copytree(Settings.load().plan, folder)
    return folder


def _error(folder) -> str:
    with pytest.raises(PlanInvalid) as caught:
        read_plan(folder)
    text = str(caught.value)
    assert "\n" not in text
    return text


def _replace(path, old: str, new: str):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _add(seeds, seed: str, row: str):
    path = seeds / f"{seed}.csv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")


def test_the_shipped_plan_is_whole():
    plan = read_plan(Settings.load().plan)
    assert (len(plan.goals), len(plan.kpis), len(plan.countries)) == (5, 10, 10)
    assert plan.facts.baseline_year == 2016


def test_a_missing_folder_names_the_setting(tmp_path):
    assert "SMED_PLAN" in _error(tmp_path / "nowhere")


def test_a_missing_seed_names_the_file(seeds):
    (seeds / "goals.csv").unlink()
    assert "goals.csv: the seed is missing; copy it from" in _error(seeds)


def test_a_file_that_is_no_seed_is_named(seeds):
    (seeds / "kpi.csv").write_text("kpi_code\n")
    assert "kpi.csv: not a seed of a plan" in _error(seeds)


def test_an_unknown_column_is_named_with_the_known_ones(seeds):
    _replace(seeds / "goals.csv", "goal_name", "goal_title")
    text = _error(seeds)
    assert "goals.csv row 1: unknown, doubled or missing column goal_name, goal_title" in text
    assert "the columns are goal_code, goal_name" in text


def test_a_row_with_a_comma_too_many_is_named(seeds):
    _replace(seeds / "goals.csv", "B,Increase Access", "B,Increase, Access")
    assert "goals.csv row 3: 3 fields where the header has 2" in _error(seeds)


def test_an_empty_cell_that_must_be_filled_is_named(seeds):
    _replace(seeds / "goals.csv", "B,Increase Access to Finance", "B,")
    assert "goals.csv row 3: goal_name is empty; fill it in" in _error(seeds)


def test_a_doubled_key_names_both_rows(seeds):
    _replace(seeds / "goals.csv", "B,Increase", "A,Increase")
    assert "goals.csv row 3: goal_code A stands in row 2 too" in _error(seeds)


def test_a_broken_reference_names_the_seed_that_lacks_it(seeds):
    _replace(seeds / "kpis.csv", "KPI-02,A,", "KPI-02,X,")
    assert "kpis.csv row 3: goal_code X is not in goals.csv" in _error(seeds)


def test_a_broken_reference_inside_a_list_is_found(seeds):
    _replace(seeds / "action_lines.csv", "THA|VNM", "THA|XXX")
    assert "lead_country_codes XXX is not in countries.csv" in _error(seeds)


def test_who_carries_out_a_line_must_be_a_party_and_the_line_must_exist(seeds):
    _add(seeds, "line_proponents", "A-1-2.1,FUND")
    assert "line_proponents.csv row 2: party_code FUND is not in parties.csv" in _error(seeds)
    _add(seeds, "parties", "FUND,A fund,organisation,")
    assert len(read_plan(seeds).line_proponents) == 1
    _add(seeds, "line_proponents", "Z-1-1.1,FUND")
    assert "row 3: action_line_code Z-1-1.1 is not in action_lines.csv" in _error(seeds)


def test_a_kpi_without_a_series_is_named(seeds):
    path = seeds / "kpi_series.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("KPI-03")]
    path.write_text("\n".join(kept) + "\n")
    assert "kpis.csv row 4: KPI-03 has no series; add a row to kpi_series.csv" in _error(seeds)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("higher,,1000,500000", "up,,1000,500000", "direction"),
        ("higher,,1000,500000", "higher,,many,500000", "plausible_min"),
        ("higher,,1000,500000", "higher,,inf,500000", "plausible_min"),
        ("higher,,1000,500000", "higher,,500001,500000", "plausible_min is not below"),
        ("simple_mean,,ADB", "weighted_mean,,ADB", "needs a weight_series_code"),
    ],
)
def test_a_value_that_does_not_fit_is_named(seeds, old, new, said):
    _replace(seeds / "kpis.csv", old, new)
    text = _error(seeds)
    assert "kpis.csv row 2" in text
    assert said in text


def test_a_missing_threshold_is_named(seeds):
    path = seeds / "thresholds.csv"
    kept = [line for line in path.read_text().splitlines() if "goal_delivered_pct" not in line]
    path.write_text("\n".join(kept) + "\n")
    assert "thresholds.csv: threshold goal_delivered_pct is missing" in _error(seeds)


def test_a_threshold_that_nothing_reads_is_named_with_the_one_it_may_stand_for(seeds):
    _replace(seeds / "thresholds.csv", "goal_delivered_pct", "goal_delivered")
    text = _error(seeds)
    assert "thresholds.csv row 23: nothing reads a threshold goal_delivered; remove it" in text
    assert text.endswith("if it stands for goal_delivered_pct, write that")


def test_a_negative_threshold_that_is_a_size_is_refused_and_a_floor_may_be_negative(seeds):
    _replace(seeds / "thresholds.csv", "cagr_score_floor_pct,-2", "cagr_score_floor_pct,-3")
    _replace(seeds / "thresholds.csv", "goal_moving_score,0", "goal_moving_score,-1")
    assert read_plan(seeds).threshold("cagr_score_floor_pct") == -3
    _replace(seeds / "thresholds.csv", "revision_large_pct,25", "revision_large_pct,-25")
    assert re.search(r"thresholds.csv row \d+: revision_large_pct is -25, below 0", _error(seeds))


def test_two_plans_in_one_folder_are_refused(seeds):
    path = seeds / "plans.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1].replace("SAP-", "SAQ-")]) + "\n")
    assert "plans.csv: a plan is exactly one row" in _error(seeds)


def test_a_seed_that_is_not_utf8_is_named(seeds):
    (seeds / "goals.csv").write_bytes("goal_code,goal_name\nA,Café\n".encode("cp1252"))
    assert "goals.csv: not CSV in UTF-8" in _error(seeds)


def test_lines_that_end_in_several_ways_are_named_where_the_first_other_one_stands(seeds):
    path = seeds / "goals.csv"
    path.write_bytes(path.read_bytes() + b"F,Another goal\r\n")
    text = _error(seeds)
    assert r"goals.csv row 7: the line ends in '\r\n', the first one in '\n'; save the file" in text


def test_lines_may_all_end_as_another_system_writes_them_behind_a_mark(seeds):
    path = seeds / "goals.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert [goal.goal_code for goal in read_plan(seeds).goals] == ["A", "B", "C", "D", "E"]


def test_a_gap_between_one_group_is_named(seeds):
    _replace(seeds / "plans.csv", "ASEAN-6,CLMV", "ASEAN-6,")
    assert "plans.csv row 2: a gap lies between two groups of a region; name the three" in _error(
        seeds
    )


def test_a_gap_between_groups_that_have_no_members_is_named(seeds):
    _replace(seeds / "plans.csv", "ASEAN-6,CLMV", "ASEAN-6,CLM")
    assert "plans.csv row 2: following_group_code CLM is not in countries.csv" in _error(seeds)


def test_a_phase_that_ends_before_it_begins_is_named(seeds):
    _replace(seeds / "phases.csv", "2016-01-01,2020-12-31", "2016-01-01,2015-12-31")
    assert "phase_start_date is after phase_end_date" in _error(seeds)


def test_two_phases_that_share_a_day_name_both_rows(seeds):
    _replace(seeds / "phases.csv", "2021-01-01", "2020-12-31")
    text = _error(seeds)
    assert "phases.csv row 3: PHASE-2 begins on 2020-12-31, before PHASE-1 ends (row 2)" in text


def test_two_member_states_with_one_economy_of_adb_name_both_rows(seeds):
    lines = (seeds / "adb_economies.csv").read_text().splitlines()
    first, second = (line.split(",")[1] for line in lines[1:3])
    _replace(seeds / "adb_economies.csv", f",{second}", f",{first}")
    text = _error(seeds)
    assert f"adb_economies.csv row 3: adb_economy_code {first} stands in row 2 too" in text


def test_a_derived_series_that_serves_nothing_is_named(seeds):
    _add(seeds, "derived_series", "R,NGDP_R_XDC,LE_PE_NUM,pct,")
    assert "derived_series.csv row 3: series_code R is not in kpi_series.csv or" in _error(seeds)


def test_a_part_of_a_derived_series_that_is_no_component_is_named(seeds):
    _replace(seeds / "derived_series.csv", "NGDP_R_XDC,LE_PE_NUM", "NGDP_R_XDC,SP.POP.TOTL")
    text = _error(seeds)
    assert "denominator_series_code SP.POP.TOTL is not in component_series.csv" in text


def test_a_derived_series_is_in_no_database(seeds):
    _replace(seeds / "kpi_series.csv", "LE_PE_NUM,,", "LE_PE_NUM,DF_KIDB,")
    text = _error(seeds)
    assert "kpi_series.csv row 3: NGDP_R_XDC.PER.LE_PE_NUM (derived_series.csv row 2)" in text
    assert text.endswith("is computed, but has database_code DF_KIDB; leave it empty")


def test_a_derived_series_in_two_units_names_both_rows(seeds):
    _replace(seeds / "derived_series.csv", "national_currency_constant_per_worker", "pct")
    text = _error(seeds)
    assert "kpi_series.csv row 3: NGDP_R_XDC.PER.LE_PE_NUM (derived_series.csv row 2) is in" in text
    assert text.endswith("here and in pct there; correct the wrong one")


def test_a_component_that_would_never_be_fetched_is_named(seeds):
    _replace(seeds / "component_series.csv", "LE_PE_NUM,DF_KIDB", "LE_PE_NUM,")
    assert "component_series.csv row 2: LE_PE_NUM has no database_code" in _error(seeds)


def test_a_cell_with_a_control_character_or_line_break_is_named(seeds):
    _replace(seeds / "goals.csv", "Increase Access", "Increase\0Access")
    assert r"goals.csv row 3: a control character or line break ('\x00') in" in _error(seeds)
    _replace(seeds / "goals.csv", "Increase\0Access to Finance", '"Increase\nAccess"')
    assert r"goals.csv row 3: a control character or line break ('\n') in" in _error(seeds)


@pytest.mark.parametrize(
    ("seed", "old", "new", "said"),
    [
        ("plans", "2016,latest", "2_016,latest", "baseline_year: not a whole number"),
        ("plans", "2016,latest", " 2016,latest", "baseline_year: not a whole number"),
        ("plans", "2016,latest", "2016.0,latest", "baseline_year: not a whole number"),
        ("plans", "2016,latest", "2015,latest", "baseline_year is not a year of the plan"),
        ("plans", "2016,latest", "2026,latest", "baseline_year is not a year of the plan"),
        ("plans", "2016-01-01", "1451606400", "plan_start_date: not a date as YYYY-MM-DD"),
        ("plans", "2016-01-01", "2016-01-01T00:00:00", "plan_start_date: not a date as"),
        ("plans", "2016-01-01", "2016-02-30", "plan_start_date: "),
        ("thresholds", "0.000000001", "1_0.5", "threshold_value: not a number such as 1.5"),
        ("thresholds", "0.000000001", "1e999", "threshold_value: "),
        ("kpis", "higher,100,0.1", "higher,0,0.1", "natural_limit: Input should be greater than 0"),
        ("kpis", "higher,100,0.1", "higher,-100,0.1", "natural_limit: Input should be greater"),
    ],
)
def test_a_number_or_date_is_written_in_one_way_and_within_its_bounds(seeds, seed, old, new, said):
    _replace(seeds / f"{seed}.csv", old, new)
    assert said in _error(seeds)


# what several rows tell together


def test_a_title_that_has_two_units_names_both_rows(seeds):
    _add(
        seeds, "former_series_titles", "NY.GDP.MKTP.KD,GDP (constant 2015 US$),usd_2010,2020-01-01"
    )
    text = _error(seeds)
    assert "former_series_titles.csv row 5: NY.GDP.MKTP.KD under the title" in text
    assert "is in usd_2010 here and in usd_2015 in weight_series.csv row 2; correct" in text


def test_a_title_that_stands_twice_with_one_unit_is_no_slip(seeds):
    _add(
        seeds, "former_series_titles", "NY.GDP.MKTP.KD,GDP (constant 2015 US$),usd_2015,2020-01-01"
    )
    assert len(read_plan(seeds).former_series_titles) == 4


def test_two_states_of_a_series_under_one_title_have_one_unit(seeds):
    _replace(seeds / "kpi_series.csv", "days,discontinued", "pct,discontinued")
    assert "kpi_series.csv row 9: IC.REG.DURS under the title" in _error(seeds)


def test_a_series_in_another_unit_than_its_kpi_names_both_rows(seeds):
    _replace(seeds / "kpis.csv", ",ppp_2021_usd_per_worker,", ",ppp_1990_usd_per_worker,")
    text = _error(seeds)
    assert "kpi_series.csv row 2: SL.GDP.PCAP.EM.KD is in ppp_2021_usd_per_worker" in text
    assert "but KPI-01 in ppp_1990_usd_per_worker (kpis.csv row 2); correct" in text


def test_a_series_in_another_unit_has_a_plausible_range_of_its_own(seeds):
    # ADB's in national currency has, so it is no slip
    _replace(seeds / "kpi_series.csv", ",10000,1000000000", ",,")
    text = _error(seeds)
    assert "kpi_series.csv row 3: NGDP_R_XDC.PER.LE_PE_NUM is in national_currency" in text
    assert "correct the wrong one or give the series its own plausible range" in text


@pytest.mark.parametrize(
    ("seed", "row"),
    [
        ("acknowledged_revisions", "NY.GDP,2021-09-15,,30,seen"),
        ("former_series_titles", "NY.GDP,GDP,usd_2010,2020-01-01"),
        ("corrections", "C-1,NY.GDP,THA,2016,1,drop,,wrong,,active,2026-01-01,"),
    ],
)
def test_a_series_that_is_nowhere_declared_is_named(seeds, seed, row):
    _add(seeds, seed, row)
    text = _error(seeds)
    assert f"{seed}.csv row " in text
    assert "series_code NY.GDP is not in kpi_series.csv or weight_series.csv or" in text


def test_two_series_under_one_preference_name_both_rows(seeds):
    _replace(seeds / "kpi_series.csv", "KPI-09,2,", "KPI-09,1,")
    _replace(seeds / "kpi_series.csv", "substituted,2016-01-01,Nat", "substituted,2017-01-01,Nat")
    text = _error(seeds)
    assert "kpi_series.csv row 14: SL.TLF.CACT.FE.NE.ZS has preference_number 1 of KPI-09" in text
    assert "as SL.TLF.CACT.FE.ZS in row 13; give one of them another number" in text


def test_a_series_in_two_databases_names_both_rows(seeds):
    _replace(seeds / "kpi_series.csv", "KPI-06,1,WB,IC.REG.DURS,57", "KPI-06,1,WB,IC.REG.DURS,2")
    text = _error(seeds)
    assert "kpi_series.csv row 9: IC.REG.DURS is in database 57 of WB here" in text
    assert "and in database 2 of WB in kpi_series.csv row 8; put the one" in text


def test_a_series_that_would_never_be_fetched_is_named(seeds):
    _replace(seeds / "weight_series.csv", "SP.POP.TOTL,2,", "SP.POP.TOTL,,")
    text = _error(seeds)
    assert "weight_series.csv row 3: SP.POP.TOTL has no database_code" in text
    assert text.endswith("other series of WB have one; fill it in")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("KPI-06,THA,5,2016,board", "target_year 2016 is not after the baseline_year 2016"),
        ("KPI-06,THA,0,2025,board", "target_value: not above 0: no yearly growth leads to 0"),
        ("KPI-06,THA,-5,2025,board", "target_value: not above 0"),
    ],
)
def test_a_target_that_no_growth_can_reach_is_refused_with_the_reason(seeds, row, said):
    _add(seeds, "targets", row)
    text = _error(seeds)
    assert "targets.csv row 2: " in text
    assert said in text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("KPI-10,THA,150,2025,board", "150 lies beyond the natural_limit 100 of KPI-10 (kpis.csv"),
        ("KPI-06,THA,0.5,2025,board", "0.5 lies beyond the natural_limit 1 of KPI-06 (kpis.csv"),
        ("KPI-06,THA,5,2025,", "target_source is empty; fill it in"),
    ],
)
def test_a_target_beyond_what_can_be_or_from_nobody_is_refused(seeds, row, said):
    _replace(seeds / "kpis.csv", "days,lower,,", "days,lower,1,")
    _add(seeds, "targets", row)
    text = _error(seeds)
    assert "targets.csv row 2: " in text
    assert said in text


def test_a_target_at_the_limit_is_none_beyond_it(seeds):
    _add(seeds, "targets", "KPI-10,THA,100,2025,board")
    assert len(read_plan(seeds).targets) == 1


def test_a_target_on_the_wrong_side_is_data(seeds):
    # fewer days are better: 500 may be an odd aim, but it is their owners' own; the gate warns
    _add(seeds, "targets", "KPI-06,THA,500,2025,board")
    assert [target.target_value for target in read_plan(seeds).targets] == [500]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("retired,2026-01-01,", "a retired_from_date goes with the status retired"),
        ("active,2026-01-01,2026-02-01", "a retired_from_date goes with the status retired"),
        ("retired,2026-01-01,2025-12-31", "first_seen_date is after retired_from_date"),
    ],
)
def test_a_correction_is_retired_from_a_day_after_it_was_seen(seeds, end, said):
    row = "C-1,SL.TLF.CACT.FE.ZS,LAO,2016,76.8,drop,,wrong,,"
    _add(seeds, "corrections", f"{row}retired,2018-01-01,2021-11-04")
    _add(seeds, "corrections", f"{row}active,2021-11-04,".replace("C-1", "C-2"))
    assert len(read_plan(seeds).corrections) == 2  # of one cell, one after the other
    _add(seeds, "corrections", f"{row}{end}".replace("C-1", "C-3"))
    assert re.search(rf"corrections\.csv row 4: .*{said}", _error(seeds))


def test_a_pair_without_availability_and_a_goal_without_a_kpi_are_wanted(seeds):
    _replace(seeds / "kpi_availability.csv", "KPI-01,BRN,yes\n", "")
    _add(seeds, "goals", "F,A goal of a plan that is being written")
    plan = read_plan(seeds)
    assert (len(plan.kpi_availability), len(plan.goals)) == (99, 6)
