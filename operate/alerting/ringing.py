"""Tells who must know how a run ended; whatever comes of that, the run's result is what it was."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from expectations.alerts.delivery import Connections, Delivery, deliver, open_alerts
from operate.alerting import held_back
from operate.alerting.gathering import Run, gather
from smed.errors import HomeBusy, PlanInvalid, SettingInvalid
from smed.plan import Plan, read_plan
from smed.settings import Settings

LOG = logging.getLogger("smed.alerts")


@contextmanager
def rung(settings: Settings) -> Iterator[Run]:
    """Rings once after the block, however it ends.

    Not where another run holds the home, nor where there is none, nor for a slip of who called.
    The block gives the run its plan as soon as it could read it.
    """
    run = Run(is_command=True)
    try:
        yield run
    except (HomeBusy, SettingInvalid):
        raise
    except Exception as error:
        run.error = error
        if settings.home.is_dir():
            ring(settings, run)
        raise
    ring(settings, run)


def ring(settings: Settings, run: Run, connections: Connections | None = None) -> Delivery | None:
    """``tell``, but what goes wrong is logged: a broken bell must not stop what it watches."""
    try:
        return tell(settings, run, connections)
    except Exception as error:
        LOG.error("alerts could not be sent: %s", error)
        return None


def readable_plan(settings: Settings) -> Plan | None:
    """The plan; None if it cannot be read, which who reads it for its own sake will say."""
    try:
        return read_plan(settings.plan)
    except PlanInvalid:
        return None


def tell(settings: Settings, run: Run, connections: Connections | None = None) -> Delivery:
    """Gathers what is wrong after a run, and tells the owners what they have not heard yet.

    Raises SmedError where the home cannot be used.
    """
    known = {(alert.kind, alert.subject) for alert in open_alerts(settings)}
    gathered = gather(settings, run, lambda kind, subject: (kind, subject) in known)
    words = held_back.words(settings, run.plan)
    delivery = deliver(
        settings, run.plan, gathered.incidents, gathered.looked_at, connections, words=words
    )
    if delivery.undelivered:
        LOG.warning("%s alerts are not delivered; see `smed alerts`", len(delivery.undelivered))
    return delivery
