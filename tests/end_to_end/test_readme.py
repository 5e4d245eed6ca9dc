"""What the README tells people to run does what it shows."""

import re
import subprocess
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from smed.settings import REPOSITORY
from tests.end_to_end.homes import finished
from tests.end_to_end.processes import PYTHON, SMED, environment, run

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python|text)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _shown_after(command: str) -> str:
    """The text block that follows the console block with that command."""
    for (_, block), (kind, output) in pairwise(BLOCKS):
        if command in block:
            assert kind == "text"
            return _trimmed(output)
    raise AssertionError(f"the README does not show {command}")


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.fixture
def place(demo):
    """A folder that looks like the repository to who follows the README, with `make demo` done."""
    return demo.folder, _trimmed(demo.home.printed.replace(f"{demo.folder}/", ""))


def test_the_demo_prints_what_the_readme_shows(place):
    assert place[1] == _shown_after("make demo")


@pytest.mark.parametrize("part", ["duckdb.connect", "smed template"])
def test_a_command_of_the_readme_prints_what_it_shows(place, part):
    command = next(block for _, block in BLOCKS if part in block).removeprefix("$ ")
    done = subprocess.run(
        command, shell=True, cwd=place[0], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert _trimmed(done.stdout) == _shown_after(part)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_program_of_the_readme_prints_what_it_shows(place, library):
    (program,) = (b for kind, b in BLOCKS if kind == "python" and f"import {library}" in b)
    done = subprocess.run((PYTHON, "-c", program), cwd=place[0], capture_output=True, text=True)
    assert _trimmed(finished(done).stdout) == _shown_after(program)


def test_postgresql_shows_what_the_readme_shows(place, copy_of, demo, postgres):
    """As whoever follows it: another server, and recorded figures, but for that word by word."""
    home = copy_of(demo.home)
    told = next(block for _, block in BLOCKS if "psql" in block)
    own, bi = postgres.new_database(), urlsplit(postgres.url("bi"))
    for readme, here in (
        ("postgresql://smed:secret@127.0.0.1:5432/smed", own),
        ("bi:another@127.0.0.1:5432/smed", f"bi@{bi.hostname}:{bi.port}{urlsplit(own).path}"),
        ("$ smed refresh", f"$ {SMED} refresh --sources recorded --home {home.path} > /dev/null"),
    ):
        assert readme in told
        told = told.replace(readme, here)
    script = "set -e\n" + told.replace("$ ", "")
    done = subprocess.run(
        ("bash", "-c", script), env=environment(), capture_output=True, text=True, timeout=120
    )
    assert _trimmed(finished(done).stdout) == _shown_after("psql")


def test_every_make_target_that_the_readme_names_is_there():
    targets = set(re.findall(r"^\$ make (\w+)$", README, re.MULTILINE))
    assert {"demo", "test", "up"} <= targets
    for target in targets:
        finished(run("make", "-n", target))


def test_every_command_in_the_table_is_one_of_smed():
    named = set(re.findall(r"^\| `smed ([a-z-]+)", README, re.MULTILINE))
    listed = run(str(REPOSITORY / ".venv" / "bin" / "smed"), "--help").stdout
    assert named == set(re.findall(r"^  ([a-z-]+)  ", listed.split("Commands:")[1], re.MULTILINE))


def test_every_file_that_the_readme_and_the_guide_name_is_there():
    guide = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    pattern = r"`((?:dbt_project|smed|extract|expectations)/[\w/.]+)`"
    named = re.findall(pattern, README + guide)
    assert len(named) > 5
    missing = [name for name in named if not (REPOSITORY / name).exists()]
    assert missing == []
