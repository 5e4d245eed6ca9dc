"""The inboxes: ``inbox/<party>/`` holds what a party sends, and gets the answers to it.

A file that was taken in is moved to ``done/<submission>/``, one that is no file to ``refused/``;
answers lie in ``answers/<submission>/``. What is named as unfinished, or changed a moment ago, is
left for the next round. Running it again is harmless: what is held already changes nothing.
"""

import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from extract.submissions import received
from extract.submissions.desk import ANSWERS, INBOX, Desk
from extract.submissions.intake import LEFT, REFUSED, Incoming, Outcome, take_in
from smed.files import disk_errors, json_bytes, replace_file
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.submissions")
DONE, REFUSED_FOLDER = "done", "refused"
OURS = (DONE, REFUSED_FOLDER, ANSWERS)
# a file that grew so lately may grow on, however it came
REST_SECONDS = 10


def make_inboxes(settings: Settings, plan: Plan) -> None:
    """A folder for each party of the plan, so that a file can be put there."""
    for party in plan.parties:
        folder = settings.home / INBOX / party.party_code
        # what is there and no folder is told as `unknown_inboxes`
        with disk_errors(folder), suppress(FileExistsError):
            folder.mkdir(parents=True)


def unknown_inboxes(settings: Settings, plan: Plan) -> list[str]:
    """Folders (and files) in the inbox that are no party of the plan, sorted."""
    folder = settings.home / INBOX
    parties = {party.party_code for party in plan.parties}
    return sorted(p.name for p in folder.glob("*") if p.name not in parties or not p.is_dir())


def waiting_files(settings: Settings, plan: Plan) -> list[Incoming]:
    """What lies in the inboxes to be taken in, by party, the oldest first."""
    found = []
    for party in sorted(party.party_code for party in plan.parties):
        folder = settings.home / INBOX / party
        if folder.is_symlink() or not folder.is_dir():
            continue
        files = [(facts.st_mtime_ns, path) for path, facts in _entries(folder)]
        found += [Incoming(path, party, is_from_inbox=True) for _, path in sorted(files)]
    return found


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    now = time.time()
    for path in folder.iterdir():
        if path.name in OURS or received.is_unfinished(path.name):
            continue
        try:
            facts = path.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        # a clock that went back must not hold a file for ever
        if stat.S_ISREG(facts.st_mode) and 0 <= now - facts.st_mtime < REST_SECONDS:
            continue
        yield path, facts


def collect(desk: Desk) -> list[Outcome]:
    """Takes in what lies in the inboxes; one outcome a file that was there."""
    outcomes = []
    for outcome in take_in(desk, waiting_files(desk.settings, desk.plan)):
        if outcome.kind == REFUSED:
            _tell_refused(desk.settings, outcome)
        if outcome.kind != LEFT:
            _put_away(outcome)
        outcomes.append(outcome)
    return outcomes


def _put_away(outcome: Outcome) -> None:
    """Moves the file out of the way, unless another one was put in its place meanwhile."""
    source = outcome.incoming.path
    if outcome.kind != REFUSED and not received.is_same(source, outcome.marks):
        LOG.info("%s changed after it was read: the new one is taken in next", source)
        return
    folder = source.parent / REFUSED_FOLDER
    if outcome.submission is not None:
        folder = source.parent / DONE / outcome.submission.submission_id
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.replace(source, folder / source.name)
    except OSError as error:
        LOG.warning("%s cannot be moved to %s (%s)", source, folder, error.strerror)


def _tell_refused(settings: Settings, outcome: Outcome) -> None:
    """An answer to what is no file; there is nothing to mark in it."""
    facts = {
        "state": REFUSED,
        "original_name": outcome.findings[0].file_name,
        "findings": [found.facts() for found in outcome.findings],
    }
    folder = settings.home / INBOX / outcome.incoming.party_code / ANSWERS
    stamp = time.time_ns()
    replace_file(folder / f"refused-{stamp}" / "answer.json", json_bytes(facts))
