"""What all that was done to the service has left behind, and how it ends: the last of its tests."""

import pytest

from tests.end_to_end import calls_out

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]


def test_no_secret_stands_in_any_log(stack):
    texts = stack.texts()
    assert len(texts) > 20
    found = [
        (name, file)
        for name, value in stack.variables.items()
        for file in texts
        if value in texts[file]
    ]
    assert found == []


def test_nothing_tried_to_call_out():
    """No tool's telemetry either: pytest and all of the service share a namespace."""
    assert calls_out.count() == 0


def test_nothing_is_left_when_it_stops(stack):
    running = stack.processes()
    assert running
    stack.end()
    assert [process for process in running if process.is_running()] == []
    assert not stack.folder.exists()
