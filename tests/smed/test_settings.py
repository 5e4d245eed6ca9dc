"""Settings come from SMED_ variables; a wrong one is named with what would be right."""

import re

import pytest

from smed.errors import SettingInvalid
from smed.settings import Settings


def test_defaults_need_no_variable(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.load().home == tmp_path / "data"


def test_a_given_value_wins_over_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SMED_HOME", str(tmp_path / "one"))
    assert Settings.load(home=tmp_path / "two").home == tmp_path / "two"
    assert Settings.load(home=None).home == tmp_path / "one"


def test_an_unknown_variable_is_refused_with_the_nearest_known(monkeypatch):
    monkeypatch.setenv("SMED_HOMES", "/srv")
    with pytest.raises(SettingInvalid, match="did you mean SMED_HOME"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMED_HOME", ""),
        ("SMED_HTTP_ATTEMPTS", "none"),
        ("SMED_HTTP_ATTEMPTS", "0"),
        ("SMED_WORLD_BANK_URL", "ftp://x"),
        ("SMED_STORAGE_ENDPOINT", "127.0.0.1:9"),
        ("SMED_AIRFLOW_PORT", "99999"),
    ],
)
def test_a_value_that_does_not_fit_names_the_variable_and_an_example(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingInvalid) as caught:
        Settings.load()
    assert str(caught.value).startswith(f"{name}: ")
    assert re.search(r"set it to something like \S", str(caught.value))
    assert "pattern" not in str(caught.value)


def test_no_address_is_said_where_it_does_not_fit(monkeypatch):
    monkeypatch.setenv("SMED_STORAGE_URL", "s3://AKIA:geheim/bucket")
    with pytest.raises(SettingInvalid) as raised:
        Settings.load()
    assert "geheim" not in str(raised.value)
