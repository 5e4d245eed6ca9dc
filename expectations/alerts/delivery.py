"""The one function that a run calls: who is told what, sent or kept until it can be."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from expectations.alerts.incidents import Incident
from smed import home
from smed.plan import Plan
from smed.settings import Settings

ALL = "*"
# kind -> subjects that this run looked at, or ALL of that kind
Checked = Mapping[str, str | Collection[str]]
# owner code -> an apprise URL or several; None where the owner has none
Connections = Mapping[str, str | list[str]] | Callable[[str], str | list[str] | None]


@dataclass(frozen=True)
class Undelivered:
    """A message that waits in the outbox: whose, why, and since when (UTC)."""

    message_id: str
    owner: str
    subject: str
    reason: str
    attempts: int
    since: str


@dataclass(frozen=True)
class Delivery:
    """What became of a run's incidents.

    ``sent`` are the ids of messages that arrived, ``undelivered`` what waits in the outbox (of
    runs before, too), ``suppressed`` fingerprints that nobody was told of (told today already,
    snoozed, or due in a digest only).
    """

    sent: tuple[str, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()
    suppressed: tuple[str, ...] = ()


def deliver(
    settings: Settings,
    plan: Plan,
    incidents: Iterable[Incident],
    checked: Checked,
    connections: Connections | None = None,
    now: Callable[[], datetime] = home.now,
) -> Delivery:
    """Tells the owners what is new, what goes on and what is mended; retries what waits.

    ``checked`` says what this run looked at: only that can have recovered. Raises SettingInvalid
    for a setting that nobody can send by, and SmedError where the home cannot be written; whoever
    calls it after a run logs that, since no alert changes the result of a run.
    """
    raise NotImplementedError
