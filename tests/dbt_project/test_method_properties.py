"""What holds of the methods whatever the figures: the models' own SQL, on generated series."""

import shutil
from dataclasses import dataclass

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

BASELINE, AS_OF = 2016, 2024
EMPTIED = (
    *("int_kpis_expected", "int_entities_expected", "int_observations_matched"),
    *("int_observations_versioned", "int_panels_measured", "int_values_weighted"),
)
# tables that are read several times in a build; here they must follow each case
AS_VIEWS = ("int_baselines_offered", "int_achievements_judged")
STATUSES = {
    *("achieved", "on_track", "acceleration_needed", "limited", "deterioration", "not_assessed"),
}
CUTS = (0.015, 0.005, 0, 0.02, -0.02)

few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
positive = st.integers(1_000, 900_000).map(lambda thousandths: thousandths / 1000)
anything = st.integers(-200_000, 900_000).map(lambda thousandths: thousandths / 1000)
between = st.dictionaries(st.integers(BASELINE + 1, AS_OF - 1), positive, max_size=6)


@dataclass(frozen=True)
class Case:
    """A series by year, and how the plan wants it judged."""

    points: dict[int, float]
    direction: str = "higher"
    natural_limit: float | None = None
    target_value: float | None = None
    target_year: int | None = None


@pytest.fixture(scope="module")
def judge(warehouse, newest_candidate, tmp_path_factory):
    """Judges cases by the models, as views: ``judge(*cases)``."""
    # the views name their database, which is called after its file
    path = tmp_path_factory.mktemp("properties") / "candidate.duckdb"
    shutil.copyfile(newest_candidate, path)
    with duckdb.connect(str(path)) as connection:
        for table in EMPTIED:
            connection.execute(f"delete from intermediate.{table}")
        for table in AS_VIEWS:
            code = warehouse.nodes[table].node.compiled_code
            connection.execute(f"drop table intermediate.{table}")
            connection.execute(f"create view intermediate.{table} as {code}")
        yield lambda *cases: _judged(connection, cases)


def _judged(connection, cases: tuple[Case, ...]) -> list[dict]:
    connection.execute("begin")
    try:
        for number, case in enumerate(cases):
            _insert(connection, f"X-{number}", case)
        rows = connection.execute(
            "select * from intermediate.int_achievements_reasoned order by kpi_code"
        )
        names = [column[0] for column in rows.description]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    finally:
        connection.execute("rollback")


def _insert(connection, kpi: str, case: Case) -> None:
    wanted = {
        **{"kpi_code": kpi, "direction": case.direction, "natural_limit": case.natural_limit},
        **{"target_value": case.target_value, "target_year": case.target_year},
        **{"availability": "yes", "source_state": "live", "staleness_limit_years": 20},
        "is_vintage_held": True,
    }
    entity = {"entity_kind": "country", "entity_code": "AAA"}
    _row(connection, "int_entities_expected", wanted | entity)
    _row(connection, "int_kpis_expected", wanted | {"country_code": "AAA"})
    for year, value in case.points.items():
        point = {"series_code": kpi, "country_code": "AAA", "observation_year": year}
        point |= {"value": value, "is_illustrative": False}
        version = {"version_number": 1, "unit_code": "u", "is_current": True}
        _row(connection, "int_observations_versioned", point | version)
        matched = {"kpi_code": kpi, "version_unit_code": "u", "definition_number": 0}
        matched |= {"baseline_tolerance_years": 0}
        _row(connection, "int_observations_matched", point | matched)


def _row(connection, table: str, row: dict) -> None:
    connection.execute(
        f"insert into intermediate.{table} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
        list(row.values()),
    )


def _is_clear(ratio: float) -> bool:
    """Not so near a cut that the last digit of a float decides."""
    return all(abs(ratio - cut) > 1e-9 for cut in CUTS)


@few
@given(start=positive, end=positive)
def test_the_other_direction_turns_the_verdict_round(judge, start, end):
    points = {BASELINE: start, AS_OF: end}
    up, down = judge(Case(points, "higher"), Case(points, "lower"))
    assert up["progress_ratio"] == -down["progress_ratio"]
    statuses = {up["status"], down["status"]}
    assert statuses == {"limited"} if start == end else "deterioration" in statuses
    assert len(statuses) == (1 if start == end else 2)


@few
@given(start=positive, middle=between, end=positive, factor=st.sampled_from([0.001, 0.3, 7, 1e6]))
def test_another_unit_changes_nothing_without_a_natural_limit(judge, start, middle, end, factor):
    points = {BASELINE: start, **middle, AS_OF: end}
    plain, scaled = judge(Case(points), Case({year: v * factor for year, v in points.items()}))
    assume(_is_clear(plain["progress_ratio"]))
    for column in ("status", "un_chart_status", "agreement"):
        assert plain[column] == scaled[column]
    assert plain["score"] == pytest.approx(scaled["score"], abs=1e-6)


@few
@given(start=positive, middle=between, end=positive, direction=st.sampled_from(["higher", "lower"]))
def test_points_between_the_ends_change_nothing_but_how_fragile_it_is(
    judge, start, middle, end, direction
):
    ends = {BASELINE: start, AS_OF: end}
    short, long = judge(Case(ends, direction), Case(ends | middle, direction))
    free = {"kpi_code", "is_fragile", "previous_status"}
    assert {k: v for k, v in short.items() if k not in free} == {
        k: v for k, v in long.items() if k not in free
    }


@few
@given(
    start=anything,
    end=anything,
    direction=st.sampled_from(["higher", "lower"]),
    limit=st.none() | positive,
    target=st.none() | anything,
)
def test_every_verdict_is_of_the_closed_list(judge, start, end, direction, limit, target):
    year = None if target is None else AS_OF + 2
    [row] = judge(Case({BASELINE: start, AS_OF: end}, direction, limit, target, year))
    assert row["status"] in STATUSES
    assert (row["status"] == "not_assessed") == (row["score"] is None)
    assert (row["reason_code"] is None) == (row["status"] != "not_assessed")
    assert row["score"] is None or -5 <= row["score"] <= 5


@few
@given(
    start=positive,
    ends=st.tuples(positive, positive),
    limit=st.none() | positive,
    target=st.none() | positive,
)
def test_more_progress_never_scores_less(judge, start, ends, limit, target):
    year = None if target is None else AS_OF + 2
    less, more = judge(
        *(
            Case({BASELINE: start, AS_OF: end}, "higher", limit, target, year)
            for end in sorted(ends)
        )
    )
    assert less["score"] <= more["score"] + 1e-9
