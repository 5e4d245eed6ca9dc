"""The report of a real release says what its marts say, and belongs to what is verified."""

import json
import re
from urllib.parse import unquote, urlsplit

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


def test_a_refresh_prints_where_the_report_is(refreshed_home):
    page = refreshed_home.path / "published" / "report" / "index.html"
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


def test_what_waits_for_a_second_person_is_on_the_page_of_data_quality(refreshed_home):
    """The samples hold one such submission."""
    page = refreshed_home.path / "published" / "report" / "quality.html"
    (row,) = refreshed_home.manifest()["waiting"]
    assert (row["party_code"], row["form_code"], row["state"]) == ("THA", "kpi", "waiting")
    assert "1 submission waits for a second person;" in page.read_text(encoding="utf-8")


def test_every_link_of_every_page_leads_to_a_file_of_the_release(refreshed_home):
    release = (refreshed_home.path / "published").resolve()
    pages = list((release / "report").rglob("*.html"))
    linked = {}
    for page in pages:
        for link in re.findall(r'(?:href|src)="([^"#][^"]*)"', page.read_text(encoding="utf-8")):
            if not link.startswith("data:"):
                linked.setdefault((page.parent / unquote(urlsplit(link).path)).resolve(), page.name)
    missing = {str(path): page for path, page in linked.items() if not path.is_file()}
    assert missing == {}
    names = {str(path.relative_to(release)) for path in linked}
    assert {"dbt_docs/index.html", "data_docs/index.html", "smed.xlsx", "manifest.json"} <= names
    # every page is linked from somewhere, every KPI x member state has its trace
    assert names >= {str(page.relative_to(release)) for page in pages}
    assert len([name for name in names if re.fullmatch(r"report/trace-[\w-]+\.html", name)]) == 100


def test_every_chart_has_a_download_and_a_way_to_its_traces(refreshed_home):
    report = refreshed_home.path / "published" / "report"
    charts = 0
    for page in [report / "index.html", *report.glob("[gck]*-*.html")]:
        html = page.read_text(encoding="utf-8")
        figures = re.findall(r'<figure class="chart.*?</figure>', html, flags=re.DOTALL)
        charts += len(figures)
        assert all("download" in figure for figure in figures), page.name
        assert not figures or 'href="trace-' in html, page.name
    # 1 on the first page, 3 a KPI, and on goals and countries one a KPI and a timeline
    assert charts > 100
