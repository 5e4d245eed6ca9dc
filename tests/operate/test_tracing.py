"""A published number leads back to the bytes that were received."""

import json

from tests.end_to_end.homes import finished

INDONESIA = ("--kpi", "KPI-06", "--country", "IDN")


def test_a_value_is_traced_to_its_file_and_request(refreshed_home):
    done = finished(refreshed_home.smed("trace", *INDONESIA, "--year", "2013", "--json"))
    chain = json.loads(done.stdout)
    # the World Bank revised 48 days to 77 between the two vintages
    versions = [(v["change_type"], v["value"], v["known_from"]) for v in chain["versions"]]
    assert versions == [("added", 48.0, "2013-12-21"), ("changed", 77.0, "2020-07-05")]
    assert chain["observation"]["value"] == 77.0
    source = chain["source"]
    assert (source["vintage_date"], source["licence"]) == ("2020-07-05", "CC BY 4.0")
    (response,) = source["responses"]
    assert "/sources/57/series/IC.REG.DURS/" in response["url"]
    with open(response["path"], encoding="utf-8") as file:
        rows = json.load(file)["source"]["data"]
    cell = {("IDN", "YR2013")}
    found = [r["value"] for r in rows if {_place(r)} == cell]
    assert found == [77]


def _place(row: dict) -> tuple[str, str]:
    ids = {variable["concept"]: variable["id"] for variable in row["variable"]}
    return ids["Country"], ids["Time"]


def test_a_withdrawn_value_says_so_with_what_it_was(refreshed_home):
    done = finished(refreshed_home.smed("trace", *INDONESIA, "--year", "2010"))
    assert "KPI-06 Indonesia 2010: withdrawn" in done.stdout
    assert "added 2013-12-21: 50 until 2020-07-05" in done.stdout


def test_a_missing_value_has_no_source(refreshed_home):
    arguments = ("--kpi", "KPI-05", "--country", "IDN", "--year", "2020", "--json")
    chain = json.loads(finished(refreshed_home.smed("trace", *arguments)).stdout)
    assert chain["observation"]["observation_status"] == "missing"
    assert chain["source"] is None


def test_what_is_not_kept_is_named(refreshed_home):
    done = finished(refreshed_home.smed("trace", *INDONESIA, "--year", "1990"), 1)
    assert "has no row of KPI-06 IDN 1990; choose" in done.stderr


def test_a_received_file_that_was_altered_is_named(refreshed_home, copy_of):
    home = copy_of(refreshed_home)
    path = home.landed("IC.REG.DURS")[-1]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")
    done = finished(home.smed("trace", *INDONESIA, "--year", "2013"), 1)
    assert f"{path}: the received file is gone or is not what it was" in done.stderr
