"""Hands messages to mail, chats and webhooks through apprise, and says why one was not taken.

Each channel works in a thread of its own, so that a slow or dead one delays no other, and all of
them together take no longer than the setting says. apprise answers yes or no and logs the rest,
with addresses in it: its log is read for the cause, which is then said in words of this module,
and goes nowhere else.
"""

import logging
import queue
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from expectations.alerts.messages import Message

APP_NAME = "SMED monitor"
# both log addresses with what is secret in them
TALKATIVE = ("apprise", "urllib3.connectionpool")
TOO_SLOW = "did not answer in time"
NOT_TAKEN = "did not take the message"
CAUSES = (
    (r"timed? ?out", TOO_SLOW),
    (r"getaddrinfo|failed to resolve|name or service|no address associated", "has no such host"),
    (r"refused", "refused the connection"),
    (r"auth\w* (?:failed|error|unsuccessful)|\(53[0-9],|credentials", "refused the login"),
    (r"certificate|ssl:|sslerror", "could not be trusted or spoke no TLS"),
    (r"reset|aborted|disconnected|closed|broken pipe", "broke the connection off"),
    (r"unreachable", "cannot be reached"),
)
_STATUS = re.compile(r"error=(\d{3})\b")
_SCHEME = re.compile(r"^([a-z][a-z0-9]{1,15})://", re.IGNORECASE)


@dataclass(frozen=True)
class Channel:
    """One address of a receiver. Its name holds no secret: the place in the list and the scheme."""

    receiver: str
    position: int
    url: str

    def __repr__(self) -> str:
        return f"Channel({self.receiver} {self.name})"

    @property
    def name(self) -> str:
        """``1 mailtos``: what the outbox remembers a channel by."""
        scheme = _SCHEME.match(self.url)
        return f"{self.position} {scheme.group(1).lower() if scheme else 'unknown'}"


@dataclass(frozen=True)
class Attempt:
    """How it went to hand one message to one channel; ``reason`` is None if it was taken."""

    message_id: str
    channel: Channel
    reason: str | None


def send(work: Mapping[Channel, list[Message]], seconds: float) -> Iterator[Attempt]:
    """Hands each channel its messages in their order; yields every attempt as it ends.

    A channel that fails gets no further message. What has not ended after ``seconds`` counts as
    not taken, though it may arrive yet: who receives knows it by the message's id.
    """
    if not work:
        return
    _keep_quiet()
    ends_at = time.monotonic() + seconds
    attempts: queue.Queue[Attempt] = queue.Queue()
    open_ids = {(channel, message.message_id) for channel, m in work.items() for message in m}
    for channel, messages in work.items():
        # a daemon: an answer that never comes must not keep the process from its end
        threading.Thread(
            target=_work_off, args=(channel, messages, seconds, attempts, ends_at), daemon=True
        ).start()
    while open_ids:
        try:
            attempt = attempts.get(timeout=max(ends_at - time.monotonic(), 0))
        except queue.Empty:
            break
        open_ids.discard((attempt.channel, attempt.message_id))
        yield attempt
    for channel, message_id in sorted(open_ids, key=repr):
        yield Attempt(message_id, channel, f"{TOO_SLOW} ({seconds:g} s)")


def _work_off(
    channel: Channel,
    messages: list[Message],
    seconds: float,
    attempts: queue.Queue,
    ends_at: float,
) -> None:
    reason = None
    for message in messages:
        if time.monotonic() >= ends_at:
            return
        if reason is None:
            reason = _hand_over(channel, message, seconds)
        attempts.put(Attempt(message.message_id, channel, reason))


def _hand_over(channel: Channel, message: Message, seconds: float) -> str | None:
    """None if the channel took it, else why not, without a secret."""
    heard = _heard()
    heard.clear()
    try:
        server = _server(channel, seconds)
        if server is None:
            return "is no address that apprise knows"
        # a format that knows markup gets it escaped; plain text stays as it is
        is_plain = server.servers[0].notify_format == "text"
        taken = server.notify(
            title=message.subject,
            body=message.text if is_plain else message.html,
            body_format="text" if is_plain else "html",
            notify_type="failure" if message.is_critical else "info",
        )
    except Exception as error:  # whatever a plug-in raises, the run goes on
        heard.append(f"{type(error).__name__} {error}")
        taken = False
    return None if taken else _cause(" ".join(heard))


def _server(channel: Channel, seconds: float):
    """The apprise object of a channel, None for an address that apprise cannot use."""
    import apprise

    asset = apprise.AppriseAsset(
        app_id=APP_NAME,
        app_desc=APP_NAME,
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
    )
    plugin = apprise.Apprise.instantiate(channel.url, asset=asset)
    if plugin is None:
        return None
    plugin.socket_connect_timeout = min(plugin.socket_connect_timeout, seconds)
    plugin.socket_read_timeout = min(plugin.socket_read_timeout, seconds)
    if plugin.overflow_mode == apprise.OverflowMode.UPSTREAM:
        plugin.overflow_mode = apprise.OverflowMode.SPLIT
    server = apprise.Apprise(asset=asset)
    server.add(plugin)
    return server


def _cause(log: str) -> str:
    if status := _STATUS.search(log):
        return f"answered {status.group(1)}"
    for pattern, cause in CAUSES:
        if re.search(pattern, log, re.IGNORECASE):
            return cause
    return NOT_TAKEN


class _Ear(logging.Filter):
    """Hears what is logged while a channel works, and lets nothing of it out."""

    def filter(self, record: logging.LogRecord) -> bool:
        heard = getattr(_THREAD, "heard", None)
        if heard is None:
            return True
        heard.append(record.getMessage())
        return False


_THREAD = threading.local()
_EAR = _Ear()


def _heard() -> list[str]:
    if not hasattr(_THREAD, "heard"):
        _THREAD.heard = []
    return _THREAD.heard


def _keep_quiet() -> None:
    for name in TALKATIVE:
        # adding it again changes nothing
        logging.getLogger(name).addFilter(_EAR)
    # the cause stands in lines that are logged for debugging only
    logging.getLogger("apprise").setLevel(logging.DEBUG)
