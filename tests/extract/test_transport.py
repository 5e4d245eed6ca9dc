"""What happens on the way to the API and back: every fault heals by a retry or is named."""

import gzip
import json
import logging
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import wbgapi
from werkzeug import Response

from extract.refusals import retry_after
from extract.transport import Transport
from smed.errors import ResponseInvalid, SeriesNotFound, SettingInvalid, SourceUnavailable
from tests.extract.lying_api import altered, answer

POPULATION = "SP.POP.TOTL"
DATA = rf"/series/{POPULATION}/country/"
MAINTENANCE = "<!DOCTYPE html><html><title>Scheduled maintenance</title></html>"
ARCHIVED = json.dumps(
    [
        {
            "message": [
                {
                    "id": "175",
                    "key": "Invalid format",
                    "value": "The indicator was not found. It may have been deleted or archived.",
                }
            ]
        }
    ]
)


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def raw_server(serve):
    """A listener whose connections are handled by ``serve(connection)``, each in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
    finally:
        listener.close()


def elsewhere(extraction, url: str, **changes):
    """The same home, asking another address."""
    changed = extraction.settings.model_copy(update={"world_bank_url": url, **changes})
    extraction.settings = changed
    return extraction


def test_a_refused_connection_is_tried_again_then_named_with_series_and_address(extraction):
    url = f"http://127.0.0.1:{closed_port()}/v2"
    with pytest.raises(SourceUnavailable) as error:
        elsewhere(extraction, url).land_one(POPULATION)
    assert POPULATION in str(error.value)
    assert url in str(error.value)
    assert extraction.landed(POPULATION) == []


def test_a_name_that_resolves_to_nothing_is_unavailable(extraction):
    with pytest.raises(SourceUnavailable, match=r"nowhere\.invalid"):
        elsewhere(extraction, "http://nowhere.invalid/v2", http_attempts=1).land_one(POPULATION)


def test_an_address_that_is_none_names_the_setting(settings):
    with pytest.raises(SettingInvalid, match="SMED_WORLD_BANK_URL"):
        Transport(settings).ask("http://:80:80/v2", "x", lambda: wbgapi.source.get(2))


def test_a_server_that_never_answers_costs_no_more_than_the_time_limits(api, extraction):
    api.tell(DATA, lambda *_: time.sleep(2) or Response("late"), forever=True)
    started = time.monotonic()
    with pytest.raises(SourceUnavailable, match="no answer in time"):
        elsewhere(extraction, extraction.settings.world_bank_url, http_read_seconds=0.2).land_one(
            POPULATION
        )
    assert time.monotonic() - started < 2


def test_a_body_that_trickles_is_cut_off_although_no_single_wait_is_long(extraction):
    def trickle(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                connection.sendall(b" ")
                time.sleep(0.05)
        except OSError:
            connection.close()

    started = time.monotonic()
    with raw_server(trickle) as url, pytest.raises(SourceUnavailable):
        elsewhere(extraction, url, http_attempts=1, http_read_seconds=0.3).land_one(POPULATION)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_heals_by_a_retry_that_is_counted_and_logged(
    api, extraction, caplog, status
):
    caplog.set_level(logging.WARNING)
    api.tell(DATA, answer("down", status))
    result = extraction.land_one(POPULATION)
    assert result["retries"] == 1
    assert len(result["landed"]) == 1
    assert f"attempt 1 of 3 at series {POPULATION} failed" in caplog.text
    assert f"HTTP {status}" in caplog.text


def test_a_server_error_that_stays_stops_one_series_and_leaves_the_others(api, extraction):
    api.tell(DATA, answer("down", 502), forever=True)
    with pytest.raises(SourceUnavailable, match=f"{POPULATION}.*HTTP 502"):
        extraction.land_one(POPULATION)
    assert api.asked_like(DATA) == extraction.settings.http_attempts
    assert extraction.landed(POPULATION) == []
    assert extraction.land_one("SL.TLF.CACT.FE.ZS")["landed"]


def test_retry_after_in_seconds_is_waited_for_but_no_longer_than_the_limit(api, extraction):
    api.tell(DATA, answer("", 429, Retry_After="1"), answer("", 503, Retry_After="9"))
    changed = {"http_wait_max_seconds": 0.2}
    started = time.monotonic()
    elsewhere(extraction, extraction.settings.world_bank_url, **changed).land_one(POPULATION)
    assert 0.4 <= time.monotonic() - started < 3


def test_retry_after_is_read_as_seconds_or_as_a_date():
    moment = datetime.now(UTC) + timedelta(seconds=60)
    assert retry_after("120") == 120
    assert 55 < retry_after(format_datetime(moment, usegmt=True)) <= 60
    assert retry_after("Mon, 01 Jan 2001 00:00:00 GMT") == 0
    assert retry_after("soon") is None
    assert retry_after(None) is None


@pytest.mark.parametrize("where", ["/concepts", "/time/", "/country/all", DATA])
def test_a_request_that_the_api_refuses_is_not_repeated(api, extraction, where):
    api.tell(where, answer("bad request", 400), forever=True)
    with pytest.raises(ResponseInvalid, match="HTTP 400"):
        extraction.land_one(POPULATION)
    assert api.asked_like(where) == 1


def test_a_maintenance_page_is_tried_again_then_shown_and_kept(api, extraction):
    api.tell(DATA, answer(MAINTENANCE), forever=True)
    with pytest.raises(SourceUnavailable, match=r"not JSON.*Scheduled maintenance"):
        extraction.land_one(POPULATION)
    assert api.asked_like(DATA) == 3
    assert extraction.responses() == [MAINTENANCE.encode()]


def test_a_redirect_to_a_portal_is_read_as_what_it_is(api, extraction, httpserver):
    httpserver.expect_request("/portal").respond_with_data(MAINTENANCE)
    api.tell(DATA, answer("", 302, Location=httpserver.url_for("/portal")), forever=True)
    with pytest.raises(SourceUnavailable, match="not JSON"):
        extraction.land_one(POPULATION)


def test_an_error_in_xml_is_named_by_its_id(api, extraction):
    xml = (
        '<?xml version="1.0" encoding="utf-8"?><wb:error xmlns:wb="http://www.worldbank.org">'
        '<wb:message id="120" key="Invalid value">The provided parameter value is not valid'
        "</wb:message></wb:error>"
    )
    api.tell(DATA, answer(xml))
    with pytest.raises(SeriesNotFound, match="120 The provided parameter value is not valid"):
        extraction.land_one(POPULATION)
    assert extraction.responses() == [xml.encode()]


def test_xml_without_an_id_points_to_the_wrong_database(api, extraction):
    api.tell(DATA, answer("<?xml version='1.0'?><data/>"), forever=True)
    with pytest.raises(ResponseInvalid, match="database_code"):
        extraction.land_one(POPULATION)


def test_an_archived_series_is_said_at_once_and_its_last_values_stay(api, extraction):
    extraction.land_one(POPULATION)
    before = extraction.landed(POPULATION)
    api.asked.clear()
    api.tell(DATA, answer(ARCHIVED), forever=True)
    with pytest.raises(SeriesNotFound, match=r"175.*deleted or archived"):
        extraction.land_one(POPULATION)
    assert api.asked_like(DATA) == 1
    assert extraction.landed(POPULATION) == before


def test_a_message_that_the_service_is_down_is_tried_again(api, extraction):
    down = [{"message": [{"id": "105", "key": "Service currently unavailable", "value": ""}]}]
    api.tell(DATA, answer(json.dumps(down)))
    assert extraction.land_one(POPULATION)["retries"] == 1


def test_a_connection_cut_within_the_body_is_tried_again_and_never_half_a_page(api, extraction):
    body = json.dumps({"page": 1, "pages": 1, "per_page": 1, "total": 1}).encode()
    cuts = 0

    def cut(connection):
        nonlocal cuts
        cuts += 1
        connection.recv(65536)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body) + 500}\r\n\r\n"
        connection.sendall(head.encode() + body)
        connection.close()

    with raw_server(cut) as url, pytest.raises(SourceUnavailable, match="no whole answer"):
        elsewhere(extraction, url).land_one(POPULATION)
    assert cuts == 3
    assert extraction.landed(POPULATION) == []


def test_a_corrupt_gzip_is_tried_again(api, extraction):
    no_gzip = answer(b"\x1f\x8b\x08" + b"broken" * 9, Content_Encoding="gzip")
    half = answer(gzip.compress(b'{"page": 1, "pages": 1}')[:-20], Content_Encoding="gzip")
    api.tell(DATA, no_gzip, half)
    assert extraction.land_one(POPULATION)["retries"] == 2


@pytest.mark.parametrize("charset", ["", ";charset=utf-8", ";charset=iso-8859-1"])
def test_a_byte_order_mark_and_any_declared_charset_are_read(api, extraction, charset):
    def marked(request, truth):
        body = b"\xef\xbb\xbf" + json.dumps(truth, ensure_ascii=False).encode()
        return Response(body, headers={"Content-Type": f"application/json{charset}"})

    api.tell(".", marked, forever=True)
    assert extraction.land_one(POPULATION)["retries"] == 0


def test_bytes_in_another_encoding_are_refused(api, extraction):
    api.tell(DATA, answer('{"name": "Viêt Nam"}'.encode("latin-1")), forever=True)
    with pytest.raises(SourceUnavailable, match="not JSON"):
        extraction.land_one(POPULATION)


def paged(api, size: int) -> None:
    """Lets every page of data hold ``size`` rows."""
    api.tell(
        DATA,
        lambda request, _: Response(
            json.dumps(api.truth(request.path, {**request.args, "per_page": str(size)}))
        ),
        forever=True,
    )


def test_pages_are_put_together(api, extraction):
    paged(api, 30)
    extraction.land_one(POPULATION)
    # 10 countries x 12 years (2010 to 2021) = 120 rows = 4 pages of 30
    assert api.asked_like(DATA) == 4
    assert len(extraction.responses()) == 4


def test_a_failure_in_a_later_page_loads_nothing_and_begins_again_from_the_first(api, extraction):
    def fails_on_three(request, _):
        page = int(request.args["page"])
        if page == 3:
            return Response("down", 503)
        truth = api.truth(request.path, {**request.args, "per_page": "24"})
        return Response(json.dumps(truth))

    api.tell(DATA, fails_on_three, forever=True)
    with pytest.raises(SourceUnavailable):
        extraction.land_one(POPULATION)
    assert extraction.landed(POPULATION) == []
    assert api.asked_like(DATA) == 3 * extraction.settings.http_attempts


def test_a_total_without_end_is_given_up(api, extraction):
    api.tell(DATA, altered(lambda page: {**page, "total": 10**9, "per_page": 1}), forever=True)
    with pytest.raises(ResponseInvalid, match="more than 100 pages"):
        extraction.land_one(POPULATION)


METADATA = {"region": "/region", "country": "/country/all", "concepts": "/concepts"}


@pytest.mark.parametrize("where", METADATA.values(), ids=METADATA)
def test_a_failure_while_wbgapi_learns_leaves_nothing_behind_in_it(api, extraction, where):
    bare = {"page": 1, "pages": 1, "per_page": 9, "total": 1}
    api.tell(where, answer("down", 503), altered(lambda _: [bare]))
    with pytest.raises(ResponseInvalid, match=f"{where}.*shape"):
        extraction.land_one(POPULATION)
    assert extraction.land_one(POPULATION)["landed"]


def test_wbgapi_is_left_as_it_was_found(api, extraction):
    before = (wbgapi.endpoint, wbgapi.per_page, wbgapi.get_options, wbgapi.source._concepts)
    extraction.land_one(POPULATION)
    after = (wbgapi.endpoint, wbgapi.per_page, wbgapi.get_options, wbgapi.source._concepts)
    assert after == before
    assert wbgapi.source._concepts is before[3]


def test_a_proxy_of_the_environment_is_not_asked_for_recorded_figures(extraction, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    due = extraction.due("recorded")
    assert extraction.land(due["series"][-1], "recorded")["retries"] == 0
