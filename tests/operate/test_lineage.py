"""A catalogue hears of a refresh by OpenLineage's words; the refresh does not wait for it."""

import json
import logging
import uuid
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from werkzeug import Response

from operate import lineage
from operate.alerting.gathering import PUBLISHED, Run
from operate.steps import read_run
from smed.settings import Settings

PATH = "/api/v1/lineage"


@pytest.fixture(autouse=True)
def _log_is_heard(monkeypatch):
    # a command that ran in this process keeps the log to itself
    monkeypatch.setattr(logging.getLogger("smed"), "propagate", True)


@pytest.fixture
def received(httpserver) -> list[dict]:
    """The events that a catalogue got."""
    events: list[dict] = []

    def take(request) -> Response:
        events.append(json.loads(request.data))
        return Response(status=201)

    httpserver.expect_request(PATH, method="POST").respond_with_handler(take)
    return events


@pytest.fixture
def refreshed(refreshed_home, httpserver) -> tuple[Settings, Run]:
    """A home with a release, set to tell of it; and the run that made it."""
    settings = Settings(home=refreshed_home.path, openlineage_url=httpserver.url_for(PATH))
    facts = read_run(settings, refreshed_home.manifest()["candidate"])
    return settings, Run(facts=facts, outcome=PUBLISHED)


def _require_valid(event: dict) -> None:
    """What the specification asks of a RunEvent and of the facets in it."""
    assert event["eventType"] in ("START", "COMPLETE", "FAIL")
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
    assert urlsplit(event["producer"]).scheme
    assert event["schemaURL"].endswith("/OpenLineage.json#/$defs/RunEvent")
    uuid.UUID(event["run"]["runId"])
    assert set(event["job"]) == {"namespace", "name"}
    facets = list(event["run"].get("facets", {}).values())
    for dataset in (*event["inputs"], *event["outputs"]):
        assert dataset["namespace"]
        assert dataset["name"]
        facets += [*dataset["facets"].values(), *dataset.get("outputFacets", {}).values()]
    for facet in facets:
        assert urlsplit(facet["_producer"]).scheme
        assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")


def _versions(datasets: list[dict]) -> dict[str, str]:
    return {one["name"]: one["facets"]["version"]["datasetVersion"] for one in datasets}


def test_a_release_is_told_with_what_it_was_made_of(refreshed, received, refreshed_home):
    lineage.tell(*refreshed)
    start, end = received
    for event in received:
        _require_valid(event)
    assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == end["run"]["runId"]
    assert start["eventTime"] <= end["eventTime"]
    manifest = refreshed_home.manifest()
    newest = refreshed_home.landed("SP.POP.TOTL")[-1].stem
    series = _versions(end["inputs"])
    assert series["world_bank/observations/SP.POP.TOTL"] == newest
    assert len(series) == len({row["path"].rpartition("/")[0] for row in manifest["inputs"]})
    assert _versions(end["outputs"]) == dict.fromkeys(manifest["tables"], "1")
    goals = next(one for one in end["outputs"] if one["name"] == "marts.goal_scorecards")
    assert goals["outputFacets"]["outputStatistics"]["rowCount"] == 5  # goals A to E


def test_telling_again_names_the_same_run(refreshed, received):
    lineage.tell(*refreshed)
    lineage.tell(*refreshed)
    assert len({event["run"]["runId"] for event in received}) == 1


def test_what_stopped_a_run_is_told(refreshed, received):
    settings, run = refreshed
    with pytest.raises(ValueError, match="no"), lineage.told(settings, run):
        raise ValueError("no release of it")
    _, end = received
    _require_valid(end)
    assert (end["eventType"], end["outputs"]) == ("FAIL", [])
    assert end["run"]["facets"]["errorMessage"]["message"] == "no release of it"
    # a task of Airflow knows only what the status says
    run.outcome = "failed"
    lineage.tell(settings, run)
    assert received[-1]["eventType"] == "FAIL"


def test_a_run_that_built_nothing_and_a_home_without_a_catalogue_tell_nothing(refreshed, received):
    settings, run = refreshed
    lineage.tell(settings, Run(outcome="unchanged"))
    lineage.tell(settings.model_copy(update={"openlineage_url": None}), run)
    assert received == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://catalogue:t0p-secret@127.0.0.1:9/lineage", "ConnectionError"),
        ("no address, t0p-secret", "InvalidURL"),
    ],
)
def test_a_catalogue_that_is_away_stops_nothing_and_its_address_is_not_said(
    refreshed, caplog, url, said
):
    settings, run = refreshed
    away = Settings(home=settings.home, openlineage_url=url)
    with lineage.told(away, run):
        pass
    assert [record.getMessage() for record in caplog.records] == [f"no lineage was sent ({said})"]
    assert "t0p" not in repr(away)


def test_a_catalogue_that_refuses_is_said(refreshed, httpserver, caplog):
    httpserver.expect_request(PATH).respond_with_data("no", status=422)
    lineage.tell(*refreshed)
    said = [record.getMessage() for record in caplog.records if record.name == "smed.lineage"]
    assert said == ["no lineage was taken: status 422"]


def test_a_refresh_tells_at_its_end(refreshed_home, copy_of, received, httpserver):
    home = copy_of(refreshed_home)
    url = httpserver.url_for(PATH)
    assert home.refresh(SMED_OPENLINEAGE_URL=url).returncode == 0  # nothing changed
    assert received == []
    assert home.refresh("--full", SMED_OPENLINEAGE_URL=url).returncode == 0
    assert [event["eventType"] for event in received] == ["START", "COMPLETE"]
