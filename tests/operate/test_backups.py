"""A home comes back from its backup byte for byte, or not at all."""

import gzip
import io
import os
import shutil
import tarfile
import threading
from pathlib import Path

import pytest

from operate.backups import LEFT_OUT, WAIT_SECONDS, back_up, restore
from publish.releases import published_number
from publish.verification import verify_release
from smed import home
from smed.errors import BackupDamaged, HomeBusy, HomeInvalid
from smed.files import json_bytes
from smed.settings import Settings


@pytest.fixture(scope="module")
def kept(refreshed_home, tmp_path_factory) -> Settings:
    """A home with a release, an inbox and a note of an alert."""
    path = tmp_path_factory.mktemp("kept") / "home"
    shutil.copytree(refreshed_home.path, path, symlinks=True)
    (path / "inbox" / "VNM").mkdir(parents=True, exist_ok=True)
    (path / "inbox" / "VNM" / "báo cáo.csv").write_bytes(b"not read yet")
    (path / "airflow").mkdir(exist_ok=True)
    (path / "airflow" / "passwords.json").write_bytes(b"a secret")
    return Settings.load(home=path)


@pytest.fixture(scope="module")
def backup(kept, tmp_path_factory) -> Path:
    """A backup of that home."""
    path = tmp_path_factory.mktemp("backups") / "home.tar.gz"
    back_up(kept, path)
    return path


def _contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and mode of what a backup is about, by name."""
    files = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder): path for path in files}
    return {
        str(name): (path.read_bytes(), path.stat().st_mode)
        for name, path in names.items()
        if name.parts[0] not in LEFT_OUT and not any(p.startswith(".") for p in name.parts)
    }


def test_a_restored_home_is_the_same_byte_for_byte(kept, backup, settings):
    facts = restore(settings, backup)
    assert _contents(settings.home) == _contents(kept.home)
    assert facts["release"] == published_number(settings) == published_number(kept)
    assert os.readlink(settings.published) == os.readlink(kept.published)
    assert verify_release(settings, facts["release"]) > 0
    assert set(facts["files"]) == set(_contents(kept.home))


def test_a_damaged_release_is_kept_as_it_is_and_said(refreshed_home, copy_of, tmp_path):
    home_ = copy_of(refreshed_home)
    file = home_.path / "published" / "csv" / "sources.csv"
    file.chmod(0o644)
    file.write_bytes(b"other")
    done = home_.smed("backup", str(tmp_path / "b.tar.gz"))
    assert done.returncode == 1
    assert "csv/sources.csv" in done.stderr
    assert "keep the backup before" in done.stderr
    assert (tmp_path / "b.tar.gz").exists()


def test_keys_and_what_can_be_made_again_are_left_out(backup):
    with tarfile.open(backup) as archive:
        tops = {name.split("/")[0] for name in archive.getnames()}
    assert {"raw", "releases", "ledger.db", "inbox", "home.json"} <= tops
    assert not tops & (LEFT_OUT | {".lock"})


def test_a_home_that_is_not_empty_is_left_as_it_is(kept, backup):
    before = _contents(kept.home)
    with pytest.raises(HomeInvalid, match="is not empty"):
        restore(kept, backup)
    assert _contents(kept.home) == before


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flipped(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def _of(members: dict[str, bytes], link: str = "") -> bytes:
    """A gzipped tar file of these members."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        if link:
            member = tarfile.TarInfo("raw")
            member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return packed.getvalue()


_FACTS = json_bytes({"made_at": "2026-01-01", "release": None, "files": {}})


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _flipped,
        lambda _: b"",
        lambda _: b"PK\x03\x04",
        lambda _: gzip.compress(b"no tar"),
        lambda _: _of({"raw/x": b"1"}),
        lambda _: _of({"raw/x": b"1", "backup.json": _FACTS}),
        lambda _: _of({"backup.json": b"{}"}),
        lambda _: _of({"../outside": b"1", "backup.json": _FACTS}),
        lambda _: _of({"/tmp/smed-outside": b"1", "backup.json": _FACTS}),
        lambda _: _of({"backup.json": _FACTS}, link="/etc"),
    ],
    ids=[
        "cut",
        "flipped",
        "empty",
        "zip",
        "no-tar",
        "no-facts",
        "stranger",
        "no-keys",
        "outside",
        "absolute",
        "link",
    ],
)
def test_a_damaged_backup_is_refused_and_the_home_stays_empty(backup, settings, tmp_path, damage):
    path = tmp_path / "damaged.tar.gz"
    path.write_bytes(damage(backup.read_bytes()))
    with pytest.raises(BackupDamaged, match="is not whole") as refused:
        restore(settings, path)
    assert str(path) in str(refused.value)
    assert list(settings.home.iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_what_a_killed_restore_left_is_no_hindrance(backup, settings):
    (settings.home / ".restoring" / "raw").mkdir(parents=True)
    restore(settings, backup)
    assert not (settings.home / ".restoring").exists()


def test_a_backup_is_never_written_over_nor_into_its_home(kept, backup):
    with pytest.raises(HomeInvalid, match="is there already"):
        back_up(kept, backup)
    with pytest.raises(HomeInvalid, match="lies in the home"):
        back_up(kept, kept.home / "backup.tar.gz")


def test_no_home_or_no_file_is_said(settings, tmp_path):
    with pytest.raises(HomeInvalid, match="there is no home here"):
        back_up(settings, tmp_path / "b.tar.gz")
    with pytest.raises(HomeInvalid, match="there is no such file"):
        restore(settings, tmp_path / "b.tar.gz")


def test_it_waits_for_who_writes_and_leaves_nothing_if_that_takes_too_long(
    kept, tmp_path, monkeypatch
):
    path = tmp_path / "b.tar.gz"
    monkeypatch.setattr("operate.backups.WAIT_SECONDS", 0.1)
    with home.writing(kept, "a refresh"), pytest.raises(HomeBusy, match="a refresh of"):
        back_up(kept, path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("operate.backups.WAIT_SECONDS", WAIT_SECONDS)
    with home.writing(kept, "a refresh"):
        waiting = threading.Thread(target=back_up, args=(kept, path))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join()
    assert path.exists()
