"""Takes the tools of the group ``dev`` out of the image: ``remove_tools.py pyproject.toml``.

What the product needs too, by itself or through another package, stays.
"""

import itertools
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def tools(pyproject: Path) -> list[str]:
    """The names in the group that nothing else asks for."""
    said = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    project = said["project"]
    extras = project["optional-dependencies"].values()
    needed = _needed([*project["dependencies"], *itertools.chain.from_iterable(extras)])
    names = [canonicalize_name(Requirement(r).name) for r in said["dependency-groups"]["dev"]]
    return [name for name in names if name not in needed]


def _needed(requirements: list[str]) -> set[str]:
    """The names of all packages that are installed for the requirements."""
    waiting = [Requirement(requirement) for requirement in requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        for extra in {"", *wanted.extras} - {e for n, e in seen if n == _name(wanted)}:
            seen.add((_name(wanted), extra))
            waiting += _requirements(wanted.name, extra)
    return {name for name, _ in seen}


def _name(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def _requirements(name: str, extra: str) -> list[Requirement]:
    try:
        lines = distribution(name).requires or []
    except PackageNotFoundError:  # of another platform or another Python
        return []
    found = [Requirement(line) for line in lines]
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": extra})]


if __name__ == "__main__":
    uninstall = [sys.executable, "-m", "pip", "uninstall", "--quiet", "--yes"]
    sys.exit(subprocess.run([*uninstall, *tools(Path(sys.argv[1]))], check=False).returncode)
