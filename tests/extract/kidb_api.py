"""ADB's API on a real socket, with the figures that a test gives it; all of them are invented."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import duckdb
from werkzeug import Request, Response

HEADER = (
    "DATAFLOW,FREQ,INDICATOR,ECONOMY_CODE,TIME_PERIOD,OBS_VALUE,UNIT,UNIT_MULT,DECIMALS,FOOTNOTE,"
    "OBS_STATUS,REF_YEAR,BASE_YEAR,DATA_SOURCE,METHODOLOGY"
)
GDP, EMPLOYED = "NGDP_R_XDC", "LE_PE_NUM"
CURRENCIES = {
    **{"BRU": "BND", "CAM": "KHR", "INO": "IDR", "LAO": "LAK", "MAL": "MYR", "MYA": "MMK"},
    **{"PHI": "PHP", "SIN": "SGD", "THA": "THB", "VIE": "VND"},
}
TITLES = {GDP: "GDP at constant prices", EMPLOYED: "Employed persons"}
Lie = Callable[[Request], Response]


def line(economy: str, year: int, value: str, **other: str) -> str:
    """One row of GDP in billions of the economy's currency, unless told otherwise."""
    unit = CURRENCIES.get(economy, "XXX")
    row = {"freq": "A", "indicator": GDP, "unit": unit, "mult": "9", "status": "A", "base": ""}
    row |= {"footnote": ""} | other
    return (
        f"ADB:DF_KIDB(1.0),{row['freq']},{row['indicator']},{economy},{year},{value},{row['unit']},"
        f'{row["mult"]},0,"{row["footnote"]}",{row["status"]},,{row["base"]},Statistics office,'
    )


def land(home, series: str = GDP) -> dict:
    """Lands a series in a home whose open source is ADB, without asking first whether it is due."""
    day = datetime.now(UTC).date().isoformat()
    stages = [{"stage": None, "lastupdated": day}]
    item = {"source": "ADB", "series": series, "database": "DF_KIDB", "stages": stages}
    return home.land({**item, "full": True}, opened=home.opened)


def marked(home, series: str = GDP) -> list[tuple]:
    """Economy, time, value, problem and rule of each row of the newest landed vintage."""
    folder = home.settings.raw / "adb" / "observations" / series
    newest = max(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    with duckdb.connect() as connection:
        query = "select economy, time, value, problem, rule from read_parquet(?) order by 1, 2"
        return connection.execute(query, [str(newest)]).fetchall()


class KidbApi:
    """Answers with ``rows`` of each indicator and ``titles``; a lie replaces the next answer."""

    def __init__(self, economies: tuple[str, ...] = ("THA",)):
        employed = {"indicator": EMPLOYED, "unit": "PS", "mult": "3"}
        self.titles = dict(TITLES)
        self.rows = {
            GDP: [
                line(e, year, v) for e in economies for year, v in ((2016, "1.5"), (2017, "1.6"))
            ],
            EMPLOYED: [line(economy, 2016, "100.0", **employed) for economy in economies],
        }
        self.asked: list[Request] = []
        self._lies: list[tuple[str, Lie]] = []

    def tell(self, pattern: str, lie: Lie) -> None:
        """Tells a lie once to the next request whose path matches."""
        self._lies.append((pattern, lie))

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        for told in self._lies:
            if re.search(told[0], request.path):
                self._lies.remove(told)
                return told[1](request)
        if "/structure/codelist/ADB/CL_KIDB_INDICATORS/+" in request.path:
            codes = [{"id": code, "names": {"en": name}} for code, name in self.titles.items()]
            lists = [{"id": "CL_KIDB_INDICATORS", "codes": codes}]
            return Response(json.dumps({"data": {"codelists": lists}}))
        indicator = re.search(r"/data/ADB,DF_KIDB/A\.(\w+)\.[A-Z+]+$", request.path)[1]
        return Response("\n".join([HEADER, *self.rows[indicator], ""]), content_type="text/csv")
