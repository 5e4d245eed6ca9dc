"""``python -m publish.superset MANIFEST FOLDER``: writes the folder that Superset imports."""

import sys
from pathlib import Path

from publish.superset.files import write_files
from smed.errors import SmedError
from smed.files import read_json


def main(manifest: str, folder: str) -> None:
    """Writes the folder from dbt's ``manifest.json``; one line of an error, status 1."""
    try:
        files = write_files(read_json(Path(manifest), ("nodes",)), Path(folder))
    except SmedError as error:
        sys.exit(str(error))
    print(f"{files} files in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
