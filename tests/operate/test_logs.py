"""A log that machines gather is JSON, line by line, with the run that it is about."""

import json

from tests.end_to_end.homes import Home, finished


def test_each_line_of_the_json_log_is_an_object_with_the_runs_id(tmp_path):
    home = Home(tmp_path / "home", {"SMED_LOG_FORMAT": "json"})
    said = [json.loads(line) for line in finished(home.refresh()).stderr.splitlines()]
    assert {frozenset(line) for line in said} == {
        frozenset({"at", "level", "logger", "run_id", "message"})
    }
    runs = [line["run_id"] for line in said]
    run_id = home.manifest()["run_id"]
    # what is fetched decides which run it is
    assert runs == [None] * runs.count(None) + [run_id] * runs.count(run_id)
    assert runs[-1] == run_id
    assert {line["level"] for line in said} <= {"info", "warning"}


def test_a_format_that_nobody_knows_is_refused(tmp_path):
    done = Home(tmp_path / "home", {"SMED_LOG_FORMAT": "xml"}).smed("health")
    assert done.returncode == 1
    assert done.stderr.startswith("smed: SMED_LOG_FORMAT: ")
    assert len(done.stderr.splitlines()) == 1
