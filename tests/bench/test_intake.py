"""The bench of the intake on a few files."""

import json

from bench import intake, submissions


def test_each_batch_is_taken_in_after_the_one_before(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(submissions, "DIFFERENT_FILES", 2)
    costs = intake.measure(tmp_path, batch=2, batches=2)
    assert [cost["files"] for cost in costs] == [2, 4]
    landed = (tmp_path / "home" / "raw" / "submissions" / "observations").rglob("*.json")
    submissions_of = [json.loads(path.read_text())["submissions"] for path in landed]
    assert sum(map(len, submissions_of)) == 4
    assert all(cost["intake"] > 0 for cost in costs)
    intake.report(costs, batch=2)
    assert len(capsys.readouterr().out.splitlines()) == 3
