"""The service, for every file of its tests."""

import pytest

from tests.services.stack import Stack


@pytest.fixture(scope="session")
def stack():
    """The service, started once."""
    made = Stack()
    try:
        yield made.start()
    finally:
        made.end()
