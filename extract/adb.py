"""Asian Development Bank, Key Indicators Database, SDMX-CSV.

Source and licence: kidb.adb.org (API v5); the licence of its figures is not known.
Grain: one indicator x economy x year; rows may stand there more than once.
Units: UNIT (a currency is its code) times ten to the power of UNIT_MULT; each economy has its own
    base year.
Cadence: once a year, revised in between; nothing says when, so content is compared every day.
Quirk: economy codes are ADB's own; an indicator, or an economy, without any value is a 404; a wrong
    dataflow is a 422; OBS_STATUS B marks the first year after a break. No more than 20 requests
    a minute. No figure could be read when this was written: the shapes are its documentation's.
"""

import difflib
import re
from datetime import date

from extract.asking import Asking, Response
from extract.cells import Expected
from extract.findings import counted
from extract.refusals import parsed_json
from extract.registry import Registered
from extract.request_rate import RequestRate
from extract.sdmx_table import parsed_table, read_observations
from extract.world_bank import Answer
from smed.errors import PlanInvalid, ResponseInvalid, SeriesNotFound, SmedError
from smed.home import now
from smed.plan import Plan
from smed.settings import Settings

SOURCE = "ADB"
CODE_LIST = "CL_KIDB_INDICATORS"
NOT_FOUND, WRONG_DATAFLOW = 404, 422
ECONOMIES_SEED = "adb_economies.csv"
NEAR_CODES = 3
# ADB's limit; it belongs to the process, whoever asks in it
RATE = RequestRate(most=20, seconds=60)


class AdbTransport(Asking):
    """Asks questions through requests, no more often than ADB allows."""

    source_name = "ADB"
    address_setting = "SMED_ADB_URL"
    data_address = re.compile(r"/data/ADB,")

    def __init__(self, settings: Settings, rate: RequestRate):
        super().__init__(settings)
        self.rate = rate

    def get(self, address: str, parameters: dict, about: str) -> Response:
        """One response with status 200, read."""
        import requests

        self.rate.wait()
        requests.get(address, params=parameters, **self._options(f"{self.source_name}, {about}"))
        return self.responses[-1]

    def _suffix(self, address: str) -> str:
        return ".csv" if self.data_address.search(address) else ".json"

    def _parsed(self, address: str, body: bytes, where: str) -> object:
        if self.data_address.search(address):
            return parsed_table(body, where)
        return parsed_json(body, where)

    def _refused(self, response, where: str) -> SmedError:
        if response.status_code == NOT_FOUND:
            return SeriesNotFound(
                "HTTP 404: ADB has no value of it for any of these economies and years",
                where,
                "see under which code ADB publishes it now, and in which dataflow",
            )
        if response.status_code == WRONG_DATAFLOW:
            return ResponseInvalid(
                "HTTP 422: the dataflow does not hold this indicator",
                where,
                "correct database_code in component_series.csv",
            )
        return super()._refused(response, where)


class Adb:
    """The API as it stands today: it keeps no past and says no date of a last update."""

    code = SOURCE
    name = "ADB"
    is_recorded = False

    def __init__(self, settings: Settings, rate: RequestRate = RATE):
        self.settings = settings
        self.transport = AdbTransport(settings, rate)
        self._titles: dict[str, str] = {}

    def stages(self, until: date | None = None) -> tuple[None]:
        """There is only now."""
        return (None,)

    @property
    def client(self) -> str:
        """The client and its version, for provenance."""
        import requests

        return f"requests {requests.__version__}"

    def address(self, response: Response) -> str:
        """Where a response came from."""
        return response.url

    def economies(self, plan: Plan) -> tuple[str, ...]:
        """The source's own codes of the plan's members; PlanInvalid if one has none."""
        codes = {row.country_code: row.adb_economy_code for row in plan.adb_economies}
        if without := [country for country in plan.country_codes if country not in codes]:
            raise PlanInvalid(
                f"no economy code of {counted(without)}",
                str(plan.folder / ECONOMIES_SEED),
                "add a row with the code that ADB gives it",
            )
        return tuple(sorted(codes[country] for country in plan.country_codes))

    def countries(self, plan: Plan) -> dict[str, str]:
        """The plan's code of each economy."""
        return {row.adb_economy_code: row.country_code for row in plan.adb_economies}

    def lastupdated(self, database: str, stage: str | None) -> str:
        """Today, UTC: what stands there may be new on any day. No request."""
        return now().date().isoformat()

    def titles(self, database: str, codes: list[str], stage: str | None) -> dict[str, str]:
        """The names of those indicators that stand in ADB's list of codes. One request."""
        listed = self._listed()
        return {code: listed[code] for code in codes if code in listed}

    def missing(self, series: Registered, lastupdated: str) -> tuple[str, str]:
        """What a reader must know and do when the list of codes has no such indicator."""
        near = difflib.get_close_matches(series.code, self._titles, NEAR_CODES, 0)
        named = counted([f"{code} ({self._titles[code]})" for code in near])
        return (
            f"{series.code} is not in ADB's list of indicators, {CODE_LIST}: nothing is fetched"
            " under that code, and no series derived from it is served",
            f"find the indicator in {CODE_LIST} (most alike: {named or 'none'}), then put its code"
            " into component_series.csv and derived_series.csv",
        )

    def series(
        self,
        code: str,
        database: str,
        economies: tuple[str, ...],
        years: range,
        stage: str | None,
    ) -> Answer:
        """The indicator for those economies and years.

        Raises SeriesNotFound, SourceUnavailable or ResponseInvalid; nothing is answered by halves.
        """
        title = self.titles(database, [code], stage).get(code)
        where = f"{self.name}, series {code} of {database}"
        if title is None:
            raise SeriesNotFound(
                f"it is not in ADB's list of indicators, {CODE_LIST}",
                where,
                "put the code that ADB uses into component_series.csv and derived_series.csv",
            )
        key = f"A.{code}.{'+'.join(economies)}"
        address = f"{self._url}/data/ADB,{database}/{key}"
        parameters = {"startPeriod": years[0], "endPeriod": years[-1], "format": "sdmx-csv"}

        def question() -> Answer:
            page = self.transport.get(address, parameters, f"series {code}")
            times = tuple(str(year) for year in years)
            expected = Expected(code, economies, times, None, where, "adb", ECONOMIES_SEED)
            return Answer(read_observations(expected, page.parsed, title), None, (page,))

        return self.transport.ask(address, f"series {code}", question)

    def dated(self, answer: Answer, code: str, lastupdated: str) -> tuple[str, str]:
        """The day on which it was read: ADB says no other."""
        return answer.pages[-1].retrieved_at.date().isoformat(), "date_of_retrieval"

    @property
    def _url(self) -> str:
        return self.settings.adb_url.rstrip("/")

    def _listed(self) -> dict[str, str]:
        """Every indicator's name by its code; asked for once."""
        address = f"{self._url}/structure/codelist/ADB/{CODE_LIST}/+"

        def question() -> dict[str, str]:
            page = self.transport.get(address, {"format": "sdmx-json"}, CODE_LIST)
            lists = [one for one in page.parsed["data"]["codelists"] if one["id"] == CODE_LIST]
            names = {one["id"]: _name(one) for one in lists[0]["codes"] if "id" in one}
            if not names:
                raise ResponseInvalid(
                    "the list of codes is empty",
                    f"{self.name}, {CODE_LIST}",
                    "try again later; if it stays so, tell ADB",
                )
            return names

        if not self._titles:
            self._titles = self.transport.ask(address, CODE_LIST, question)
        return self._titles


def _name(code: dict) -> str:
    return code.get("name") or code["names"]["en"]
