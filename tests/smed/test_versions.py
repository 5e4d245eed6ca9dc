"""An older version refuses the home of a newer one by name, and leaves it as it is."""

import json
import sqlite3

import pytest

from operate import sharing
from operate.backups import back_up, restore
from smed import home
from smed.errors import VersionDiffers
from smed.ledger import SCHEMA_VERSION, Ledger
from smed.settings import Settings
from tests.end_to_end.homes import Home, finished


def _of_a_newer_version(settings) -> None:
    facts = {"sources": "recorded", "format": home.FORMAT + 1}
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / home.KIND_FILE).write_text(json.dumps(facts))


def _user_version(path) -> int:
    connection = sqlite3.connect(path)
    (version,) = connection.execute("pragma user_version").fetchone()
    connection.close()
    return version


@pytest.mark.parametrize(
    "command",
    [("refresh", "--sources", "recorded"), ("status",), ("rollback", "1"), ("health",), ("demo",)],
)
def test_every_command_refuses_the_home_of_a_newer_version(settings, command):
    _of_a_newer_version(settings)
    before = Home(settings.home).bytes_of(".")
    done = finished(Home(settings.home).smed(*command), 1)
    assert done.stderr == (
        f"smed: {settings.home}: a newer smed has written this home (format {home.FORMAT + 1};"
        f" this one knows {home.FORMAT}); use that version or a newer one;"
        " how to go back is in docs/upgrading.md\n"
    )
    assert Home(settings.home).bytes_of(".") == before


def test_so_does_who_takes_a_lock_or_claims_it(settings):
    _of_a_newer_version(settings)
    with pytest.raises(VersionDiffers), home.writing(settings, "a test"):
        raise AssertionError("nobody may write there")
    with pytest.raises(VersionDiffers):
        home.claim(settings, "recorded")


def test_the_backup_of_a_newer_version_leaves_an_empty_home(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(home, "FORMAT", home.FORMAT + 1)
    home.claim(settings, "recorded")
    back_up(settings, tmp_path / "backup.tar.gz")
    monkeypatch.undo()
    other = Settings(home=tmp_path / "other")
    with pytest.raises(VersionDiffers, match="a newer smed has written"):
        restore(other, tmp_path / "backup.tar.gz")
    assert list(other.home.iterdir()) == []


def test_a_home_of_an_older_version_becomes_one_of_this(settings, monkeypatch):
    settings.home.mkdir()
    path = settings.home / home.KIND_FILE
    path.write_text('{"sources": "recorded"}')  # as homes were marked before they said a format
    assert home.kind_of(settings) == "recorded"
    monkeypatch.setattr(home, "FORMAT", home.FORMAT + 1)
    with home.writing(settings, "a test"):
        assert json.loads(path.read_text()) == {"format": home.FORMAT, "sources": "recorded"}
    monkeypatch.undo()
    with pytest.raises(VersionDiffers):
        home.kind_of(settings)


def test_a_storage_that_a_newer_version_shares_is_refused_by_the_older(
    shared, storage, monkeypatch
):
    """Each machine has a home of its own: what they share says its format too."""
    newer, older = shared("newer"), shared("older")
    home.claim(older, "recorded")
    sharing.exchange(older)
    monkeypatch.setattr(home, "FORMAT", home.FORMAT + 1)
    home.claim(newer, "recorded")
    sharing.exchange(newer)
    monkeypatch.undo()
    before = storage.read(home.KIND_FILE)
    with pytest.raises(VersionDiffers) as refused:
        sharing.exchange(older)
    assert str(refused.value).startswith(f"{storage.url}: a newer smed has written this home")
    assert storage.read(home.KIND_FILE) == before


def test_the_ledger_of_a_newer_version_is_refused_and_stays(tmp_path):
    path = tmp_path / "ledger.db"
    Ledger(path).record("check", "a", {"n": 1})
    assert _user_version(path) == SCHEMA_VERSION
    connection = sqlite3.connect(path)
    connection.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    for act in (
        lambda: Ledger(path).latest("check", "a"),
        lambda: Ledger(path).record("check", "b", {}),
    ):
        with pytest.raises(VersionDiffers, match="move the ledger away"):
            act()
    assert path.read_bytes() == before


def test_the_ledger_of_an_older_version_keeps_what_it_holds(tmp_path):
    path = tmp_path / "ledger.db"
    Ledger(path).record("check", "a", {"n": 1})
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 0")  # as ledgers were before they had a version
    connection.close()
    assert Ledger(path).latest("check", "a")["n"] == 1
    assert _user_version(path) == SCHEMA_VERSION
