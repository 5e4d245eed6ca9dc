"""A home with a number of every kind to trace, published without its gate; invented but the first.

To recorded figures of the World Bank two vintages of ADB, three submissions and a correction came.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from extract.asking import Response
from extract.landing import Snapshot, keep_responses, land
from operate import steps
from operate.build import CANDIDATE
from publish.publication import DATA_DOCS, publish
from smed import home
from smed.plan import read_plan
from smed.settings import Settings
from tests.end_to_end.homes import Home, change_plan, copied
from tests.publish.conftest import VERDICT

AS_OF = date(2026, 7, 13)
# upstream says 56.105
CORRECTION = (
    "C-1,SL.TLF.CACT.FE.ZS,LAO,2016,56.105,override,57.5,Two surveys mixed up,"
    "data desk [ticket 7],active,2022-01-01,"
)
# series -> title, value and unit of Indonesia, under ADB's own code of it
COMPONENTS = {
    "NGDP_R_XDC": ("GDP at constant prices", 9.6e15, "IDR"),
    "LE_PE_NUM": ("Employed persons", 1.2e8, "PS"),
}
SENT = {"known_from": "2026-03-01", "submitted_at": "2026-03-01 08:00:00", "is_illustrative": True}
# a KPI of which no sample submission speaks
VALUE = {"kpi_code": "KPI-05", "unit_code": "pct", **SENT}
TABLES = {
    "kpi_submissions": [
        {
            **{"submission_id": "s-1", "party_code": "THA", "country_code": "THA", "value": 41.5},
            **{"observation_year": 2022, "sheet_name": "KPI values", "row_number": 7},
            **{"cell_reference": "E7", **VALUE},
        },
        {
            **{"submission_id": "s-2", "party_code": "VNM", "country_code": "VNM", "value": 30},
            **{"observation_year": 2022, "row_number": 3, **VALUE},
        },
    ],
    "progress_submissions": [
        {
            **{"submission_id": "s-3", "party_code": "THA", "action_line_code": "A-1-2.1"},
            **{"reporting_period": "2020H1", "completed_date": "2020-05-05", **SENT},
        }
    ],
}
FILES = {
    "s-1": ("THA", "answers.xlsx"),
    "s-2": ("VNM", "answers.csv"),
    "s-3": ("THA", "lines.xlsx"),
}


def make_traced(folder: Path, refreshed: Home) -> Home:
    """The home, its newest release made of all of that."""
    made = copied(refreshed, folder)
    seeds = change_plan(folder, corrections=[CORRECTION])
    _prefer_the_ratio(Path(seeds) / "kpi_series.csv")
    settings = Settings.load(home=made.path, plan=seeds)
    plan = read_plan(settings.plan)
    for series in COMPONENTS:
        _land(settings, series)
    for submission_id in FILES:
        _receive(settings, submission_id)
    with home.writing(settings, "a test"):
        run = steps.begin(settings, plan, "recorded", AS_OF, full=True)
        candidate = settings.candidates / run["candidate"] / CANDIDATE
        _submit(candidate)
        steps.build(settings, run)
        publish(settings, run, candidate, VERDICT, candidate.parent / DATA_DOCS)
    return made


def _prefer_the_ratio(path: Path) -> None:
    """ADB's ratio serves before the World Bank's substitute."""
    text = path.read_text(encoding="utf-8")
    first, second = "KPI-01,1,WB", "KPI-01,2,ADB"
    assert first in text
    assert second in text
    text = text.replace(first, "KPI-01,2,WB").replace(second, "KPI-01,1,ADB")
    path.write_text(text, encoding="utf-8")


def _land(settings: Settings, series: str) -> None:
    title, value, unit = COMPONENTS[series]
    address, day = f"https://adb.invalid/{series}", datetime(2026, 1, 5, tzinfo=UTC)
    response = Response(address, f"{series},INO,2016".encode(), 200, day, suffix=".csv")
    kept = keep_responses(settings, "ADB", [(address, response)], False)
    attributes = ("obs_status", "unit", "base_year", "footnote")
    snapshot = Snapshot(
        *("ADB", series, title, "DF_KIDB", None, "2026-01-05", "date_of_retrieval", False),
        *("2026-01-05T00:00:00+00:00", (("INO", "2016", value, "A", unit, "2010", None),)),
        attributes,
    )
    land(settings, snapshot, kept, licence=None)


def _receive(settings: Settings, submission_id: str) -> None:
    """As the intake keeps what was sent."""
    party, name = FILES[submission_id]
    content = f"what {party} sent as {name}".encode()
    digest = hashlib.sha256(content).hexdigest()
    folder = settings.raw / "submissions"
    folder.mkdir(exist_ok=True)
    (folder / f"{digest}{Path(name).suffix}").write_bytes(content)
    facts = {"sha256": digest, "bytes": len(content), "original_name": name, "party_code": party}
    facts |= {"received_at": "2026-03-01T08:00:00+00:00", "actor": "somebody"}
    facts |= {"submission_id": submission_id, "is_illustrative": True}
    (folder / f"{digest}.provenance.json").write_text(json.dumps(facts))


def _submit(candidate: Path) -> None:
    with duckdb.connect(str(candidate)) as connection:
        for table, rows in TABLES.items():
            for row in rows:
                connection.execute(
                    f"insert into inputs.{table} ({', '.join(row)})"
                    f" values ({', '.join('?' * len(row))})",
                    list(row.values()),
                )
