"""What the report costs: its share of a refresh, the pages made again, and its first page.

Run it as ``python bench/report.py``; the least disturbed of a few rounds counts. Chromium is asked
only where it is there. Exit status 1 where a limit of the report is broken.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMED = (sys.executable, "-c", "from operate.cli import main; main()")
ROUNDS = 3
# of the refresh without it, of bytes, of milliseconds until the page can be used
LONGEST_SHARE, LARGEST_PAGE, LONGEST_LOAD = 0.5, 500_000, 1000
# all that a release's report costs: imports, pages, hashes, and what makes them durable
WRITING = """
import json, shutil, sys
from pathlib import Path
from publish.publication import _describe_files, _seal
from publish.report.writing import write_report
folder = Path(sys.argv[1])
run = json.loads((folder / "manifest.json").read_bytes())
shutil.rmtree(folder / "report", ignore_errors=True)
assert write_report(folder, {**run, "base": json.loads(sys.argv[2])}) == []
_describe_files(folder / "report")
_seal(folder / "report")
"""
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def timed(*command: str) -> float:
    """Wall seconds of a command; CalledProcessError if it fails."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def writable_copy(release: Path, folder: Path) -> Path:
    """A copy of a release, to be written to."""
    shutil.copytree(release, folder)
    for path in (folder, *folder.rglob("*")):
        os.chmod(path, 0o755 if path.is_dir() else 0o644)
    return folder


def first_page_milliseconds(page: Path) -> float | None:
    """How long Chromium takes until the page is loaded; None without Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        took = []
        for _ in range(ROUNDS):
            tab = browser.new_page()
            tab.goto(page.as_uri(), wait_until="load")
            tab.wait_for_function(f"{LOADED} > 0")
            took.append(tab.evaluate(LOADED))
        browser.close()
    return min(took)


def main() -> int:
    """Prints the ratios; 1 where one is over its limit."""
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / f"home-{number}" for number in range(ROUNDS)]
        refresh = ("refresh", "--sources", "recorded", "--home")
        whole = min(timed(*SMED, *refresh, str(home)) for home in homes)
        releases = homes[0] / "releases"
        copy = writable_copy(releases / "1", Path(folder) / "releases" / "2")
        shutil.copytree(releases / "1", copy.with_name("1"))
        writing = (sys.executable, "-c", WRITING, str(copy))
        new = min(timed(*writing, "null") for _ in range(ROUNDS))
        again = min(timed(*writing, "1") for _ in range(ROUNDS))
        keys = [
            json.loads((copy.with_name(n) / "report" / "pages.json").read_bytes()) for n in "12"
        ]
        made = sum(keys[0].get(name) != mark for name, mark in keys[1].items())
        page = copy / "report" / "index.html"
        size, milliseconds = page.stat().st_size, first_page_milliseconds(page)
    share = new / (whole - new)
    print(f"a refresh {whole:.1f} s; its report {new:.2f} s: {share:.2f} x the refresh without it")
    print(
        f"the report of the same figures again {again:.2f} s, {made} of {len(keys[1])} pages made"
    )
    print(f"the first page {size:,} bytes, loaded after {milliseconds or 0:.0f} ms in Chromium")
    return int(share > LONGEST_SHARE or size > LARGEST_PAGE or (milliseconds or 0) > LONGEST_LOAD)


if __name__ == "__main__":
    sys.exit(main())
