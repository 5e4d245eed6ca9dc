"""A home, the shipped plan and recordings, and an API on the loopback that can be told to lie."""

import json
import re
from pathlib import Path

import duckdb
import pytest
from pytest_httpserver import HTTPServer

from extract import indicators
from extract.adb import Adb
from extract.recordings import Recordings, read_recordings
from extract.request_rate import RequestRate
from extract.sources import Sources, open_sources
from smed.ledger import Ledger
from smed.plan import Plan, read_plan
from smed.plan_seeds import SEEDS
from smed.settings import DBT_PROJECT, Settings
from tests.extract.kidb_api import KidbApi
from tests.extract.lying_api import LyingApi

LIVE_DAY = "2021-11-04"


@pytest.fixture(scope="session")
def make_httpserver():
    """Threaded: a handler that hangs must not keep the next request waiting."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture(scope="session")
def whole_plan() -> Plan:
    """The shipped plan."""
    return read_plan(DBT_PROJECT / "seeds")


@pytest.fixture(scope="session")
def plan(whole_plan: Plan) -> Plan:
    """The shipped plan with the World Bank as its only source, for what is told of one source."""
    rows = {name: getattr(whole_plan, name) for name in SEEDS}
    return Plan(whole_plan.folder, {**rows, "component_series": (), "derived_series": ()})


@pytest.fixture(scope="session")
def recordings() -> Recordings:
    return read_recordings()


@pytest.fixture
def api(httpserver: HTTPServer, recordings: Recordings) -> LyingApi:
    """The World Bank's API as of LIVE_DAY."""
    lying = LyingApi(recordings, LIVE_DAY)
    httpserver.expect_request(re.compile("/v2/")).respond_with_handler(lying)
    return lying


@pytest.fixture
def settings(tmp_path: Path, httpserver: HTTPServer) -> Settings:
    """Settings of the test's own home and API, with waits that a test can afford."""
    return Settings(
        home=tmp_path / "home",
        world_bank_url=httpserver.url_for("/v2"),
        adb_url=httpserver.url_for("/sdmx"),
        http_connect_seconds=0.5,
        http_read_seconds=0.5,
        http_attempts=3,
        http_wait_seconds=0.01,
        http_wait_max_seconds=0.05,
    )


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return Ledger(settings.home / "ledger.db")


class Extraction:
    """The two public functions, for one home."""

    def __init__(self, settings: Settings, plan: Plan, ledger: Ledger):
        self.settings, self.plan, self.ledger = settings, plan, ledger

    def due(self, sources: str = "live", **options) -> dict:
        return indicators.find_due_series(self.settings, self.plan, self.ledger, sources, **options)

    def land(self, item: dict, sources: str = "live", opened: Sources | None = None) -> dict:
        item = {"source": "WB", **item}
        return indicators.extract_series(
            self.settings, self.plan, self.ledger, sources, item, opened=opened
        )

    def plan_with(self, **seeds: tuple) -> Plan:
        """The plan with other rows of some seeds."""
        rows = {name: getattr(self.plan, name) for name in SEEDS}
        return Plan(self.plan.folder, {**rows, **seeds})

    def land_one(self, series: str, database: str = "2", lastupdated: str = LIVE_DAY) -> dict:
        """Lands a series of the lying API without asking first whether it is due."""
        stages = [{"stage": None, "lastupdated": lastupdated}]
        item = {"series": series, "database": database, "stages": stages, "full": True}
        return self.land(item)

    def land_all(self, sources: str = "live", **options) -> list[dict]:
        due = self.due(sources, **options)
        with open_sources(self.settings, sources) as opened:
            return [self.land(item, sources, opened) for item in due["series"]]

    def landed(self, series: str) -> list[Path]:
        """The Parquet files of a series, oldest first."""
        folder = self.settings.raw / "world_bank" / "observations" / series
        return sorted(folder.glob("*.parquet"))

    def cells(self, path: Path) -> dict[tuple[str, str], float | None]:
        """The values of a landed file by economy and time."""
        with duckdb.connect() as connection:
            query = "select economy, time, value from read_parquet(?)"
            rows = connection.execute(query, [str(path)]).fetchall()
        return {(economy, time): value for economy, time, value in rows}

    def problems(self, path: Path) -> dict[tuple[str, str], tuple[str, str]]:
        """What is wrong with cells of a landed file, and the rule, by economy and time."""
        with duckdb.connect() as connection:
            query = "select economy, time, problem, rule from read_parquet(?) where problem <> ''"
            rows = connection.execute(query, [str(path)]).fetchall()
        return {(economy, time): (said, rule) for economy, time, said, rule in rows}

    def facts(self, path: Path) -> dict:
        """The provenance of a landed file."""
        return json.loads(path.with_suffix(".provenance.json").read_bytes())

    def responses(self) -> list[bytes]:
        """The bytes of every response kept in raw."""
        folder = self.settings.raw / "world_bank" / "responses"
        kept = [p for p in folder.glob("*.json") if not p.name.endswith(".provenance.json")]
        return [path.read_bytes() for path in kept]


@pytest.fixture
def extraction(settings: Settings, plan: Plan, ledger: Ledger) -> Extraction:
    return Extraction(settings, plan, ledger)


@pytest.fixture
def kidb(httpserver: HTTPServer) -> KidbApi:
    """ADB's API with a few invented figures."""
    invented = KidbApi()
    httpserver.expect_request(re.compile("/sdmx/")).respond_with_handler(invented)
    return invented


@pytest.fixture
def home(settings: Settings, whole_plan: Plan, ledger: Ledger) -> Extraction:
    """The two public functions with ADB, as impatient as the test, as the only open source."""
    extraction = Extraction(settings, whole_plan, ledger)
    extraction.opened = {"ADB": Adb(settings, RequestRate(1000, 1))}
    return extraction


@pytest.fixture(scope="session")
def recorded(tmp_path_factory, plan: Plan) -> Extraction:
    """A home with every recorded vintage landed, undisturbed; not to be written to."""
    settings = Settings(home=tmp_path_factory.mktemp("recorded") / "home")
    extraction = Extraction(settings, plan, Ledger(settings.home / "ledger.db"))
    extraction.land_all("recorded")
    return extraction
