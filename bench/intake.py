"""What a file sent costs as the files before it grow in number: ``python -m bench.intake``.

One party sends batch after batch into one home, each file another, each displacing what the one
before said. CPU seconds of this process and its children.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import cycle, islice
from pathlib import Path

from bench.submissions import TODAY, all_different, plan_with_rows, write_files
from extract.submissions.desk import Desk, open_desk
from extract.submissions.intake import Incoming, take_in
from extract.submissions.standing import Standing
from operate.inputs import pin_inputs
from smed import home
from smed.settings import Settings

BATCH, BATCHES = 500, 6
MILLISECONDS = 1000


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of some work, that of ended children included."""
    before = os.times()
    work()
    return sum(os.times()[:4]) - sum(before[:4])


def send(desk: Desk, paths: list[Path], party_code: str) -> None:
    """Takes files in; SystemExit if one of them is not accepted."""
    given = (Incoming(path, party_code, home.actor()) for path in paths)
    for outcome in take_in(desk, given):
        if outcome.kind != "accepted":
            raise SystemExit(f"{outcome.kind}: {outcome.message} {outcome.findings[:3]}")


def measure(folder: Path, batch: int, batches: int) -> list[dict[str, float]]:
    """After each batch: files so far, and what it, the next opening and a pinning cost."""
    plan, party_code = plan_with_rows(Standing(today=TODAY))
    settings = Settings.load(home=folder / "home")
    filled = write_files(folder, plan, Standing(today=TODAY), party_code)
    costs = []
    for number in range(batches):
        given = list(islice(cycle(filled), batch * (number + 1)))[-batch:]
        sent = folder / f"batch{number}"
        sent.mkdir()
        paths = all_different(given, sent, number * batch)
        start = time.perf_counter()
        with open_desk(settings, plan, "a measurement") as desk:
            intake = cpu_of(lambda desk=desk, paths=paths: send(desk, paths, party_code))
        wall = time.perf_counter() - start
        costs.append(
            {
                "files": batch * (number + 1),
                "wall": wall,
                "intake": intake,
                "opening": cpu_of(lambda: _open(settings, plan)),
                "pinning": cpu_of(lambda: pin_inputs(settings, plan, "live", date.max)),
            }
        )
        for path in paths:
            path.unlink()
    return costs


def _open(settings: Settings, plan) -> None:
    with open_desk(settings, plan, "a measurement"):
        pass


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--batches", type=int, default=BATCHES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        costs = measure(Path(folder), given.batch, given.batches)
    report(costs, given.batch)


def report(costs: list[dict[str, float]], batch: int) -> None:
    """Prints one line a batch."""
    print(f"{'files so far':>14}{'a file, ms':>12}{'opening, s':>12}{'pinning, s':>12}   (CPU)")
    for cost in costs:
        each = MILLISECONDS * cost["intake"] / batch
        print(f"{cost['files']:14}{each:12.1f}{cost['opening']:12.2f}{cost['pinning']:12.2f}")


if __name__ == "__main__":
    main()
