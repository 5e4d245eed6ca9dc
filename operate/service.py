"""Each process of the service begins here: ``python -m operate.service COMMAND...``.

It refuses secrets that are missing, short, of the kind that everybody tries first, or used twice,
and a database that a newer Airflow has written; then it becomes the command. Two commands
are its own: ``prepare`` (Airflow's database and users; inboxes and, in a new home, who may send and
review) and ``maintain`` (old logs and runs go, once a day).
"""

import base64
import binascii
import os
import subprocess
import sys
from urllib.parse import unquote, urlsplit

from operate import airflow_database, airflow_home, maintenance
from smed.errors import SettingInvalid, SmedError
from smed.files import disk_errors, replace_file
from smed.settings import Settings

SHORTEST, FEWEST_KINDS = 16, 8
FERNET_BYTES = 32
FERNET_KEY = "AIRFLOW__CORE__FERNET_KEY"
SECRETS = ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY")
# those of addresses, by the user who goes with them
ADDRESSES = (
    airflow_home.ADDRESS,
    "AIRFLOW__CELERY__BROKER_URL",
    "SMED_POSTGRES_URL",
)
# user of Airflow's pages: the variable of the password, the role by Airflow's names
USERS = {
    "admin": ("ADMIN_PASSWORD", "Admin"),
    "reviewer": ("REVIEWER_PASSWORD", "User"),
    "viewer": ("VIEWER_PASSWORD", "Viewer"),
}
_TRIED_FIRST = ("admin", "airflow", "changeme", "default", "example", "password", "secret", "smed")
# who copies files into the volume does it as one of these; who may accept them is another
PEOPLE = "user,party_code,role\nsmed,*,sender\nroot,*,sender\nreviewer,*,reviewer\n"
PREPARE, MAINTAIN = "prepare", "maintain"


def main(command: list[str]) -> int:
    """Checks, then becomes the command; 1 and one line on stderr if it must not start."""
    try:
        environment = dict(os.environ)
        is_preparing = command == [PREPARE]
        refuse_weak_secrets(environment, USERS if is_preparing else {})
        if not command:
            raise SettingInvalid("is missing", "command", "name one, like `airflow scheduler`")
        if is_preparing or command[0] == "airflow":
            airflow_database.refuse_newer(environment[airflow_home.ADDRESS])
        if command == [MAINTAIN]:
            maintenance.maintain(Settings.load())
        if is_preparing:
            return prepare(Settings.load(), environment)
    except SmedError as error:
        print(f"smed: {error}", file=sys.stderr)
        return 1
    os.execvp(command[0], command)


def refuse_weak_secrets(environment: dict[str, str], users: dict[str, tuple[str, str]]) -> None:
    """SettingInvalid names the first variable whose secret nobody should rely on."""
    seen: dict[str, str] = {}
    _refuse_bad_fernet_key(environment.get(FERNET_KEY, ""))
    for name in (*SECRETS, *ADDRESSES, *(variable for variable, _ in users.values())):
        secret = _secret_of(name, environment.get(name, ""))
        fault = _fault(secret)
        if not fault and secret in seen:
            fault = f"is the same as that of {seen[secret]}"
        if fault:
            raise SettingInvalid(fault, name, "let `make env` make one up")
        seen[secret] = name


def _secret_of(name: str, value: str) -> str:
    return unquote(urlsplit(value).password or "") if name in ADDRESSES else value


def _fault(secret: str) -> str:
    if not secret:
        return "holds no secret"
    if len(secret) < SHORTEST:
        return f"is shorter than {SHORTEST} characters"
    if len(set(secret)) < FEWEST_KINDS or any(
        secret.lower().startswith(word) for word in _TRIED_FIRST
    ):
        return "is no secret: it can be guessed"
    return ""


def _refuse_bad_fernet_key(key: str) -> None:
    try:
        made_of = base64.urlsafe_b64decode(key)
    except binascii.Error:
        made_of = b""
    if len(made_of) != FERNET_BYTES or len(set(made_of)) < FEWEST_KINDS:
        raise SettingInvalid(
            f"is not {FERNET_BYTES} random bytes in base64",
            FERNET_KEY,
            "let `make env` make one up",
        )


def prepare(settings: Settings, environment: dict[str, str]) -> int:
    """Brings Airflow's database up to this version; then its users and a new home's people.

    Harmless to repeat: a user gets the password and the role that the environment says now.
    """
    from extract.submissions import inbox
    from smed.plan import read_plan

    status = subprocess.run(["airflow", "db", "migrate"], check=False).returncode
    if status:
        return status
    _make_users({user: (environment[name], role) for user, (name, role) in USERS.items()})
    people = settings.home / "people.csv"
    if not people.exists() and not settings.raw.exists():
        with disk_errors(people):
            replace_file(people, PEOPLE.encode(), mode=0o640)
    inbox.make_inboxes(settings, read_plan(settings.plan))
    return 0


def _make_users(users: dict[str, tuple[str, str]]) -> None:
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        manager = builder.sm
        manager.sync_roles()
        for name, (password, role_name) in users.items():
            role, user = manager.find_role(role_name), manager.find_user(username=name)
            if user is None:
                manager.add_user(name, name, name, f"{name}@localhost", role, password)
                continue
            manager.reset_password(user.id, password)
            if user.roles != [role]:
                user.roles = [role]
                manager.update_user(user)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
