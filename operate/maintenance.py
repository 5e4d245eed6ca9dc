"""What piles up beside the facts of a home goes after a while: logs, and Airflow's past runs.

Beside a server it runs in the server's own process, in the service as ``python -m operate.service
maintain``. A task could not do it: Airflow lets none into its database. Raw, decisions, the ledger
and releases are no business of it.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from smed import home
from smed.errors import HomeInvalid, SmedError
from smed.files import disk_errors, json_bytes, read_json, replace_file
from smed.settings import Settings

LOG = logging.getLogger("smed.maintenance")
LOGS = Path("airflow") / "logs"
CLEANED_FILE = Path("airflow") / "cleaned.json"
KEYS = ("at", "files", "error")
DUE = timedelta(days=1)
LATE = timedelta(days=2)
PAUSE_SECONDS = 600
LONGEST_SECONDS = 3600


def clean(settings: Settings, environment: Mapping[str, str]) -> dict:
    """Removes logs and runs of Airflow that are older than ``log_days``, and notes it.

    ``environment`` is that of Airflow's processes. Returns at (UTC), files (how many logs went) and
    error (None, or one line); what fails in it stops nothing.
    """
    until = home.now() - timedelta(days=settings.log_days)
    facts = {"at": home.now().isoformat(), "files": 0, "error": None}
    errors = []
    try:
        facts["files"] = _remove_logs(settings.home / LOGS, until)
    except SmedError as error:
        errors.append(str(error))
    errors += filter(None, [_remove_runs(until, environment)])
    facts["error"] = "; ".join(errors) or None
    with suppress(SmedError):  # whoever cannot write it says so with the logs, too
        replace_file(settings.home / CLEANED_FILE, json_bytes(facts))
    if facts["error"]:
        LOG.error("old logs and runs could not all be removed: %s", facts["error"])
    return facts


def clean_if_due(settings: Settings, environment: Mapping[str, str]) -> None:
    """``clean`` once a day; after a failure too, which who looks at it must see meanwhile."""
    last = last_cleaned(settings)
    age = home.now() - datetime.fromisoformat(last["at"]) if last else DUE
    # a clock that went back must not keep it from its work for ever
    if not timedelta(0) <= age < DUE:
        clean(settings, environment)


def last_cleaned(settings: Settings) -> dict | None:
    """What came of it last; None before the first time."""
    with suppress(HomeInvalid):
        return read_json(settings.home / CLEANED_FILE, KEYS)
    return None


def maintain(settings: Settings) -> None:
    """Cleans whenever it is due, until it is asked to end."""
    # the first process of a container does not end by itself when it is asked to
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        clean_if_due(settings, os.environ)
        time.sleep(PAUSE_SECONDS)


def _remove_logs(folder: Path, until: datetime) -> int:
    """Removes files that nobody wrote to since, and the folders that hold nothing then."""
    count = 0
    with disk_errors(folder):
        for path in _from_the_leaves(folder):
            with suppress(FileNotFoundError):  # somebody else was faster
                if path.is_dir() and not path.is_symlink():
                    with suppress(OSError):  # it holds something
                        path.rmdir()
                elif path.lstat().st_mtime < until.timestamp():
                    path.unlink()
                    count += 1
    return count


def _from_the_leaves(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in (*files, *folders):
            yield Path(parent) / name


def _remove_runs(until: datetime, environment: Mapping[str, str]) -> str | None:
    """Lets Airflow remove past runs, and all that hangs on them; why it could not, in one line.

    It keeps the last run of each DAG that nobody triggered by hand.
    """
    command = (
        *(sys.executable, "-m", "airflow", "db", "clean", "--yes", "--skip-archive"),
        *("--error-on-cleanup-failure", "--clean-before-timestamp", until.isoformat()),
    )
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"`airflow db clean` was not done after {LONGEST_SECONDS} s"
    if done.returncode == 0:
        return None
    # its words may hold the address of the database: they go to nobody's eyes but the log's
    return f"`airflow db clean` ended with {done.returncode}"


def main() -> int:
    """For the health check of the service: 0 if it was done lately, 1 and one line if not."""
    last = last_cleaned(Settings.load())
    if last and home.now() - datetime.fromisoformat(last["at"]) < LATE:
        return 0
    print(f"cleaned last: {last['at'] if last else 'never'}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
