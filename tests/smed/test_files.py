"""Files are there whole or not at all, and those written once stay as they were."""

import errno
import os
import resource
import shutil
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest

from smed import files
from smed.errors import HomeInvalid, NoSpace, RawAltered
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


@pytest.mark.parametrize("count", [3, files.MANY_FILES])
def test_files_written_together_are_durable_before_any_has_its_name(tmp_path, monkeypatch, count):
    done = []
    fsync, replace, all_of_it = os.fsync, os.replace, files._syncfs()

    def told(name, call):
        return lambda *given: (done.append(name), call(*given))[1]

    monkeypatch.setattr(os, "fsync", told("sync", fsync))
    monkeypatch.setattr(os, "replace", told("name", replace))
    if all_of_it is not None:
        monkeypatch.setattr(files, "_syncfs", lambda: told("sync all", all_of_it))
    together = FilesTogether()
    paths = [tmp_path / "deep" / str(number) for number in range(count)]
    for path in paths:
        together.write_once(path, b"data")
        assert together.holds(str(path))
        assert not path.exists()
    together.finish()
    is_many = count >= files.MANY_FILES and all_of_it is not None
    contents = ["sync all"] if is_many else ["sync"] * count
    # last of all the folder
    assert done == [*contents, *["name"] * count, "sync"]
    assert {path.read_bytes() for path in paths} == {b"data"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o444}
    with pytest.raises(RawAltered, match="other bytes"):
        together.write_once(paths[0], b"other")


def test_where_the_system_cannot_sync_all_each_file_is_synced(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(release="4.19.0-generic"))
    files._syncfs.cache_clear()
    assert files._syncfs() is None
    files._syncfs.cache_clear()


def test_a_disk_that_cannot_sync_gives_no_file_a_name(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_syncfs", lambda: lambda descriptor: errno.ENOSPC)
    together = FilesTogether()
    for number in range(files.MANY_FILES):
        together.write_once(tmp_path / str(number), b"data")
    with pytest.raises(NoSpace, match="no space left"):
        together.finish()
    assert os.listdir(tmp_path) == []


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


def test_a_disk_that_is_full_when_a_folder_is_copied_is_named(tmp_path):
    """``shutil.copytree`` collects the errors of its files into one that has no number."""
    full = shutil.Error([("from/a", "to/a", "[Errno 28] No space left on device: 'to/a'")])
    with pytest.raises(NoSpace, match="No space left"), files.disk_errors(tmp_path):
        raise full
