"""The ledger keeps every event; the newest of a key speaks."""

import subprocess
import sys

import pytest

from smed.errors import HomeInvalid
from smed.ledger import Ledger


def test_the_newest_event_of_a_key_speaks(tmp_path):
    ledger = Ledger(tmp_path / "home" / "ledger.db")
    assert ledger.latest("check", "a") is None
    ledger.record("check", "a", {"n": 1})
    ledger.record("check", "b", {"n": 2})
    ledger.record("check", "a", {"n": 3})
    assert ledger.latest("check", "a")["n"] == 3
    assert [(key, facts["n"]) for key, facts in ledger.all("check")] == [("a", 3), ("b", 2)]
    assert ledger.all("other") == []


def test_several_processes_may_record_at_once(tmp_path):
    path = tmp_path / "ledger.db"
    script = (
        "import sys; from smed.ledger import Ledger; ledger = Ledger(sys.argv[1])\n"
        "for n in range(20): ledger.record('check', sys.argv[2], {'n': n})"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, str(path), str(name)]) for name in range(4)
    ]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    assert [facts["n"] for _, facts in Ledger(path).all("check")] == [19, 19, 19, 19]


def test_a_damaged_ledger_is_named_with_the_way_out(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(HomeInvalid, match="move it away"):
        Ledger(path).latest("check", "a")
