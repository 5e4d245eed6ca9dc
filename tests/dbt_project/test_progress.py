"""How the action lines of the second plan stand; the sums are done by hand in the comments."""

from datetime import date

import pytest


def test_the_first_status_that_applies_stands(now):
    assert now(
        "select action_line_code, delivery_status, is_past_due, complete_pct, overall_light,"
        " reason_code, phase_code from marts.action_line_progress"
        " where reporting_period = '2023H2' order by 1"
    ) == [
        # reported a year before; it holds, but of this period nothing is known
        ("L-1", "completed_on_time", False, 100, "grey", "not_reported", "P1"),
        ("L-2", "completed_late", False, 100, "grey", "not_reported", "P1"),
        ("L-3", "overdue", True, 60, "red", None, "P2"),
        ("L-4", "in_progress", False, 50, "amber", None, "P2"),
        ("L-5", "not_reported", True, None, "grey", "not_reported", "P2"),
        # the newer of two reports counts, and completion in the future does not; money is spent
        ("L-6", "not_started", False, 0, "red", None, "P2"),
    ]


def test_a_line_is_not_past_due_on_the_day_that_it_is_due(now):
    assert now(
        "select reporting_period, delivery_status, is_past_due from marts.action_line_progress"
        " where action_line_code = 'L-2' and period_end_date >= date '2022-12-31' order by 1"
    ) == [
        ("2022H2", "not_reported", False),
        ("2023H1", "completed_late", False),
        ("2023H2", "completed_late", False),
    ]


def test_indices_and_lights_are_as_computed_by_hand(now):
    columns = (
        "drift_days, schedule_index, budget_index, personnel_index, schedule_light, budget_light,"
        " personnel_light, quality_light"
    )
    rows = now(
        f"select {columns} from marts.action_line_progress"
        " where reporting_period = '2023H2' and submission_id is not null order by action_line_code"
    )
    assert rows == [
        # all of the time has gone: 0.6 / 1; 0.6 / (40 / 100); 8 / 10; a year with a leap day
        (366, 0.6, pytest.approx(1.5), 0.8, "red", "green", "amber", "green"),
        # 365 of 731 days have gone: 0.5 / 0.49932; nothing spent and nobody planned measure nothing
        (0, pytest.approx(1.00137, abs=5e-6), None, None, "green", "grey", "grey", "amber"),
        (None, None, 0, None, "grey", "red", "grey", "grey"),
    ]


def test_lines_can_be_cut_by_pathway_and_type_of_measure_where_they_are_assigned(now):
    assert now(
        "select pathway_code, measure_type_code, count(*) from marts.action_line_progress"
        " where reporting_period = '2023H2' group by all order by all"
    ) == [("W-1", "M-2", 1), (None, None, 5)]


def test_a_goal_counts_its_lines(now):
    assert now(
        "select goal_code, lines_count, due_lines_count, completed_on_time_count,"
        " completed_late_count, overdue_count, not_reported_count, past_due_count,"
        " on_time_rate_pct, delivery_rate_pct from marts.goal_progress"
        " where reporting_period = '2023H2' order by 1"
    ) == [
        # 2 completed of 4 due; of 2 completed 1 on time
        ("G1", 5, 4, 1, 1, 1, 1, 2, 50, 50),
        ("G2", 1, 0, 0, 0, 0, 0, 0, None, None),
    ]


def test_the_scorecard_joins_delivery_and_achievement(now):
    # means of Y-1 and Y-2 by member: 5, -2.5, 5, 5 and (-2.5 + 5) / 2 = 1.25; together 13.75 / 5
    assert now(
        "select achievement_score, lines_completed_count, lines_overdue_count,"
        " lines_not_reported_count, delivery_rate_pct, quadrant from marts.goal_scorecards"
        " where goal_code = 'G1'"
    ) == [(pytest.approx(2.75), 2, 2, 1, 50, "not_delivered_moving")]


def test_budgets_are_added_by_currency(now):
    assert now(
        "select goal_code, currency_code, lines_count, budget_planned, budget_spent,"
        " round(spent_pct, 4) from marts.goal_budgets order by 1"
    ) == [
        # 40 of 100 and 0 of 200
        ("G1", "USD", 2, 300, 40, 13.3333),
        ("G2", "EUR", 1, 50, 10, 20),
    ]


def test_periods_are_the_half_years_of_the_plan_that_have_begun(now):
    assert now(
        "select reporting_period, period_start_date, period_end_date from marts.goal_progress"
        " where goal_code = 'G1' order by 1"
    ) == [
        (f"{year}H{half}", date(year, 6 * half - 5, 1), date(year, 6 * half, 29 + half))
        for year, half in [(2020, 2), *((y, h) for y in (2021, 2022, 2023) for h in (1, 2))]
    ]


def test_who_owes_what_is_met_due_or_overdue(built, now):
    owed = (
        "select party_code, action_line_code, reporting_status, due_date, submission_id"
        " from marts.reporting_coverage where kind = 'progress' and reporting_period = '{}'"
        " order by action_line_code, party_code"
    )
    end = date(2024, 2, 29)
    assert now(owed.format("2023H2")) == [
        # L-1 and L-2 were completed before: nobody owes more of them
        ("AAA", "L-3", "on_time", end, "r3"),
        ("AAA", "L-4", "not_yet_due", end, None),
        ("BBB", "L-4", "on_time", end, "r4"),
        ("AAA", "L-5", "not_yet_due", end, None),
        # who carries a line out reports beside who leads it
        ("FUND", "L-5", "not_yet_due", end, None),
        # the first of two reports keeps the date
        ("DDD", "L-6", "on_time", end, "r5"),
    ]
    end = date(2023, 8, 29)
    assert now(owed.format("2023H1"))[:2] == [
        ("AAA", "L-2", "late", end, "r2"),
        ("AAA", "L-3", "overdue", end, None),
    ]
    # two weeks after its end a period is due, not overdue
    assert built["before"](owed.format("2022H2"))[:2] == [
        ("AAA", "L-1", "on_time", date(2023, 3, 1), "r1"),
        ("AAA", "L-2", "due", date(2023, 3, 1), None),
    ]


def test_members_owe_the_kpis_that_they_have_once_in_a_period(now):
    assert now(
        "select party_code, reporting_status, submission_id from marts.reporting_coverage"
        " where kind = 'kpi' and reporting_period = '2022H1' order by 1"
    ) == [
        # k1 and k2 came in that half-year; EEE does not have the KPI
        ("AAA", "on_time", "k1"),
        ("BBB", "overdue", None),
        ("CCC", "overdue", None),
        ("DDD", "overdue", None),
    ]
