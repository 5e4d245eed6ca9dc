"""The pages as a browser shows them: no error, nothing fetched, charts drawn, links whole."""

import json
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from operate import serving
from publish.status import write_status as write_real_status
from smed.settings import Settings
from tests.operate.receivers import free_port
from tests.publish.report.small_release import small_tables, write_status

SERIOUS = {"serious", "critical"}
PHONE = {"width": 375, "height": 800}
DRAWN = "body[data-drawn]"
NAMES = [
    "index", "goal-X", "goal-Y", "country-AAA", "country-CCC", "kpi-K-1", "kpi-K-2", "kpi-K-3",
    "kpi-K-4", "action-lines", "reporting", "changes", "quality", "methods", "sources",
    "trace-K-1-AAA", "trace-K-4-CCC",
]  # fmt: skip
# of each template that has tables of its own
ONE_OF_EACH = ["index", "goal-X", "country-AAA", "kpi-K-1", "action-lines", "quality"]


class Reader:
    """One who opens pages and writes down what went wrong."""

    def __init__(self, page) -> None:
        self.page, self.wrong, self.asked = page, [], []
        page.on("console", lambda said: self.wrong.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: Path):
        """Opens a file and waits until its charts are drawn."""
        self.page.goto(path.as_uri())
        if self.page.locator("script.specification").count():
            self.page.wait_for_selector(DRAWN, state="attached", timeout=60_000)
        self.page.wait_for_function("window.SMED_STATUS !== undefined", timeout=10_000)
        return self.page


@pytest.fixture
def reader(browser):
    context = browser.new_context()
    yield Reader(context.new_page())
    context.close()


@pytest.fixture
def published(small_home):
    """The report as readers reach it: through the link."""
    return small_home / "published" / "report"


@pytest.mark.parametrize("language", ["", "id"])
def test_every_page_loads_without_an_error_and_asks_nobody(reader, published, language):
    for name in NAMES:
        page = reader.open(published / language / f"{name}.html")
        assert page.locator("h1").count() == 1, name
        assert page.locator("html").get_attribute("lang") == (language or "en")
        assert page.locator("#standing").is_hidden(), name
        assert reader.wrong == [], name
    schemes = {urlsplit(url).scheme for url in reader.asked}
    assert schemes <= {"file", "data"}


def test_every_chart_has_marks(reader, published):
    for name, charts in (("kpi-K-1", 3), ("goal-X", 3), ("country-AAA", 3), ("action-lines", 1)):
        page = reader.open(published / f"{name}.html")
        assert page.locator(".drawing").count() == charts, name
        marks = page.eval_on_selector_all(
            ".drawing",
            "all => all.map(one => one.querySelectorAll("
            "'.mark-line path, .mark-symbol path, .mark-rule line').length)",
        )
        assert min(marks) > 0, (name, marks)
    page = reader.open(published / "index.html")
    assert page.locator(".quadrant .goal").count() == 2


