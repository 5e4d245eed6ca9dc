"""The shared storage keeps what is written once, and lets one of several switch it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from smed.errors import SettingInvalid, StorageRefused, StorageUnavailable
from smed.settings import REPOSITORY, Settings
from smed.storage import open_storage
from tests.end_to_end.processes import environment
from tests.smed.s3_server import KEY, SECRET, settings_of

RACERS, ROUNDS = 4, 4


@pytest.fixture
def make_file(tmp_path):
    def make(data: bytes):
        path = tmp_path / data.decode()
        path.write_bytes(data)
        return path

    return make


def test_what_is_kept_is_kept_once(storage, make_file):
    assert storage.create("raw/a", make_file(b"one")) is True
    assert storage.create("raw/a", make_file(b"one")) is True
    assert storage.create("raw/a", make_file(b"two")) is False
    kept = storage.read("raw/a")
    assert (kept.data, kept.is_whole) == (b"one", True)
    assert storage.read("raw/b") is None
    assert list(storage.list("raw/")) == ["raw/a"]


def test_a_switch_holds_only_over_what_was_read(storage):
    first = storage.put("pointer", b"1", None)
    assert storage.put("pointer", b"2", None) is None
    second = storage.put("pointer", b"2", first)
    assert storage.put("pointer", b"3", first) is None
    assert storage.read("pointer").data == b"2"
    assert storage.put("pointer", b"3", second)
    assert storage.put("gone", b"1", second) is None


@pytest.mark.parametrize("is_first", [True, False])
def test_of_those_who_switch_at_the_same_time_one_does(shared, is_first):
    racers = [open_storage(shared(f"home-{n}")) for n in range(RACERS)]
    for number in range(ROUNDS):
        etag = None if is_first else racers[0].put(f"{number}", b"before", None)
        with ThreadPoolExecutor(RACERS) as pool:

            def switch(racer, number=number, etag=etag):
                return racers[racer].put(f"{number}", b"%d" % racer, etag)

            won = [racer for racer, mark in enumerate(pool.map(switch, range(RACERS))) if mark]
        assert [b"%d" % racer for racer in won] == [racers[0].read(f"{number}").data]


def test_a_switch_whose_answer_was_lost_counts(s3, shared, storage):
    first = storage.put("pointer", b"1", None)
    s3.fail({"method": "PUT", "path": "pointer", "do": "then-hang", "times": 1})
    patient = open_storage(shared("home", http_attempts=2, http_read_seconds=1))
    second = patient.put("pointer", b"2", first)
    assert second
    assert second == storage.read("pointer").etag


def test_a_listing_has_all_its_pages(storage, monkeypatch):
    call = storage._call
    monkeypatch.setattr(storage, "_call", lambda *a, **given: call(*a, MaxKeys=2, **given))
    storage.each(lambda n: storage._files.pipe_file(storage.url + f"/many/{n}", b""), range(5))
    assert sorted(storage.list("many/")) == [f"many/{n}" for n in range(5)]


def _said(error) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert SECRET not in text
    assert KEY not in text
    return text


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("500", StorageUnavailable, "HTTP 500"),
        ("503", StorageUnavailable, "HTTP 503"),
        ("SlowDown", StorageUnavailable, "SlowDown"),
        ("hang", StorageUnavailable, "ReadTimeoutError"),
        ("AccessDenied", StorageRefused, "HTTP 403 AccessDenied"),
        ("404", StorageRefused, "HTTP 404"),
        ("SignatureDoesNotMatch", StorageRefused, "secret does not fit"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(s3, shared, fault, kind, words):
    s3.fail(*({"method": method, "path": "smed", "do": fault} for method in ("GET", "PUT")))
    storage = open_storage(shared("home", http_read_seconds=0.5))
    for work in (lambda: storage.put("pointer", b"1", None), lambda: storage.read("pointer")):
        with pytest.raises(kind) as error:
            work()
        assert words in _said(error)


def test_a_storage_that_went_away_is_said_and_comes_back(s3, storage):
    storage.put("pointer", b"1", None)
    s3.kill()
    with pytest.raises(StorageUnavailable, match="EndpointConnectionError") as error:
        storage.list("")
    _said(error)
    s3.start()
    assert storage.read("pointer").data == b"1"


def test_a_clock_that_is_an_hour_off_is_named(storage):
    with (
        time_machine.travel(datetime.now(UTC) + timedelta(hours=1)),
        pytest.raises(StorageRefused, match=r"clock.*too far apart.*set the clock") as error,
    ):
        storage.read("pointer")
    _said(error)


def test_wrong_keys_and_a_missing_bucket_are_named(s3):
    variables = s3.variables()
    stranger = settings_of({**variables, "SMED_STORAGE_KEY": "another"})
    with pytest.raises(StorageRefused, match="does not know the access key") as error:
        open_storage(stranger).list("")
    _said(error)
    nowhere = settings_of({**variables, "SMED_STORAGE_URL": "s3://no-such-bucket"})
    with pytest.raises(StorageRefused, match=r"no such bucket.*SMED_STORAGE_URL") as error:
        open_storage(nowhere).list("")
    _said(error)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"SMED_STORAGE_KEY": "a"}, r"half a pair; set SMED_STORAGE_KEY and SMED_STORAGE_SECRET"),
        ({"AWS_PROFILE": "nobody"}, r"cannot be read; correct AWS_PROFILE and its files, or set"),
    ],
)
def test_keys_that_cannot_be_used_are_named_before_anything_is_asked(monkeypatch, given, told):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StorageRefused, match=told) as error:
        open_storage(Settings.load(storage_url="s3://bucket/smed"))
    _said(error)


def test_secrets_are_not_shown_with_the_settings(shared):
    assert SECRET not in repr(shared("home"))
    assert KEY not in repr(shared("home"))


@pytest.mark.parametrize("url", ["https://bucket", "s3://", "s3://B", "s3://key:secret@bucket"])
def test_only_an_address_of_s3_is_one(url):
    told = "SMED_STORAGE_URL: is no such address; set it to something like s3://bucket/smed"
    with pytest.raises(SettingInvalid, match=told) as error:
        Settings.load(storage_url=url)
    assert "secret" not in str(error.value)


def test_without_a_storage_nothing_of_it_is_imported():
    code = (
        "import sys; from smed.settings import Settings;"
        "from operate import refresh, sharing, tasks;"
        "from publish import publication; from extract.submissions import desk;"
        "assert sharing.join(Settings.load()) is None; sharing.send(Settings.load());"
        "assert sharing.describe(Settings.load()) is None;"
        "print(sorted({'s3fs', 'fsspec', 'botocore', 'aiobotocore'} & set(sys.modules)))"
    )
    command = (sys.executable, "-c", code)
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n", done.stderr
