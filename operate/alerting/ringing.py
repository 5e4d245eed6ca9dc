"""Tells who must know how a run ended; whatever comes of that, the run's result is what it was."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from expectations.alerts.delivery import Connections, Delivery, deliver, open_alerts
from operate.alerting.gathering import Run, gather
from smed.errors import HomeBusy
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.alerts")


@contextmanager
def rung(settings: Settings, plan: Plan) -> Iterator[Run]:
    """Rings once after the block, however it ends; not where another run holds the home."""
    run = Run(is_command=True)
    try:
        yield run
    except HomeBusy:
        raise
    except Exception as error:
        run.error = error
        ring(settings, plan, run)
        raise
    ring(settings, plan, run)


def ring(
    settings: Settings, plan: Plan, run: Run, connections: Connections | None = None
) -> Delivery | None:
    """``tell``, but what goes wrong is logged: a broken bell must not stop what it watches."""
    try:
        return tell(settings, plan, run, connections)
    except Exception as error:
        LOG.error("alerts could not be sent: %s", error)
        return None


def tell(
    settings: Settings, plan: Plan, run: Run, connections: Connections | None = None
) -> Delivery:
    """Gathers what is wrong after a run, and tells the owners what they have not heard yet.

    Raises SmedError where the home cannot be used.
    """
    known = {(alert.kind, alert.subject) for alert in open_alerts(settings)}
    gathered = gather(settings, plan, run, lambda kind, subject: (kind, subject) in known)
    delivery = deliver(settings, plan, gathered.incidents, gathered.looked_at, connections)
    if delivery.undelivered:
        LOG.warning("%s alerts are not delivered; see `smed alerts`", len(delivery.undelivered))
    return delivery
