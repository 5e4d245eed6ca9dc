"""``status.json`` beside ``published``: how readers of a release see that it is old, and why."""

from contextlib import suppress
from datetime import date, timedelta

from publish.releases import hold, published_number, read_manifest
from smed import home
from smed.errors import HomeInvalid, ReleaseDamaged
from smed.files import json_bytes, read_json, replace_file
from smed.settings import Settings

STATUS_FILE = "status.json"
# the same for pages that are opened from a file, which may not read JSON
STATUS_SCRIPT = "status.js"
KEYS = ("outcome", "message", "last_attempt_at", "findings", "fresh_days")


def read_status(settings: Settings) -> dict:
    """How the last attempt ended, and what readers see now; empty before the first attempt."""
    try:
        status = read_json(settings.home / STATUS_FILE, KEYS)
    except HomeInvalid:
        return {}
    # what an earlier version of the product wrote says nothing of these
    status = {"quarantined": [], "submissions": [], "served": None, **status}
    return {**status, **_shown(settings, status["fresh_days"])}


def write_status(
    settings: Settings,
    outcome: str,
    message: str,
    fresh_days: float,
    findings: list[dict],
    quarantined: list[dict] = (),
    submissions: list[dict] = (),
) -> dict:
    """Records an attempt that ended with ``outcome``; returns what was written.

    Outcomes: published, unchanged, held, rolled_back, failed. ``findings`` are what is wrong with
    the sources, ``quarantined`` is what the gate on raw holds back of them, ``submissions`` are
    those that are held back or wait. A release is fresh for ``fresh_days`` from its as-of date on.
    """
    status = {
        "outcome": outcome,
        "message": message,
        "last_attempt_at": home.now().isoformat(),
        "findings": findings,
        "quarantined": list(quarantined),
        "submissions": list(submissions),
        "served": read_status(settings).get("served"),
        "fresh_days": fresh_days,
        **_shown(settings, fresh_days),
    }
    _write(settings, status)
    return status


def write_served(settings: Settings, served: dict | None) -> None:
    """Records what PostgreSQL shows beside what the last attempt found; None where it serves not.

    Keys: release (None before the first), since, error (None if it shows what is published).
    """
    status = read_status(settings)
    if status and status["served"] != served:
        _write(settings, {**status, "served": served})


def _write(settings: Settings, status: dict) -> None:
    data = json_bytes(status)
    replace_file(settings.home / STATUS_FILE, data)
    replace_file(settings.home / STATUS_SCRIPT, b"window.SMED_STATUS = " + data.rstrip() + b";\n")


def rewrite_shown(settings: Settings, outcome: str, message: str) -> None:
    """Records that a person changed what is shown, keeping what the last attempt found."""
    status = read_status(settings)
    found = [status.get(name, []) for name in ("findings", "quarantined", "submissions")]
    write_status(settings, outcome, message, status.get("fresh_days", 0), *found)


def _shown(settings: Settings, fresh_days: float) -> dict:
    """What readers see: release, as_of, fresh_until (None where nothing whole is shown)."""
    as_of = None
    number = published_number(settings)
    with suppress(ReleaseDamaged):
        if number is not None:
            as_of = read_manifest(settings, number)["as_of"]
    fresh_until = date.fromisoformat(as_of) + timedelta(days=fresh_days) if as_of else None
    return {
        "release": number,
        "as_of": as_of,
        "sources": home.kind_of(settings),
        "fresh_until": fresh_until.isoformat() if fresh_until else None,
        "held": hold(settings),
    }
