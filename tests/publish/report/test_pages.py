"""What the pages say, worked out by hand from the small release."""

import hashlib
import json
import re

import pytest

from publish.report import writing
from publish.report.findings import Findings
from publish.report.wording import Words
from tests.publish.report.small_release import small_tables, write_release


def _page(report, name):
    return (report / f"{name}.html").read_text(encoding="utf-8")


def _words(html):
    """The text of a page, without its data."""
    html = re.sub(r"<script.*?</script>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def _specifications(html):
    found = re.findall(r'class="specification">(.*?)</script>', html, flags=re.DOTALL)
    return [json.loads(text) for text in found]


def _observed(**change):
    """The observations, one of them changed."""
    rows = small_tables()["kpi_observations"]
    key = ("kpi_code", "country_code", "observation_year")
    (row,) = (row for row in rows if all(row[name] == change[name] for name in key))
    row.update(change)
    return rows


def test_every_page_is_there_in_both_languages(report):
    names = {path.stem for path in report.glob("*.html")}
    # 2 goals, 3 member states, 4 KPIs, 12 traces and 7 pages of the whole plan
    assert len(names) == 2 + 3 + 4 + 12 + 7
    assert {path.stem for path in (report / "id").glob("*.html")} == names
    assert {"index", "goal-X", "country-AAA", "kpi-K-1", "trace-K-4-CCC", "quality"} <= names


def test_the_first_page_says_how_far_each_goal_is(report):
    words = _words(_page(report, "index"))
    assert "1 of 2 goals is moving; of 1 too little is known." in words
    assert (
        "The KPIs are moving the right way: score +1.2. 0 % of 1 due action lines"
        in words.replace("\u00a0", " ")
    )
    # 4 KPIs x 3 member states, one of which is not asked; verdicts: 3 of K-1, 1 of K-3
    assert "Verdicts exist for 4 of the 11 KPIs" in words


def test_a_goal_without_a_score_says_what_is_in_the_way(report):
    """Of Y's verdicts that lack, three want for a submission and one for data."""
    for name in ("index", "goal-Y"):
        said = "Why, mostly: Only member states can send it, and nothing has been received."
        assert said in _words(_page(report, name)), name
    assert "mostly" not in _words(_page(report, "goal-X"))


def test_a_title_says_what_was_found_or_why_nothing(report):
    said = {name: _words(_page(report, f"kpi-{name}")) for name in ("K-1", "K-2", "K-3", "K-4")}
    assert (
        "Of 3 member states: on track in 1, too slow in 1 and worse in 1, since the baseline."
        in said["K-1"]
    )
    assert "No value after 2019: the source ended the series on 16 September 2021." in said["K-2"]
    assert "Of 2 member states: on track in 1 and no verdict for 1" in said["K-3"]
    assert "No verdict yet. Only member states can send it" in said["K-4"]
    assert "The gap between the two groups was narrower in 2023" in said["K-1"]


def test_a_chart_without_data_says_why_and_is_no_empty_frame(report):
    page = _page(report, "kpi-K-4")
    assert _specifications(page) == []
    assert page.count('class="empty"') == 3
    assert "nothing has been received" in page


def test_a_gap_stays_a_gap_and_a_break_and_an_end_are_marked(report):
    points = _specifications(_page(report, "kpi-K-1"))[0]["data"]["values"]
    own = {point["year"]: point for point in points if point["member"] == "Indonesia"}
    assert own[2018]["value"] is None
    assert [year for year, point in own.items() if point["break"]] == [2020]
    ended = _specifications(_page(report, "kpi-K-2"))[0]["data"]["values"]
    assert {point["year"] for point in ended if point["end"]} == {2019}


def test_a_kpi_has_the_same_scale_on_every_page(report):
    # of all member states: 1000 (AAA, 2016) to 3070 (CCC, 2023)
    for name in ("kpi-K-1", "goal-X", "country-AAA", "country-CCC"):
        assert '"domain": [1000.0, 3070.0]' in json.dumps(_specifications(_page(report, name))[0])


@pytest.mark.parametrize("name", ["index", "goal-Y", "country-AAA", "kpi-K-3", "trace-K-3-AAA"])
def test_the_nature_of_figures_stands_on_every_page_that_shows_them(report, name):
    assert "illustrative" in _words(_page(report, name)).split("Figures with this mark")[0]
    assert "ilustratif" in _words(_page(report / "id", name))


def test_figures_of_recordings_say_so_beside_themselves(report):
    page = _page(report, "trace-K-1-AAA")
    cell = re.search(r"<td[^>]*>1\u202f000 .*?</td>", page, flags=re.DOTALL).group()
    assert "recorded" in cell


def test_numbers_are_written_as_the_language_does(report):
    assert "1\u202f000" in _page(report, "trace-K-1-AAA")
    assert "12.5" in _page(report, "trace-K-3-AAA")
    assert "12,5" in _page(report / "id", "trace-K-3-AAA")
    assert "Kamboja" in _page(report / "id", "country-BBB")
    assert "1 Maret 2024" not in _page(report / "id", "index")  # a script fills the day in


def test_a_label_cannot_become_markup(make_report):
    evil = "<script>alert(1)</script>"
    kpis = [{**row, "kpi_name": f"{evil} & co"} for row in small_tables()["kpis"]]
    countries = [
        {**row, "country_name": evil, "iso2_code": None} for row in small_tables()["countries"]
    ]
    report = make_report(kpis=kpis, countries=countries)
    for path in report.rglob("*.html"):
        assert "<script>alert" not in path.read_text(encoding="utf-8"), path.name
    assert "&lt;script&gt;alert" in _page(report, "kpi-K-1")


HELD = {
    "country_code": "AAA",
    "kpi_codes": ["K-1"],
    "series_code": "S.K-1",
    "series_name": "Series K-1",
    "message": "a cell is no number",
    "next_step": "ask the source",
    "since_date": "2024-01-01",
    "good_date": "2023-06-30",
    "owner_name": "the engineers",
}

REFUSED = {
    **HELD,
    "country_code": "BBB",
    "kpi_codes": ["K-2"],
    "series_name": "Series K-2",
    "message": "the answer is no JSON",
    "good_date": None,
}


@pytest.fixture
def held_report(make_report):
    """Newer figures of K-1 in Indonesia are held back, those of K-2 did not even land."""
    tables = {name: small_tables()[name] for name in ("kpi_achievements", "kpi_observations")}
    for row in (row for rows in tables.values() for row in rows):
        row["is_held_back"] = (row["kpi_code"], row["country_code"]) == ("K-1", "AAA")
    found = {"check_id": "raw.cell.readable", "table_name": "inputs.x", "severity": "critical"}
    warned = {**found, "check_id": "raw.jump", "severity": "warning", "status": "warned"}
    results = [{**found, "status": "quarantined", "run_id": "run-1"}, {**warned, "run_id": "run-1"}]
    mean = {"kpi_code": "K-1", "group_code": "ONE", "held_back_country_codes": "AAA"}
    tables["regional_achievements"] = [{**mean, "status": "on_track", "direction": "higher"}]
    scorecards = small_tables()["goal_scorecards"]
    scorecards[0]["held_back_country_codes"] = "AAA"
    tables["goal_scorecards"] = scorecards
    return make_report(run={"quarantined": [HELD, REFUSED]}, quality_results=results, **tables)


def test_what_is_held_back_is_said_with_whose_and_since_when(held_report):
    said = _words(_page(held_report, "quality"))
    assert "2 sets of newer figures are held back; 1 of 2 checks warns" in said
    refused = "Cambodia K-2 Series K-2 the answer is no JSON 1 January 2024 the engineers"
    assert f"{refused} no figures" in said
    row = (
        "Indonesia K-1 Series K-1 a cell is no number 1 January 2024 the engineers"
        " the figures of 30 June 2023"
    )
    assert row in said
    assert f"{row.removeprefix('Indonesia ')} ask the source" in _words(
        _page(held_report, "country-AAA")
    )
    assert "a cell is no number" not in _page(held_report, "country-BBB")
    index = _words(_page(held_report, "index"))
    assert "Held back 2 Warnings of checks 1" in index
    assert "2 sets of newer figures are held back, so that older ones are shown" in index
    kpis = {name: _words(_page(held_report, f"kpi-{name}")) for name in ("K-1", "K-2", "K-3")}
    assert row in kpis["K-1"]
    assert refused in kpis["K-2"]
    assert "held back: Indonesia" in kpis["K-1"].partition("The region and its groups")[2]
    assert "held back: Indonesia" in index
    assert "held back" not in kpis["K-3"].partition("square")[0]


def test_a_held_back_value_is_marked_in_tables_and_charts(held_report):
    mark = "newer figures held back"
    for name in ("index", "goal-X", "country-AAA", "kpi-K-1", "trace-K-1-AAA"):
        assert mark in _words(_page(held_report, name)), name
    for name in ("goal-Y", "kpi-K-3", "trace-K-1-BBB"):
        assert mark not in _words(_page(held_report, name)), name
    for name in ("goal-X", "country-AAA", "kpi-K-1"):
        points = _specifications(_page(held_report, name))[0]["data"]["values"]
        held = [point for point in points if point.get("held")]
        assert [point["year"] for point in held] == [2023], name
        assert mark in held[0]["nature"]


def test_a_kpi_without_a_statement_has_no_page_and_nothing_links_to_it(make_report):
    """K-1 was given up: it has revisions and a series still, but no statement as of the day."""
    before = make_report()
    tables = small_tables()
    for name in ("kpi_achievements", "kpi_observations", "regional_observations"):
        tables[name] = [row for row in tables[name] if row["kpi_code"] != "K-1"]
    for row in tables["goal_scorecards"] + tables["goal_achievements"]:
        row.update(worst_kpi_code=None, worst_country_code=None)
    report = make_report(2, run={"base": 1, "quarantined": [HELD]}, **tables)
    assert (before / "kpi-K-1.html").is_file()
    assert not list(report.rglob("*K-1*"))
    for page in report.rglob("*.html"):
        for link in re.findall(r'href="([\w-]+\.html)', page.read_text(encoding="utf-8")):
            assert (page.parent / link).is_file(), (page.name, link)
    assert "Indonesia, Figure K-1, 2016: withdrawn: was 1 000" in _words(_page(report, "changes"))


def test_a_release_that_lacks_tables_has_no_report_and_says_which_it_lacks(make_report, caplog):
    with caplog.at_level("WARNING", logger="smed.publish"):
        assert make_report(without=["marts.kpi_revisions", "plan.units"]) is None
    (said,) = caplog.messages
    assert said.endswith("since the release lacks marts.kpi_revisions, plan.units")


def _mark(report, *paths):
    """Marks pages, as if the product itself had made them so."""
    made = json.loads((report / "pages.json").read_bytes())
    for path in paths:
        said = path.read_bytes() + b"<!-- old -->"
        path.write_bytes(said)
        name = str(path.relative_to(report))
        made[name] = f"{made[name].split()[0]} {hashlib.sha256(said).hexdigest()}"
    (report / "pages.json").write_text(json.dumps(made))


def test_a_page_that_somebody_wrote_into_is_made_again(make_report):
    first = make_report()
    whole = (first / "kpi-K-1.html").read_bytes()
    (first / "kpi-K-1.html").write_bytes(whole + b"<p>The target is reached.</p>")
    (first / "kpi-K-2.html").unlink()
    _mark(first, first / "kpi-K-3.html")
    second = make_report(2, {"base": 1})
    assert (second / "kpi-K-1.html").read_bytes() == whole
    assert (second / "kpi-K-2.html").is_file()
    assert (second / "kpi-K-3.html").read_bytes().endswith(b"<!-- old -->")


def test_only_pages_whose_figures_changed_are_made_again(make_report):
    first = make_report()
    _mark(first, *first.rglob("*.html"))
    change = {"kpi_code": "K-3", "country_code": "AAA", "observation_year": 2023, "value": 30.0}
    second = make_report(
        2, {"base": 1, "as_of": "2024-04-01"}, kpi_observations=_observed(**change)
    )
    made = {p.stem for p in second.glob("*.html") if "<!-- old -->" not in p.read_text()}
    assert made == {"index", "goal-Y", "kpi-K-3", "country-AAA", "country-BBB", "country-CCC",
                    "trace-K-3-AAA", "changes"}  # fmt: skip
    # what differs from release to release stands beside the pages
    assert '"release": 2' in (second / "assets" / "release.js").read_text()
    assert '"as_of": "2024-04-01"' in (second / "assets" / "release.js").read_text()


def test_what_changed_since_the_last_release_is_said_in_sentences(make_report):
    make_report()
    change = {"kpi_code": "K-3", "country_code": "AAA", "observation_year": 2023, "value": 30.0}
    achievements = small_tables()["kpi_achievements"]
    achievements[0]["status"] = "limited"
    report = make_report(
        2, {"base": 1}, kpi_observations=_observed(**change), kpi_achievements=achievements
    )
    words = _words(_page(report, "changes"))
    assert "What differs from the last release: 1 figure and 1 verdict" in words
    assert "Indonesia, Figure K-3, 2023: was 19.5, is 30.0" in words
    assert "Indonesia, Figure K-1: was “On track”, is “Hardly moving”" in words
    index = _words(_page(report, "index")).partition("What changed since the last release?")[2]
    assert "What differs from the last release: 1 figure and 1 verdict" in index
    assert "Indonesia, Figure K-1: was “On track”, is “Hardly moving”" in index
    assert "Indonesia, Figure K-3, 2023: was 19.5, is 30.0" in index


def test_the_first_release_says_what_the_sources_revised(report):
    index = _words(_page(report, "index")).partition("What changed since the last release?")[2]
    assert "There is no earlier release to compare with." in index
    assert "the sources themselves have revised 1 figure" in index
    assert "Indonesia, Figure K-1, 2016: was 800, is 1 000 (+25.0 %)" in index


def test_a_member_state_that_is_on_track_is_not_furthest_behind(make_report):
    """K-1 in BBB is worse; were it on track, nobody would be behind."""
    link = 'Furthest behind: <a href="trace-K-1-BBB.html">'
    assert link in _page(make_report(), "index")
    rows = small_tables()["kpi_achievements"]
    for row in rows:
        if (row["kpi_code"], row["country_code"]) == ("K-1", "BBB"):
            row["status"] = "on_track"
    assert link not in _page(make_report(2, kpi_achievements=rows), "index")


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (
            {"AAA": 5.0, "BBB": 4.96, "CCC": -2.0},
            "Furthest ahead: Indonesia and Cambodia (score +5.0)."
            " Furthest behind: Singapore (score \u22122.0).",
        ),
        ({"AAA": 1.0, "BBB": 1.04}, "All member states that have a score have the same."),
    ],
)
def test_all_who_share_a_score_are_named(scores, said):
    say = Findings(Words("en", [], small_tables()["countries"]), 0)
    assert say.ahead([{"country_code": c, "score": s} for c, s in scores.items()]) == said


