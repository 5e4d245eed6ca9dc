"""The process in which a file is read: it may be killed by what it reads, its parent may not.

It takes one request after the other until its parent closes the connection or dies.
"""

import gc
import json
import math
import resource
import signal
import sys
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from extract.submissions.limits import Limits
from extract.submissions.reading import read_told

READY = b"ready"


def serve(connection: Connection) -> None:
    """Reads files as they are asked for; the first message holds the limits."""
    # Ctrl-C goes to the parent, which ends its children
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits = Limits(**json.loads(connection.recv_bytes()))
    for library in ("python_calamine", "defusedxml.ElementTree"):
        import_module(library)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    # it writes no file, not even a core
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # nothing that is read has cycles
    gc.disable()
    connection.send_bytes(READY)
    while True:
        try:
            path, file_name, engine = json.loads(connection.recv_bytes())
        except (EOFError, ConnectionError):
            return
        _allow(limits.seconds)
        told = read_told(Path(path), file_name, limits, engine).to_bytes()
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            connection.send_bytes(told)
        except ConnectionError:
            return


def _allow(seconds: int) -> None:
    """So much CPU and time from now on; the system kills this process once it has had them.

    Not Python's own handler: it would wait for calamine to come back.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
