"""Who may send for which party, and who may decide on what others sent.

Who acts is the operating system's user, never a name that somebody typed. ``people.csv`` in the
home (user, party_code or ``*``, role ``sender`` or ``reviewer``) says what each user may do.
Without that file the owner of the home sends for every party, whoever can put a file into a
party's inbox sends for it, and every user who can write in the home may review, except the sender.
"""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from smed.errors import HomeInvalid
from smed.home import user_of
from smed.settings import Settings

PEOPLE_FILE = "people.csv"
SENDER, REVIEWER = "sender", "reviewer"
EVERY_PARTY = "*"
COLUMNS = ["user", "party_code", "role"]


@dataclass(frozen=True)
class People:
    """What each user may do: (user, party or ``*``, role). None: the home has no people.csv."""

    home_owner: str
    granted: frozenset[tuple[str, str, str]] | None

    def may_send(self, user: str, party_code: str) -> bool:
        """Whether the user may send for the party from anywhere."""
        if self.granted is None:
            return user == self.home_owner
        return self._has(user, party_code, SENDER)

    def may_send_from_inbox(self, user: str, party_code: str) -> bool:
        """Whether a file of the user in the party's inbox counts as the party's."""
        return self.granted is None or self._has(user, party_code, SENDER)

    def may_review(self, user: str, party_code: str, sender: str) -> bool:
        """Whether the user may decide on what ``sender`` sent for the party."""
        if user == sender:
            return False
        return self.granted is None or self._has(user, party_code, REVIEWER)

    def _has(self, user: str, party_code: str, role: str) -> bool:
        return any((user, code, role) in self.granted for code in (party_code, EVERY_PARTY))


def read_people(settings: Settings) -> People:
    """The people of a home; HomeInvalid names the row of people.csv that cannot be read."""
    path = settings.home / PEOPLE_FILE
    owner = user_of(settings.home.stat().st_uid if settings.home.exists() else os.getuid())
    if not path.exists():
        return People(owner, None)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HomeInvalid(
            f"cannot be read ({error})", str(path), "save it as CSV in UTF-8"
        ) from None
    header, lines = (rows[0], rows[1:]) if rows else ([], [])
    if header != COLUMNS:
        raise _invalid(path, 1, f"the columns are not {', '.join(COLUMNS)}")
    granted = set()
    for number, row in enumerate(lines, 2):
        if len(row) != len(COLUMNS) or row[2] not in (SENDER, REVIEWER) or not all(row):
            raise _invalid(path, number, f"not a user, a party or {EVERY_PARTY}, and a role")
        granted.add(tuple(row))
    return People(owner, frozenset(granted))


def _invalid(path: Path, number: int, what: str) -> HomeInvalid:
    return HomeInvalid(
        what,
        f"{path} row {number}",
        f"write {','.join(COLUMNS)}; the role is {SENDER} or {REVIEWER}",
    )
