"""Another plan than the shipped one: two goals, three KPIs, five members in two groups, 2020-2024.

A later version of it has a fourth KPI. Its figures are small, so that results can be added up by
hand; what they come to stands beside the tests.
"""

from itertools import product

from tests.dbt_project.warehouse import Vintage

NORTH, SOUTH = ("AAA", "BBB", "CCC"), ("DDD", "EEE")
MEMBERS = [*NORTH, *SOUTH]
SERIES = {"Y-1": "S.Y1", "Y-2": "S.Y2", "Y-4": "S.Y1"}
WEIGHT = "S.W"

# year -> values of AAA, BBB, CCC, DDD, EEE
RISING = {2020: (10, 20, 30, 5, 10), 2022: (12, 24, 36, 6, 12)}
FALLING = {
    **{2020: (50, 40, 30, 20, 10), 2021: (45, 36, 27, 18, 9)},
    2022: (40, 40, None, 16, 8),
}
WEIGHTS = dict.fromkeys((2020, 2021), (1, 1, 2, 3, 1)) | {2022: (1, 1, 2, 3, None)}
# what a source says beside the party's own figure
BESIDE = {2022: (8.75, None, None, None, None)}
LATER = {2023: (20, 20, None, 10, 10)}

PLAN = {
    **{"plan_code": "Q", "plan_name": "Second plan", "baseline_policy": "latest"},
    **{"plan_start_date": "2020-07-01", "plan_end_date": "2024-12-31", "baseline_year": 2020},
    **{"first_observation_year": 2018, "region_code": "ALL"},
    **{"leading_group_code": "N", "following_group_code": "S"},
}
# an organisation of several countries, which carries out a line that a member leads
FUND = {"party_code": "FUND", "party_name": "A fund", "party_type": "organisation"}
SOURCES = [{"source_code": code, "source_name": code, "cadence_days": 90} for code in ("WB", "OWN")]
# line -> goal's action, day it is due, who leads it
LINES = {
    "L-1": ("G1", "2022-12-31", "AAA"),
    "L-2": ("G1", "2022-12-31", "AAA"),
    "L-3": ("G1", "2023-06-30", "AAA"),
    "L-4": ("G1", "2024-12-31", "AAA|BBB"),
    "L-5": ("G1", "2023-06-30", "AAA"),
    "L-6": ("G2", "2024-12-31", "DDD"),
}
# by the plan's owners
ASSIGNED = {"L-1": {"pathway_code": "W-1", "measure_type_code": "M-2"}}


def seeds(with_later_kpi: bool) -> dict[str, list[dict]]:
    """The rows of every seed that the plan fills."""
    later = [_kpi("Y-4", "G2", "higher", valid_from_date="2023-07-01")] if with_later_kpi else []
    kpis = [
        _kpi("Y-1", "G1", "higher"),
        _kpi("Y-2", "G1", "lower", aggregation_code="weighted_mean", weight_series_code=WEIGHT),
        _kpi("Y-3", "G2", "higher"),
        *later,
    ]
    return {
        "plans": [PLAN],
        "goals": [{"goal_code": goal, "goal_name": f"Goal {goal}"} for goal in ("G1", "G2")],
        "countries": [
            {
                **{"country_code": code, "country_name": code.title(), "iso2_code": code[:2]},
                "group_code": "N" if code in NORTH else "S",
            }
            for code in MEMBERS
        ],
        "parties": [
            {
                **{"party_code": code, "party_name": code.title(), "country_code": code},
                "party_type": "member_state",
            }
            for code in MEMBERS
        ]
        + [FUND],
        "units": [{"unit_code": "u", "unit_name": "unit", "display_digits": 1}],
        "data_sources": SOURCES,
        "kpis": kpis,
        "kpi_series": [*(_series(kpi["kpi_code"]) for kpi in kpis), SUBSTITUTE],
        "corrections": [CORRECTION],
        "weight_series": [_state("WB", WEIGHT, "live")],
        "kpi_availability": [{"kpi_code": "Y-3", "country_code": "EEE", "availability": "no"}],
        "phases": [
            _phase("P1", "2020-07-01", "2022-12-31"),
            _phase("P2", "2023-01-01", "2024-12-31"),
        ],
        **_lines(),
    }


def _phase(code: str, start: str, end: str) -> dict:
    dates = {"phase_start_date": start, "phase_end_date": end}
    return {"phase_code": code, "phase_name": code, **dates}


def _kpi(code: str, goal: str, direction: str, **more: str) -> dict:
    return {
        **{"kpi_code": code, "goal_code": goal, "kpi_name": code, "printed_kpi_name": code},
        **{"unit_code": "u", "direction": direction, "plausible_min": 0, "plausible_max": 1000},
        **{"max_yearly_change_pct": 100, "staleness_limit_years": 3, "publication_lag_years": 1},
        **{"baseline_tolerance_years": 1, "aggregation_code": "simple_mean", **more},
    }


def _state(source: str, series: str, state: str) -> dict:
    return {
        **{"source_code": source, "series_code": series, "series_title": f"Title of {series}"},
        **{"database_code": "2" if source == "WB" else "", "unit_code": "u"},
        **{"source_state": state, "state_from_date": "2020-01-01"},
    }


