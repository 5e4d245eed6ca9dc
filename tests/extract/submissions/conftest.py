"""A home in which submissions are taken in."""

import pytest

from tests.extract.submissions.desks import Office


@pytest.fixture
def office(settings, tmp_path) -> Office:
    """An empty home whose clock the test turns."""
    return Office(settings, tmp_path)
