"""Machines that share a storage see one release, the one that its pointer names."""

import json
import os

import pytest

from publish import shared_releases
from publish.pointer import POINTER, read_pointer
from publish.publication import lift_hold, publish, roll_back
from publish.releases import held_message, hold, published_number, read_manifest, release_numbers
from publish.shared_releases import catch_up, describe, verify_shared
from publish.verification import verify_release
from smed.errors import HomeInvalid, ReleaseDamaged, ReleaseMoved, StorageUnavailable
from smed.files import sha256_of
from tests.publish.conftest import VERDICT


@pytest.fixture
def begin(storage, make_candidate, make_run):
    """A build that begins on a machine: what the storage shows is its base."""

    def begin(settings, run_id="run-1"):
        pointer = catch_up(settings, storage)
        run = make_run(run_id, published_number(settings))
        run["pointer"] = pointer.etag if pointer else None
        return settings, run, make_candidate(name=run_id), VERDICT, settings.home / "docs"

    return begin


@pytest.fixture
def show(begin):
    """Publishes from a machine; the number."""
    return lambda settings, run_id="run-1": publish(*begin(settings, run_id))


def _files(settings, number: int) -> dict[str, str]:
    folder = settings.releases / str(number)
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in found}


def _there(storage) -> set[str]:
    return {name.split("/")[1] for name in storage.list("releases/")}


def test_the_first_release_is_there_whole_before_the_pointer_names_it(shared, storage, show):
    first = shared("first")
    assert show(first) == 1
    pointer = read_pointer(storage)
    manifest = first.releases / "1" / "manifest.json"
    assert (pointer.release, pointer.previous, pointer.switch) == (1, None, 1)
    assert pointer.manifest_sha256 == sha256_of(manifest)
    files = len(read_manifest(first, 1)["files"])
    assert verify_shared(storage, 1, pointer.manifest_sha256) == files


def test_an_empty_home_shows_the_same_release_byte_by_byte(shared, storage, show):
    first, second = shared("first"), shared("second")
    show(first)
    catch_up(second, storage)
    assert os.readlink(second.published) == "releases/1"
    assert _files(second, 1) == _files(first, 1)
    assert verify_release(second, 1) == verify_release(first, 1)
    # and goes on from there
    assert show(second, "run-2") == 2
    catch_up(first, storage)
    assert _files(first, 2) == _files(second, 2)


def test_of_two_machines_that_publish_at_the_same_time_one_does(shared, storage, begin, show):
    first, second = shared("first"), shared("second")
    show(first)
    begun = begin(first, "run-2"), begin(second, "run-3")
    assert publish(*begun[0]) == 2
    with pytest.raises(ReleaseMoved, match="was published while this one was built from 1"):
        publish(*begun[1])
    # it follows the winner, and nothing of its own is seen
    assert published_number(second) == 2
    assert read_manifest(second, 2)["run_id"] == "run-2"
    assert _there(storage) == {"1", "2"}
    assert show(second, "run-3") == 3


def test_a_switch_in_the_last_moment_loses_nothing(shared, storage, begin, show, monkeypatch):
    first, second = shared("first"), shared("second")
    show(first)
    begun = begin(first, "run-2")
    # the other one switches when this one has read all back
    other = begin(second, "run-3")
    uploaded = verify_shared

    def upload_and_be_late(*given):
        monkeypatch.setattr("publish.shared_releases.verify_shared", uploaded)
        files = uploaded(*given)
        assert publish(*other) == 3
        return files

    monkeypatch.setattr("publish.shared_releases.verify_shared", upload_and_be_late)
    with pytest.raises(ReleaseMoved, match=r"another machine switched it meanwhile, to release 3"):
        publish(*begun)
    assert published_number(first) == 1
    assert release_numbers(first) == [1]
    assert read_pointer(storage).releases.keys() == {"1", "3"}
    assert show(first, "run-2") == 4


def test_the_same_run_on_two_machines_is_one_release(shared, storage, begin):
    first, second = shared("first"), shared("second")
    begun = begin(first), begin(second)
    assert [publish(*one) for one in begun] == [1, 1]
    assert read_pointer(storage).switch == 1


def test_a_pointer_that_was_switched_back_is_not_the_one_before(shared, begin, show):
    first, second = shared("first"), shared("second")
    show(first)
    begun = begin(first, "run-2")
    show(second, "run-3")
    roll_back(second, 1)
    lift_hold(second)
    with pytest.raises(ReleaseMoved, match="another machine switched it meanwhile"):
        publish(*begun)


def test_a_home_with_releases_brings_its_own_into_an_empty_storage(shared, storage, show):
    first, second = shared("first"), shared("second")
    show(first)
    show(first, "run-2")
    # somebody emptied the bucket
    storage.remove(storage.list(""))
    assert read_pointer(storage) is None
    catch_up(first, storage)
    catch_up(second, storage)
    assert published_number(second) == 2
    assert _files(second, 2) == _files(first, 2)
    # what the storage lacks and the home has can be shown there again
    roll_back(first, 1)
    catch_up(second, storage)
    assert published_number(second) == 1


def test_releases_of_another_history_are_not_mixed(shared, storage, show):
    first, mixed = shared("first"), shared("mixed")
    show(first)
    (mixed.releases / "1").mkdir(parents=True)
    (mixed.releases / "1" / "manifest.json").write_text("{}")
    with pytest.raises(HomeInvalid, match="is not the release 1 of s3://"):
        catch_up(mixed, storage)
    assert published_number(mixed) is None


