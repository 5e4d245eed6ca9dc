"""The machine's clock and zone decide nothing that is published from recorded figures."""

from tests.end_to_end.homes import contents, finished
from tests.end_to_end.processes import PYTHON, run

# the whole process, and what it imports, lives a year later
A_YEAR_AHEAD = """
from datetime import datetime, timedelta
import time_machine
time_machine.travel(datetime.now().astimezone() + timedelta(days=365)).start()
from operate.cli import main
main()
"""


def test_another_zone_and_a_clock_a_year_ahead_change_nothing(empty_home, refreshed_home):
    command = (PYTHON, "-c", A_YEAR_AHEAD, "refresh", "--sources", "recorded")
    done = finished(run(*command, "--home", str(empty_home.path), TZ="Asia/Jakarta"))
    assert "published release 1" in done.stderr
    here, there = refreshed_home.manifest(), empty_home.manifest()
    assert int(there["published_at"][:4]) > int(here["published_at"][:4])  # it did travel
    assert (there["run_id"], there["as_of"]) == (here["run_id"], here["as_of"])
    assert contents(there) == contents(here)
    assert there["content_sha256"] == here["content_sha256"]
    assert empty_home.bytes_of("raw") == refreshed_home.bytes_of("raw")
