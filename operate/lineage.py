"""OpenLineage: tells a catalogue what a refresh read and wrote, where one is set.

One job, ``refresh``; a run of it is an attempt that built a candidate. Its inputs are the pinned
series, of which the newest vintage is the version; its outputs are the tables of the release, whose
number is theirs. Both events, START and COMPLETE or FAIL, are sent when it is over. Nothing is sent
of a refresh that had nothing to build. Whatever comes of the sending, the refresh is what it was.
Specification: https://openlineage.io/spec/2-0-2/OpenLineage.json
"""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from operate.alerting.gathering import PUBLISHED, Run
from operate.steps import RUN_FILE
from publish.releases import published_number, read_manifest
from publish.status import read_status
from smed import home
from smed.settings import Settings

LOG = logging.getLogger("smed.lineage")
START, COMPLETE, FAIL = "START", "COMPLETE", "FAIL"
JOB = {"namespace": "smed", "name": "refresh"}
RAW, RELEASES = "smed.raw", "smed.releases"
_SPEC = "https://openlineage.io/spec"
SCHEMA = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
CONNECT_SECONDS, READ_SECONDS = 5, 10
# above it the servers say no, below it yes
LOWEST_REFUSAL = 300


@contextmanager
def told(settings: Settings, run: Run) -> Iterator[None]:
    """Tells of the run after the block, however it ends."""
    try:
        yield
    except Exception as error:
        tell(settings, run, str(error))
        raise
    tell(settings, run)


def tell(settings: Settings, run: Run, error: str = "") -> None:
    """Sends both events of a run that is over; logs why they could not be sent.

    ``error`` is what stopped it; without one it is what the status says.
    """
    if not settings.openlineage_url or run.facts is None:
        return
    try:
        _send(settings, _events(settings, run, error))
    except Exception as reason:  # what is told of a run must not change how it ended
        # its words may hold the address, which may hold a password
        LOG.warning("no lineage was sent (%s)", type(reason).__name__)


def _send(settings: Settings, events: list[dict]) -> None:
    import requests

    url = settings.openlineage_url.get_secret_value()
    for event in events:
        seconds = (CONNECT_SECONDS, READ_SECONDS)
        answer = requests.post(url, json=event, timeout=seconds, allow_redirects=False)
        if answer.status_code >= LOWEST_REFUSAL:
            LOG.warning("no lineage was taken: status %s", answer.status_code)
            return


def _events(settings: Settings, run: Run, error: str) -> list[dict]:
    facts = run.facts
    begun = (settings.candidates / facts["candidate"] / RUN_FILE).stat().st_mtime
    name = f"{settings.home}/{facts['candidate']}/{begun}"
    shared = {
        "producer": _producer(),
        "schemaURL": SCHEMA,
        "job": JOB,
        "inputs": _inputs(facts),
    }
    ids = {"runId": str(uuid.uuid5(uuid.NAMESPACE_URL, name))}
    started = datetime.fromtimestamp(begun, UTC).isoformat()
    ended = {"eventTime": home.now().isoformat(), "run": ids}
    if run.outcome == PUBLISHED and not error:
        ended |= {"eventType": COMPLETE, "outputs": _outputs(settings)}
    else:
        said = error or read_status(settings).get("message") or "it ended without a release"
        message = {"message": said, "programmingLanguage": "Python"}
        facets = {"errorMessage": _facet("1-0-1/ErrorMessageRunFacet", message)}
        ended |= {"eventType": FAIL, "outputs": [], "run": {**ids, "facets": facets}}
    start = {"eventType": START, "eventTime": started, "run": ids, "outputs": []}
    return [{**shared, **start}, {**shared, **ended}]


def _inputs(facts: dict) -> list[dict]:
    """A dataset per series, or kind of submission; its version is the newest that was pinned."""
    newest: dict[str, str] = {}
    for snapshot in sorted(facts["inputs"], key=lambda row: (row["vintage_date"], row["path"])):
        path = Path(snapshot["path"])
        newest[path.parent.as_posix()] = path.stem
    return [_dataset(RAW, name, stem) for name, stem in sorted(newest.items())]


def _outputs(settings: Settings) -> list[dict]:
    number = published_number(settings)
    return [
        {
            **_dataset(RELEASES, name, str(number)),
            "outputFacets": {
                "outputStatistics": _facet(
                    "1-0-2/OutputStatisticsOutputDatasetFacet", {"rowCount": table["rows"]}
                )
            },
        }
        for name, table in sorted(read_manifest(settings, number)["tables"].items())
    ]


def _dataset(namespace: str, name: str, its_version: str) -> dict:
    facet = _facet("1-0-1/DatasetVersionDatasetFacet", {"datasetVersion": its_version})
    return {"namespace": namespace, "name": name, "facets": {"version": facet}}


def _facet(schema: str, facts: dict) -> dict:
    name = schema.split("/")[1]
    url = f"{_SPEC}/facets/{schema}.json#/$defs/{name}"
    return {"_producer": _producer(), "_schemaURL": url, **facts}


def _producer() -> str:
    return f"urn:smed:{version('smed')}"