def test_a_rollback_holds_every_machine(shared, storage, begin, show):
    first, second, third = shared("first"), shared("second"), shared("third")
    show(first)
    show(second, "run-2")
    begun = begin(first, "run-3")
    roll_back(third, 1)  # which had nothing at all
    assert published_number(third) == 1
    assert read_pointer(storage).release == 1
    with pytest.raises(HomeInvalid, match="publishing is held at release 1"):
        publish(*begun)
    catch_up(second, storage)
    assert (published_number(first), published_number(second)) == (1, 1)
    assert held_message(second) == held_message(third)
    assert lift_hold(second) is True
    assert lift_hold(second) is False
    catch_up(first, storage)
    assert hold(first) is None
    # numbers are not used twice
    assert show(first, "run-3") == 3


def test_a_release_on_its_way_back_is_not_removed_as_one_that_was_let_go(
    shared, storage, show, monkeypatch
):
    first, second = shared("first"), shared("second")
    first = first.model_copy(update={"releases_kept": 2})
    show(second)
    for run_id in ("run-2", "run-3"):
        show(first, run_id)
    before, verify = read_pointer(storage), shared_releases.verify_shared
    assert "1" not in before.releases

    def verify_late(*given):
        found = verify(*given)
        # another machine removes what its own pointer does not list, at the worst moment
        shared_releases._prune(storage, before)
        return found

    monkeypatch.setattr(shared_releases, "verify_shared", verify_late)
    catch_up(second, storage)
    roll_back(second, 1)
    pointer = read_pointer(storage)
    assert pointer.release == 1
    assert verify(storage, 1, pointer.manifest_sha256) > 0


def test_there_is_no_way_back_to_what_there_is_not(shared, storage, show):
    first = shared("first")
    show(first)
    with pytest.raises(HomeInvalid, match="there is no release 7; kept are 1"):
        roll_back(first, 7)
    assert read_pointer(storage).release == 1
    assert hold(first) is None


def test_the_newest_releases_are_kept_and_what_is_on_its_way(shared, storage, begin, show):
    first = shared("first", releases_kept=2)
    for number in range(1, 4):
        show(first, f"run-{number}")
    assert _there(storage) == {"2", "3"}
    storage.put("releases/9/manifest.json", b"on its way up", None)
    storage.put("releases/1/manifest.json", b"left by who died", None)
    roll_back(first, 2)
    lift_hold(first)
    assert _there(storage) == {"2", "3", "9"}
    assert show(first, "run-4") == 10
    assert _there(storage) == {"3", "10"}
    assert read_pointer(storage).releases.keys() == {"3", "10"}


@pytest.mark.parametrize("name", ["manifest.json", "parquet/figures.parquet"])
def test_a_damaged_release_is_found_by_its_hash(s3, shared, storage, show, name):
    first, second = shared("first"), shared("second")
    show(first)
    place = f"{first.storage_url}/releases/1/{name}"
    s3.files.pipe_file(place, b"x" * s3.files.size(place))
    with pytest.raises(ReleaseDamaged) as error:
        catch_up(second, storage)
    assert place in str(error.value)
    assert published_number(second) is None
    assert list(second.releases.rglob("*")) == []
    with pytest.raises(ReleaseDamaged):
        verify_shared(storage, 1, read_pointer(storage).manifest_sha256)
    # as the error says
    assert show(first, "run-2") == 2
    catch_up(second, storage)
    assert published_number(second) == 2


def test_a_pointer_that_is_none_is_named(s3, shared, storage):
    storage.put(POINTER, json.dumps({"release": 1}).encode(), None)
    with pytest.raises(ReleaseDamaged, match="is no pointer to a release"):
        catch_up(shared("first"), storage)


@pytest.mark.parametrize(("fault", "after", "number"), [("503", 0, 2), ("die", 7, 3)])
def test_a_storage_that_goes_away_leaves_the_old_release(
    s3, shared, storage, show, fault, after, number
):
    first, second = shared("first"), shared("second")
    show(first)
    s3.fail({"method": "PUT", "path": "releases/2/", "after": after, "do": fault})
    with pytest.raises(StorageUnavailable) as error:
        show(first, "run-2")
    assert "\n" not in str(error.value)
    if fault == "die":
        s3.start()
    s3.fail()
    catch_up(second, storage)
    assert (published_number(first), published_number(second)) == (1, 1)
    # its number may be taken by what nobody sees
    assert show(first, "run-2") == number
    catch_up(second, storage)
    assert _files(second, number) == _files(first, number)
    assert _there(storage) == {"1", str(number)}
    assert list(first.releases.glob(".building-*")) == []


def test_what_the_pointer_says_is_told_or_why_it_is_not_known(s3, shared, show):
    first = shared("first")
    assert describe(first)["release"] is None
    show(first)
    facts = describe(first)
    assert (facts["release"], facts["held"], facts["error"]) == (1, None, None)
    s3.fail({"method": "GET", "path": POINTER, "do": "500"})
    facts = describe(first)
    assert facts["release"] is None
    assert "does not answer as it should (HTTP 500" in facts["error"]
    assert describe(shared("first", storage_url="")) is None
