"""Files are there whole or not at all, and those written once stay as they were."""

import os
import resource
import stat
import subprocess
import sys

import pytest

from smed import files
from smed.errors import HomeInvalid, RawAltered
from smed.files import FilesTogether, replace_file, write_once


def test_a_file_written_once_cannot_be_written_by_others(tmp_path):
    path = tmp_path / "deep" / "a"
    assert write_once(path, b"one") is True
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_writing_the_same_again_is_nothing(tmp_path):
    write_once(tmp_path / "a", b"one")
    assert write_once(tmp_path / "a", b"one") is False


def test_writing_other_bytes_is_refused_and_keeps_the_first(tmp_path):
    write_once(tmp_path / "a", b"one")
    with pytest.raises(RawAltered, match="other bytes"):
        write_once(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"one"


def test_files_written_together_get_their_names_together_and_folders_are_synced_once(
    tmp_path, monkeypatch
):
    synced = []
    monkeypatch.setattr(files, "sync_folder", lambda folder: synced.append(folder.name))
    together = FilesTogether()
    for place in ("one/a", "two/b", "one/c"):
        together.write_once(tmp_path / place, b"data")
        assert together.holds(str(tmp_path / place))
        assert not (tmp_path / place).exists()
    together.finish()
    assert synced == ["one", "two"]
    for place in ("one/a", "two/b", "one/c"):
        assert (tmp_path / place).read_bytes() == b"data"
        assert stat.S_IMODE((tmp_path / place).stat().st_mode) == 0o444
    assert len(list(tmp_path.rglob("*.*"))) == 0
    with pytest.raises(RawAltered, match="other bytes"):
        FilesTogether().write_once(tmp_path / "one" / "a", b"other")


def test_of_files_together_none_is_left_beside_where_one_cannot_be_named(tmp_path):
    together = FilesTogether()
    for name in "abc":
        together.write_once(tmp_path / name, b"data")
    (tmp_path / "b").mkdir()
    with pytest.raises(HomeInvalid, match="b"):
        together.finish()
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_replacing_leaves_nothing_beside(tmp_path):
    replace_file(tmp_path / "a", b"one")
    replace_file(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a"]


def test_a_full_disk_is_named_and_leaves_the_old_file(tmp_path):
    """A limit on the size of files stands in for a full disk: the kernel refuses the write."""
    replace_file(tmp_path / "a", b"old")
    script = (
        "import signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from smed.errors import NoSpace; from smed.files import replace_file\n"
        "try: replace_file(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except NoSpace as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a")],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert "no space left" in done.stdout
    assert str(tmp_path / "a") in done.stdout
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]
