"""What taking submissions in costs, as ratios: ``python bench/submissions.py --files 10000``.

Each way runs in a process of its own, its children counted; CPU is that of the least disturbed
of a few interleaved rounds. Files are those that a template gives when it is filled in.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from extract.submissions.content import check_document
from extract.submissions.desk import open_desk
from extract.submissions.intake import Incoming, take_in
from extract.submissions.limits import COLUMNS_OF_EXCEL, Limits
from extract.submissions.owed import KPI, owed_rows
from extract.submissions.pool import ReaderPool
from extract.submissions.reading import read_file
from extract.submissions.standing import Standing
from extract.submissions.template_workbook import workbook_bytes
from extract.submissions.templates import find_request
from smed import home
from smed.plan import Plan, read_plan
from smed.settings import Settings

ROWS, DIFFERENT_FILES, FEW_FILES = 50, 100, 100
TODAY, PERIOD = date(2026, 7, 31), "2026H1"
MOST_CPU, MOST_MEMORY, MOST_SECONDS = 6, 1.3, 2
MIB = 1024 * 1024
# the member of a workbook that holds its rows
ROWS_PART = "xl/worksheets/sheet2.xml"
ANSWERS = {
    **{"Value": 47.25, "Definition": "same as before", "Source": "Establishment census of 2025"},
    **{"Status": "final", "Origin": "routine statistics", "Numerator": 4725},
    **{"Denominator": 10000, "Note": "Revised after the census; see the methodological note"},
}


def plan_with_rows(standing: Standing) -> tuple[Plan, str]:
    """The plan, its baseline moved back until some party owes enough rows; and that party."""
    plan = read_plan(Settings.load().plan)
    seeds = {name: value for name, value in vars(plan).items() if isinstance(value, tuple)}
    for back in range(ROWS):
        year = plan.facts.baseline_year - back
        facts = plan.facts.model_copy(
            update={"baseline_year": year, "first_observation_year": year}
        )
        moved = Plan(plan.folder, {**seeds, "plans": (facts,)})
        for party in moved.parties:
            if party.country_code and len(owed(moved, standing, party.party_code)) >= ROWS:
                return moved, party.party_code
    raise SystemExit("no party owes that many rows")


def owed(plan: Plan, standing: Standing, party_code: str) -> list[dict]:
    """The rows of the form that measures KPIs."""
    return owed_rows(plan, standing, KPI, party_code, PERIOD)


def write_files(folder: Path, plan: Plan, standing: Standing, party_code: str) -> list[Path]:
    """Filled templates, each another file."""
    import openpyxl

    request = find_request(plan, standing, KPI, party_code, PERIOD)
    empty = workbook_bytes(replace(request, rows=request.rows[:ROWS]))
    book = openpyxl.load_workbook(BytesIO(empty))
    sheet = book["Data"]
    labels = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, ROWS + 2):
        for label, value in ANSWERS.items():
            sheet.cell(row, labels[label]).value = value
    paths = []
    for number in range(DIFFERENT_FILES):
        for row in range(2, ROWS + 2):
            part = 2000 + number * ROWS + row
            sheet.cell(row, labels["Numerator"]).value = part
            sheet.cell(row, labels["Value"]).value = part / 100
            sheet.cell(row, labels["Note"]).value = f"Remark {row} on file {number}"
        paths.append(folder / f"{number}.xlsx")
        book.save(paths[-1])
    return paths


def bare(paths: list[Path]) -> int:
    """python-calamine alone: every sheet of every file."""
    from python_calamine import CalamineWorkbook

    rows = 0
    for path in paths:
        book = CalamineWorkbook.from_path(path)
        rows += sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
    return rows


def read(paths: list[Path], is_checked: bool) -> int:
    """The pool, and the checks if they are wanted; counts the good rows."""
    standing = Standing(today=TODAY)
    plan, party_code = plan_with_rows(standing) if is_checked else (None, "")
    rows = 0
    with ReaderPool(Limits.from_settings(Settings.load())) as pool:
        for reading in pool.read_all((path, path.name) for path in paths):
            if not is_checked:
                rows += len(reading.document.rows)
                continue
            checked = check_document(
                reading.document, plan, standing, "a.xlsx", party_code, reading.findings
            )
            rows += len(checked.rows)
    return rows


def intake(paths: list[Path]) -> int:
    """All of it: copy, read, check, events, ledger, landing, answer; counts the good rows.

    One party sends every file and each says something new of the same rows, so that each
    displaces the one before: what costs most, since no two parties report one value.
    """
    plan, party_code = plan_with_rows(Standing(today=TODAY))
    actor, rows = home.actor(), 0
    # beside the files, so that nothing is cleared away while it is measured
    settings = Settings.load(home=Path(tempfile.mkdtemp(dir=paths[0].parent)))
    with open_desk(settings, plan, "a measurement") as desk:
        for outcome in take_in(desk, (Incoming(path, party_code, actor) for path in paths)):
            if outcome.kind != "accepted":
                raise SystemExit(f"{outcome.kind}: {outcome.message} {outcome.findings[:3]}")
            rows += outcome.rows_count
    return rows


def all_different(paths: list[Path], folder: Path, first: int = 0) -> list[Path]:
    """Copies of which no two say the same, since the same file is taken in only once."""
    copies = []
    for number, path in enumerate(paths, first):
        copies.append(folder / f"{number}.xlsx")
        with (
            zipfile.ZipFile(path) as given,
            zipfile.ZipFile(copies[-1], "w", zipfile.ZIP_DEFLATED) as copy,
        ):
            for info in given.infolist():
                content = given.read(info)
                if info.filename == ROWS_PART:
                    content = content.replace(b"Remark ", b"Remark %d." % number)
                copy.writestr(info.filename, content)
    return copies


WAYS = {
    "bare": bare,
    "read": lambda paths: read(paths, False),
    "check": lambda paths: read(paths, True),
    "intake": intake,
}


def run_here(way: str, folder: Path, count: int) -> None:
    """One way in this process; prints what it cost as JSON."""
    paths = list(islice(cycle(sorted(folder.glob("*.xlsx"))), count))
    with tempfile.TemporaryDirectory() as other:
        if way == "intake":
            paths = all_different(paths, Path(other))
        WAYS[way](paths[:1])
        before, start = os.times(), time.perf_counter()
        rows = WAYS[way](paths)
        wall, after = time.perf_counter() - start, os.times()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu = sum(after[:4]) - sum(before[:4])
    print(json.dumps({"wall": wall, "cpu": cpu, "rows": rows, "memory": peak}))


def run(way: str, folder: Path, count: int) -> dict:
    """The same in a fresh process."""
    command = [sys.executable, __file__, "--way", way, "--folder", str(folder)]
    done = subprocess.run([*command, "--files", str(count)], capture_output=True, check=True)
    return json.loads(done.stdout)


def hostile(folder: Path, good: Path) -> dict[str, Path]:
    """Files that want memory or time."""
    with zipfile.ZipFile(good) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    data = next(name for name in members if name.endswith("sheet2.xml"))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    far = b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
    far += b'<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    cell = b'<c r="A1"><f/></c><c t="e"/><x:c r="ZZ9"><v>1</v></x:c>'
    many = cell * (30 * MIB // len(cell))
    made = {
        "one cell far out": {data: sheet + far},
        "500 MiB of zeros": {"xl/media/a.png": bytes(500 * MIB)},
        "600 MiB in one cell": {data: sheet + b"<sheetData><t>" + b"a" * 600 * MIB},
        "30 MiB of odd cells": {data: sheet + b'<sheetData><row r="1">' + many},
        "30 MiB without an end": {data: sheet + b"<sheetData><c " + b' r="' * (7 * MIB)},
        "very wide rows": {data: _wide(sheet)},
    }
    paths = {}
    for name, changed in made.items():
        paths[name] = folder / f"{len(paths)}.xlsx"
        with zipfile.ZipFile(paths[name], "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in {**members, **changed}.items():
                archive.writestr(member, content)
    return paths


def _wide(sheet: bytes) -> bytes:
    cells = b"<c><v>1</v></c>" * COLUMNS_OF_EXCEL
    return sheet + b"<sheetData>" + (b"<row>" + cells + b"</row>") * 100 + b"</sheetData>"


def measure(folder: Path, files: int, rounds: int) -> None:
    """Prints the costs and the ratios."""
    standing = Standing(today=TODAY)
    paths = write_files(folder, *plan_first(standing))
    costs = {way: [run(way, folder, files) for _ in range(rounds)] for way in WAYS}
    few = {way: run(way, folder, FEW_FILES)["memory"] for way in ("check", "intake")}
    print(f"{files} files of {ROWS} rows{'':8}{'wall s':>9}{'CPU s':>9}{'parent MiB':>12}")
    for way, found in costs.items():
        least = min(found, key=lambda cost: cost["cpu"])
        print(f"{way:28}{least['wall']:9.2f}{least['cpu']:9.2f}{least['memory']:12.0f}")
    least = {way: min(cost["cpu"] for cost in found) for way, found in costs.items()}
    print()
    for way in ("read", "check", "intake"):
        print(f"{way:6} / bare    {least[way] / least['bare']:.2f}   at most {MOST_CPU}")
    for way, memory in few.items():
        more = max(cost["memory"] for cost in costs[way]) / memory
        words = f"memory of {way}, {files} / {FEW_FILES} files"
        print(f"{words}   {more:.2f}   at most {MOST_MEMORY}")
    print()
    with tempfile.TemporaryDirectory() as other:
        for name, path in hostile(Path(other), paths[0]).items():
            start = time.perf_counter()
            with ReaderPool() as pool:
                (reading,) = pool.read_all([(path, path.name)])
            seconds, rule = time.perf_counter() - start, reading.findings[0].rule_code
            print(f"{name:28}{path.stat().st_size / 1024:9.0f} kB{seconds:8.2f} s   {rule}")


def plan_first(standing: Standing) -> tuple[Plan, Standing, str]:
    plan, party_code = plan_with_rows(standing)
    return plan, standing, party_code


def main() -> None:
    """Measures, or runs one way for the measuring process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        run_here(given.way, given.folder, given.files)
        return
    with tempfile.TemporaryDirectory() as folder:
        reading = read_file(write_one(Path(folder)), "first.xlsx")
        if reading.findings or len(reading.document.rows) != ROWS:
            raise SystemExit(f"a filled template is not good: {reading.findings[:3]}")
        measure(Path(folder), given.files, given.rounds)


def write_one(folder: Path) -> Path:
    """The files, of which the first is looked at before anything is measured."""
    return write_files(folder, *plan_first(Standing(today=TODAY)))[0]


if __name__ == "__main__":
    main()
