"""Whatever is sent, the answer is a reading; and one fault is one finding, at its place."""

from io import BytesIO

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.submissions.documents import Reading
from extract.submissions.findings import read_rules
from extract.submissions.limits import Limits
from tests.extract.submissions.sent_files import (
    FACTS,
    ROW,
    codes,
    labels,
    read,
    write_text,
    write_workbook,
)

FULL = {**ROW, "Origin": "other survey", "Numerator": 47.5, "Denominator": 100, "Note": "n"}
ROWS = [{**FULL, "KPI": f"K-{number}"} for number in range(4)]
# what may stand in any cell by mistake
WRONG = [
    "1,234",
    "x",
    "12,5",
    2563,
    -1,
    0.47,
    "=1+1",
    "31/02/2020",
    "๒๕",
    "",
    True,
    1e300,
    "a@b.co",
]
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def valid(tmp_path_factory):
    path = write_workbook(tmp_path_factory.mktemp("valid") / "valid.xlsx", *ROWS)
    assert read(path).findings == ()
    return path


@relaxed
@given(data=st.data())
def test_one_changed_cell_is_one_finding_that_names_it_or_none(valid, tmp_path, data):
    sheet_name = data.draw(st.sampled_from(["Data", "Data", "Data", "About"]))
    width, height = (len(labels()), len(ROWS) + 1) if sheet_name == "Data" else (2, len(FACTS))
    column, row = data.draw(st.integers(1, width)), data.draw(st.integers(1, height))
    book = openpyxl.load_workbook(BytesIO(valid.read_bytes()))
    cell = book[sheet_name].cell(row, column)
    cell.value = data.draw(st.sampled_from(WRONG)) or None
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    reading, before = read(changed), read(valid)
    if reading.findings:
        (found,) = reading.findings
        named = found.reference or f"the file lacks {found.value}"
        assert cell.coordinate in named.split(", ") or sheet_name == "About"
    if reading.document is None:
        return
    for old, new in zip(before.document.rows, reading.document.rows, strict=True):
        for code, was in old.cells.items():
            if was.reference != cell.coordinate:
                assert new.cells[code] == was


@relaxed
@given(st.binary(max_size=400))
def test_any_bytes_are_a_reading(tmp_path, content):
    path = tmp_path / "any"
    path.write_bytes(content)
    reading = read(path)
    assert isinstance(reading, Reading)
    assert reading.document is None


@relaxed
@given(data=st.data())
def test_a_workbook_with_damaged_bytes_is_a_reading(valid, tmp_path, data):
    content = bytearray(valid.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content)
    assert isinstance(read(path), Reading)


@relaxed
@given(st.lists(st.text(max_size=60), max_size=8), st.sampled_from(["utf-8", "utf-16"]))
def test_any_text_below_a_header_is_a_reading(tmp_path, lines, encoding):
    clean = [line.encode("utf-8", "ignore").decode() for line in lines]
    path = write_text(tmp_path / "a.csv", ",".join(labels()), *clean, encoding=encoding)
    assert isinstance(read(path), Reading)


def test_a_thousand_rows_with_a_thousand_faults_are_all_named(tmp_path):
    rows = [{**FULL, "Value": "1,234"} for _ in range(1000)]
    reading = read(write_workbook(tmp_path / "a.xlsx", *rows))
    assert codes(reading) == ["cell.number.ambiguous"] * 1000
    assert [found.reference for found in reading.findings] == [f"E{n}" for n in range(2, 1002)]
    assert len(reading.document.rows) == 1000


def test_too_many_findings_stop_the_file_and_are_counted(tmp_path):
    rows = [{**FULL, "Value": "1,234"} for _ in range(20)]
    reading = read(write_workbook(tmp_path / "a.xlsx", *rows), Limits(findings=5))
    assert reading.document is None
    assert len(reading.findings) == 6
    assert reading.findings[-1].rule_code == "file.findings.many"
    assert reading.findings[-1].value == "15"


def test_every_rule_of_the_reader_has_a_hint_and_is_used():
    from pathlib import Path

    from extract.submissions import findings

    folder = Path(findings.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    own = [r for r in read_rules().values() if r.rule_code.startswith(("file.", "sheet.", "cell."))]
    assert len(own) > 50
    for rule in own:
        assert rule.hint, rule.rule_code
        stem, _, last = rule.rule_code.rpartition(".")
        assert f'"{rule.rule_code}"' in code or f'f"{{rule}}.{last}"' in code, rule.rule_code
        assert stem
