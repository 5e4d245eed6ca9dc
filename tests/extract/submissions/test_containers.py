"""Hostile, damaged and foreign files: each refused for its own reason, quickly, in words."""

import struct
import time
import zipfile

import pytest

from tests.extract.submissions.sent_files import (
    DATA_PART,
    ROW,
    edit,
    read,
    refused_for,
    rezip,
    write_workbook,
)

MIB = 1024 * 1024
SECONDS = 2


@pytest.fixture
def good(tmp_path):
    return write_workbook(tmp_path / "good.xlsx", ROW)


def _named(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_good_workbook_has_no_findings(good):
    reading = read(good)
    assert reading.findings == ()
    assert reading.document.party_code == "VNM"
    assert reading.document.submission_version == 1
    (row,) = reading.document.rows
    assert row.number == 2
    assert row.value("value") == 47.5
    assert row.cells["value"].reference == "E2"
    assert row.value("observation_year") == 2020
    assert row.value("note") is None


def test_a_zip_bomb_is_refused_before_it_is_unpacked(good):
    rezip(good, {"xl/media/picture.png": bytes(522 * MIB)})
    assert good.stat().st_size < MIB
    start = time.process_time()
    assert refused_for(good) == "file.too_large_unpacked"
    assert time.process_time() - start < SECONDS


def test_a_zip_bomb_in_one_cell_is_refused(good):
    cell = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>' + b"a" * 200 * MIB
    rezip(good, {DATA_PART: cell + b"</t></is></c></row></sheetData>"})
    start = time.process_time()
    assert refused_for(good) == "file.too_large_unpacked"
    assert time.process_time() - start < SECONDS


def test_a_bomb_that_claims_to_be_small_is_refused(good):
    """40 MiB whose headers both say 100 bytes."""
    rezip(good, {"xl/bomb.xml": bytes(40 * MIB)})
    said = struct.pack("<I", 40 * MIB)
    data = good.read_bytes()
    assert data.count(said) == 2
    good.write_bytes(data.replace(said, struct.pack("<I", 100)))
    assert refused_for(good) == "file.too_large_unpacked"


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    path = _named(tmp_path, "large.xlsx", b"PK\x03\x04" + bytes(11 * MIB))
    assert refused_for(path) == "file.too_large"


def test_a_zip_of_thousands_of_members_is_refused(good):
    rezip(good, {f"xl/media/{number}.png": b"" for number in range(2000)})
    assert refused_for(good) == "file.zip.members"


@pytest.mark.parametrize("name", ["xl/embeddings/oleObject1.bin", "xl/inner.zip", "book.xlsx"])
def test_a_file_within_the_file_is_refused(good, name):
    rezip(good, {name: b"PK\x03\x04"})
    assert refused_for(good) == "file.zip.nested"


@pytest.mark.parametrize(
    "name", ["../../evil.xml", "/etc/evil.xml", "xl\\evil.xml", "xl/\u202elmx.xml", "xl/a\nb.xml"]
)
def test_a_member_with_a_forbidden_name_is_refused(good, name):
    rezip(good, {name: b"<a/>"})
    assert refused_for(good) == "file.zip.names"


def test_a_member_with_a_nul_in_its_name_is_refused(good):
    rezip(good, {"xl/evil0.xml": b"<a/>"})
    good.write_bytes(good.read_bytes().replace(b"xl/evil0.xml", b"xl/evil\0.xml"))
    assert refused_for(good) == "file.zip.names"


def test_a_member_that_stands_twice_is_refused(good):
    with zipfile.ZipFile(good, "a") as archive:
        archive.writestr("XL/Workbook.xml", b"<workbook/>")
    assert refused_for(good) == "file.zip.duplicate"


def test_bytes_before_or_behind_a_zip_are_refused(good):
    data = good.read_bytes()
    good.write_bytes(data + b"behind")
    assert refused_for(good) == "file.zip.malformed"


def test_two_headers_that_disagree_are_refused(good):
    data = good.read_bytes()
    first = data.index(b"xl/workbook.xml")
    good.write_bytes(data[:first] + b"xl/workboox.xml" + data[first + 15 :])
    assert refused_for(good) == "file.zip.malformed"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_truncated_workbook_is_refused(good, share):
    data = good.read_bytes()
    good.write_bytes(data[: int(len(data) * share)])
    assert refused_for(good) == "file.truncated"


def test_a_workbook_with_a_flipped_bit_is_refused(good):
    data = bytearray(good.read_bytes())
    place = zipfile.ZipFile(good).getinfo(DATA_PART).header_offset + 80
    data[place] ^= 0xFF
    good.write_bytes(data)
    assert refused_for(good) in ("file.truncated", "file.too_large_unpacked")


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("empty.xlsx", b"", "file.empty"),
        ("blank.csv", b" \r\n\r\n", "file.empty"),
        ("one_byte.xlsx", b"P", "file.truncated"),
        ("two_bytes.xlsx", b"PK", "file.truncated"),
        ("only_an_end.xlsx", b"PK\x05\x06" + bytes(18), "file.kind.other"),
        ("old.xls", OLE + bytes(600), "file.kind.xls"),
        ("password.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "file.password"),
        ("page.xlsx", b"\xef\xbb\xbf<!DOCTYPE html><table>", "file.kind.html"),
        ("table.xls", b"<table><tr><td>1</td></tr></table>", "file.kind.html"),
        ("xml_of_2003.xls", b'<?xml version="1.0"?><Workbook/>', "file.kind.other"),
        ("scan.pdf", b"%PDF-1.7" + bytes(50), "file.kind.other"),
        ("short.pdf", b"%PDF-1.7", "file.kind.other"),
        ("program.csv", b"MZ\x90\x00" + bytes(50), "file.kind.other"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(50), "file.kind.other"),
        ("binary.csv", b"binary\x00data\x00\x01" * 9, "file.kind.other"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_content(tmp_path, name, content, rule):
    assert refused_for(_named(tmp_path, name, content)) == rule


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        ({"xl/vbaProject.bin": b"\0"}, "file.kind.macros"),
        ({"xl/workbook.bin": b"\0"}, "file.kind.xlsb"),
        ({"mimetype": b"application/vnd.oasis", "content.xml": b"<a/>"}, "file.kind.ods"),
    ],
)
def test_a_workbook_of_another_format_is_refused(good, members, rule):
    rezip(good, members)
    assert refused_for(good) == rule


def test_a_zip_of_something_else_is_refused(tmp_path):
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    assert refused_for(path) == "file.kind.other"


def test_a_billion_laughs_are_refused(good):
    entities = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n<worksheet '
    edit(good, DATA_PART, "<worksheet ", entities)
    assert refused_for(good) == "file.xml.entities"


def test_an_external_entity_is_refused_in_any_part(good):
    read_me = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<sst '
    edit(good, "xl/sharedStrings.xml", "<sst ", read_me)
    assert refused_for(good) == "file.xml.entities"


def test_entities_do_not_hide_in_another_encoding(good):
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><sst/>'
    rezip(good, {"xl/sharedStrings.xml": hidden.encode("utf-16")})
    assert refused_for(good) == "file.xml.encoding"


def test_parts_that_are_no_xml_are_refused(good):
    rezip(good, {"xl/workbook.xml": b"<workbook><sheets>"})
    assert refused_for(good) == "file.unreadable"


def test_a_missing_file_is_a_finding_too(tmp_path):
    assert refused_for(tmp_path / "gone.xlsx") == "file.unreadable"
