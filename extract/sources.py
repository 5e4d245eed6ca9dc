"""The sources that can be asked, opened together; each by its code in ``data_sources.csv``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from extract import adb, world_bank
from extract.adb import Adb
from extract.world_bank import RECORDED, Answer, WorldBank
from smed.settings import Settings

Source = WorldBank | Adb
Sources = Mapping[str, Source]

__all__ = ["Answer", "Source", "Sources", "open_sources"]


@contextmanager
def open_sources(settings: Settings, sources: str) -> Iterator[Sources]:
    """Every source of the network; with ``recorded`` those of which figures were recorded."""
    with world_bank.open_source(settings, sources) as bank:
        opened: dict[str, Source] = {world_bank.SOURCE: bank}
        if sources != RECORDED:
            opened[adb.SOURCE] = Adb(settings)
        yield opened
