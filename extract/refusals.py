"""What comes instead of an answer, and whether it may heal: SourceUnavailable may, the rest not."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from smed.errors import (
    ResponseInvalid,
    SeriesNotFound,
    SettingInvalid,
    SmedError,
    SourceUnavailable,
)

SHOWN_CHARACTERS = 200
TOO_MANY_REQUESTS = 429
FIRST_SERVER_ERROR = 500

# ids of the API's own messages: what it does not know, and what may heal by itself
UNKNOWN_IDS = {"120", "160", "175"}
HEALING_IDS = {"105", "199"}
_XML_MESSAGE = re.compile(r'<wb:message[^>]*\bid="(?P<id>\d+)"[^>]*>(?P<text>[^<]*)')


def unreachable(error: Exception, where: str, setting: str) -> SmedError:
    """The error for a request without a whole response; ``setting`` holds the address asked."""
    from requests import exceptions

    if isinstance(error, exceptions.InvalidSchema | exceptions.InvalidURL):
        return SettingInvalid(f"not an address ({error})", setting, "correct it")
    next_step = "try again later; see whether this machine reaches the address"
    if isinstance(error, exceptions.ProxyError):
        next_step = "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    elif isinstance(error, exceptions.SSLError):
        next_step = "check the machine's clock, and REQUESTS_CA_BUNDLE if a proxy signs for it"
    what = "no answer in time" if isinstance(error, exceptions.Timeout) else "no whole answer"
    return SourceUnavailable(f"{what} ({_reason(error)})", where, next_step)


def _reason(error: Exception) -> str:
    """What went wrong below, without the layers that carried it up."""
    carried = getattr(error.args[0], "reason", None) if error.args else None
    return re.sub(r"^HTTPS?Connection(Pool)?\(.*?\): ", "", str(carried or error))


def refused(response, where: str) -> SmedError:
    """The error for a response with another status than 200."""
    status = f"HTTP {response.status_code} {response.reason}"
    if response.status_code == TOO_MANY_REQUESTS or response.status_code >= FIRST_SERVER_ERROR:
        asked = retry_after(response.headers.get("Retry-After"))
        return SourceUnavailable(status, where, "try again later", retry_after=asked)
    return ResponseInvalid(status, where, "open the address in a browser to see what it wants")


def retry_after(header: str | None) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None if neither."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(moment.tzinfo and UTC)).total_seconds())


def parsed_json(body: bytes, where: str) -> object:
    """The body's JSON; raises what the API, or something in its place, says instead.

    Raises SeriesNotFound, SourceUnavailable (may heal: no JSON, or an outage) or ResponseInvalid.
    """
    text = body.decode("utf-8-sig", errors="replace")
    shown = " ".join(text[:SHOWN_CHARACTERS].split())
    if text.lstrip().startswith(("<?xml", "<wb:")):
        message = _XML_MESSAGE.search(text)
        if message:
            raise _said(message["id"], message["text"], where)
        raise ResponseInvalid(
            f"XML where JSON was asked for: {shown}",
            where,
            "the API answers so for a series of another database: check database_code",
        )
    try:
        parsed = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceUnavailable(
            f"not JSON ({error}): {shown}", where, "try again later; the response is kept in raw"
        ) from error
    header = parsed[0] if isinstance(parsed, list) and parsed else parsed
    messages = header.get("message") if isinstance(header, dict) else None
    if messages:
        first = messages[0] if isinstance(messages, list) and messages else {}
        first = first if isinstance(first, dict) else {"value": first}
        raise _said(str(first.get("id")), f"{first.get('key')}: {first.get('value')}", where)
    return parsed


def _said(message_id: str, text: str, where: str) -> SmedError:
    what = f"the API says {message_id} {text.strip()}"
    if message_id in UNKNOWN_IDS:
        return SeriesNotFound(
            what, where, "see under which code and database the source publishes it now"
        )
    if message_id in HEALING_IDS:
        return SourceUnavailable(what, where, "try again later")
    return ResponseInvalid(what, where, "look up the message in the API's documentation")
