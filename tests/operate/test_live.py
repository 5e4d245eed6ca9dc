"""Live sources: an API on a real socket, and what a refresh makes of one that fails."""

import json
import socket

import duckdb

from tests.end_to_end.homes import FIRST_LIVE_DAY, SECOND_LIVE_DAY, api_of, refresh_live
from tests.extract.lying_api import answer

FAILING = "SL.TLF.CACT.FE.ZS"
OTHER = "GB.XPD.RSDV.GD.ZS"


def _vintages(home, release: int) -> dict[str, str]:
    """The newest vintage of each series that a release is made of."""
    pinned = home.manifest(release)["inputs"]
    return {row["series"]: row["vintage_date"] for row in pinned}


def test_live_figures_are_published_as_such(live_home):
    manifest = live_home.manifest()
    assert (manifest["sources"], manifest["as_of"]) == ("live", FIRST_LIVE_DAY)
    (landed,) = live_home.landed(OTHER)
    facts = json.loads(landed.with_suffix(".provenance.json").read_bytes())
    assert (facts["is_recorded"], facts["retrieved_at"][:2]) == (False, "20")
    (response,) = facts["responses"]
    kept = live_home.path / "raw" / "world_bank" / "responses" / f"{response}.provenance.json"
    assert json.loads(kept.read_bytes())["url"].startswith("http://")
    with duckdb.connect(live_home.path / "published" / "smed.duckdb", read_only=True) as connection:
        query = "select count(*) from marts.kpi_observations where observation_status = 'reported'"
        assert connection.execute(query).fetchone()[0] > 0
    # a series that the source did not have yet is noted, and stops nothing
    (finding,) = live_home.status["findings"]
    assert finding["severity"] == "warning"


def test_a_series_that_fails_keeps_its_last_good_vintage_and_the_others_go_on(copy_of, live_home):
    copy = copy_of(live_home)
    before = copy.bytes_of("releases/1")
    with api_of(SECOND_LIVE_DAY) as api:
        api.tell(f"/series/{FAILING}/country", answer("down", 503), forever=True)
        done = refresh_live(copy, api, status=1)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"smed: World Bank, series {FAILING}")
    assert "HTTP 503" in last
    assert "Traceback" not in done.stderr
    first, second = _vintages(copy, 1), _vintages(copy, 2)
    assert copy.shown == 2
    assert second[FAILING] == first[FAILING] < SECOND_LIVE_DAY
    assert second[OTHER] > first[OTHER]
    critical = [row for row in copy.status["findings"] if row["severity"] == "critical"]
    assert [row["series"] for row in critical] == [FAILING]
    assert critical[0]["message"] in last
    assert copy.status["outcome"] == "published"
    assert copy.bytes_of("releases/1") == before


def test_an_api_that_cannot_be_reached_leaves_the_release_and_says_how_old_it_is(
    copy_of, live_home
):
    copy = copy_of(live_home)
    before = copy.bytes_of("releases")
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v2"
        done = copy.smed("refresh", SMED_WORLD_BANK_URL=url, SMED_ADB_URL=url)
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert last.startswith(f"smed: World Bank, database 2, {url}")
    assert last.endswith("try again later; see whether this machine reaches the address")
    assert copy.bytes_of("releases") == before
    status = copy.status
    assert (status["outcome"], status["release"]) == ("failed", 1)
    assert status["message"] == last.removeprefix("smed: ")
    assert status["fresh_until"] == live_home.status["fresh_until"]
