"""How often something tried to leave a network namespace without routes.

``python -m tests.end_to_end.calls_out REPORT COMMAND...`` runs the command there, under the name
``localhost``, and writes the count. The kernel counts every packet that wanted a route, the
questions to name servers included.
"""

import re
import socket
import subprocess
import sys
from pathlib import Path


def count() -> int:
    """Packets of IP, of both versions, that had no route in this process's namespace."""
    rows = re.findall(r"^Ip: (.*)$", Path("/proc/net/snmp").read_text(), re.MULTILINE)
    names, values = (row.split() for row in rows)
    found = int(dict(zip(names, values, strict=True))["OutNoRoutes"])
    newer = Path("/proc/net/snmp6")
    if newer.exists():  # a machine may have no IP of version 6
        found += int(re.search(r"^Ip6OutNoRoutes\s+(\d+)", newer.read_text(), re.MULTILINE)[1])
    return found


def main(report: str, *command: str) -> int:
    """The command's status."""
    # the machine's own name may be known to its name server only, and is nobody else's business
    socket.sethostname("localhost")
    before = count()
    status = subprocess.run(command, check=False).returncode
    Path(report).write_text(str(count() - before))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
