"""The image has what its processes need, and nothing of a developer's machine."""

import re
import subprocess
from importlib.metadata import distributions

from deploy.remove_tools import tools
from smed.settings import REPOSITORY
from tests.rules.test_house import ROOMS
from tests.services import compose_file

IMAGES = sorted((REPOSITORY / "deploy").glob("*ockerfile"))


def _copied() -> list[str]:
    text = compose_file.DOCKERFILE.read_text(encoding="utf-8")
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE)
    return [source for line in lines for source in line.split()]


def test_it_copies_what_exists_and_all_rooms():
    assert [name for name in _copied() if not (REPOSITORY / name).exists()] == []
    assert {*ROOMS, "dbt_project"} <= set(_copied())


def test_nothing_else_of_the_folder_gets_into_it():
    first, *others = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    assert first == "*"
    assert sorted(line[1:] for line in others if line.startswith("!")) == sorted(_copied())


def test_it_runs_as_nobody_in_particular():
    stage = compose_file.last_stage()
    *_, user = (words for instruction, words in stage if instruction == "USER")
    assert user == "50000:0"
    assert compose_file.image_user().split(":")[2:4] == user.split(":")
    assert compose_file.entrypoint() == ["python", "-m", "operate.service"]
    assert compose_file.image_variables("/bin")["PATH"] == "/opt/venv/bin:/bin"


def test_every_volume_begins_as_a_folder_of_its_user(tmp_path):
    services = compose_file.composed(compose_file.make_env(tmp_path / "env"))["services"]
    mounted = {
        volume.split(":")[1]
        for its in services.values()
        for volume in its.get("volumes", [])
        if its.get("image") == "smed"
    }
    (run,) = (words for instruction, words in compose_file.last_stage() if instruction == "RUN")
    _, _, folders = run.partition("install -d -o 50000 -g 0 -m 0770 ")
    assert mounted == set(folders.split()) == {"/srv/smed", "/srv/backup"}


def test_every_base_has_a_version():
    bases = [
        base
        for path in IMAGES
        for base in re.findall(r"^FROM (\S+)", path.read_text(), re.MULTILINE)
    ]
    assert len(bases) == 4
    assert all(re.search(r":\d+\.\d+\.\d+(-[a-z-]+)?$", base) for base in bases), bases


def test_superset_has_the_driver_that_the_lock_has():
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    (driver,) = re.findall(
        r"psycopg2-binary==[\d.]+", (REPOSITORY / "deploy/superset.Dockerfile").read_text()
    )
    assert f"\n{driver} \\" in lock


def test_what_is_taken_out_of_it_is_what_only_tests_need():
    taken = set(tools(REPOSITORY / "pyproject.toml"))
    assert {"pytest", "playwright", "ruff", "uv"} <= taken
    # the whole of what every other package asks for, by its own words
    others = [d for d in distributions() if d.metadata["Name"].lower() not in taken]
    wanted = [line for d in others for line in d.requires or [] if "extra ==" not in line]
    assert {re.match(r"[\w.-]+", line).group().lower() for line in wanted} & taken == set()


def test_the_scripts_are_shell_and_can_be_run():
    scripts = [p for p in (REPOSITORY / "deploy").rglob("*.sh") if p.name != "make-env.sh"]
    assert len(scripts) == 5
    for path in scripts:
        assert path.stat().st_mode & 0o111 == 0o111, path
        assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0, path
