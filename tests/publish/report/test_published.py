"""The report of a real release says what its marts say, and belongs to what is verified."""

import json
import re

import duckdb


def test_the_report_is_in_the_release_and_in_its_manifest(refreshed_home):
    report = refreshed_home.path / "published" / "report"
    files = refreshed_home.manifest()["files"]
    pages = {str(path.relative_to(report.parent)) for path in report.rglob("*.html")}
    assert "report/index.html" in pages
    assert "report/id/index.html" in pages
    assert pages <= set(files)
    assert refreshed_home.manifest()["report_lacks"] == []
    said = (report / "assets" / "release.js").read_text()
    assert json.loads(said.split("=", 1)[1].rstrip(";\n"))["release"] == refreshed_home.shown


def test_the_status_prints_where_the_report_is(refreshed_home):
    page = refreshed_home.path / "published" / "report" / "index.html"
    printed = refreshed_home.smed("status").stdout
    assert f"Report: {page.as_uri()}\n" in printed
    assert json.loads(refreshed_home.smed("status", "--json").stdout)["report"] == page.as_uri()
    assert f"  {page}\n" in refreshed_home.printed


def test_the_first_page_shows_the_scores_and_verdicts_of_the_marts(refreshed_home):
    published = refreshed_home.path / "published"
    page = (published / "report" / "index.html").read_text(encoding="utf-8")
    with duckdb.connect(str(published / "smed.duckdb"), read_only=True) as connection:
        scores = connection.execute(
            "select goal_code, printf('%+.1f', achievement_score) from marts.goal_scorecards"
            " where achievement_score is not null"
        ).fetchall()
        (assessed,) = connection.execute(
            "select count(*) from marts.kpi_achievements where status <> 'not_assessed'"
        ).fetchone()
    assert scores
    for goal, score in scores:
        row = re.search(rf'goal-{goal}.html">{goal}</a></th><td[^>]*>([^<]*)', page).group(1)
        assert row == score.replace("-", "\u2212")
    cells = re.findall(r'<td class="s-(\w+)"><a href="trace-', page)
    assert sum(cell not in ("not_assessed", "none") for cell in cells) == assessed
