"""Where each owner is told.

The addresses come from the setting ``SMED_ALERT_URLS`` and from connections that the caller hands
in; the setting wins. No message of this module shows an address: they hold passwords.
"""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from expectations.alerts.incidents import ENGINEERS, SECRETARIAT
from smed.plan import Plan
from smed.settings import Settings

URLS_SETTING, DIGEST_SETTING = "SMED_ALERT_URLS", "SMED_ALERT_DIGEST"
DIGEST_DAYS = {"daily": 1, "weekly": 7}

# owner code -> an apprise URL or several; None where the owner has none
Connections = Mapping[str, str | list[str]] | Callable[[str], str | list[str] | None]


def owner_codes(plan: Plan | None) -> tuple[str, ...]:
    """Everybody who can be told: the parties of the plan, the secretariat, the engineers."""
    parties = plan.parties if plan else ()
    return (*(party.party_code for party in parties), SECRETARIAT, ENGINEERS)


def owner_name(plan: Plan | None, code: str) -> str:
    """An owner as people call it."""
    names = {party.party_code: party.party_name for party in (plan.parties if plan else ())}
    return names.get(code, f"the {code}" if code in (SECRETARIAT, ENGINEERS) else code)


@dataclass(frozen=True)
class Addresses:
    """Where each owner is told; ``problems`` says what is wrong with the settings."""

    urls: Mapping[str, tuple[str, ...]]
    digest_days: Mapping[str, int]
    problems: tuple[str, ...] = ()

    @property
    def is_configured(self) -> bool:
        """Whether anybody was meant to be told anything."""
        return bool(self.urls or self.problems)

    def receiver(self, owner: str) -> str | None:
        """Who is told what is this owner's; None where nobody is, or the secretariat alone.

        What is the secretariat's waits for its address if nobody can be told instead.
        """
        if owner in self.urls:
            return owner
        if owner != SECRETARIAT or not self.is_configured:
            return None
        return ENGINEERS if ENGINEERS in self.urls else SECRETARIAT


def read_addresses(
    settings: Settings, plan: Plan | None, connections: Connections | None = None
) -> Addresses:
    """The addresses and digests that are set; a slip is a problem that leaves the others usable.

    Without a plan (it may be what is broken) the codes of parties cannot be checked.
    """
    problems: list[str] = []
    known = owner_codes(plan)
    urls = {}
    for owner, given in _given(settings.alert_urls.get_secret_value(), problems).items():
        listed = [given] if isinstance(given, str) else given
        if plan and owner not in known:
            problems.append(f"{URLS_SETTING}: {_unknown(owner, known)}")
        elif not _are_texts(listed):
            problems.append(
                f"{URLS_SETTING}: the address of {owner} is neither a text nor a list of texts"
            )
        elif listed:
            urls[owner] = tuple(listed)
    for owner in known:
        if owner not in urls and (found := _connected(connections, owner)):
            urls[owner] = (found,) if isinstance(found, str) else tuple(found)
    digests = _digests(settings.alert_digest, plan, problems)
    return Addresses(urls, digests, tuple(problems))


def _given(text: str, problems: list[str]) -> dict:
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = None
    if isinstance(given, dict):
        return given
    problems.append(
        f"{URLS_SETTING} is not JSON of owners and their addresses;"
        ' set it to something like {"secretariat": "mailtos://user:password@host"}'
    )
    return {}


def _are_texts(listed: object) -> bool:
    return isinstance(listed, list) and all(isinstance(url, str) and url for url in listed)


def _connected(connections: Connections | None, owner: str) -> str | list[str] | None:
    if connections is None:
        return None
    return connections(owner) if callable(connections) else connections.get(owner)


def _digests(text: str, plan: Plan | None, problems: list[str]) -> dict[str, int]:
    digests, known = {}, owner_codes(plan)
    for part in filter(None, (part.strip() for part in text.split(","))):
        owner, _, rhythm = part.partition("=")
        if plan and owner not in known:
            problems.append(f"{DIGEST_SETTING}: {_unknown(owner, known)}")
        elif rhythm not in DIGEST_DAYS:
            problems.append(
                f"{DIGEST_SETTING}: {owner} has {rhythm!r}, not {' or '.join(DIGEST_DAYS)}"
            )
        else:
            digests[owner] = DIGEST_DAYS[rhythm]
    return digests


def _unknown(owner: str, known: Iterable[str]) -> str:
    # a whole address that slipped into the place of a code must not be shown
    shown = repr(owner) if owner.isidentifier() else "one"
    near = difflib.get_close_matches(owner, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"they are {', '.join(known)}"
    return f"{shown} is no owner; {hint}"
