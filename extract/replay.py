"""A server on the loopback that answers as the World Bank's API stood on each recorded date.

Each date is a *stage* with an address of its own, ``http://127.0.0.1:PORT/<date>/v2``. At a stage
a series stands as its newest vintage of that day or before; a series without one is unknown there.
The shapes are those that wbgapi reads, with the API's own error ids.
"""

import json
import math
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from urllib.parse import parse_qs, unquote, urlsplit

from extract.recordings import Recordings, Vintage, read_recordings

ARCHIVES = "57"
DATABASES = {"2": "World Development Indicators", ARCHIVES: "WDI Database Archives"}
CONCEPTS = ("Country", "Series", "Time", "Version")
INVALID_VALUE = ("120", "Invalid value", "The provided parameter value is not valid")
NOT_FOUND = (
    "175",
    "Invalid format",
    "The indicator was not found. It may have been deleted or archived.",
)
COUNTRY_CODE = re.compile("[A-Z]{3}")
SHUTDOWN_POLL_SECONDS = 0.01


class Refusal(Exception):
    """The API refuses the question with an id, a key and a text."""

    @property
    def answer(self) -> list[dict]:
        """The refusal in the API's own shape; its HTTP status is 200."""
        return [{"message": [dict(zip(("id", "key", "value"), self.args, strict=True))]}]


def _version_of(day: str) -> str:
    return day[:7].replace("-", "")


class Stage:
    """The API's answers on one recorded date."""

    def __init__(self, recordings: Recordings, day: str):
        self.recordings = recordings
        self.day = day

    def answer(self, path: list[str], query: dict[str, str]) -> object:
        """The JSON of ``/v2/<lang>/<path>?<query>``; Refusal with one of the API's ids."""
        page, per_page = int(query.get("page", "1")), int(query.get("per_page", "50"))
        if page < 1 or per_page < 1:
            raise Refusal(*INVALID_VALUE)
        match path:
            case ["sources", database]:
                return self._plain([self._source(database)], page, per_page)
            case ["sources", database, "concepts"]:
                concepts = [{"id": c, "value": c} for c in self._concepts(database)]
                return self._list(database, concepts, page, per_page)
            case ["sources", database, concept, ids]:
                return self._variables(database, concept, ids, page, per_page)
            case ["sources", database, *dimensions] if len(dimensions) % 2 == 0:
                asked = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
                return self._data(database, asked, page, per_page)
            case ["country"] | ["country", "all"]:
                return self._plain(self._countries(), page, per_page)
            case ["region"]:
                return self._plain(self._regions(), page, per_page)
            case ["incomelevel"] | ["lendingtype"]:
                return self._plain([], page, per_page)
        raise Refusal("140", "Endpoint not found", "/".join(path))

    def lastupdated(self, database: str) -> str:
        """The newest recorded date of the database's series; refused if it holds none yet."""
        days = self.recordings.dates_of(database, self.day)
        if not days:
            raise Refusal(*INVALID_VALUE)
        return days[-1]

    def _source(self, database: str) -> dict:
        return {
            "id": database,
            "lastupdated": self.lastupdated(database),
            "name": DATABASES[database],
            "dataavailability": "Y",
            "metadataavailability": "N",
            "concepts": str(len(self._concepts(database))),
        }

    def _concepts(self, database: str) -> tuple[str, ...]:
        self.lastupdated(database)
        return CONCEPTS if database == ARCHIVES else CONCEPTS[:-1]

    def _variables(self, database: str, concept: str, ids: str, page: int, per_page: int) -> dict:
        known = self._known(database, concept)
        chosen = {i: known[i] for i in known if ids == "all" or i in ids.split(";")}
        if not chosen:
            raise Refusal(*(NOT_FOUND if concept == "series" else INVALID_VALUE))
        variables = [{"id": i, "value": value} for i, value in chosen.items()]
        start = (page - 1) * per_page
        listed = {"id": concept.title(), "variable": variables[start : start + per_page]}
        return self._list(database, [listed], page, per_page, len(variables))

    def _known(self, database: str, concept: str) -> dict[str, str]:
        """The ids of a concept of the database, each with its text."""
        series = self.recordings.series_of(database, self.day)
        if concept == "series":
            return {code: vintage.title for code, vintage in series.items()}
        if concept == "country":
            return {country.id: country.name for country in self.recordings.countries}
        if concept == "time":
            first = min(year for v in self.recordings.vintages for _, year in v.values)
            years = range(first, int(self.lastupdated(database)[:4]) + 1)
            return {f"YR{year}": str(year) for year in years}
        if concept == "version" and database == ARCHIVES:
            days = self.recordings.dates_of(database, self.day)
            return {_version_of(day): _version_of(day) for day in days}
        raise Refusal(*INVALID_VALUE)

    def _asked(self, database: str, concept: str, ids: str) -> dict[str, str]:
        known = self._known(database, concept)
        wanted = list(known) if ids == "all" else ids.split(";")
        if concept == "country":
            # the API knows every country; of those not recorded it has no value here
            known = {one: one for one in wanted if COUNTRY_CODE.fullmatch(one)} | known
        if any(one not in known for one in wanted):
            raise Refusal(*(NOT_FOUND if concept == "series" else INVALID_VALUE))
        return {one: known[one] for one in wanted}

    def _data(self, database: str, asked: dict[str, str], page: int, per_page: int) -> dict:
        concepts = self._concepts(database)
        if sorted(asked) != sorted(concept.lower() for concept in concepts):
            raise Refusal(*INVALID_VALUE)
        axes = [self._asked(database, c.lower(), asked[c.lower()]) for c in concepts]
        cells = list(product(*axes))
        start = (page - 1) * per_page
        rows = []
        for cell in cells[start : start + per_page]:
            named = zip(concepts, cell, axes, strict=True)
            variables = [{"concept": c, "id": i, "value": axis[i]} for c, i, axis in named]
            rows.append({"variable": variables, "value": self._value(*cell)})
        source = {"id": database, "name": DATABASES[database], "data": rows}
        header = self._header(len(cells), page, per_page)
        return {**header, "lastupdated": self.lastupdated(database), "source": source}

    def _value(self, economy: str, series: str, time: str, version: str = "") -> float | None:
        vintage = self._vintage(series, version)
        return vintage.values.get((economy, int(time[2:]))) if vintage else None

    def _vintage(self, series: str, version: str) -> Vintage | None:
        day = self.day
        if version:
            days = self.recordings.dates_of(ARCHIVES, self.day)
            day = max(d for d in days if _version_of(d) == version)
        return self.recordings.standing(series, day)

    def _countries(self) -> list[dict]:
        nothing = {"id": "", "iso2code": "", "value": ""}
        return [
            {
                "id": country.id,
                "iso2Code": country.iso2,
                "name": country.name,
                "region": {"id": country.region, "value": country.region_name},
                **dict.fromkeys(("adminregion", "incomeLevel", "lendingType"), nothing),
                **dict.fromkeys(("capitalCity", "longitude", "latitude"), ""),
            }
            for country in self.recordings.countries
        ]

    def _regions(self) -> list[dict]:
        named = {country.region: country.region_name for country in self.recordings.countries}
        iso2 = {country.id: country.iso2 for country in self.recordings.countries}
        return [
            {"id": "", "code": code, "iso2code": iso2.get(code, ""), "name": name}
            for code, name in sorted(named.items())
        ]

    @staticmethod
    def _header(total: int, page: int, per_page: int) -> dict:
        pages = math.ceil(total / per_page)
        return {"page": page, "pages": pages, "per_page": per_page, "total": total}

    def _plain(self, rows: list[dict], page: int, per_page: int) -> list:
        start = (page - 1) * per_page
        return [self._header(len(rows), page, per_page), rows[start : start + per_page]]

    def _list(self, database, concepts, page: int, per_page: int, total: int | None = None) -> dict:
        header = self._header(len(concepts) if total is None else total, page, per_page)
        source = {"id": database, "name": DATABASES[database], "concept": concepts}
        return {**header, "per_page": str(per_page), "source": [source]}


