"""The commands of docs/upgrading.md work, in the order in which it gives them."""

import re
import shlex
import shutil

from smed.settings import REPOSITORY
from tests.end_to_end.homes import finished
from tests.end_to_end.processes import SMED, run

TEXT = (REPOSITORY / "docs" / "upgrading.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ smed (.*)$", TEXT, re.MULTILINE)


def test_a_home_is_as_it_was_after_the_way_forward_and_back(refreshed_home, copy_of, tmp_path):
    home = copy_of(refreshed_home)
    backup, restored = tmp_path / "before.tar.gz", tmp_path / "restored"
    places = {"/mnt/backup/smed-before.tar.gz": backup, "/srv/smed-restored": restored}
    said = []
    for told in COMMANDS:
        words = [str(places.get(word, word)) for word in shlex.split(told)]
        # the figures here are recorded ones
        words += ["--sources", "recorded"] if words == ["refresh"] else []
        said.append(finished(run(SMED, *words, SMED_HOME=str(home.path))).stdout)
    assert [told.split()[0] for told in COMMANDS] == [
        *("health", "backup", "verify", "refresh", "restore")
    ]
    assert "Nothing changed: release 1 stays." in said[3]
    for folder in ("raw", "releases"):
        names = {p.relative_to(home.path): p for p in (home.path / folder).rglob("*.parquet")}
        assert names
        for name, path in names.items():
            assert (restored / name).read_bytes() == path.read_bytes()
    shutil.rmtree(restored)


def test_what_it_says_of_errors_is_what_they_say():
    """Each message that it quotes stands in the code, but for what differs from case to case."""
    code = " ".join(
        path.read_text(encoding="utf-8").replace('"\n            f"', "").replace("f'", "'")
        for room in ("operate", "smed")
        for path in sorted((REPOSITORY / room).glob("*.py"))
    )
    quoted = [
        "a newer smed has written this home",
        "a newer smed has written the ledger",
        "this run was begun by smed",
        "has written Airflow's database",
    ]
    for words in quoted:
        assert words in TEXT
        assert words in code, words
