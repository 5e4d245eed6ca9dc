"""What every test may use: a home of its own, shared ones, and no setting from outside."""

import os
from pathlib import Path

import pytest

from smed.settings import Settings

pytest_plugins = ("tests.end_to_end.homes", "tests.publish.postgres_server", "tests.smed.s3_server")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("SMED_", "AIRFLOW_")):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty home."""
    return Settings.load(home=tmp_path / "home")
