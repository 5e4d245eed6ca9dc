"""Many files in few processes: whatever a file does to its reader, the others are read."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from extract.submissions import pool as pools
from extract.submissions.limits import MIB, Limits
from extract.submissions.pool import ReaderPool
from smed.errors import MendSetup
from smed.settings import REPOSITORY
from tests.extract.submissions.sent_files import DATA_PART, ROW, codes, rezip, write_workbook

WAIT = 20


@pytest.fixture
def good(tmp_path):
    return write_workbook(tmp_path / "good.xlsx", ROW)


def _children(process_id: int | None = None) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(process_id).children(recursive=True)
        if "extract.submissions.reader_process" in " ".join(child.cmdline())
    ]


def _wait_until(is_so) -> bool:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def killer(tmp_path, monkeypatch):
    """A module that stands before the real reader: files kill it by their names."""
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "deadly_reader.py").write_text(
        "import os, signal, sys, time\n"
        "from extract.submissions import reader_process, reading\n"
        "real = reading.read_told\n"
        "def read_told(path, name, limits, engine):\n"
        "    if name == 'always' or name == 'fast' and engine == 'calamine':\n"
        "        os.abort()\n"
        "    if name == 'hangs': time.sleep(600)\n"
        "    if name == 'burns':\n"
        "        while True: pass\n"
        "    if name == 'eats': return bytearray(2 ** 40)\n"
        "    return real(path, name, limits, engine)\n"
        "reader_process.read_told = read_told\n"
        "reader_process.serve(reader_process.Connection(int(sys.argv[1])))\n"
    )
    monkeypatch.syspath_prepend(stub)
    monkeypatch.setattr(pools, "_MODULE", "deadly_reader")


def _read(files, **limits):
    with ReaderPool(Limits(**limits)) as pool:
        readings = list(pool.read_all(files))
    assert _children() == []
    return readings


def test_files_come_back_in_the_order_in_which_they_were_given(tmp_path, good):
    names = [f"file {number}.xlsx" for number in range(40)]
    files = [(tmp_path / "gone.xlsx" if n % 7 == 3 else good, name) for n, name in enumerate(names)]
    readings = _read(files)
    assert [bool(reading.document) for reading in readings] == [n % 7 != 3 for n in range(40)]
    assert [r.findings[0].file_name for r in readings if r.findings] == names[3::7]


def test_a_reading_is_the_same_as_in_this_process(tmp_path):
    from tests.extract.submissions.sent_files import PROGRESS_FACTS, PROGRESS_ROW, read

    rows = [PROGRESS_ROW, {**PROGRESS_ROW, "Start date": None, "Output quality": 4}]
    path = write_workbook(tmp_path / "a.xlsx", *rows, facts=PROGRESS_FACTS)
    assert _read([(path, path.name)]) == [read(path)]


def test_no_file_is_no_reading():
    assert _read([]) == []


def test_a_reader_that_dies_once_is_replaced_and_the_other_reader_tried(good, killer):
    first, second, third = _read([(good, "fast"), (good, "always"), (good, "good")])
    assert first.document is not None
    assert second.document is None
    assert codes(second) == ["file.reader_died"]
    assert "memory" in second.findings[0].message
    assert third.document is not None


@pytest.mark.parametrize("name", ["hangs", "burns"])
def test_a_file_that_takes_too_long_is_given_up(good, killer, name):
    start = time.monotonic()
    slow, other = _read([(good, name), (good, "good")], seconds=1)
    assert codes(slow) == ["file.reader_died"]
    assert "too long" in slow.findings[0].message
    assert other.document is not None
    assert time.monotonic() - start < WAIT


def test_a_file_that_needs_too_much_memory_is_given_up(good, killer):
    large, other = _read([(good, "eats"), (good, "good")])
    assert codes(large) == ["file.reader_died"]
    assert other.document is not None


def test_a_workbook_that_calamine_cannot_hold_in_memory_is_read_all_the_same(tmp_path):
    """Cells whose rows do not agree with their places: 900 MiB of empty cells for two values."""
    path = write_workbook(tmp_path / "a.xlsx", ROW)
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    cells = "".join(f'<c r="ZZ{row}"><v>1</v></c>' for row in (1, 9999))
    rezip(
        path, {DATA_PART: f"{sheet}<sheetData><row>{cells}</row></sheetData></worksheet>".encode()}
    )
    (reading,) = _read([(path, "a.xlsx")], memory_bytes=256 * MIB)
    assert reading.document is None
    assert "header.not_found" in codes(reading) or "file.reader_died" in codes(reading)


def test_children_are_replaced_after_so_many_files(good):
    with ReaderPool(Limits(readers=1, files_per_reader=2)) as pool:
        seen = set()
        for _ in pool.read_all([(good, "a")] * 6):
            seen |= {child.pid for child in _children()}
    assert len(seen) >= 2


def test_a_caller_that_stops_early_leaves_no_process(good):
    with ReaderPool() as pool:
        readings = pool.read_all([(good, "a")] * 100)
        assert next(readings).document is not None
        readings.close()
        (again,) = pool.read_all([(good, "again")])
        assert again.document is not None
    assert _children() == []


def test_a_reader_that_cannot_start_is_no_fault_of_the_file(good, monkeypatch):
    monkeypatch.setattr(pools, "_MODULE", "no_such_module")
    with pytest.raises(MendSetup, match="does not start"):
        _read([(good, "a")])


PARENT = """
import sys
from pathlib import Path
from extract.submissions.pool import ReaderPool
with ReaderPool() as pool:
    for number, _ in enumerate(pool.read_all((Path(sys.argv[1]), "a") for _ in range(10 ** 9))):
        if number == 20:
            print("reading", flush=True)
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_child_outlives_its_parent(good, sign):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(good)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert parent.stdout.readline() == b"reading\n"
    children = _children(parent.pid)
    assert children
    parent.send_signal(sign)
    parent.wait(WAIT)
    parent.stdout.close()
    assert _wait_until(lambda: not any(child.is_running() for child in children))


def test_a_child_knows_no_secret(monkeypatch, good):
    monkeypatch.setenv("SMED_WORLD_BANK_URL", "https://secret.example")
    with ReaderPool(Limits(readers=1)) as pool:
        readings = pool.read_all([(good, "a")] * 3)
        next(readings)
        (child,) = _children()
        assert "secret" not in str(child.environ())