def _series(kpi: str) -> dict:
    if kpi in SERIES:
        return {"kpi_code": kpi, "preference_number": 1, **_state("WB", SERIES[kpi], "live")}
    return {"kpi_code": kpi, "preference_number": 1, **_state("OWN", f"OWN.{kpi}", "submitted")}


def _lines() -> dict[str, list[dict]]:
    goals = ("G1", "G2")
    return {
        "line_proponents": [{"action_line_code": "L-5", "party_code": "FUND"}],
        "desired_outcomes": [
            {"outcome_code": f"{g}-1", "goal_code": g, "outcome_name": "Outcome"} for g in goals
        ],
        "actions": [
            {"action_code": f"{g}-1-1", "outcome_code": f"{g}-1", "action_name": "Action"}
            for g in goals
        ],
        "action_lines": [
            {
                **{"action_line_code": line, "action_code": f"{goal}-1-1", "line_number": 1},
                **{"printed_action_code": f"{goal}-1-1", "action_line_name": f"Line {line}"},
                **{"printed_time_frame": due[:4], "due_date": due, "lead_country_codes": leads},
                "implementation_level": "national",
                **ASSIGNED.get(line, {}),
            }
            for line, (goal, due, leads) in LINES.items()
        ],
    }


SUBSTITUTE = {"kpi_code": "Y-3", "preference_number": 2, **_state("WB", "S.Y3", "substituted")}
# a slip of the party
CORRECTION = {
    **{"correction_id": "C", "series_code": "OWN.Y-3", "country_code": "BBB", "reason": "a slip"},
    **{"observation_year": 2022, "expected_old_value": 70, "corrected_value": 7},
    **{"correction_action": "override", "correction_status": "active"},
    "first_seen_date": "2023-11-02",
}


def vintages(until: str) -> list[Vintage]:
    """What the source published by a day."""
    first = {"S.Y1": RISING, "S.Y2": FALLING, WEIGHT: WEIGHTS, "S.Y3": BESIDE}
    published = [_vintage(series, "2022-12-01", values) for series, values in first.items()]
    published += [_vintage("S.Y1", "2023-12-01", RISING | LATER)]
    return [vintage for vintage in published if vintage.vintage_date <= until]


def _vintage(series: str, day: str, values: dict[int, tuple]) -> Vintage:
    cells = {
        (member, year): float(values[year][number])
        for year, (number, member) in product(values, enumerate(MEMBERS))
        if values[year][number] is not None
    }
    return Vintage(series, f"Title of {series}", day, cells, first_year=2018)


def submissions(until: str) -> dict[str, list[dict]]:
    """What the parties submitted by a day, by table."""
    tables = {"kpi_submissions": _KPI_VALUES, "progress_submissions": _REPORTS}
    return {
        table: [row for row in rows if row["known_from"] <= until] for table, rows in tables.items()
    }


def _sent(number: str, party: str, day: str) -> dict:
    return {
        **{"submission_id": number, "party_code": party, "known_from": day},
        **{"submitted_at": f"{day} 12:00:00", "is_illustrative": False},
    }


def _value(number: str, country: str, day: str, year: int, value: float, state="same") -> dict:
    return {
        **_sent(number, country, day),
        **{"kpi_code": "Y-3", "country_code": country, "observation_year": year},
        **{"value": value, "unit_code": "u", "definition_state": state},
    }


def _report(number: str, party: str, day: str, line: str, period: str, **more) -> dict:
    known = {"action_line_code": line, "reporting_period": period}
    return {**_sent(number, party, day), **known, **more}


_KPI_VALUES = [
    _value("k1", "AAA", "2022-05-01", 2020, 5),
    _value("k1", "AAA", "2022-05-01", 2021, 6),
    _value("k2", "AAA", "2022-06-01", 2021, 8),
    # known only after the earlier day of the tests, and by another definition than before
    _value("k3", "AAA", "2023-11-01", 2022, 7, "changed"),
    _value("k4", "BBB", "2023-11-02", 2020, 5),
    _value("k4", "BBB", "2023-11-02", 2022, 70),
]
_REPORTS = [
    _report("r1", "AAA", "2022-12-20", "L-1", "2022H2", completed_date="2022-12-15"),
    _report("r2", "AAA", "2023-10-01", "L-2", "2023H1", completed_date="2023-03-01"),
    _report(
        *("r3", "AAA", "2023-12-20", "L-3", "2023H2"),
        **{"complete_pct": 60, "start_date": "2023-01-01", "current_due_date": "2024-06-30"},
        **{"budget_planned": 100, "budget_spent": 40, "currency_code": "USD"},
        **{"personnel_planned": 10, "personnel_actual": 8, "output_quality": 4},
    ),
    _report(
        *("r4", "BBB", "2023-12-21", "L-4", "2023H2"),
        **{"complete_pct": 50, "start_date": "2022-12-31", "current_due_date": "2024-12-31"},
        **{"budget_planned": 200, "budget_spent": 0, "currency_code": "USD"},
        **{"personnel_planned": 0, "personnel_actual": 3, "output_quality": 3},
    ),
    _report("r5", "DDD", "2023-12-01", "L-6", "2023H2", complete_pct=30),
    _report(
        *("r6", "DDD", "2023-12-02", "L-6", "2023H2"),
        **{"complete_pct": 0, "budget_planned": 50, "budget_spent": 10, "currency_code": "EUR"},
        # a day of completion that is still to come
        completed_date="2024-06-01",
    ),
]
