"""``make env``: secrets that nobody else has, in a file that nobody else reads."""

import stat
import subprocess

import pytest

from operate.service import _TRIED_FIRST, FEWEST_KINDS, SHORTEST
from smed.settings import REPOSITORY
from tests.services import compose_file


def _make(path, *before: str) -> subprocess.CompletedProcess:
    script = f'{"; ".join((*before, ""))} exec sh "{REPOSITORY}/deploy/make-env.sh" "{path}"'
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)


def test_the_file_is_its_owners_alone_whatever_the_umask(tmp_path):
    path = tmp_path / ".env"
    assert _make(path, "umask 000").returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [".env"]


def test_a_file_that_is_there_stays_as_it_is(tmp_path):
    path = tmp_path / ".env"
    path.write_text("FERNET_KEY=mine\n")
    done = _make(path)
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert path.read_text() == "FERNET_KEY=mine\n"
    assert [p.name for p in tmp_path.iterdir()] == [".env"]


def test_each_secret_is_long_and_is_used_once(tmp_path):
    made = [compose_file.make_env(tmp_path / name) for name in ("one", "two")]
    values = [value for variables in made for value in variables.values()]
    assert len(values) == len(set(values)) == 2 * len(made[0])
    assert all(len(v) >= SHORTEST and len(set(v)) >= FEWEST_KINDS for v in values)
    # an address holds them as they are
    assert all(set(v) <= _SAFE for m in made for n, v in m.items() if n != "FERNET_KEY")


_SAFE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("path", [".env"])
def test_git_never_sees_it(path):
    done = subprocess.run(["git", "check-ignore", "-q", path], cwd=REPOSITORY, check=False)
    assert done.returncode == 0


def _begin(**secrets: str) -> subprocess.CompletedProcess:
    command = (str(REPOSITORY / "deploy" / "begin.sh"), *secrets, "--", "echo", "started")
    return subprocess.run(
        ("sh", *command),
        env={"PATH": "/usr/bin:/bin", **{k: v for k, v in secrets.items() if v}},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "holds no secret"),
        ("redis", f"shorter than {SHORTEST}"),
        ("ab" * SHORTEST, "can be guessed"),
        *((f"{word.title()}-of-the-monitor-1", "can be guessed") for word in _TRIED_FIRST),
    ],
)
def test_no_store_begins_with_a_weak_secret(value, said):
    done = _begin(GOOD="q7Lw2ZkT9xVb4NcR8mPd", READER_PASSWORD=value)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("READER_PASSWORD: ")
    assert said in line
    assert not value or value not in line


def test_with_what_make_env_writes_it_becomes_the_command(tmp_path):
    done = _begin(**compose_file.make_env(tmp_path / "env"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "started\n", "")
