"""The session of a server: its processes, whatever process group each of them chose.

Airflow puts every running task into a group of its own, so a signal to the server's group misses
what works longest.
"""

import os
import signal
import time
from contextlib import suppress

import psutil

STOP_SECONDS = 8
LOOK_SECONDS = 0.2


def members(session: int) -> list[psutil.Process]:
    """The processes of a session that still run, but for the one that asks."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # it ended while we looked
            is_member = os.getsid(process.pid) == session and process.pid != os.getpid()
            # one that ended counts as there until somebody reaps it
            if is_member and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def stop(session: int) -> None:
    """Asks every process of the session to end, then makes it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + STOP_SECONDS
        asked: set[int] = set()
        while (running := members(session)) and time.monotonic() < deadline:
            for process in running:
                if process.pid not in asked:
                    asked.add(process.pid)
                    with suppress(psutil.Error):
                        process.send_signal(number)
            time.sleep(LOOK_SECONDS)
