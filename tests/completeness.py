"""Programs that a test needs and a machine may lack: skipped there, but not in the one gate."""

import os
from typing import NoReturn

import pytest

# set by .ci/run, which installs them all
COMPLETE = "TESTS_COMPLETE"


def lacking(what: str, package: str) -> NoReturn:
    """Skips the test and says what to install; fails it where nothing may be skipped."""
    message = f"no {what} here: apt-get install {package}"
    if os.environ.get(COMPLETE):
        pytest.fail(message)
    pytest.skip(message)
