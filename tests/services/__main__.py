"""``make test-services``: says what is missing, or runs these tests where only the loopback is.

In a network namespace of its own every port is free, each process keeps the address that the
compose file gives it, and whatever tries to call out is noticed.
"""

import os
import shutil
import sys

from tests.end_to_end.processes import without_network
from tests.publish import postgres_server

PROGRAMS = {
    "redis-server": "redis-server",
    "psql": "postgresql",
    "docker-compose": "docker-compose",
    "unshare": "util-linux",
    "setpriv": "util-linux",
}


def missing() -> list[str]:
    """Debian's packages that these tests want and that are not there."""
    wanted = {package for program, package in PROGRAMS.items() if not shutil.which(program)}
    if postgres_server.programs() is None:
        wanted.add("postgresql")
    return sorted(wanted)


def main() -> None:
    """Becomes pytest."""
    if lacking := missing():
        sys.exit(f"missing: apt-get install --no-install-recommends {' '.join(lacking)}")
    if os.geteuid() != 0:
        sys.exit("run it as root, in a machine or a container of its own: it mounts and unshares")
    prefix = without_network()
    if not prefix:
        sys.exit("no network namespace can be made here (unshare --net)")
    tests = ("-m", "pytest", "-m", "services", "tests/services", *sys.argv[1:])
    os.execvp(prefix[0], (*prefix, sys.executable, *tests))


if __name__ == "__main__":
    main()
