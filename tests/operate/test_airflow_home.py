"""The embedded server's only user is who starts it: nobody has two names to act under."""

import json
import stat

from operate import airflow_home
from smed import home


def _passwords(settings) -> dict[str, str]:
    return json.loads((settings.home / "airflow" / "passwords.json").read_bytes())


def test_the_pages_have_one_user_named_as_the_systems(settings):
    airflow_home.make_folder(settings)
    assert airflow_home.make_password(settings) == home.actor()
    first = _passwords(settings)
    assert list(first) == [home.actor()]
    path = settings.home / "airflow" / "passwords.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    users = airflow_home.server_environment(settings)["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"]
    assert users == f"{home.actor()}:admin"
    # the same password as long as the same user starts it
    airflow_home.make_password(settings)
    assert _passwords(settings) == first


def test_another_name_of_before_is_gone(settings):
    airflow_home.make_folder(settings)
    path = settings.home / "airflow" / "passwords.json"
    path.write_text('{"admin": "secret"}')
    airflow_home.make_password(settings)
    assert list(_passwords(settings)) == [home.actor()]
    assert "secret" not in path.read_text()
