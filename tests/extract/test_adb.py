"""ADB's figures land as they came, scaled, with their flags; what is odd about them is named."""

import json
import time
from datetime import UTC, datetime

import duckdb
import pytest
import time_machine
from werkzeug import Response

from extract.adb import RATE, Adb
from extract.request_rate import RequestRate
from extract.world_bank import WorldBank
from smed.errors import ResponseInvalid, SeriesNotFound, SettingInvalid, SourceUnavailable
from tests.extract.conftest import Extraction
from tests.extract.kidb_api import EMPLOYED, GDP, HEADER, land, line, marked

DATA = r"/data/"
ECONOMIES = "BRU+CAM+INO+LAO+MAL+MYA+PHI+SIN+THA+VIE"


def landed(home: Extraction, series: str = GDP) -> list[tuple]:
    """The rows of every vintage of a series, in the order of their files."""
    files = home.settings.raw / "adb" / "observations" / series / "*.parquet"
    columns = "economy, time, value, obs_status, unit, base_year, footnote"
    with duckdb.connect() as connection:
        query = f"select {columns} from read_parquet('{files}') order by vintage_date, 1, 2"
        return connection.execute(query).fetchall()


def rules(result: dict) -> list[str]:
    return [found["rule"] for found in result["findings"]]


def test_what_lands_is_scaled_and_keeps_flags_units_and_footnotes(kidb, home):
    kidb.rows[GDP] = [
        line("THA", 2016, "1389.76985", mult="12", base="2002", footnote="a, b"),
        line("THA", 2017, "7e9", mult="", status="B"),
        line("LAO", 2016, "", status="M"),
    ]
    assert len(land(home)["landed"]) == 1
    assert landed(home) == [
        ("LAO", "2016", None, "M", "LAK", None, None),
        # 1389.76985 x 10^12, to the digit
        ("THA", "2016", 1389769850000000.0, "A", "THB", "2002", "a, b"),
        ("THA", "2017", 7e9, "B", "THB", None, None),
    ]


def test_the_question_names_the_economies_by_their_codes_and_the_years(kidb, home):
    land(home)
    asked = kidb.asked[-1]
    assert asked.path == f"/sdmx/data/ADB,DF_KIDB/A.{GDP}.{ECONOMIES}"
    year = str(datetime.now(UTC).year)
    wanted = {"startPeriod": "2010", "endPeriod": year, "format": "sdmx-csv"}
    assert dict(asked.args) == wanted


def test_a_vintage_is_dated_by_its_retrieval_and_names_its_response(kidb, home):
    land(home)
    folder = home.settings.raw / "adb"
    (provenance,) = (folder / "observations" / GDP).glob("*.provenance.json")
    facts = json.loads(provenance.read_bytes())
    assert facts["vintage_date"] == datetime.now(UTC).date().isoformat()
    assert facts["vintage_basis"] == "date_of_retrieval"
    assert facts["client"].startswith("requests ")
    (digest,) = facts["responses"]
    assert (folder / "responses" / f"{digest}.csv").read_text().startswith(HEADER)


def test_unchanged_content_lands_nothing_and_is_asked_for_once_a_day(kidb, home):
    with time_machine.travel("2026-03-01T05:00:00Z", tick=False):
        due = home.due(opened=home.opened)
        assert [item["source"] for item in due["series"]] == ["ADB", "ADB"]
        for item in due["series"]:
            home.land(item, opened=home.opened)
        asked = len(kidb.asked)
        assert home.due(opened=home.opened)["series"] == []
        assert len(kidb.asked) == asked
    with time_machine.travel("2026-03-02T05:00:00Z", tick=False):
        items = home.due(opened=home.opened)["series"]
        assert [home.land(item, opened=home.opened)["landed"] for item in items] == [[], []]
        assert home.due(opened=home.opened)["series"] == []


