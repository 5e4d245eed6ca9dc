"""Real processes share a storage: they race, they are killed, and readers see whole releases."""

import re
import subprocess

import pytest

from publish.pointer import POINTER, read_pointer
from publish.publication import publish
from publish.releases import published_number, release_numbers
from publish.shared_releases import catch_up, verify_shared
from publish.verification import verify_release
from smed.settings import REPOSITORY
from smed.storage import open_storage
from tests.end_to_end.processes import PYTHON, environment, wait_until
from tests.publish.conftest import VERDICT
from tests.smed.s3_server import settings_of

TURNS = 4
SWITCH = {"method": "PUT", "path": POINTER, "times": 1}


class Process:
    """A publisher or a reader; it begins when it is told to."""

    def __init__(self, module: str, *arguments: str, **variables: str):
        self.process = subprocess.Popen(
            (PYTHON, "-m", f"tests.publish.{module}", *arguments),
            cwd=REPOSITORY,
            env=environment(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "begin\n", self.process.stderr.read()

    def go(self) -> "Process":
        """Lets it begin."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self

    def end(self) -> str:
        """What it said, when it has ended well."""
        said, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors
        return said

    def kill(self) -> None:
        """Ends it as the kernel would."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def variables(s3):
    """The settings of machines that share a new bucket."""
    return s3.variables()


@pytest.fixture
def begun(variables, make_candidate, tmp_path):
    """Starts a process on a machine; all of them are gone after the test."""
    processes = []
    candidate = str(make_candidate())

    def begin(name: str, turns: int = 1, run: str = "") -> Process:
        home = {"SMED_HOME": str(tmp_path / name)}
        made = Process("publisher", run or name, candidate, str(turns), **variables, **home)
        processes.append(made)
        return made

    def read(last_run: str) -> Process:
        given = variables["SMED_STORAGE_URL"], variables["SMED_STORAGE_ENDPOINT"], last_run
        processes.append(Process("shared_reader", *given))
        return processes[-1]

    begin.reader = read
    yield begin
    for made in processes:
        if made.process.poll() is None:
            made.kill()


def test_machines_race_and_readers_see_whole_releases(variables, begun, tmp_path):
    begun("first", run="before").go().end()
    racers = [begun(name, TURNS) for name in ("first", "second")]
    reader = begun.reader("last-0")
    said = "".join(racer.end() for racer in [racer.go() for racer in racers])
    begun("last").go().end()
    assert int(re.search(r"read (\d+) times", reader.end())[1]) > 1
    published = len(re.findall("published", said))
    assert published + len(re.findall("late", said)) == 2 * TURNS
    assert published > 0
    storage = open_storage(settings_of(variables))
    pointer = read_pointer(storage)
    # the first, those of the race, the last; a number is never used twice
    assert pointer.switch == len(pointer.releases) == published + 2
    for name in ("first", "second"):
        settings = settings_of(variables, home=tmp_path / name)
        catch_up(settings, storage)
        assert published_number(settings) == pointer.release
        for number in release_numbers(settings):
            verify_release(settings, number)


def test_a_publisher_that_is_killed_before_the_switch_leaves_the_old_release(
    s3, variables, begun, tmp_path
):
    begun("first").go().end()
    s3.fail({**SWITCH, "do": "hang"})
    killed = begun("second").go()
    storage = open_storage(settings_of(variables))
    wait_until(lambda: "second-0" in str(_runs_there(storage)), seconds=60)
    wait_until(lambda: len(storage.list("releases/2/")) == len(storage.list("releases/1/")))
    killed.kill()
    s3.fail()
    assert read_pointer(storage).release == 1
    settings = settings_of(variables, home=tmp_path / "second")
    assert published_number(settings) == 1
    assert "published second-0" in begun("second").go().end()
    pointer = read_pointer(storage)
    assert (pointer.release, set(pointer.releases)) == (3, {"1", "3"})
    verify_shared(storage, 3, pointer.manifest_sha256)
    assert {name.split("/")[1] for name in storage.list("releases/")} == {"1", "3"}
    assert release_numbers(settings) == [1, 3]
    assert list(settings.releases.glob(".building-*")) == []


def test_a_publisher_that_is_killed_after_the_switch_has_published(
    s3, variables, begun, tmp_path, make_candidate, make_run
):
    begun("first").go().end()
    s3.fail({**SWITCH, "do": "then-hang"})
    killed = begun("first", run="later").go()
    storage = open_storage(settings_of(variables))
    wait_until(lambda: read_pointer(storage).release == 2, seconds=60)
    killed.kill()
    settings = settings_of(variables, home=tmp_path / "first")
    # the home is behind until its next run
    assert published_number(settings) == 1
    run = {**make_run("later-0", 1), "pointer": "of the switch before"}
    # the same task again, as Airflow would: nothing is published twice
    assert publish(settings, run, make_candidate(), VERDICT, tmp_path / "docs") == 2
    assert (published_number(settings), read_pointer(storage).switch) == (2, 2)
    verify_release(settings, 2)


def _runs_there(storage) -> list[bytes]:
    manifests = [name for name in storage.list("releases/") if name.endswith("/manifest.json")]
    return [storage.read(name).data for name in manifests]
