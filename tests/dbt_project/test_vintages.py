"""Vintages in any order and any number: the real ones, and one that returns to old figures."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from extract.histories import LandedVintage, history
from tests.dbt_project.conftest import NEWEST
from tests.dbt_project.warehouse import members, recorded_vintages

SERIES = "SL.TLF.CACT.FE.ZS"
VERSIONS = (
    "select series_code, country_code, observation_year, vintage_date, value"
    " from intermediate.int_observations_versioned where source_code = 'WB'"
    " order by series_code, country_code, observation_year, version_number"
)
NOISE_RATIO = 1e-9  # of thresholds.csv


@pytest.fixture(scope="module")
def returned(warehouse, newest_candidate, tmp_path_factory):
    """The newest vintages first, and in 2026 the female participation of 2021 once more."""
    vintages = recorded_vintages(date.fromisoformat(NEWEST))
    (old,) = (v for v in vintages if (v.series, v.vintage_date) == (SERIES, "2021-11-04"))
    warehouse.prepare([replace(old, vintage_date="2026-06-01"), *vintages[::-1]], members(), NEWEST)
    warehouse.build()
    path = warehouse.keep(tmp_path_factory.mktemp("returned") / "candidate.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_a_value_that_returns_to_an_old_figure_is_a_version_of_its_own(returned):
    # Laos 2016 by the vintages of 2020, 2021, 2025, and that of 2021 again; 2022 was not yet there
    query = (
        "select value, change_type, vintage_date from marts.kpi_revisions"
        f" where series_code = '{SERIES}' and country_code = 'LAO' and observation_year = {{}}"
        " order by version_number"
    )
    assert returned(query.format(2016)) == [
        (76.769, "added", date(2020, 6, 17)),
        (76.6, "changed", date(2021, 11, 4)),
        (56.105, "changed", date(2025, 12, 8)),
        (76.6, "changed", date(2026, 6, 1)),
    ]
    assert [row[1:] for row in returned(query.format(2022))] == [
        ("added", date(2025, 12, 8)),
        ("withdrawn", date(2026, 6, 1)),
    ]
    assert returned(
        "select value, vintage_date from marts.kpi_observations where kpi_code = 'KPI-09'"
        " and country_code = 'LAO' and observation_year = 2016"
    ) == [(76.6, date(2026, 6, 1))]


def test_the_order_of_loading_tells_nothing(returned, newest):
    """What lies before the vintage that was added is the same, though it was loaded backwards."""
    before = [row for row in returned(VERSIONS) if row[3] < date(2026, 6, 1) or row[0] != SERIES]
    assert before == newest(VERSIONS)


@pytest.mark.parametrize("asked", ["newest", "returned"])
def test_landed_files_have_the_versions_that_the_models_make_of_them(asked, request):
    """What a backfill compares to name releases is what the releases say."""
    vintages = recorded_vintages(date.fromisoformat(NEWEST))
    if asked == "returned":
        (old,) = (v for v in vintages if (v.series, v.vintage_date) == (SERIES, "2021-11-04"))
        vintages.append(replace(old, vintage_date="2026-06-01"))
    found = []
    for series in sorted({vintage.series for vintage in vintages}):
        landed = [
            LandedVintage(series, vintage.vintage_date, vintage.values)
            for vintage in sorted(vintages, key=lambda vintage: vintage.vintage_date)
            if vintage.series == series
        ]
        for (country, year), versions in sorted(history(landed, NOISE_RATIO).items()):
            found += [(series, country, year, date.fromisoformat(d), v) for d, v in versions]
    assert found == request.getfixturevalue(asked)(VERSIONS)
