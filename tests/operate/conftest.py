"""A home that several tests of this folder look at."""

import pytest

from tests.operate.traced_home import make_traced


@pytest.fixture(scope="session")
def traced(tmp_path_factory, refreshed_home):
    """A home with a number of every kind. Only to be read."""
    return make_traced(tmp_path_factory.mktemp("traced"), refreshed_home)
