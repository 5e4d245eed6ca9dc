"""Two machines with homes of their own and one storage, by the commands that people give."""

import json
import re

from smed.settings import REPOSITORY
from tests.end_to_end.homes import OLDER_DAY, Home, finished
from tests.end_to_end.processes import PYTHON, run
from tests.smed.s3_server import KEY, SECRET


def _program_of_the_page() -> str:
    page = (REPOSITORY / "docs" / "storage.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return program


def _usual_variables(machine: dict[str, str]) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL_S3": machine["SMED_STORAGE_ENDPOINT"],
    }


def test_a_machine_with_an_empty_home_refreshes_publishes_and_rolls_back(
    s3, copy_of, refreshed_home, tmp_path
):
    machine = s3.variables()
    url = machine["SMED_STORAGE_URL"]
    first, second = copy_of(refreshed_home), Home(tmp_path / "second")
    said = finished(first.refresh(**machine)).stdout
    assert "Nothing changed: release 1 stays" in said

    # what the first one had is what the second one goes on from
    finished(second.refresh("--as-of", OLDER_DAY, **machine))
    assert (second.shown, second.manifest()["base"]) == (2, 1)
    assert second.bytes_of("raw") == first.bytes_of("raw") == refreshed_home.bytes_of("raw")
    assert second.bytes_of("releases/1") == first.bytes_of("releases/1")

    # the first one is behind, and says so
    done = first.smed("health", **machine)
    assert f"storage: {url} shows release 2, this home 1; smed refresh" in done.stdout
    assert json.loads(first.smed("status", "--json", **machine).stdout)["shared"]["release"] == 2

    # a reader with nothing but the page
    program = _program_of_the_page().replace("s3://bucket/smed", url)
    assert program.count(url) == 1
    read = finished(run(PYTHON, "-c", program, **_usual_variables(machine))).stdout
    assert read.split()[:3] == ["goal_code", "achievement_score", "quadrant"]
    goals = (second.path / "published" / "csv" / "goal_scorecards.csv").read_text()
    assert len(read.splitlines()) == len(goals.splitlines())

    # back on the first one, for all
    finished(first.smed("rollback", "1", **machine))
    assert "publishing is held at release 1" in finished(second.refresh(**machine)).stdout
    assert second.shown == 1
    assert f"So is what {url} holds of it." in finished(second.smed("verify", **machine)).stdout

    s3.kill()
    _says_that_it_is_away(second, machine)


def _says_that_it_is_away(home: Home, machine: dict[str, str]) -> None:
    away = finished(home.refresh(**machine), status=1)
    assert away.stderr.splitlines()[-1].startswith(
        f"smed: {machine['SMED_STORAGE_URL']}/home.json: the shared storage does"
    )
    assert home.status["outcome"] == "failed"
    done = home.smed("health", **machine)
    assert done.returncode == 1
    assert "storage: " in done.stdout
    said = away.stderr + away.stdout + done.stdout + done.stderr
    assert SECRET not in said
    assert KEY not in said
    assert "Traceback" not in said