def test_a_policy_forbids_to_fetch_and_to_run_text(reader, published):
    page = reader.open(published / "index.html")
    refused = page.evaluate(
        "fetch('https://example.org').then(() => 'fetched', error => 'refused')"
    )
    assert refused == "refused"
    assert any("Content Security Policy" in said for said in reader.wrong)
    page.evaluate(
        """() => {
            setTimeout("window.ran = 1", 0);
            const script = document.createElement("script");
            script.text = "window.ran = 2";
            document.body.append(script);
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None


def test_every_link_leads_to_a_page_and_a_place_in_it(reader, published):
    release = published.resolve().parent
    missing = set()
    for path in sorted(published.rglob("*.html")):
        page = reader.page
        page.goto(path.as_uri())
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        here = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
        for link in links:
            parts = urlsplit(link)
            target = Path(unquote(parts.path))
            if published in target.parents:
                missing |= {link} if not target.is_file() else set()
                if target == path and parts.fragment:
                    assert parts.fragment in here, link
            else:
                # the other formats are written by others: only that they lie in the release
                assert target.parts[: len(release.parts) - 2] == release.parts[:-2], link
    assert missing == set()


def test_the_first_page_stands_without_scripts_and_is_small(browser, published):
    path = published / "index.html"
    assert path.stat().st_size < 500_000
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert "1 of 2 goals is moving" in page.inner_text("h1")
    assert page.locator(".quadrant circle").first.is_visible()
    assert page.locator("table.map td").count() == 12
    context.close()


def test_the_first_page_of_a_real_release_can_be_used_within_a_second(reader, refreshed_home):
    path = refreshed_home.path / "published" / "report" / "index.html"
    assert path.stat().st_size < 500_000
    page = reader.open(path)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 1000
    assert page.locator("table.map td").count() == 100
    assert reader.wrong == []


@pytest.mark.parametrize(("width", "names"), [(1280, NAMES), (375, ONE_OF_EACH)])
def test_axe_finds_no_serious_fault(browser, published, width, names):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    reader = Reader(context.new_page())
    found = {}
    for name in names:
        page = reader.open(published / f"{name}.html")
        faults = [
            (fault["id"], [node["html"][:160] for node in fault["nodes"]][:3])
            for fault in axe.run(page).response["violations"]
            if fault["impact"] in SERIOUS
        ]
        if faults:
            found[name] = faults
    context.close()
    assert found == {}


def test_a_phone_need_not_scroll_sideways(browser, published):
    context = browser.new_context(viewport=PHONE)
    reader = Reader(context.new_page())
    for name in NAMES:
        page = reader.open(published / f"{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
    context.close()


def test_a_goal_and_a_country_print_on_one_sheet(reader, published):
    import re

    for name in ("goal-X", "goal-Y", "country-AAA", "country-BBB"):
        page = reader.open(published / f"{name}.html")
        sheet = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", sheet)) == 1, name


def test_a_table_is_sorted_by_keyboard(reader, published):
    page = reader.open(published / "kpi-K-1.html")
    heading = page.locator("table.sortable th button", has_text="Newest").first
    names = "all => all.map(one => one.textContent)"
    heading.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    rows = page.eval_on_selector_all("table.sortable >> nth=0 >> tbody tr th", names)
    # the newest values are 3070, 2070 and 1070
    assert rows == ["Singapore", "Cambodia", "Indonesia"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"fresh_until": "2020-01-31"}, "No longer fresh: these figures counted as fresh until"),
        ({"release": 2}, "This page is of an earlier release. Release 2 is the one"),
        ({"outcome": "failed", "message": "no network"}, "older ones are shown: no network"),
        ({"held": {"release": 1}}, "an earlier release is shown on purpose"),
        (
            {"quarantined": [{"country_name": "Utopia", "series_name": "Series <b>"}]},
            "Newer figures are held back by the checks, so that older ones are shown: "
            "Utopia, Series <b>",
        ),
    ],
)
@pytest.mark.parametrize("place", ["published/report", "releases/1/report", "published/report/id"])
def test_a_page_says_what_is_wrong_with_its_release(
    reader, small_home, tmp_path, facts, said, place
):
    home = tmp_path / "home"
    shutil.copytree(small_home, home, symlinks=True)
    write_status(home, **{"fresh_until": "9999-12-31", **facts})
    page = reader.open(home / place / "index.html")
    page.wait_for_selector("#standing:not([hidden])")
    if not place.endswith("id"):
        assert said in page.inner_text("#standing")
    assert reader.wrong == []


def test_a_copied_report_says_that_its_freshness_is_unknown(browser, published, tmp_path):
    shutil.copytree(published, tmp_path / "alone")
    page = browser.new_page()
    page.goto((tmp_path / "alone" / "index.html").as_uri())
    page.wait_for_selector("#standing:not([hidden])")
    assert "cannot be told here" in page.inner_text("#standing")
    page.close()


@pytest.fixture
def own_home(small_home, tmp_path):
    """A copy of the home, to be written to, whose release has a manifest."""
    home = tmp_path / "home"
    shutil.copytree(small_home, home, symlinks=True)
    facts = {"as_of": "2024-03-01", "run_id": "run-1"}
    (home / "releases" / "1" / "manifest.json").write_text(json.dumps(facts))
    return home


def test_after_a_failed_refresh_the_pages_say_so_as_the_product_writes_it(reader, own_home):
    told = ("failed", "2 critical checks </script> failed", 10**6, [])
    write_real_status(Settings.load(home=own_home), *told)
    page = reader.open(own_home / "published" / "report" / "kpi-K-1.html")
    page.wait_for_selector("#standing:not([hidden])")
    said = page.inner_text("#standing")
    assert said == (
        "The last attempt to refresh the figures did not succeed, so that older ones are shown:"
        " 2 critical checks </script> failed"
    )
    write_real_status(Settings.load(home=own_home), "published", "release 1", 1, [])
    reader.open(own_home / "published" / "report" / "kpi-K-1.html")
    page.wait_for_selector("#standing:not([hidden])")
    # a day after its as-of date it was no longer fresh
    assert page.inner_text("#standing") == (
        "No longer fresh: these figures counted as fresh until 2 March 2024."
    )
    assert reader.wrong == []


@contextmanager
def _served(home):
    server = serving.listen(Settings.load(home=home, serve_port=free_port()))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://{serving.ADDRESS}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_pages_are_the_same_where_they_are_served(reader, own_home):
    page = reader.page
    with _served(own_home) as address:
        page.goto(address)
        assert page.url == f"{address}{serving.FRONT}"
        page.click("a[href='kpi-K-1.html'] >> nth=0")
        page.wait_for_selector(DRAWN, state="attached", timeout=60_000)
        assert page.locator(".drawing svg path").count() > 10
        # status.js was found: only it says until when
        page.get_by_text("fresh until").wait_for()
        assert page.locator("#standing").is_hidden()
        assert {urlsplit(url).netloc for url in reader.asked if "://" in url} == {address[7:]}
    assert reader.wrong == []


def test_a_square_is_drawn_around_the_last_point_where_newer_figures_are_held_back(
    reader, make_report
):
    rows = small_tables()["kpi_achievements"]
    for row in rows:
        row["is_held_back"] = (row["kpi_code"], row["country_code"]) == ("K-1", "AAA")
    report = make_report(kpi_achievements=rows)
    page = reader.page
    drawn = {}
    for name in ("kpi-K-1", "kpi-K-2"):
        page.goto((report / f"{name}.html").as_uri())
        page.wait_for_selector(DRAWN, state="attached", timeout=60_000)
        drawn[name] = page.locator(".drawing path[stroke='#c44500'][stroke-width='2']").count()
    assert drawn == {"kpi-K-1": 1, "kpi-K-2": 0}
