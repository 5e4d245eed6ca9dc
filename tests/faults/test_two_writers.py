"""One writer at a time works in a home; the other is told who, and since when."""

import threading

from tests.end_to_end.homes import FIRST_LIVE_DAY, Home, api_of
from tests.end_to_end.processes import SMED, Running
from tests.extract.lying_api import Lie, altered


def _slow(is_asked: threading.Event, may_answer: threading.Event) -> Lie:
    """The truth, once the test lets it go."""

    def lie(request, truth):
        is_asked.set()
        assert may_answer.wait(60)
        return altered(lambda page: page)(request, truth)

    return lie


def _refresh_command(home: Home) -> tuple[str, ...]:
    return (SMED, "refresh", "--as-of", FIRST_LIVE_DAY, "--home", str(home.path))


def test_of_two_refreshes_one_wins_and_the_other_names_it(copy_of, live_home):
    copy = copy_of(live_home)
    is_asked, may_answer = threading.Event(), threading.Event()
    with api_of(FIRST_LIVE_DAY) as api:
        api.tell("/sources/2$", _slow(is_asked, may_answer))
        address = {**copy.variables, **api.addresses}
        with Running(*_refresh_command(copy), **address) as first:
            try:
                assert is_asked.wait(60)
                second = copy.smed("refresh", **api.addresses)
                rollback = copy.smed("rollback", "1")
            finally:
                may_answer.set()
            assert first.wait() == 0, first.said
    assert (second.returncode, rollback.returncode) == (1, 1)
    for done in (second, rollback):
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"smed: {copy.path}: a refresh of ")
        assert f"(process {first.pid}) writes here since 20" in line
        assert line.endswith("wait until it is done, then run the command again")
    assert "Nothing changed: release 1 stays." in first.said
    # the one that lost did not overwrite what the winner said
    assert copy.status["outcome"] == "unchanged"
