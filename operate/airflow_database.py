"""Is Airflow's own database of the version of Airflow that runs here?

An older one is brought up to date when a server starts. Over a newer one Airflow only trips, with
pages of its inside: it is refused by name before anything of Airflow begins, or is imported.
"""

import os
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from operate import airflow_home
from smed.errors import VersionDiffers
from smed.settings import Settings

# who keeps tables there: where it notes their version, and where its migrations lie
KEEPERS = (
    ("apache-airflow-core", "alembic_version", "airflow/migrations/versions"),
    (
        "apache-airflow-providers-fab",
        "alembic_version_fab",
        "airflow/providers/fab/migrations/versions",
    ),
)
WAIT_SECONDS = 5
_REVISION = re.compile(r"""^revision = ["'](\w+)["']""", re.MULTILINE)
_REPLACES = re.compile(r"""^down_revision = ["'](\w+)["']""", re.MULTILINE)


class NoAnswer(Exception):
    """The database cannot be asked."""


@dataclass(frozen=True)
class Difference:
    """Of which keeper the tables are of another version, whether newer, and what they note."""

    keeper: str
    is_newer: bool
    revision: str

    def __str__(self) -> str:
        if self.is_newer:
            return (
                f"a newer {self.keeper} has written Airflow's database (it is of revision"
                f" {self.revision}, which {distribution(self.keeper).version} does not know)"
            )
        return f"Airflow's database is of an older {self.keeper} (revision {self.revision})"


def address(settings: Settings) -> str:
    """Where it is: as the service's environment says, else in the home."""
    return os.environ.get(airflow_home.ADDRESS) or airflow_home.address(settings)


def refuse_newer(where: str) -> None:
    """VersionDiffers if a newer Airflow has written the database at an address.

    Where it does not answer Airflow itself will say so, or wait.
    """
    try:
        found = differences(where)
    except NoAnswer:
        return
    for one in found:
        if one.is_newer:
            raise VersionDiffers(str(one), _shown(where), way_on(one))


def way_on(one: Difference) -> str:
    """What a person does about a difference."""
    if one.is_newer:
        return "start the version that wrote it, or go back as docs/upgrading.md says"
    return "start the server again: `make up`, or the service's prepare, brings it up to date"


def differences(where: str) -> list[Difference]:
    """What is of another version; empty if nothing is, or there is no database yet.

    Raises NoAnswer.
    """
    from sqlalchemy import create_engine, inspect, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    found = []
    try:
        url = make_url(where)
        is_file = url.get_backend_name() == "sqlite"
        if is_file and not Path(url.database).is_file():
            return []
        options = {"timeout" if is_file else "connect_timeout": WAIT_SECONDS}
        with create_engine(url, poolclass=NullPool, connect_args=options).connect() as connection:
            tables = set(inspect(connection).get_table_names())
            for keeper, table, folder in KEEPERS:
                if table in tables:
                    rows = connection.execute(text(f"select version_num from {table}"))
                    found += _compare(keeper, folder, [revision for (revision,) in rows])
    # an address of a driver that is not installed, or that knows no such options
    except (SQLAlchemyError, ImportError, TypeError) as error:
        raise NoAnswer from error
    return found


def _compare(keeper: str, folder: str, noted: list[str]) -> list[Difference]:
    try:
        versions = Path(distribution(keeper).locate_file(folder))
    except PackageNotFoundError:
        return []  # it is not installed here, and its tables are nobody's
    texts = [path.read_text(encoding="utf-8") for path in sorted(versions.glob("*.py"))]
    known = {name for words in texts for name in _REVISION.findall(words)}
    newest = known - {name for words in texts for name in _REPLACES.findall(words)}
    return [Difference(keeper, name not in known, name) for name in noted if name not in newest]


def _shown(where: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(where).render_as_string(hide_password=True)
