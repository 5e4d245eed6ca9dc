"""``docker-compose.yml`` as podman-compose reads it, and the image's Dockerfile."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from smed.settings import REPOSITORY

COMPOSE = REPOSITORY / "docker-compose.yml"
DOCKERFILE = REPOSITORY / "deploy" / "Dockerfile"
# `config` only reads, but wants to hear a version of podman first
NO_PODMAN = "/bin/echo"


def make_env(path: Path) -> dict[str, str]:
    """Lets ``make env`` write its file at ``path``; what stands in it."""
    command = ("sh", str(REPOSITORY / "deploy" / "make-env.sh"), str(path))
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def read(variables: dict[str, str], *profiles: str) -> subprocess.CompletedProcess:
    """podman-compose's reading of the file with these variables and no others."""
    command = [str(Path(sys.executable).with_name("podman-compose")), "--podman-path", NO_PODMAN]
    command += [word for profile in profiles for word in ("--profile", profile)]
    return subprocess.run(
        [*command, "--env-file", os.devnull, "-f", str(COMPOSE), "config"],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def composed(variables: dict[str, str], *profiles: str) -> dict:
    """The file, resolved: the services of no profile, and of these."""
    done = read(variables, *profiles)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


def last_stage(dockerfile: Path = DOCKERFILE) -> list[tuple[str, str]]:
    """The instructions of the stage that becomes the image: (instruction, its words)."""
    text = re.sub(r"\\\n", " ", dockerfile.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = [tuple(re.split(r"\s+", line, maxsplit=1)) for line in lines]
    begin = max(i for i, (instruction, _) in enumerate(found) if instruction == "FROM")
    return found[begin:]


def image_variables(path: str) -> dict[str, str]:
    """What the image's ENV sets, where PATH was ``path`` before."""
    variables = {"PATH": path}
    for instruction, words in last_stage():
        if instruction == "ENV":
            for name, value in re.findall(r"(\w+)=(\S+)", words):
                variables[name] = value.replace("$PATH", variables["PATH"])
    return variables


def image_user() -> str:
    """The line of the image's user in its /etc/passwd."""
    words = " ".join(words for instruction, words in last_stage() if instruction == "RUN")
    facts = re.search(r"useradd --uid (\d+) --gid (\d+) .*?--home-dir (\S+) (\w+)", words)
    user, group, folder, name = facts.groups()
    return f"{name}:x:{user}:{group}::{folder}:/bin/sh\n"


def entrypoint() -> list[str]:
    """The image's ENTRYPOINT."""
    return json.loads(dict(last_stage())["ENTRYPOINT"])
