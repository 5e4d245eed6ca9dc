"""One value of Brunei's is broken at the source: who is told what, from the first day to the end.

The value of 2016 comes a thousand times too large. Until it is mended, under the same day of the
database, readers see what the vintage of 2020-06-17 said.
"""

import pytest

from tests.end_to_end.homes import SECOND_LIVE_DAY, api_of
from tests.end_to_end.test_held_back import DATA
from tests.extract.lying_api import altered, cell
from tests.operate.receivers import later, mail_server, urls, webhook

CHECK, BROKEN = "raw.range", 58170


@pytest.fixture
def told(copy_of, live_home):
    """A refresh some days from now; its messages to Brunei and to the secretariat."""
    home = copy_of(live_home)
    with mail_server() as (box, mail_url), webhook() as (posted, hook_url):
        given = urls(secretariat=mail_url, BRN=hook_url)

        def refresh(api, days: int, *arguments: str) -> tuple[list[str], list[str]]:
            done = later(home, days, "refresh", *arguments, **api.addresses, **given)
            assert "Traceback" not in done.stderr
            return posted.take(), box.take()

        yield refresh


def _line(message: str, words: str) -> str:
    """The part of a message from some words on, to the next empty line."""
    assert words in message, message
    return message[message.index(words) :].split("\n\n")[0]


def test_a_broken_cell_is_told_to_its_country_and_the_secretariat_until_it_is_mended(told):
    with api_of(SECOND_LIVE_DAY) as api:
        too_large = altered(lambda page: cell(page, "BRN", "YR2016").update(value=BROKEN))
        api.tell(DATA, too_large, forever=True)
        as_of = ("--as-of", api.day)
        (to_brunei,), (to_all,) = told(api, 0, *as_of)
        for message in (to_brunei, to_all):
            for said in ("Brunei Darussalam", "KPI-09", "2016", str(BROKEN), CHECK):
                assert said in message
            assert "readers see Brunei Darussalam's figures of 2020-06-17" in message
        # the same day, nothing more
        assert told(api, 0, *as_of) == ([], [])
        (to_brunei,), (to_all,) = told(api, 1, *as_of)
        for message in (to_brunei, to_all):
            still = _line(message, "Still failing")
            assert "day 2" in still
            assert str(BROKEN) in still
    with api_of(SECOND_LIVE_DAY) as api:
        (to_brunei,), (to_all,) = told(api, 2)
        for message in (to_brunei, to_all):
            mended = _line(message, "Recovered")
            assert "KPI-09" in mended
            assert CHECK in mended