def test_a_release_of_the_next_day_with_the_same_figures_makes_no_page_again(make_report):
    results = [{"check_id": "c", "table_name": "t", "status": "warned", "run_id": "run-1"}]
    first = make_report(quality_results=results)
    results = [{**results[0], "run_id": "run-2"}]
    second = make_report(
        2, {"base": 1, "as_of": "2024-03-02", "run_id": "run-2"}, quality_results=results
    )
    third = make_report(3, {"base": 2, "as_of": "2024-03-03"}, quality_results=results)
    keys = [json.loads((made / "pages.json").read_bytes()) for made in (first, second, third)]
    # the first has none before it, which two pages say
    differing = {name for name, made in keys[0].items() if made != keys[1][name]}
    assert differing == {"index.html", "changes.html", "id/index.html", "id/changes.html"}
    assert keys[1] == keys[2]


def test_a_new_and_a_withdrawn_figure_are_told_apart(make_report):
    make_report()
    gone = {"kpi_code": "K-1", "country_code": "BBB", "observation_year": 2017, "value": None}
    new = {"kpi_code": "K-1", "country_code": "BBB", "observation_year": 2018, "value": 7.0}
    rows = _observed(**gone)
    next(r for r in rows if all(r[k] == v for k, v in new.items() if k != "value")).update(new)
    words = _words(_page(make_report(2, {"base": 1}, kpi_observations=rows), "changes"))
    assert "Cambodia, Figure K-1, 2017: withdrawn: was 2 010" in words
    assert "Cambodia, Figure K-1, 2018: new: 7" in words


def test_where_compiled_templates_cannot_be_kept_it_costs_only_time(
    make_report, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(writing, "COMPILED", tmp_path / "file" / "__pycache__")
    assert "1 of 2 goals is moving" in _page(make_report(), "index")
    monkeypatch.setattr(writing, "COMPILED", tmp_path / "__pycache__")
    make_report(2)
    assert len(list((tmp_path / "__pycache__").iterdir())) == 13


@pytest.mark.parametrize("pages", ["{", "[]", '{"index.html": {"of": 1}}'])
def test_a_damaged_release_before_costs_only_time(make_report, tmp_path, pages):
    before = write_release(tmp_path / "home" / "releases" / "1", small_tables())
    (before / "smed.duckdb").write_bytes(b"nothing")
    (before / "report").mkdir()
    (before / "report" / "pages.json").write_text(pages)
    report = make_report(2, {"base": 1})
    assert "There is no earlier release" in _page(report, "changes")
