"""The counter by which the demo and the service are held to call nobody."""

import pytest

from tests.end_to_end.calls_out import count
from tests.end_to_end.processes import PYTHON, run, without_network

ASK = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
    one.connect_ex((sys.argv[1], 80))
"""


@pytest.mark.parametrize(("address", "expected"), [("192.0.2.1", 1), ("127.0.0.1", 0)])
def test_it_counts_who_wants_to_leave_and_nobody_else(tmp_path, address, expected):
    prefix = without_network()
    if not prefix:
        pytest.skip("no network namespace can be made here")
    counting = ("unshare", "--uts", PYTHON, "-m", "tests.end_to_end.calls_out")
    report = tmp_path / "count"
    done = run(*prefix, *counting, str(report), PYTHON, "-c", ASK, address)
    assert done.returncode == 0, done.stderr
    assert int(report.read_text()) == expected


def test_it_can_be_read_anywhere():
    assert count() >= 0
