"""What is said of a quarantine, and what may be acknowledged: from the gate's tables alone."""

import duckdb
import pytest

from extract import acknowledgements
from operate import quarantines, steps
from operate.acknowledging import acknowledge
from operate.build import CANDIDATE
from smed import home
from smed.errors import ActRefused, HomeInvalid, SettingInvalid
from smed.plan import read_plan
from smed.settings import DBT_PROJECT

PLAN = read_plan(DBT_PROJECT / "seeds")
SERIES, CHECK = "SL.TLF.CACT.FE.ZS", "raw.revision"
RUN = {"candidate": "c", "run_id": "r"}
COMPONENT = "LE_PE_NUM"


def held(country: str, snapshot_id: str = "s2", day: str = "2026-03-01", **facts) -> dict:
    """A row of inputs.held_back_partitions."""
    row = {
        **{"source_code": "WB", "series_code": SERIES, "country_code": country},
        **{"snapshot_id": snapshot_id, "vintage_date": day, "check_id": CHECK},
        **{"observation_year": 2016, "observed_value": "20", "expected": "about 58"},
        **{"message": "m", "next_step": "look", "is_acknowledgeable": True, "is_in_force": True},
        **{"held_since_date": day, "last_good_vintage_date": "2026-02-01", **facts},
    }
    finding_id = f"{row['check_id']}:{row['series_code']}:{country}:{row['snapshot_id']}"
    return {"finding_id": finding_id, **row}


@pytest.fixture
def noted(settings):
    """Notes what stands in a candidate of these tables; the rows by country."""

    def note(*rows: dict, **tables: list[dict]) -> dict[str, dict]:
        path = settings.candidates / RUN["candidate"] / CANDIDATE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute((DBT_PROJECT / "inputs.sql").read_text(encoding="utf-8"))
            for table, given in {"held_back_partitions": rows, **tables}.items():
                for row in given:
                    connection.execute(
                        f"insert into inputs.{table} ({', '.join(row)})"
                        f" values ({', '.join('?' * len(row))})",
                        list(row.values()),
                    )
        made = quarantines.note(settings, PLAN, RUN)
        return {row["country_code"]: row for row in made}

    return note


def test_a_partition_is_told_once_by_its_newest_vintage_since_the_oldest(noted):
    old = held("BRN", "s1", "2026-02-15")
    row = noted(old, held("BRN", held_since_date="2026-02-15"))["BRN"]
    assert (row["vintage_date"], row["since_date"]) == ("2026-03-01", "2026-02-15")
    assert row["finding_ids"] == [old["finding_id"], row["finding_id"]]
    assert row["finding_id"].endswith(":s2")


def test_what_is_mended_is_told_no_longer(noted, settings):
    noted(held("BRN"))
    assert [row["country_code"] for row in quarantines.open_rows(settings)] == ["BRN"]
    assert noted(held("BRN", is_in_force=False)) == {}
    assert quarantines.open_rows(settings) == []


def test_it_is_the_countrys_but_the_engineers_where_all_are_concerned(noted):
    assert noted(held("BRN"))["BRN"]["owner_code"] == "BRN"
    everyone = noted(*map(held, PLAN.country_codes))
    assert {row["owner_code"] for row in everyone.values()} == {"engineers"}
    assert len(everyone) == len(PLAN.country_codes)


def test_a_submission_is_of_the_party_that_sent_it_until_it_takes_it_back(noted):
    sent = {
        **{"submission_id": "s2", "party_code": "THA", "kpi_code": "KPI-03"},
        **{"country_code": "BRN", "observation_year": 2020, "is_illustrative": False},
        **{"known_from": "2026-03-01", "submitted_at": "2026-03-01 08:00:00"},
    }
    row = held("BRN", source_code="NATIONAL", series_code="NATIONAL.KPI-03")
    told = noted(row, kpi_submissions=[sent])["BRN"]
    assert (told["owner_code"], told["kpi_codes"]) == ("THA", ["KPI-03"])
    assert noted(row, kpi_submissions=[sent, {**sent, "is_retracted": True}]) == {}


@pytest.mark.parametrize(
    ("country", "good", "said"),
    [
        ("BRN", "2026-02-01", "Brunei Darussalam's figures of 2026-02-01"),
        ("PHL", "2026-02-01", "Philippines' figures of 2026-02-01"),
        ("PHL", None, "no figure of Philippines"),
    ],
)
def test_it_says_what_readers_see_meanwhile(noted, country, good, said):
    row = noted(held(country, last_good_vintage_date=good))[country]
    assert row["meanwhile"] == said


