"""Lets PostgreSQL show what is published; how that ended never changes what was published."""

import logging

from publish.status import read_status, write_served
from smed import home
from smed.errors import BuildFailed, SmedError
from smed.settings import Settings

LOG = logging.getLogger("smed.refresh")


def serve(settings: Settings) -> int | None:
    """Loads the published release into PostgreSQL, if it serves; the number of what it shows.

    What came of it goes to ``status.json``. The caller holds the home's lock. Raises SmedError
    where PostgreSQL goes on showing the release before.
    """
    if not settings.postgres_url:
        write_served(settings, None)
        return None
    before = read_status(settings).get("served") or {"release": None, "since": None}
    try:
        served = _load(settings)
    except SmedError as error:
        write_served(settings, {**before, "error": str(error)})
        raise
    if served is None:
        return None
    is_new = before["release"] != served.release
    since = home.now().isoformat() if is_new else before["since"]
    write_served(settings, {"release": served.release, "since": since, "error": None})
    if served.was_loaded:
        LOG.info("PostgreSQL shows release %s", served.release)
    return served.release


def serve_quietly(settings: Settings) -> list[str]:
    """``serve`` after a release was shown, which stands whatever happens; returns the errors."""
    try:
        serve(settings)
    except SmedError as error:
        LOG.error("%s", error)
        return [str(error)]
    return []


def _load(settings: Settings):
    from publish import postgres

    try:
        return postgres.serve(settings)
    except SmedError:
        raise
    except Exception as error:
        # its words are not ours: they might hold what an address holds
        raise BuildFailed(
            f"the release could not be loaded, for a reason that nobody foresaw"
            f" ({type(error).__name__})",
            "PostgreSQL",
            "readers of it go on seeing what they saw; report it, then run `smed refresh` again",
        ) from error