def test_a_flag_that_is_set_later_is_a_new_vintage(kidb, home):
    with time_machine.travel("2026-03-01T05:00:00Z", tick=False):
        land(home)
    kidb.rows[GDP][1] = line("THA", 2017, "1.6", status="B")
    with time_machine.travel("2026-04-01T05:00:00Z", tick=False):
        assert len(land(home)["landed"]) == 1
    assert [row[3] for row in landed(home)] == ["A", "A", "A", "B"]


def test_rows_that_stand_twice_are_taken_once_and_counted(kidb, home):
    kidb.rows[GDP] += [line("THA", 2017, "1.60", footnote="x"), line("THA", 2016, "1.5")]
    result = land(home)
    assert [row[:3] for row in landed(home)] == [("THA", "2016", 1.5e9), ("THA", "2017", 1.6e9)]
    (found,) = [f for f in result["findings"] if f["rule"] == "adb.cell.repeated"]
    assert found["observed"] == "2"


@pytest.mark.parametrize(
    ("other", "second"),
    [
        ({"mult": "6"}, "1600000.0 A VND None"),
        ({"status": "B"}, "1600000000.0 B VND None"),
        ({"unit": "YYY"}, "1600000000.0 A YYY None"),
    ],
)
def test_rows_of_one_cell_that_differ_hold_their_economy_back_with_both_named(
    kidb, home, other, second
):
    kidb.rows[GDP] += [line("VIE", 2017, "1.6"), line("VIE", 2017, "1.6", **other)]
    land(home)
    (*_, (economy, time, value, said, rule)) = marked(home)
    assert (economy, time, value, rule) == ("VIE", "2017", None, "adb.cell.unique")
    assert "1600000000.0 A VND None" in said
    assert second in said
    assert said.endswith("instead of one row for the cell")


@pytest.mark.parametrize("value", ["..", "n/a", "1,5", "NaN", "Infinity", "1e999", "1_000", "๑"])
def test_a_value_that_is_no_finite_number_holds_its_economy_back(kidb, home, value):
    kidb.rows[GDP].append(line("VIE", 2016, f'"{value}"'))
    (found, other) = land(home)["findings"]
    assert (found["rule"], found["country"], found["year"]) == ("adb.value.numeric", "VNM", 2016)
    # it has no value that counts, which is not the same as having reported none
    assert (other["rule"], "VIE" in other["message"]) == ("adb.economy.reported", False)
    said = f"'{value}' x 10^'9' instead of a finite number"
    assert marked(home) == [
        ("THA", "2016", 1.5e9, None, None),
        ("THA", "2017", 1.6e9, None, None),
        ("VIE", "2016", None, said, "adb.value.numeric"),
    ]


def test_a_year_that_was_not_asked_for_marks_the_newest_cell_of_its_economy(kidb, home):
    kidb.rows[GDP] += [line("VIE", 2016, "2"), line("VIE", 1959, "2")]
    land(home)
    newest = str(datetime.now(UTC).year)
    said = "1959 instead of a year asked for"
    assert marked(home)[2:] == [
        ("VIE", "2016", 2e9, None, None),
        ("VIE", newest, None, said, "adb.time.expected"),
    ]


def test_if_every_economy_that_answers_is_bad_nothing_lands(kidb, home):
    kidb.rows[GDP] = [line("THA", 2016, ".."), line("VIE", 1959, "2")]
    with pytest.raises(ResponseInvalid, match=r"THA 2016 is .* VIE 1959 is 1959") as raised:
        land(home)
    rules_ = [found["rule"] for found in raised.value.findings]
    assert rules_ == ["adb.value.numeric", "adb.time.expected"]
    assert list(home.settings.raw.rglob("*.parquet")) == []


@pytest.mark.parametrize("other", [{"freq": "Q"}, {"indicator": "NGDP_XDC"}])
def test_another_series_than_was_asked_for_is_refused(kidb, home, other):
    kidb.rows[GDP].append(line("LAO", 2016, "2", **other))
    with pytest.raises(ResponseInvalid, match="was asked for"):
        land(home)