class Replay:
    """A running server; ``stages`` are its dates, oldest first."""

    def __init__(self, recordings: Recordings, port: int):
        self.recordings = recordings
        self.stages = recordings.dates
        self._port = port

    def endpoint(self, stage: str) -> str:
        """What wbgapi must take as its endpoint to ask the API as it stood at the stage."""
        return f"http://127.0.0.1:{self._port}/{stage}/v2"


def _handler(recordings: Recordings) -> Callable[..., BaseHTTPRequestHandler]:
    stages = {day: Stage(recordings, day) for day in recordings.dates}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # header and body leave in one packet: two would wait for each other's acknowledgement
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, answer = self._answer()
            body = json.dumps(answer, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json;charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self) -> tuple[int, object]:
            # not urlparse: it would cut the path at a semicolon
            parts = urlsplit(self.path)
            segments = [unquote(segment) for segment in parts.path.strip("/").split("/")]
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            if len(segments) < 4 or segments[0] not in stages or segments[1] != "v2":
                return 404, "no such stage"
            try:
                return 200, stages[segments[0]].answer(segments[3:], query)
            except Refusal as refusal:
                return 200, refusal.answer
            except ValueError:
                return 200, Refusal(*INVALID_VALUE).answer

        def log_message(self, *_) -> None:
            """Nothing: what was asked is the client's to log."""

    return Handler


@contextmanager
def replay(recordings: Recordings | None = None) -> Iterator[Replay]:
    """Serves the recorded vintages while the block runs; RawAltered if a file was changed."""
    recordings = recordings or read_recordings()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recordings))
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(SHUTDOWN_POLL_SECONDS,))
    thread.daemon = True
    thread.start()
    try:
        yield Replay(recordings, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
