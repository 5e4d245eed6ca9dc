"""What kind of file it is, by its first bytes and never by its name, and a workbook's members.

A zip is believed only where the two places that describe a member agree, and where what is
inflated is as long as they say; it is inflated by hand, so that a claim cannot hide a bomb.
"""

import struct
import zipfile
import zlib
from io import BytesIO

from extract.submissions.limits import Limits

WORKBOOK = "workbook"
TEXT = "text"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_END_RECORD_BYTES = 22
_IS_ENCRYPTED, _HAS_LATE_SIZES, _IS_UTF8 = 0x1, 0x8, 0x800
# what OLE files hold where Excel put a password on a workbook, in UTF-16
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG picture",
    b"\xff\xd8\xff": "JPEG picture",
    b"GIF8": "GIF picture",
    b"II*\0": "TIFF picture",
    b"MM\0*": "TIFF picture",
    b"\x1f\x8b": "gzip archive",
    b"7z\xbc\xaf": "7z archive",
    b"Rar!": "RAR archive",
    b"{\\rtf": "RTF text",
    b"PAR1": "Parquet file",
    b"SQLite format 3": "SQLite database",
    b"RIFF": "picture, sound or film",
    b"MZ\x90": "program",
    b"\x7fELF": "program",
    b"PK\x05\x06": "an empty archive",
}
_HTML = (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta")
_TOPS = {"word": "Word document", "ppt": "presentation"}
_NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".7z", ".rar", ".gz", ".jar", ".bin.zip")


class Refused(Exception):
    """A file that is not read: the rule's code, and the value and expectation to show."""

    def __init__(self, rule_code: str, value: object = "", **place):
        super().__init__(rule_code, value)
        self.rule_code = rule_code
        self.value = value
        self.place = place


def kind_of(data: bytes, limits: Limits) -> str:
    """``workbook`` or ``text``; raises Refused for everything else."""
    if not data.strip(b" \t\r\n"):
        raise Refused("file.empty")
    _refuse_other_kinds(data)
    if len(data) < _END_RECORD_BYTES:
        raise Refused("file.truncated", f"{len(data)} bytes")
    if len(data) > limits.packed_bytes:
        raise Refused("file.too_large", len(data), expected=limits.packed_bytes)
    if data.startswith(b"PK\x03\x04"):
        return WORKBOOK
    if data.startswith(_OLE):
        raise Refused("file.password" if _ENCRYPTED_PACKAGE in data else "file.kind.xls")
    if data.startswith(b"PK"):
        raise Refused("file.truncated", f"{len(data)} bytes")
    # zeros in every second place are letters of UTF-16: the text's own reader says so
    if data.startswith(b"\x00") and not data[1:2].strip(b"\x00"):
        raise Refused("file.truncated", f"{len(data)} bytes")
    return TEXT


def _refuse_other_kinds(data: bytes) -> None:
    for start, name in _KINDS.items():
        if data.startswith(start):
            raise Refused("file.kind.other", name)
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HTML):
        raise Refused("file.kind.html")
    if head.startswith(b"<"):
        raise Refused("file.kind.other", "XML")


def open_workbook(data: bytes, limits: Limits) -> dict[str, bytes]:
    """The members of an .xlsx by their names in lower case, inflated.

    Raises Refused for a zip that is damaged, hostile, too large, or holds another kind of file.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OverflowError):
        raise Refused("file.truncated", f"{len(data)} bytes") from None
    if len(infos) > limits.members:
        raise Refused("file.zip.members", len(infos), expected=limits.members)
    # a second directory, or bytes before, between or after: readers would disagree on what is in it
    end = len(data) - _END_RECORD_BYTES
    size = struct.unpack_from("<I", data, end + 12)[0]
    if data[end : end + 4] != b"PK\x05\x06" or archive.start_dir + size != end:
        raise Refused("file.zip.malformed", "its directory is not where it should be")
    members: dict[str, bytes] = {}
    left = limits.unpacked_bytes
    _check_names(infos)
    _check_kind({info.orig_filename.lower() for info in infos})
    for info in infos:
        content = _inflate(data, info, left, limits)
        left -= len(content)
        members[info.orig_filename.lower()] = content
    _check_content_types(members)
    return members


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for info in infos:
        name = info.orig_filename
        parts = name.split("/")
        if not name or name[0] == "/" or ".." in parts or not name.isprintable() or "\\" in name:
            raise Refused("file.zip.names", name)
        if name.lower() in seen:
            raise Refused("file.zip.duplicate", name)
        seen.add(name.lower())
        if info.flag_bits & _IS_ENCRYPTED:
            raise Refused("file.password", name)
        if name.lower().endswith(_NESTED) or "/embeddings/" in name.lower():
            raise Refused("file.zip.nested", name)


def _check_kind(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise Refused("file.kind.xlsb")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Refused("file.kind.macros")
    if "content.xml" in names and "mimetype" in names:
        raise Refused("file.kind.ods")
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        tops = {name.split("/")[0] for name in names}
        raise Refused("file.kind.other", next((_TOPS[top] for top in _TOPS if top in tops), "zip"))


def _check_content_types(members: dict[str, bytes]) -> None:
    if b"macroEnabled" in members["[content_types].xml"]:
        raise Refused("file.kind.macros")


def _inflate(data: bytes, info: zipfile.ZipInfo, most: int, limits: Limits) -> bytes:
    """One member; its local header must say what the directory says."""
    start = info.header_offset
    if start + _LOCAL_HEADER.size > len(data):
        raise Refused("file.truncated", info.orig_filename)
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = (
        _LOCAL_HEADER.unpack_from(data, start)
    )
    start += _LOCAL_HEADER.size
    name = data[start : start + name_length]
    encoding = "utf-8" if flags & _IS_UTF8 else "cp437"
    agree = mark == b"PK\x03\x04" and method == info.compress_type
    agree &= not (flags ^ info.flag_bits) & (_IS_ENCRYPTED | _IS_UTF8)
    if not flags & _HAS_LATE_SIZES:
        agree &= (crc, packed, size) == (info.CRC, info.compress_size, info.file_size)
    if not agree or name != info.orig_filename.encode(encoding, "replace"):
        raise Refused("file.zip.malformed", info.orig_filename)
    start += name_length + extra_length
    body = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        content = body
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(body, most + 1)
        except zlib.error:
            raise Refused("file.truncated", info.orig_filename) from None
    else:
        raise Refused("file.zip.malformed", f"{info.orig_filename}: unknown compression")
    if len(content) > most:
        raise Refused("file.too_large_unpacked", info.orig_filename, expected=limits.unpacked_bytes)
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise Refused("file.truncated", info.orig_filename)
    return content
