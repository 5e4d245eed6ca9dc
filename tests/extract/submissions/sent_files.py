"""Files as a sender would send them, good ones and ones with a fault that the test names."""

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import xlsxwriter

from extract.submissions.documents import Reading
from extract.submissions.forms import DECLARED, read_forms
from extract.submissions.limits import Limits
from extract.submissions.reading import read_file

FACTS = dict(zip(DECLARED, ("1", "kpi", "VNM", "2026H2", "1"), strict=True))
ROW = {
    "KPI": "K-1",
    "Year": 2020,
    "Value": 47.5,
    "Unit": "pct",
    "Definition": "same as before",
    "Source": "Census",
    "Status": "final",
}
PROGRESS_FACTS = {**FACTS, "form_code": "progress"}
PROGRESS_ROW = {"Action line": "A-1", "Status": "in progress", "Start date": date(2020, 3, 1)}


def labels(form_code: str = "kpi") -> list[str]:
    """The labels of a form, in their order."""
    return [column.column_label for column in read_forms()[form_code].columns]


def write_workbook(
    path: Path,
    *rows: dict,
    facts: dict = FACTS,
    header: list[str] | None = None,
    header_row: int = 0,
    change: Callable | None = None,
    **options,
) -> Path:
    """A workbook as the template lays it out; ``change`` gets the workbook and its Data sheet."""
    form_code = facts.get("form_code") if facts.get("form_code") in read_forms() else "kpi"
    header = labels(form_code) if header is None else header
    settings = {"strings_to_formulas": False, "strings_to_urls": False, **options}
    with xlsxwriter.Workbook(path, settings) as workbook:
        about, data = workbook.add_worksheet("About"), workbook.add_worksheet("Data")
        days = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for number, (name, value) in enumerate(facts.items()):
            about.write_row(number, 0, [name, value])
        data.write_row(header_row, 0, header)
        for number, row in enumerate(rows, header_row + 1):
            for place, label in enumerate(header):
                if isinstance(value := row.get(label), date):
                    data.write_datetime(number, place, value, days)
                elif value is not None:
                    data.write(number, place, value)
        if change:
            change(workbook, data)
    return path


def write_text(path: Path, *lines: str, facts: dict = FACTS, encoding: str = "utf-8") -> Path:
    """A CSV with its facts; every line as the test gives it, from the header on."""
    said = [f"# {name}: {value}" for name, value in facts.items()]
    path.write_bytes("\r\n".join([*said, *lines, ""]).encode(encoding))
    return path


def rezip(path: Path, changed: dict[str, bytes] | None = None, method=zipfile.ZIP_DEFLATED) -> Path:
    """The same workbook with members changed or added."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members.update(changed or {})
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    path.write_bytes(made.getvalue())
    return path


def edit(path: Path, member: str, old: str, new: str) -> Path:
    """The same workbook with a text in a member replaced; it must be there."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read(member).decode()
    assert old in content
    return rezip(path, {member: content.replace(old, new).encode()})


DATA_PART = "xl/worksheets/sheet2.xml"


def read(path: Path, limits: Limits | None = None, engine: str = "calamine") -> Reading:
    """What the reader says of a file."""
    return read_file(path, path.name, limits, engine)


def codes(reading: Reading) -> list[str]:
    """The rules of its findings."""
    return [found.rule_code for found in reading.findings]


def refused_for(path: Path) -> str:
    """The one rule for which a file is refused as a whole."""
    reading = read(path)
    assert reading.document is None
    (found,) = reading.findings
    assert found.severity == "blocking"
    assert found.scope == "file"
    assert found.hint
    return found.rule_code
