"""The one desk of machines that share a storage: submissions are decided on in one home.

Decisions are numbered without a gap, so two homes must not take the same number. The first home
that decides gets the desk, by an object that is written once; the others read what was decided.
"""

import socket
import uuid

from smed import home
from smed.errors import ActRefused
from smed.files import json_bytes, read_json, replace_file
from smed.settings import Settings
from smed.storage import Storage

DESK = "desk.json"


def take_desk(settings: Settings, storage: Storage) -> None:
    """Makes this home's desk the one, if there is none yet; ActRefused says where else it is."""
    mine = settings.home / DESK
    if not mine.exists():
        replace_file(mine, json_bytes({"home": uuid.uuid4().hex}))
    identity = read_json(mine, ("home",))["home"]
    facts = {"home": identity, "machine": socket.gethostname(), "since": home.now().isoformat()}
    there = storage.read_facts(DESK, tuple(facts))
    if there is None and not storage.put(DESK, json_bytes(facts), None):
        there = storage.read_facts(DESK, tuple(facts))
    if there and there["home"] != identity:
        raise ActRefused(
            f"submissions are decided on at {there['machine']} since {there['since']}, not here",
            str(settings.home),
            f"send, review and retract there; if that machine is gone for good, remove"
            f" {storage.address(DESK)} and run the command again",
        )
