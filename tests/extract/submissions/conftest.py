"""A home in which submissions are taken in."""

import pytest

from extract.submissions import intake
from extract.submissions.reading import read_file
from tests.extract.submissions.desks import Office


class PoolOfThisProcess:
    """Reads as the pool does, without the cost of its children: these files are harmless."""

    def __init__(self, limits):
        self._limits = limits

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read_all(self, files):
        return (read_file(path, name, self._limits) for path, name in files)


@pytest.fixture
def in_this_process(monkeypatch) -> None:
    """Files are read by this process."""
    monkeypatch.setattr(intake, "ReaderPool", PoolOfThisProcess)


@pytest.fixture
def office(settings, tmp_path, in_this_process) -> Office:
    """An empty home whose clock the test turns."""
    return Office(settings, tmp_path)


@pytest.fixture
def office_with_pool(settings, tmp_path) -> Office:
    """The same, with the children that really read."""
    return Office(settings, tmp_path)
