"""How much of a file is read: what a form of a few thousand rows needs, many times over."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # not for a reader's process, which must begin quickly
    from smed.settings import Settings

MIB = 1024 * 1024
# what a workbook counts as columns
COLUMNS_OF_EXCEL = 16384


@dataclass(frozen=True)
class Limits:
    """Everything above one of these is refused with a finding; the first six are settings."""

    packed_bytes: int = 10 * MIB
    unpacked_bytes: int = 32 * MIB
    rows: int = 10_000
    memory_bytes: int = 1024 * MIB
    seconds: int = 20
    readers: int = 2
    # a workbook of Excel holds a dozen members, and one more for each picture or sheet
    members: int = 500
    # the widest form has 18 columns
    columns: int = 200
    # cells that are held at once, empty ones between filled ones included
    cells: int = 2_000_000
    # tags in one part: four a cell, so that as many rows as above fit
    tags: int = 1_000_000
    # openpyxl takes 5 us for each; this is under a second
    tags_read_slowly: int = 150_000
    # Excel's own limit for a cell
    characters: int = 32_767
    # a text that many cells share is small in a file and large outside it
    all_characters: int = 8_000_000
    findings: int = 10_000
    # a child is replaced after so many files, so that nothing it leaks grows; to begin one costs
    # what reading 50 files does
    files_per_reader: int = 4_000

    @classmethod
    def from_settings(cls, settings: "Settings") -> "Limits":
        """The limits with those that an operator may set."""
        return cls(
            packed_bytes=settings.submission_packed_mib * MIB,
            unpacked_bytes=settings.submission_unpacked_mib * MIB,
            rows=settings.submission_rows,
            memory_bytes=settings.submission_reader_memory_mib * MIB,
            seconds=settings.submission_reader_seconds,
            readers=settings.submission_readers,
        )

    def facts(self) -> dict:
        """The limits as a JSON-able dict."""
        return asdict(self)
