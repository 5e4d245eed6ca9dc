"""The machine's clock beside what is published: a clock that is off must not make a release older.

A clock that says a little less than it did costs nothing and is said. One that is days behind, or
was days ahead when the release was made, needs a person: nobody else knows which of the two is
right.
"""

import logging
from contextlib import suppress
from datetime import date, datetime, timedelta

from publish.releases import published_number, read_manifest
from smed import home
from smed.errors import ClockBehind, ReleaseDamaged
from smed.settings import Settings

LOG = logging.getLogger("smed.refresh")
# from one side of midnight to the other: a clock that is hours off, or who is ahead of UTC
MOST_DAYS = timedelta(days=1)


def today(settings: Settings) -> date:
    """The day (UTC), or that of the published release where the clock says the day before it.

    As of an earlier day a release would lack what is known. ClockBehind where they are further
    apart.
    """
    day, number = home.now().date(), published_number(settings)
    shown = _said(settings, number, "as_of")
    if shown is None or date.fromisoformat(shown) <= day:
        return day
    if date.fromisoformat(shown) - day > MOST_DAYS:
        raise ClockBehind(
            f"it says {day}, and release {number} is as of {shown}",
            "the clock of this machine",
            "set it; or if the release was made under a wrong clock, `smed rollback` to one before",
        )
    LOG.warning("the clock says %s: release %s is as of %s already", day, number, shown)
    return date.fromisoformat(shown)


def time_after(settings: Settings, base: int | None) -> datetime:
    """The time (UTC), never before that of the release from which a build began."""
    now = home.now()
    said = _said(settings, base, "published_at")
    if said is None or datetime.fromisoformat(said) <= now:
        return now
    LOG.warning(
        "the clock says %s: release %s was published at %s, and so is the next one", now, base, said
    )
    return datetime.fromisoformat(said)


def _said(settings: Settings, number: int | None, key: str) -> str | None:
    """What a release says of itself; None if there is none that can be read."""
    with suppress(ReleaseDamaged):
        return read_manifest(settings, number)[key] if number is not None else None
    return None
