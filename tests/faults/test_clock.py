"""The machine's clock and zone decide nothing that is published from recorded figures."""

from tests.end_to_end.homes import contents


def test_another_zone_and_a_clock_a_year_ahead_change_nothing(home_of_two_releases, refreshed_home):
    home, _ = home_of_two_releases
    here, there = refreshed_home.manifest(), home.manifest()
    assert int(there["published_at"][:4]) > int(here["published_at"][:4])  # it did travel
    assert (there["run_id"], there["as_of"]) == (here["run_id"], here["as_of"])
    assert contents(there) == contents(here)
    assert home.bytes_of("raw") == refreshed_home.bytes_of("raw")