def test_other_economies_are_left_out_and_counted_and_those_without_a_value_named(kidb, home):
    kidb.rows[GDP].append(line("FIJ", 2016, "2"))
    result = land(home)
    assert rules(result) == ["adb.economy.known", "adb.economy.reported"]
    assert "1 rows of other economies left out: FIJ" in result["findings"][0]["message"]
    # nine of the ten
    assert "BRU, CAM, INO, LAO, MAL and 4 more" in result["findings"][1]["message"]


def test_an_answer_that_shrinks_is_held_back(kidb, home):
    kidb.rows[GDP] = [line("THA", year, "1") for year in range(2010, 2020)]
    land(home)
    kidb.rows[GDP] = kidb.rows[GDP][:5]
    with pytest.raises(ResponseInvalid, match="5 values, last time 10"):
        land(home)


def test_an_answer_about_other_economies_only_says_whose_codes_came(kidb, home):
    kidb.rows[GDP] = [line("BRN", 2016, "20")]
    with pytest.raises(ResponseInvalid) as raised:
        land(home)
    assert str(raised.value) == (
        f"ADB, series {GDP}: no value at all, and none was ever held (1 rows of other economies"
        " left out: BRN; no value of BRU, CAM, INO, LAO, MAL and 5 more); see whether a member of"
        " the plan goes by one of these codes, and put it into adb_economies.csv; if none does,"
        " nothing is needed; nothing landed; look into the response kept in raw"
    )
    rules_ = [found["rule"] for found in raised.value.findings]
    assert rules_ == ["adb.economy.known", "adb.economy.reported"]


def test_an_answer_that_is_about_other_economies_later_says_so_beside_the_count(kidb, home):
    land(home)
    kidb.rows[GDP] = [line("BRN", 2016, "20")]
    with pytest.raises(ResponseInvalid, match=r"0 values, last time 2 \(1 rows of .* out: BRN;"):
        land(home)


def test_a_source_that_there_is_nothing_to_ask_is_no_answer_beside_one_that_fails(
    kidb, api, home, settings
):
    for item in home.due(opened=home.opened)["series"]:
        home.land(item, opened=home.opened)
    api.tell("/sources/", lambda *_: Response("down", 503), forever=True)
    with pytest.raises(SourceUnavailable, match="World Bank, database 2"):
        home.due(opened={"WB": WorldBank(settings), **home.opened})


# the list of codes


def test_a_code_that_is_not_in_the_list_is_a_finding_that_says_what_to_do(kidb, home):
    kidb.titles = {"NGDP_RX_XDC": "GDP at 2015 prices", EMPLOYED: "Employed persons"}
    due = home.due(opened=home.opened)
    assert [item["series"] for item in due["series"]] == [EMPLOYED]
    (found,) = due["findings"]
    assert (found["rule"], found["series"]) == ("adb.series.missing", GDP)
    assert "not in ADB's list of indicators, CL_KIDB_INDICATORS" in found["message"]
    assert "NGDP_RX_XDC (GDP at 2015 prices)" in found["next_step"]
    assert "component_series.csv and derived_series.csv" in found["next_step"]
    with pytest.raises(SeriesNotFound, match="not in ADB's list of indicators"):
        land(home)


def test_a_believed_code_with_another_meaning_is_held_back(kidb, home):
    kidb.titles[GDP] = "Gross domestic product deflator"
    due = home.due(opened=home.opened)
    assert [found["rule"] for found in due["findings"]] == ["adb.series.title"]
    assert [item["series"] for item in due["series"]] == [EMPLOYED]


@pytest.mark.parametrize("body", [b"[]", b'{"data": {}}', b'{"data": {"codelists": []}}'])
def test_a_list_of_codes_of_another_shape_is_refused(kidb, home, body):
    kidb.tell("/structure/", lambda _: Response(body))
    with pytest.raises(ResponseInvalid, match="CL_KIDB_INDICATORS"):
        home.due(opened=home.opened)


