"""Who may share a storage: homes of one kind and one history, on one that keeps conditions."""

import pytest

from operate import sharing
from smed import home
from smed.errors import HomeInvalid, StorageRefused
from smed.storage import Storage


@pytest.fixture
def joined(shared):
    """A home that shares the storage."""
    settings = shared("first")
    home.claim(settings, "recorded")
    sharing.join(settings)
    return settings


def test_who_comes_with_nothing_is_one_home_with_the_others(joined, shared):
    second = shared("second")
    home.claim(second, "recorded")
    assert home.identity(second) != home.identity(joined)
    sharing.join(second)
    assert home.identity(second) == home.identity(joined)


def test_a_home_with_releases_of_its_own_stays_what_it_is(joined, shared):
    second = shared("second")
    home.claim(second, "recorded")
    name = home.identity(second)
    (second.releases / "1").mkdir(parents=True)
    second.published.symlink_to("releases/1")
    with pytest.raises(HomeInvalid, match="has releases of its own"):
        sharing.join(second)
    assert home.identity(second) == name


def test_a_storage_that_keeps_no_conditions_is_refused_before_anything_is_there(
    shared, storage, monkeypatch
):
    settings = shared("first")
    home.claim(settings, "recorded")
    monkeypatch.setattr(Storage, "put", lambda *_: "written in any case")
    with pytest.raises(StorageRefused, match="does not know conditional writes"):
        sharing.join(settings)
    assert storage.list("") == {}
