"""Tells who must know how a run ended; whatever comes of that, the run's result is what it was."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from expectations.alerts.delivery import Connections, Delivery, deliver
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
    """Gathers what is wrong and tells the owners; None where even that went wrong, which is logged.

    Never raises: a bell that is broken must not stop what it watches.
    """
    try:
        incidents, looked_at = gather(settings, plan, run)
        delivery = deliver(settings, plan, incidents, looked_at, connections)
    except Exception as error:
        LOG.error("alerts could not be sent: %s", error)
        return None
    if delivery.undelivered:
        count = len(delivery.undelivered)
        LOG.warning("%s alerts are not delivered; see `smed alerts`", count)
    return delivery
