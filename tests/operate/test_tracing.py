"""A published number leads back to the bytes that were received."""

import json

import pytest

from tests.end_to_end.homes import finished

INDONESIA = ("--kpi", "KPI-06", "--country", "IDN")


def test_a_value_is_traced_to_its_file_and_request(refreshed_home):
    done = finished(refreshed_home.smed("trace", *INDONESIA, "--year", "2013", "--json"))
    chain = json.loads(done.stdout)
    # the World Bank revised 48 days to 77 between the two vintages
    versions = [(v["change_type"], v["value"], v["known_from"]) for v in chain["versions"]]
    assert versions == [("added", 48.0, "2013-12-21"), ("changed", 77.0, "2020-07-05")]
    assert chain["observation"]["value"] == 77.0
    (source,) = chain["sources"]
    # the bytes that were landed say the same
    assert source["in_file"] == {"economy": "IDN", "time": "YR2013", "value": 77.0}
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
    assert chain["sources"] == []


def test_what_is_not_kept_is_named(refreshed_home):
    done = finished(refreshed_home.smed("trace", *INDONESIA, "--year", "1990"), 1)
    assert "has no row of KPI-06 IDN 1990; choose" in done.stderr


def test_a_received_file_that_was_altered_is_named(refreshed_home, copy_of):
    home = copy_of(refreshed_home)
    path = home.landed("IC.REG.DURS")[-1]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")
    done = finished(home.smed("trace", *INDONESIA, "--year", "2013"), 1)
    assert f"{path}: changed since it landed" in done.stderr


def _traced(home, *arguments: str) -> tuple[dict, str]:
    """A chain as JSON, and as it is printed."""
    chain = json.loads(finished(home.smed("trace", *arguments, "--json")).stdout)
    return chain, finished(home.smed("trace", *arguments)).stdout


def test_a_ratio_is_traced_to_both_of_its_components(traced):
    chain, printed = _traced(traced, *("--kpi", "KPI-01", "--country", "IDN", "--year", "2016"))
    # 9.6e15 / 1.2e8
    assert chain["observation"]["value"] == 8e7
    found = {s["role"]: (s["series"], s["in_file"]["value"]) for s in chain["sources"]}
    assert found == {"numerator": ("NGDP_R_XDC", 9.6e15), "denominator": ("LE_PE_NUM", 1.2e8)}
    for source in chain["sources"]:
        (response,) = source["responses"]
        assert response["url"] == f"https://adb.invalid/{source['series']}"
        with open(response["path"], encoding="utf-8") as file:
            assert file.read() == f"{source['series']},INO,2016"
    for said in (
        "numerator: NGDP_R_XDC, vintage 2026-01-05 (date_of_retrieval), GDP at constant prices,"
        " licence not known",
        "denominator: LE_PE_NUM, vintage 2026-01-05",
        "9.6e+15 at INO, 2016",
        "120000000 at INO, 2016",
        "request https://adb.invalid/LE_PE_NUM",
    ):
        assert said in printed


def test_a_corrected_value_says_what_upstream_says_and_why_it_is_not_taken(traced):
    chain, printed = _traced(traced, *("--kpi", "KPI-09", "--country", "LAO", "--year", "2016"))
    assert chain["observation"]["value"] == 57.5
    correction = chain["correction"]
    assert (correction["correction_id"], correction["upstream_value"]) == ("C-1", 56.105)
    assert chain["sources"][0]["in_file"]["value"] == 56.105
    assert "correction C-1: upstream says 56.105; 57.5 instead" in printed
    assert "because: Two surveys mixed up" in printed
    assert "reported to: data desk [ticket 7]" in printed


def test_a_submitted_value_is_traced_to_its_file_sheet_and_cell(traced):
    chain, printed = _traced(traced, *("--kpi", "KPI-05", "--country", "THA", "--year", "2022"))
    (source,) = chain["sources"]
    assert (source["kind"], source["submission_id"]) == ("submission", "s-1")
    cell = source["cell"]
    assert (cell["sheet_name"], cell["row_number"]) == ("KPI values", 7)
    assert "41.5 pct, illustrative" in printed
    assert "submission s-1 from THA, received 2026-03-01T08:00:00+00:00 by somebody" in printed
    assert "file answers.xlsx: 41.5 at KPI values E7" in printed
    assert f"kept as {source['path']}" in printed
    assert f"sha256 {source['sha256']}" in printed


def test_a_value_of_a_csv_file_is_traced_to_its_line(traced):
    _, printed = _traced(traced, *("--kpi", "KPI-05", "--country", "VNM", "--year", "2022"))
    assert "file answers.csv: 30 in line 3" in printed


def test_a_line_is_traced_to_its_reports(traced):
    chain, printed = _traced(traced, *("--action-line", "A-1-2.1", "--period", "2020H2"))
    # completed in the half-year before, and it holds
    assert chain["line"]["delivery_status"] == "completed_on_time"
    assert [report["reporting_period"] for report in chain["reports"]] == ["2020H1"]
    assert "A-1-2.1 2020H2: completed on time, 100 % done, illustrative" in printed
    assert "report for 2020H1: submission s-3 from THA" in printed
    assert "file lines.xlsx: the whole report" in printed
    _, printed = _traced(traced, *("--action-line", "A-1-3.1", "--period", "2020H2"))
    assert "no report for this half-year or an earlier one" in printed


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("submissions/*.xlsx", "changed since it landed"),
        ("submissions/*.provenance.json", "this provenance cannot be read"),
    ],
)
def test_a_submission_that_was_altered_is_named(copy_of, traced, pattern, said):
    copy = copy_of(traced)
    for path in (copy.path / "raw").glob(pattern):
        path.write_text("{}")
    for wanted in (
        ("--kpi", "KPI-05", "--country", "THA", "--year", "2022"),
        ("--action-line", "A-1-2.1", "--period", "2020H2"),
    ):
        done = finished(copy.smed("trace", *wanted), 1)
        assert said in done.stderr
        assert "back from a backup" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--action-line", "A-9", "--period", "2020H2"), 1, "no row of action line A-9 in 2020H2"),
        (("--kpi", "KPI-03"), 2, "Give --kpi, --country and --year, or --action-line and --period"),
        ((*INDONESIA, "--year", "2013", "--period", "2020H2"), 2, "Give --kpi, --country"),
    ],
)
def test_what_cannot_be_traced_is_told_how_to_ask(refreshed_home, arguments, status, said):
    assert said in finished(refreshed_home.smed("trace", *arguments), status).stderr
