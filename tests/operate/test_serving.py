"""The published report over HTTP: what is given out, what is not, what a rollback shows."""

import os
import signal
import threading
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from operate import serving
from smed.errors import SettingInvalid
from smed.settings import Settings
from tests.end_to_end.processes import PYTHON, Running, run
from tests.operate.receivers import free_port

REPORT = "/published/report/index.html"


@pytest.fixture
def settings(tmp_path):
    """A home with two releases, of which the first is published, and a file beside them."""
    home = tmp_path / "home"
    for number in (1, 2):
        page = home / "releases" / str(number) / "report" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"release {number}")
    (home / "releases" / "1" / "csv").mkdir()
    (home / "releases" / "1" / "csv" / "a.csv").write_text("1")
    (home / "ledger.db").write_text("private")
    (home / "status.js").write_text("window.SMED_STATUS = {};")
    (home / "published").symlink_to("releases/1")
    return Settings.load(home=home, serve_port=free_port())


@pytest.fixture
def server(settings):
    server = serving.listen(settings)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://{serving.ADDRESS}:{settings.serve_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def answer(address: str, **headers: str) -> tuple[int, str]:
    try:
        with urlopen(Request(address, headers=headers), timeout=10) as said:
            return said.status, said.read().decode()
    except HTTPError as error:
        return error.code, ""


@pytest.mark.parametrize("door", ["", "/", "/published", "/published/report/", REPORT])
def test_every_door_leads_to_the_first_page(server, door):
    assert answer(server + door) == (200, "release 1")


def test_the_downloads_and_the_status_are_there(server):
    assert answer(f"{server}/published/csv/a.csv") == (200, "1")
    assert answer(f"{server}/status.js")[0] == 200


@pytest.mark.parametrize(
    "address",
    [
        "/ledger.db",
        "/releases/1/report/index.html",
        "/published/../ledger.db",
        "/published/%2e%2e/2/report/index.html",
        "/published/..%2f..%2fledger.db",
        "/published//etc/passwd",
        "/published/csv/",
        "/published/csv",
        "/published/report/%00",
        "/published/outside",
        "/nothing",
    ],
)
def test_nothing_else_of_the_machine_is_given_out(server, settings, address):
    (settings.releases / "1" / "outside").symlink_to(settings.home / "ledger.db")
    assert answer(server + address) == (404, "")


def test_a_new_release_shows_at_once_and_a_rollback_too(server, settings):
    published = settings.published

    def show(number):
        published.with_name("next").symlink_to(f"releases/{number}")
        os.replace(published.with_name("next"), published)

    show(2)
    assert answer(server + REPORT) == (200, "release 2")
    show(1)
    # a browser that asks whether its newer copy still holds is not told that it does
    later = "Fri, 31 Dec 2100 00:00:00 GMT"
    assert answer(server + REPORT, **{"If-Modified-Since": later}) == (200, "release 1")


def test_a_link_that_leads_elsewhere_gives_nothing(server, settings, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.txt").write_text("private")
    settings.published.unlink()
    settings.published.symlink_to(tmp_path / "elsewhere")
    assert answer(f"{server}/published/a.txt")[0] == 404


def test_only_this_machine_is_answered_and_a_taken_port_says_so(server, settings):
    assert serving.ADDRESS == "127.0.0.1"
    with pytest.raises(SettingInvalid) as caught:
        serving.listen(settings)
    assert caught.value.where == "SMED_SERVE_PORT"
    assert "another port" in str(caught.value)


def test_ctrl_c_ends_it_and_leaves_nothing(settings):
    port = settings.serve_port
    given = {"SMED_HOME": str(settings.home), "SMED_SERVE_PORT": str(port)}
    with Running(PYTHON, "-m", "operate.serving", **given) as running:
        running.wait_for(f"Report: http://127.0.0.1:{port}{REPORT}")
        assert running.end_with(signal.SIGINT, seconds=10) == 0
    assert "Traceback" not in running.said
    serving.listen(settings).server_close()


def test_without_a_release_it_says_what_to_run(tmp_path):
    done = run(PYTHON, "-m", "operate.serving", SMED_HOME=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert done.stderr.endswith("nothing is published yet; run `smed demo`\n")
