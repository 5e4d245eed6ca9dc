"""A person's word that a finding is right: what ``smed acknowledge`` does."""

import difflib
import unicodedata
from dataclasses import fields

from extract import acknowledgements
from extract.acknowledgements import Acknowledgement, Finding
from operate import extraction, quarantines, sharing
from smed import home
from smed.errors import ActRefused, SettingInvalid
from smed.settings import Settings

LOCK_FILE = ".acknowledgements.lock"
KIND = "acknowledgement"
NEAR = 0.3
SHOWN = 3
# control characters, and bytes that are no UTF-8
NO_TEXT = ("Cc", "Cs")
FACTS = tuple(field.name for field in fields(Finding))


def acknowledge(settings: Settings, finding_id: str, reason: str) -> tuple[Acknowledgement, bool]:
    """Keeps that the one who runs this looked at a finding and found it right.

    Returns the acknowledgement, and whether it is new: a finding is acknowledged once. It counts
    from today (UTC) on, as soon as something is built. SettingInvalid for a finding that there is
    not and for an empty reason, ActRefused where no word of a person can help.
    """
    home.require(settings)
    reason = " ".join(reason.split())
    if not reason:
        raise SettingInvalid("it is empty", "--reason", "say why the finding is right")
    if any(unicodedata.category(letter) in NO_TEXT for letter in reason):
        raise SettingInvalid("it is no plain text", "--reason", "write it in UTF-8")
    with home.writing(settings, "an acknowledgement", LOCK_FILE):
        for kept in acknowledgements.read_all(settings):
            if kept.finding_id == finding_id:
                return kept, False
        finding = _known(settings, finding_id)
        if not finding["is_acknowledgeable"]:
            raise ActRefused(
                f"nobody's word makes it right ({finding['message']})",
                f"finding {finding_id}",
                finding["next_step"] or "",
            )
        made = Acknowledgement(
            **{name: finding[name] for name in FACTS},
            actor=home.actor(),
            acknowledged_at=home.now().isoformat(),
            reason=reason,
        )
        acknowledgements.keep(settings, made)
    facts = {"actor": made.actor, "reason": made.reason}
    extraction.open_ledger(settings).record(KIND, finding_id, facts)
    sharing.send_quietly(settings)
    return made, True


def mark(settings: Settings, rows: list[dict]) -> None:
    """Adds ``acknowledged`` to rows of findings that the last build still saw: None, or who, when
    (ISO 8601, UTC) and why, where a person let all that a row speaks of pass since."""
    kept = {one.finding_id: one for one in acknowledgements.read_all(settings)}
    for row in rows:
        words = [kept.get(name) for name in row.get("finding_ids", [row["finding_id"]])]
        newest = words[-1] if all(words) else None
        row["acknowledged"] = newest and {
            name: getattr(newest, name) for name in ("actor", "acknowledged_at", "reason")
        }


def _known(settings: Settings, finding_id: str) -> dict:
    """The finding of that id; SettingInvalid names those most like it."""
    found = [*quarantines.findings(settings), *extraction.acknowledgeable(settings)]
    known = {finding["finding_id"]: finding for finding in found}
    if finding_id in known:
        return known[finding_id]
    near = difflib.get_close_matches(finding_id, sorted(known), SHOWN, NEAR)
    raise SettingInvalid(
        "there is no such finding",
        finding_id,
        f"did you mean {' or '.join(near)}?"
        if near
        else "take one that `smed status` shows; now there is none like it",
    )