# transport


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (404, SeriesNotFound, "no value of it for any of these economies"),
        (422, ResponseInvalid, "correct database_code in component_series.csv"),
        (403, ResponseInvalid, "HTTP 403"),
    ],
)
def test_a_refusal_says_what_it_means_and_is_not_repeated(kidb, home, status, error, said):
    kidb.tell(DATA, lambda _: Response("no", status))
    with pytest.raises(error, match=said):
        land(home)
    assert sum("/data/" in request.path for request in kidb.asked) == 1


@pytest.mark.parametrize(
    "lie",
    [
        lambda _: Response("down", 503),
        lambda _: Response("slowly", 429, {"Retry-After": "0"}),
        lambda _: Response("<html>maintenance</html>"),
        lambda _: Response(HEADER + "\n" + line("THA", 2016, "1.5")[:40]),
        lambda _: Response(HEADER + "\n" + 'ADB,A,"cut in a footnote'),
        lambda _: Response(b"\xff\xfe\x00"),
        lambda _: time.sleep(1) or Response("too late"),
    ],
)
def test_what_may_heal_is_asked_again(kidb, home, lie):
    kidb.tell(DATA, lie)
    result = land(home)
    assert (len(result["landed"]), result["retries"]) == (1, 1)


def test_a_fault_that_stays_is_an_error_and_its_response_is_kept(kidb, home):
    for _ in range(3):
        kidb.tell(DATA, lambda _: Response("<html>maintenance</html>"))
    with pytest.raises(SourceUnavailable, match=f"series {GDP}.*not SDMX-CSV: <html>maintenance"):
        land(home)
    kept = list((home.settings.raw / "adb" / "responses").glob("*.csv"))
    assert [path.read_bytes() for path in kept] == [b"<html>maintenance</html>"]


def test_a_missing_column_is_refused_by_name(kidb, home):
    header = HEADER.replace("UNIT_MULT", "SCALE")
    kidb.tell(DATA, lambda _: Response(header + "\n" + line("THA", 2016, "1.5")))
    with pytest.raises(ResponseInvalid, match="columns are missing or doubled: UNIT_MULT"):
        land(home)


def test_a_wrong_address_names_its_setting(home, settings):
    wrong = Adb(settings.model_copy(update={"adb_url": "http://:80:80"}), RequestRate(9, 1))
    with pytest.raises(SettingInvalid, match="SMED_ADB_URL"):
        wrong.titles("DF_KIDB", [GDP], None)


# twenty a minute


def test_no_window_of_a_minute_sees_more_than_its_share():
    moments, clock = [], [0.0]
    rate = RequestRate(20, 60, lambda: clock[0], lambda s: clock.__setitem__(0, clock[0] + s))
    for _ in range(65):
        rate.wait()
        moments.append(clock[0])
        clock[0] += 0.5
    for moment in moments:
        assert sum(moment <= other < moment + 60 for other in moments) <= 20
    # 20 at once, and the 61st begins the fourth minute
    assert (moments[19], moments[20], moments[60]) == (9.5, 60.0, 180.0)


def test_whoever_asks_in_this_process_shares_one_rate(settings):
    assert Adb(settings).transport.rate is Adb(settings).transport.rate is RATE
    assert (RATE._turns.maxlen, RATE.seconds) == (20, 60)


def test_every_request_waits_its_turn_retries_too(kidb, home, settings):
    waited = []
    rate = RequestRate(1, 0.05, sleep=lambda seconds: waited.append(seconds))
    home.opened = {"ADB": Adb(settings, rate)}
    kidb.tell(DATA, lambda _: Response("down", 503))
    land(home)
    # the list of codes, the answer that failed, the one that did not
    assert len(kidb.asked) == 3
    assert len(waited) == 2


def test_with_recorded_figures_adb_is_not_asked_for_none_of_it_is_recorded(kidb, home):
    due = home.due("recorded")
    assert {item["source"] for item in due["series"]} == {"WB"}
    assert kidb.asked == []
