"""One connection to the PostgreSQL that serves the marts, and its errors in our words."""

import ssl
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, unquote, urlsplit

from smed.errors import MendSetup, SettingInvalid, SmedError, TryLater

SETTING = "SMED_POSTGRES_URL"
EXAMPLE = "postgresql://smed:secret@127.0.0.1:5432/smed"
DEFAULT_PORT = 5432
APPLICATION = "smed"
_ENCRYPTED = ("require", "verify-ca", "verify-full")
_PLAIN = "disable"

# SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
LOCK_NOT_AVAILABLE = "55P03"
DEPENDENT_OBJECTS = "2BP01"
_MEND = {
    "28": "check user and password in " + SETTING,
    "3D": "create the database, or name another one in " + SETTING,
    "42501": "grant the user of " + SETTING + " the right: create on the database",
    "53": "give PostgreSQL more room or connections",
    DEPENDENT_OBJECTS: "drop or change what was built on it, then run `smed refresh` again",
}
STAYS = "readers of PostgreSQL go on seeing what they saw"


class Refused(Exception):
    """PostgreSQL refused a statement; ``code`` is its SQLSTATE."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class Connection:
    """Runs statements; each is its own transaction unless one is begun."""

    def __init__(self, connection):
        self._connection = connection

    def run(self, statement: str, stream=None, **values) -> list:
        """The rows of a statement; ``stream`` is what a ``copy ... from stdin`` reads."""
        from pg8000.exceptions import DatabaseError

        try:
            return self._connection.run(statement, stream=stream, **values) or []
        except DatabaseError as error:
            facts = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
            message = " ".join(filter(None, (facts.get("M", str(error)), facts.get("D"))))
            raise Refused(facts.get("C", ""), message) from error

    @contextmanager
    def transaction(self):
        """All statements of the block, or none of them."""
        self.run("begin")
        try:
            yield
            self.run("commit")
        except BaseException:
            self.run("rollback")
            raise


@contextmanager
def connected(url: str, seconds: float):
    """A connection for the block; ``seconds`` bounds every wait for an answer.

    Raises TryLater if the server does not answer, SettingInvalid or MendSetup for what a person
    must mend. No message holds the password.
    """
    from pg8000.exceptions import DatabaseError, InterfaceError

    options = _options(url)
    where = f"PostgreSQL at {options['host']}:{options['port']}/{options['database']}"
    opened = None
    try:
        opened = _open(options, seconds)
        yield Connection(opened)
    except Refused as error:
        raise refusal(error.code, str(error), where) from error
    except DatabaseError as error:
        facts = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        raise refusal(facts.get("C", ""), facts.get("M", str(error)), where) from error
    except (InterfaceError, OSError) as error:
        raise TryLater(
            f"does not answer ({error.__cause__ or error}); {STAYS}",
            where,
            f"see that it runs, can be reached and is what {SETTING} should name,"
            " then run `smed refresh` again",
        ) from error
    finally:
        if opened is not None:
            _close(opened)


def refusal(code: str, message: str, where: str) -> SmedError:
    """The error of the product for one of PostgreSQL's."""
    next_step = next((step for start, step in _MEND.items() if code.startswith(start)), "")
    return MendSetup(
        f"{message}; {STAYS}",
        where,
        next_step or "mend what it names, then run `smed refresh` again",
    )


def _open(options: dict, seconds: float):
    import pg8000.native

    return pg8000.native.Connection(**options, timeout=seconds, application_name=APPLICATION)


def _close(opened) -> None:
    from pg8000.exceptions import InterfaceError

    # if it is gone already, that is what is wanted
    with suppress(InterfaceError, OSError):
        opened.close()


def _options(url: str) -> dict:
    """What pg8000 wants to know; SettingInvalid if the address cannot be read."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        parts, port = None, None
    if not parts or parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise SettingInvalid("not an address of PostgreSQL", SETTING, f"write it like {EXAMPLE}")
    database = unquote(parts.path.lstrip("/"))
    if not parts.username or not database:
        raise SettingInvalid("lacks the user or the database", SETTING, f"write it like {EXAMPLE}")
    return {
        "user": unquote(parts.username),
        # without one pg8000 trips where the server asks for it
        "password": unquote(parts.password or ""),
        "host": parts.hostname,
        "port": port,
        "database": database,
        "ssl_context": _encryption(parse_qs(parts.query).get("sslmode", [""])[0]),
    }


def _encryption(mode: str):
    """By libpq's words: ``require`` and stricter ask for a certificate that can be checked."""
    if mode == _PLAIN:
        return False
    return ssl.create_default_context() if mode in _ENCRYPTED else None
