"""A machine that shares a storage, as a process of its own: it publishes candidates in turn.

A candidate's run is named by its machine and turn. It says ``begin`` when all is imported, then of
each turn whether it published or came late.
"""

import os
import sys
from pathlib import Path

from publish.publication import publish
from publish.releases import published_number
from publish.shared_releases import catch_up
from smed.errors import ReleaseMoved, SmedError
from smed.settings import Settings
from smed.storage import open_storage
from tests.publish.conftest import VERDICT


def main() -> None:
    """Publishes the candidate at a path so many times."""
    name, candidate, turns = sys.argv[1:]
    settings = Settings.load()
    storage = open_storage(settings)
    print("begin", flush=True)
    sys.stdin.readline()  # all begin at once
    for turn in range(int(turns)):
        pointer = catch_up(settings, storage)
        facts = {"as_of": "2026-07-13", "sources": "recorded", "inputs": []}
        run = {"run_id": f"{name}-{turn}", "base": published_number(settings), **facts}
        run |= {"fingerprint": run["run_id"], "pointer": pointer.etag if pointer else None}
        try:
            publish(settings, run, Path(candidate), VERDICT, settings.home / "docs")
            print(f"published {run['run_id']}", flush=True)
        except ReleaseMoved:
            print(f"late {run['run_id']}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except SmedError as error:
        print(f"smed: {error}", file=sys.stderr, flush=True)
        os._exit(1)
