"""Is it well? One answer for who watches the service, and what to do where it is not.

Readers come first: what they see is whole and fresh, or not. Everything else waits for somebody.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from expectations.alerts.delivery import undelivered
from operate import sharing
from operate.airflow_database import NoAnswer, address, differences, way_on
from operate.alerting.failures import overdue_refresh
from operate.maintenance import last_cleaned
from publish.publication import SPACE_FACTOR
from publish.releases import hold, published_number, release_numbers
from publish.status import read_status
from publish.tables import DATABASE
from publish.verification import verify_release
from smed import home
from smed.errors import ReleaseDamaged, SmedError
from smed.settings import Settings

WELL, READERS_AFFECTED, NEEDS_ATTENTION = 0, 1, 3
LIFT_HOLD = "smed release-hold"


@dataclass(frozen=True)
class Ailment:
    """One thing that is not well; ``part`` is one word for a monitor's rules."""

    part: str
    affects_readers: bool
    message: str
    next_step: str


def examine(settings: Settings) -> list[Ailment]:
    """What is not well in a home, what affects readers first; empty if all is.

    It reads every file of the published release. Raises HomeInvalid where there is no home.
    """
    home.require(settings)
    found = _readers(settings)
    status = read_status(settings)
    if status.get("outcome") == "failed":
        found.append(_attention("refresh", f"the last attempt failed: {status['message']}"))
    if status.get("held"):
        found.append(_attention("hold", "publishing is held after a rollback", "smed release-hold"))
    served = status.get("served") or {}
    if served.get("error"):
        found.append(_attention("serving", f"PostgreSQL lags behind: {served['error']}"))
    held = status.get("quarantined")
    if held:
        names = ", ".join(sorted({row["country_name"] for row in held}))
        found.append(
            _attention("quarantine", f"{len(held)} series are held back: {names}", "smed status")
        )
    waiting = undelivered(settings)
    if waiting:
        found.append(
            _attention("alerts", f"{len(waiting)} alerts are not delivered", "smed alerts")
        )
    found += _airflow(settings)
    found += _logs(settings)
    found += _shared_storage(settings)
    found += _space(settings)
    return found


def exit_code(ailments: list[Ailment]) -> int:
    """0 if all is well, 1 if readers are affected, 3 if something else waits for somebody."""
    if not ailments:
        return WELL
    return READERS_AFFECTED if any(one.affects_readers for one in ailments) else NEEDS_ATTENTION


def _attention(part: str, message: str, next_step: str = "smed refresh") -> Ailment:
    return Ailment(part, affects_readers=False, message=message, next_step=next_step)


def _readers(settings: Settings) -> list[Ailment]:
    try:
        number = published_number(settings)
        if number is None:
            return [Ailment("release", True, "nothing is published yet", "smed refresh")]
        verify_release(settings, number)
    except ReleaseDamaged as error:
        return [Ailment("release", True, f"{error.where}: {error.what}", error.next_step)]
    except SmedError as error:
        kept = release_numbers(settings)
        way_back = f"smed rollback {kept[-1]}" if kept else error.next_step
        return [Ailment("release", True, error.what, way_back)]
    # a refresh publishes nothing before that
    next_step = f"{LIFT_HOLD}, then smed refresh" if hold(settings) else "smed refresh"
    return [
        Ailment("freshness", True, incident.title, next_step)
        for incident in overdue_refresh(settings)
    ]


def _airflow(settings: Settings) -> list[Ailment]:
    """One per part of Airflow's database that is of another version; one if it does not answer."""
    try:
        found = differences(address(settings))
    except NoAnswer:
        said = "Airflow's database does not answer"
        return [_attention("airflow", said, "see that PostgreSQL, or the disk, works")]
    return [_attention("airflow", str(one), way_on(one)) for one in found]


def _logs(settings: Settings) -> list[Ailment]:
    last = last_cleaned(settings)
    if last is None or not last["error"]:
        return []
    said = f"old logs were not removed on {last['at']}: {last['error']}"
    return [_attention("logs", said, "mend what it names; it is tried again every day")]


def _shared_storage(settings: Settings) -> list[Ailment]:
    """Readers elsewhere are affected where it does not answer; the rest the next refresh mends."""
    shared = sharing.describe(settings)
    if shared is None:
        return []
    if shared["error"]:
        return [Ailment("storage", True, shared["error"], "smed status")]
    found = []
    if shared["release"] != (shown := published_number(settings)):
        said = f"{shared['url']} shows release {shared['release']}, this home {shown}"
        found.append(_attention("storage", said))
    if shared["unsent"]:
        said = f"{shared['unsent']} received files are not at {shared['url']} yet"
        found.append(_attention("storage", said))
    return found


def _space(settings: Settings) -> list[Ailment]:
    """One, if the next release may not find room."""
    database = settings.published / DATABASE
    needed = _size(database) * SPACE_FACTOR
    free = shutil.disk_usage(settings.home).free
    if free >= needed:
        return []
    said = f"{free // 2**20} MiB are free, and the next release needs about {needed // 2**20}"
    return [_attention("disk", said, "free some space, or move SMED_HOME to a larger disk")]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
