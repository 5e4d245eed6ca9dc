"""CSV files: encodings, delimiters, quotes, and lines that do not fit the header."""

import pytest

from tests.extract.submissions.sent_files import FACTS, codes, labels, read, refused_for, write_text

VALUES = ["K-1", "Name", "2020", "", "47.5", "pct", "same as before", "Census", "final", *[""] * 4]


def _lines(delimiter=",", **changed):
    values = list(VALUES)
    for label, value in changed.items():
        values[labels().index(label)] = value
    return delimiter.join(labels()), delimiter.join(values)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_and_the_unicode_of_the_file_are_found(tmp_path, delimiter, encoding):
    path = write_text(tmp_path / "a.csv", *_lines(delimiter, Note="Việt Nam"), encoding=encoding)
    reading = read(path)
    assert reading.findings == ()
    assert reading.document.party_code == "VNM"
    (row,) = reading.document.rows
    assert (row.number, row.cells["value"].reference) == (7, "line 7, column 5")
    assert (row.value("value"), row.value("note")) == (47.5, "Việt Nam")


@pytest.mark.parametrize(
    ("encoding", "text", "guess"),
    [
        ("cp874", "สำนักงานสถิติ", "Thai, Windows-874"),
        ("cp1258", "Thu nhâ\u0323p cu\u0309a ho\u0323", "Vietnamese, Windows-1258"),
        ("cp1252", "Café, 5 €", "Western, Windows-1252"),
        ("utf-16-le", "Note", "UTF-16 without its mark"),
        ("utf-16-be", "Note", "UTF-16 without its mark"),
    ],
)
def test_another_encoding_is_refused_with_a_guess(tmp_path, encoding, text, guess):
    path = write_text(tmp_path / "a.csv", *_lines(Note=text.replace(",", "")), encoding=encoding)
    assert refused_for(path) == "file.encoding"
    assert read(path).findings[0].value == guess


def test_a_ragged_line_is_named_and_shifts_nothing(tmp_path):
    header, line = _lines()
    path = write_text(tmp_path / "a.csv", header, line, line + ",1", line[:-3], line)
    reading = read(path)
    assert [(f.rule_code, f.row_number, f.value, f.expected) for f in reading.findings] == [
        ("sheet.ragged", 8, "14", "13"),
        ("sheet.ragged", 9, "10", "13"),
    ]
    assert [row.number for row in reading.document.rows] == [7, 10]


def test_a_text_over_several_lines_keeps_the_numbers_of_lines(tmp_path):
    header, line = _lines(Note='"one, two\r\nthree ""four"""')
    reading = read(write_text(tmp_path / "a.csv", header, line, _lines()[1]))
    assert reading.findings == ()
    assert [row.number for row in reading.document.rows] == [7, 9]
    assert reading.document.rows[0].value("note") == 'one, two\nthree "four"'


@pytest.mark.parametrize("note", ['"open', '"a"b'])
def test_quotes_that_do_not_match_are_refused_with_their_line(tmp_path, note):
    reading = read(write_text(tmp_path / "a.csv", *_lines(Note=note)))
    assert codes(reading) == ["file.csv.quotes"]
    assert reading.findings[0].reference.startswith("line ")


def test_what_excel_appends_to_every_line_does_no_harm(tmp_path):
    facts = {name: f"{value},,,,,,,,,,,," for name, value in FACTS.items()}
    path = write_text(tmp_path / "a.csv", *(line + "," for line in _lines()), facts=facts)
    assert read(path).findings == ()


def test_missing_facts_are_listed(tmp_path):
    path = write_text(tmp_path / "a.csv", *_lines(), facts={"form_code": "kpi"})
    (found,) = read(path).findings
    assert found.rule_code == "file.fact.missing"
    assert found.value == "template_version, party_code, reporting_period, submission_version"


def test_the_declared_decimal_mark_is_used(tmp_path):
    facts = {**FACTS, "decimal": "comma"}
    path = write_text(tmp_path / "a.csv", *_lines(";", Value="1.234"), facts=facts)
    assert read(path).document.rows[0].value("value") == 1234.0
    path = write_text(tmp_path / "b.csv", *_lines(";", Value="1.234"))
    assert codes(read(path)) == ["cell.number.ambiguous"]
    path = write_text(tmp_path / "c.csv", *_lines(), facts={**FACTS, "decimal": "dot"})
    assert refused_for(path) == "file.fact.malformed"


def test_a_repeated_or_missing_label_is_refused(tmp_path):
    header, line = _lines()
    path = write_text(tmp_path / "a.csv", header + ",Value", line + ",1")
    assert refused_for(path) == "header.repeated"
    path = write_text(tmp_path / "b.csv", header.replace("Unit", ""), line)
    assert refused_for(path) == "header.missing"


def test_e6_a_label_twice_in_the_place_of_another_is_named_as_such(tmp_path):
    header, line = _lines()
    reading = read(write_text(tmp_path / "a.csv", header.replace("Note", "Value"), line))
    missing, repeated = reading.findings
    assert (missing.rule_code, missing.expected) == ("header.missing", "Note")
    assert (repeated.rule_code, repeated.value) == ("header.repeated", "Value")
    assert repeated.message.startswith("line 6, column 13: ")


def test_lines_may_end_as_on_an_old_macintosh(tmp_path):
    path = write_text(tmp_path / "a.csv", *_lines())
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\r"))
    reading = read(path)
    assert reading.findings == ()
    assert reading.document.rows[0].cells["value"].reference == "line 7, column 5"


def test_words_that_pandas_would_lose_stay_what_they_are(tmp_path):
    reading = read(write_text(tmp_path / "a.csv", *_lines(Value="0", Source="NA", Note="nan")))
    (row,) = reading.document.rows
    assert (row.value("value"), row.value("source_title"), row.value("note")) == (0.0, None, "nan")
    assert row.cells["source_title"].text == "NA"


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path):
    reading = read(write_text(tmp_path / "a.csv", *_lines(Note="=cmd|'/c calc'!A1")))
    assert reading.findings == ()
    assert reading.document.rows[0].value("note") == "=cmd|'/c calc'!A1"


def test_a_file_of_words_is_refused(tmp_path):
    path = tmp_path / "letter.csv"
    path.write_text("Dear colleagues, please find attached the figures.")
    assert read(path).document is None
    assert codes(read(path)) == ["file.fact.missing"]
