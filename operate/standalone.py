"""``airflow standalone`` as it is, except that its log servers stay shut.

They would listen on all interfaces; the pages read the same logs from the disk.
"""

import os
import signal
import sys
import threading

from airflow.cli.commands import standalone_command
from airflow.configuration import write_default_airflow_configuration_if_needed

from operate import session

LOG_SERVING = ("scheduler", "triggerer")


class QuietSubCommand(standalone_command.SubCommand):
    """A part of Airflow that serves no logs."""

    def __init__(self, parent, name: str, command: list[str], env: dict[str, str]):
        options = ["--skip-serve-logs"] if name in LOG_SERVING else []
        super().__init__(parent, name=name, command=[*command, *options], env=env)


def _end_with_parent() -> None:
    """Ends the session when whoever started it is gone, even if killed."""
    sys.stdin.buffer.read()
    session.stop(os.getsid(0))
    os._exit(0)


def main() -> None:
    """Runs until SIGINT or SIGTERM; if it leads its session, until standard input closes too.

    In a session of somebody else, ending all of it would end more than the server.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if os.getsid(0) == os.getpid():
        threading.Thread(target=_end_with_parent, daemon=True).start()
    # as the command `airflow` does first: without it each part makes up keys of its own, and the
    # API server refuses the tasks
    write_default_airflow_configuration_if_needed()
    standalone_command.SubCommand = QuietSubCommand
    standalone_command.StandaloneCommand().run()


if __name__ == "__main__":
    main()