def test_a_part_of_a_ratio_names_the_kpi_that_the_ratio_serves(noted):
    row = noted(held("IDN", source_code="ADB", series_code=COMPONENT))["IDN"]
    assert row["kpi_codes"] == ["KPI-01"]
    assert row["series_name"] != COMPONENT


def test_it_says_what_to_do_and_where_the_response_lies(noted, settings):
    row = held("BRN")
    assert noted(row)["BRN"]["next_step"] == "look; only if it is right, acknowledge it"
    below = settings.raw / "world_bank"
    landed = below / "observations" / SERIES / "2026-03-01_s2.provenance.json"
    landed.parent.mkdir(parents=True)
    landed.write_text('{"responses": ["abc", "def"]}')
    (below / "responses").mkdir()
    for name in ("abc.json", "abc.provenance.json", "def.json", "other.json"):
        (below / "responses" / name).write_text("{}")
    said = noted(held("BRN", is_acknowledgeable=False))["BRN"]["next_step"]
    assert said == "look; response: raw/world_bank/responses/abc.json and 1 more"
    # of another vintage nothing is said
    assert "response" not in noted(held("BRN", "s3"))["BRN"]["next_step"]


def test_it_was_first_seen_when_the_first_of_its_vintages_was(noted, settings, monkeypatch):
    noted(held("BRN", "s1", "2026-02-15"))
    [before] = quarantines.open_rows(settings)
    noted(held("BRN", "s1", "2026-02-15"), held("BRN"))
    [after] = quarantines.open_rows(settings)
    assert after["first_seen_at"] == before["first_seen_at"] <= home.now().isoformat()


def test_what_no_word_mends_is_refused_with_what_would(noted, settings):
    check = {"check_id": "raw.cell.readable", "is_acknowledgeable": False}
    row = noted(held("BRN", **check, next_step="show it to the source"))["BRN"]
    assert row["command"] is None
    with pytest.raises(ActRefused, match=r"nobody's word makes it right .*show it to the source"):
        acknowledge(settings, row["finding_id"], "it is fine")
    assert acknowledgements.read_all(settings) == []


def test_a_warning_is_acknowledged_for_every_vintage_that_says_it_again(noted, settings):
    warning = {
        **{"finding_id": f"raw.jump:{SERIES}:THA:2016", "check_id": "raw.jump"},
        **{"source_code": "WB", "series_code": SERIES, "country_code": "THA", "message": "m"},
        **{"snapshot_id": "s2", "vintage_date": "2026-03-01", "severity": "warning"},
        **{"is_passed": False, "is_acknowledged": False, "is_in_force": True},
    }
    assert noted(held("BRN"), partition_checks=[warning]).keys() == {"BRN"}
    assert [row["finding_id"] for row in quarantines.warnings(settings)] == [warning["finding_id"]]
    made, is_new = acknowledge(settings, warning["finding_id"], "a real crisis")
    assert is_new
    assert (made.snapshot_id, made.vintage_date) == (None, None)
    assert acknowledgements.read_all(settings) == [made]


def test_a_home_of_recorded_figures_builds_as_of_the_day_of_the_last_word(noted, settings):
    before = steps.resolve_as_of(settings, "recorded", None)
    acknowledge(settings, noted(held("BRN"))["BRN"]["finding_id"], "a new survey")
    assert steps.resolve_as_of(settings, "recorded", None) == home.now().date() > before


def test_nothing_is_acknowledged_where_there_is_nothing(settings):
    with pytest.raises(HomeInvalid, match="there is no home here"):
        acknowledge(settings, "f", "x")
    settings.home.mkdir()
    with pytest.raises(SettingInvalid, match="f: there is no such finding; take one that"):
        acknowledge(settings, "f", "x")


@pytest.mark.parametrize("reason", ["", " \n\t", "broken \udcff bytes", "\x1b[2J"])
def test_a_reason_that_says_nothing_or_is_no_text_is_refused(noted, settings, reason):
    row = noted(held("BRN"))["BRN"]
    with pytest.raises(SettingInvalid, match="--reason"):
        acknowledge(settings, row["finding_id"], reason)
    assert acknowledgements.read_all(settings) == []
