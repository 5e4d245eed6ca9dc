"""What lands is whole, stays as it came, and says what it is."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest

from extract import landing
from extract.asking import Response
from extract.landing import Snapshot
from smed.errors import RawAltered

COLUMNS = (
    "source VARCHAR, series VARCHAR, series_title VARCHAR, database VARCHAR, version VARCHAR,"
    " economy VARCHAR, time VARCHAR, value DOUBLE, vintage_date DATE, vintage_basis VARCHAR,"
    " is_recorded BOOLEAN, retrieved_at TIMESTAMP, snapshot_id VARCHAR"
)


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(
        source="WB",
        series="SP.POP.TOTL",
        series_title="Population, total",
        database="2",
        version=None,
        vintage_date="2021-11-04",
        vintage_basis="lastupdated",
        is_recorded=False,
        retrieved_at="2021-11-05T01:02:03+00:00",
        cells=(("THA", "YR2016", 1.5), ("THA", "YR2017", None)),
    )


def path_of(settings, snapshot: Snapshot):
    folder = landing.observations_folder(settings, snapshot.source, snapshot.series)
    return folder / f"{snapshot.vintage_date}_{snapshot.snapshot_id}.parquet"


def test_the_columns_are_those_that_the_marts_are_built_from(settings, snapshot):
    landing.land(settings, snapshot, [])
    with duckdb.connect() as connection:
        relation = connection.execute(
            "select * from read_parquet(?)", [str(path_of(settings, snapshot))]
        )
        described = ", ".join(f"{name} {type_}" for name, type_, *_ in relation.description)
        rows = relation.fetchall()
    assert described.replace("STRING", "VARCHAR") == COLUMNS
    assert [row[5:8] for row in rows] == [("THA", "YR2016", 1.5), ("THA", "YR2017", None)]
    assert rows[0][11] == datetime(2021, 11, 5, 1, 2, 3)  # noqa: DTZ001 (the column is UTC by name)


def test_landing_again_changes_nothing(settings, snapshot):
    first = landing.land(settings, snapshot, ["a"])
    before = path_of(settings, snapshot).read_bytes()
    later = replace(snapshot, retrieved_at="2022-01-01T00:00:00+00:00")
    assert landing.land(settings, later, ["b"]) == first
    assert path_of(settings, snapshot).read_bytes() == before
    (facts,) = landing.landed(settings, snapshot.source, snapshot.series)
    assert facts["responses"] == ["a"]


def test_a_provenance_without_its_figures_has_not_landed_and_is_written_anew(settings, snapshot):
    landing.land(settings, snapshot, ["a"])
    path_of(settings, snapshot).unlink()
    assert landing.landed(settings, snapshot.source, snapshot.series) == []
    landing.land(settings, snapshot, ["b"])
    (facts,) = landing.landed(settings, snapshot.source, snapshot.series)
    assert facts["responses"] == ["b"]


def test_figures_without_a_readable_provenance_are_refused(settings, snapshot):
    landing.land(settings, snapshot, [])
    provenance = path_of(settings, snapshot).with_suffix(".provenance.json")
    provenance.unlink()
    with pytest.raises(RawAltered, match="missing or unreadable"):
        landing.landed(settings, snapshot.source, snapshot.series)


def test_a_year_that_is_still_empty_is_no_news_but_a_value_taken_away_is(snapshot):
    grown = replace(snapshot, cells=(*snapshot.cells, ("THA", "YR2018", None)))
    assert grown.content_sha256 == snapshot.content_sha256
    withdrawn = replace(snapshot, cells=(("THA", "YR2016", None), ("THA", "YR2017", None)))
    assert withdrawn.content_sha256 != snapshot.content_sha256
    assert replace(snapshot, series_title="x").content_sha256 != snapshot.content_sha256


def test_a_response_is_kept_byte_for_byte_under_its_hash(settings):
    moment = datetime(2021, 11, 5, tzinfo=UTC)
    response = Response("http://x/v2", b'\xef\xbb\xbf{"a": 1}\r\n', 200, moment)
    pages = [("http://x/v2", response)]
    (digest,) = landing.keep_responses(
        settings, "WB", pages, is_recorded=False, licence="CC BY 4.0"
    )
    folder = settings.raw / "world_bank" / "responses"
    assert (folder / f"{digest}.json").read_bytes() == response.body
    facts = json.loads((folder / f"{digest}.provenance.json").read_bytes())
    assert facts == {
        "url": "http://x/v2",
        "retrieved_at": "2021-11-05T00:00:00+00:00",
        "http_status": 200,
        "sha256": digest,
        "bytes": 13,
        "licence": "CC BY 4.0",
    }


@pytest.mark.parametrize(
    ("retrieved", "kept"),
    [
        ("2026-03-01T11:00:00+00:00", "2026-03-01T12:00:00.000001+00:00"),  # an hour behind
        ("2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00.000001+00:00"),
        ("2026-03-01T12:00:00.5+00:00", "2026-03-01T12:00:00.5+00:00"),
    ],
)
def test_of_two_vintages_of_a_day_the_second_counts_though_the_clock_went_back(
    snapshot, retrieved, kept
):
    held = {"vintage_date": "2026-03-01", "retrieved_at": "2026-03-01T12:00:00+00:00"}
    seen = landing.seen_on("2026-03-01", replace(snapshot, retrieved_at=retrieved), held)
    assert (seen.vintage_date, seen.retrieved_at) == ("2026-03-01", kept)
