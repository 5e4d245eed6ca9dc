"""The gate's own process: ``python -m expectations.gate_child``, driven by ``GateProcess``.

Reads one JSON line (what to check) from standard input, answers with one JSON line (the verdict or
an error), then writes the Data Docs and answers again. It ends when its input does, so it never
outlives the process that started it by more than the work at hand.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import TextIO

from smed.garbage import imports_kept


def main() -> None:
    """Imports what is slow, then serves until standard input ends."""
    answers = _protected_output()
    # Ctrl-C reaches the whole group; the parent decides when this process ends
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from expectations import gate

    with imports_kept():
        for line in sys.stdin:
            for answer in _serve(gate, json.loads(line)):
                print(json.dumps(answer), file=answers, flush=True)


def _protected_output() -> TextIO:
    """The real standard output; what libraries print goes to standard error from now on."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _serve(gate, request: dict):
    from smed.errors import SmedError
    from smed.plan import read_plan

    def path(name: str) -> Path | None:
        return Path(request[name]) if request[name] is not None else None

    try:
        checked = gate.Gate(
            path("candidate"), request["run_id"], read_plan(path("plan")), path("previous")
        )
        yield {"verdict": checked.check().to_dict()}
        if path("docs") is not None:
            checked.write_docs(path("docs"))
        yield {"docs": request["docs"]}
    except SmedError as error:
        yield {"error": [type(error).__name__, error.what, error.where, error.next_step]}


if __name__ == "__main__":
    main()
