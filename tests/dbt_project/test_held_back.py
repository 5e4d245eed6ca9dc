"""What the models make of partitions that the gate on raw holds back; the plan of a second source.

Of that plan's ratio R = N / D every member state has a vintage of 2021 and one of 2022, but for
DDD, which that of 2022 leaves out; CCC has only the substitute S.
"""

from datetime import date

import duckdb
import pytest

from tests.dbt_project.test_second_source import (
    AS_OF,
    ECONOMIES,
    FIRST,
    SECOND,
    SUBSTITUTE,
    _plan,
    _rows,
)
from tests.dbt_project.warehouse import Vintage, Warehouse, project_with_plan

CHECK = "raw.range"
SUBMITTED = {
    **{"party_code": "AAA", "country_code": "AAA", "unit_code": "u", "is_illustrative": False},
    **{"kpi_code": "X-2", "observation_year": 2020},
}


def held_back(series: str, country: str, snapshot_id: str, day: str, **facts) -> dict:
    """A row that the gate writes."""
    return {
        **{"source_code": "ADB", "series_code": series, "country_code": country},
        **{"snapshot_id": snapshot_id, "vintage_date": day, "held_since_date": day},
        **{"check_id": CHECK, "is_in_force": True},
        **{"finding_id": f"{CHECK}:{series}:{country}:{snapshot_id}", **facts},
    }


HELD_BACK = [
    held_back("N", "AAA", f"N {SECOND}", SECOND),
    # it says that DDD has nothing any more
    held_back("N", "DDD", f"N {SECOND}", SECOND),
    held_back("D", "DDD", f"D {SECOND}", SECOND),
    held_back("S", "CCC", f"S {FIRST}", FIRST, source_code="WB"),
    # a good vintage came after it
    held_back("N", "BBB", f"N {FIRST}", FIRST, is_in_force=False),
    held_back("OWN", "AAA", "sent-2", SECOND, source_code="OWN", kpi_code="X-2"),
]


def _sent(submission_id: str, value: float, day: str) -> dict:
    facts = {"known_from": day, "submitted_at": f"{day} 08:00:00", **SUBMITTED}
    return {"submission_id": submission_id, "value": value, **facts}


def _plan_with_submissions() -> dict[str, list[dict]]:
    plan = _plan()
    own = {"kpi_code": "X-2", "preference_number": 1, "source_code": "OWN", "series_code": "OWN"}
    own |= {"series_title": "Own", "unit_code": "u", "source_state": "submitted"}
    plan["kpi_series"].append({**own, "state_from_date": "2016-01-01"})
    plan["kpis"].append({**plan["kpis"][0], "kpi_code": "X-2"})
    plan["data_sources"].append({"source_code": "OWN", "source_name": "Own", "cadence_days": 90})
    plan["parties"] = [
        {
            "party_code": "AAA",
            "party_name": "A",
            "party_type": "member_state",
            "country_code": "AAA",
        }
    ]
    return {**plan, "corrections": []}


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Asks a built candidate of the small plan with what is held back."""
    folder = tmp_path_factory.mktemp("held_back")
    project = project_with_plan(folder / "project", **_plan_with_submissions())
    warehouse = Warehouse(folder / "home", project)
    warehouse.prepare(
        [Vintage("S", "Substitute", FIRST, SUBSTITUTE)],
        list(ECONOMIES),
        AS_OF,
        [*_rows("N"), *_rows("D")],
        kpi_submissions=[_sent("sent-1", 30.0, FIRST), _sent("sent-2", 3000.0, SECOND)],
        held_back_partitions=HELD_BACK,
    )
    warehouse.build()
    with duckdb.connect(str(warehouse.candidate), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def observed(ask, country: str, kpi: str = "X-1") -> dict[int, tuple]:
    """By year: value, status, whether and since when something newer is held back."""
    return {
        year: tuple(rest)
        for year, *rest in ask(
            "select observation_year, value, observation_status, is_held_back, held_back_since_date"
            f" from marts.kpi_observations where country_code = '{country}' and kpi_code = '{kpi}'"
        )
    }


def test_a_ratio_is_of_the_last_good_vintage_of_each_part_and_is_marked(ask):
    # 600 / 200; the vintage of 2022 says 1200 in prices of another year, and D is of 2022 by now
    assert observed(ask, "AAA")[2016] == (3.0, "reported", True, date.fromisoformat(SECOND))
    assert ask(
        "select count(*) from marts.kpi_revisions where series_code = 'R' and country_code = 'AAA'"
        " and change_type = 'rebased'"
    ) == [(0,)]
    assert ask(
        "select country_code, held_back_check_id from marts.kpi_achievements"
        " where is_held_back and kpi_code = 'X-1' order by 1"
    ) == [("AAA", CHECK), ("CCC", CHECK), ("DDD", CHECK)]


def test_what_a_held_back_vintage_leaves_out_is_not_withdrawn(ask):
    # 100 / 100 and 110 / 100
    assert observed(ask, "DDD")[2016] == (1.0, "reported", True, date.fromisoformat(SECOND))
    assert observed(ask, "DDD")[2020][:2] == (1.1, "reported")
    assert ask("select * from marts.kpi_revisions where change_type = 'withdrawn'") == []


def test_where_no_good_vintage_is_the_figure_is_missing_and_the_row_says_why(ask):
    assert observed(ask, "CCC")[2016] == (None, "missing", True, date.fromisoformat(FIRST))
    assert ask(
        "select series_code, status, reason_code from marts.kpi_achievements"
        " where country_code = 'CCC' and kpi_code = 'X-1'"
    ) == [("S", "not_assessed", "no_data")]
    # of the same vintage, another country's
    assert ask("select distinct country_code from marts.kpi_revisions where series_code = 'S'") == [
        ("AAA",)
    ]


def test_a_good_vintage_after_it_ends_it_though_the_bad_one_stays_out(ask):
    # 500 / 100 by both vintages; the first one's N is not used
    assert observed(ask, "BBB")[2016] == (5.0, "reported", False, None)
    assert ask(
        "select known_from from marts.kpi_revisions where series_code = 'R'"
        " and country_code = 'BBB' and observation_year = 2016"
    ) == [(date.fromisoformat(SECOND),)]


def test_a_submission_that_is_held_back_replaces_nothing_and_shows_nowhere(ask):
    assert observed(ask, "AAA", "X-2")[2020] == (30.0, "reported", True, date.fromisoformat(SECOND))
    assert ask("select submission_id, value from marts.submitted_values") == [("sent-1", 30.0)]


def test_what_rests_on_a_held_back_figure_names_the_member_in_every_year(ask):
    members = "AAA|CCC|DDD"
    columns = "select distinct kpi_code, group_code, held_back_country_codes"
    for mart in ("regional_observations", "regional_achievements"):
        named = ask(f"{columns} from marts.{mart} order by 1")
        assert named == [("X-1", "H", members), ("X-2", "H", "AAA")]
    assert ask("select goal_code, held_back_country_codes from marts.goal_scorecards") == [
        ("G", members)
    ]
    assert ask(
        "select country_code, held_back_kpi_codes from marts.goal_achievements order by 1"
    ) == [("AAA", "X-1|X-2"), ("BBB", None), ("CCC", "X-1"), ("DDD", "X-1")]
