"""The real Superset takes the files and shows one whole release after the other.

A tier of its own, ``make test-superset``: it installs Superset from the package index.
"""

import json
import shutil
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pg8000.native
import pytest

from publish.postgres import serve
from publish.superset.charts import Chart, read_charts
from publish.superset.dashboards import chart_names
from publish.superset.datasets import DATABASE_NAME
from publish.superset.files import read_pages
from smed.settings import REPOSITORY, Settings
from tests.end_to_end.homes import OLDER_DAY, Home, finished
from tests.end_to_end.processes import PYTHON, run
from tests.publish import postgres_server
from tests.publish.superset.superset_server import ADMIN, Superset, install

pytestmark = [pytest.mark.superset, pytest.mark.timeout(1500)]
READER = "bi"
# nobody has reported to these homes, and in the older of the releases one source is alone
EMPTY = {"budgets", "held_back", "line_gantt", "line_table", "quadrant", "discrepancies"}
EMPTY |= {"verdicts_illustrative", "checks_stopped"}
DRAWN = "[data-test-viz-type]"
IS_DRAWN = "() => !document.querySelector('.loading') && document.readyState === 'complete'"


@contextmanager
def timed(what: str):
    """Says how long the block took; ``make test-superset`` shows it."""
    began = time.monotonic()
    yield
    print(f"\n{what}: {time.monotonic() - began:.1f} s")


@pytest.fixture(scope="module")
def home(tmp_path_factory, database) -> Home:
    """One release as of an older day, which PostgreSQL serves."""
    made = Home(tmp_path_factory.mktemp("superset") / "home")
    with timed("refresh as of an older day"):
        finished(made.refresh("--as-of", OLDER_DAY))
    assert _serve(made, database) == 1
    with pg8000.native.Connection(
        postgres_server.USER, host="127.0.0.1", port=database.port, database="postgres"
    ) as connection:
        connection.run(f"create role {READER} login in role smed_reader")
    return made


@pytest.fixture(scope="module")
def database():
    """A PostgreSQL of its own."""
    if postgres_server.programs() is None:
        pytest.fail("PostgreSQL's server is missing: apt-get install postgresql")
    with postgres_server.running() as started:
        yield started


@pytest.fixture(scope="module")
def address(database) -> str:
    """Where Superset finds the marts, as one who may only read them."""
    return database.url(READER).replace("postgresql:", "postgresql+psycopg2:")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    """The folder as Superset takes it, packed by the command of docs/superset.md."""
    path = tmp_path_factory.mktemp("bundle") / "smed-superset.zip"
    finished(run(PYTHON, "-m", "zipfile", "-c", str(path), "deploy/superset"))
    return path


@pytest.fixture(scope="module")
def superset(tmp_path_factory, home, address, bundle):
    """A Superset with the dashboards imported, serving."""
    folder = tmp_path_factory.mktemp("environment")
    with timed("install Superset"):
        programs = install(folder / "venv")
    made = Superset(programs, folder / "home")
    with timed("db upgrade, create-admin, init"):
        made.set_up()
    with timed("import-dashboards"):
        made.run("import-dashboards", "--path", str(bundle), "--username", ADMIN)
    with timed("set-database-uri"):
        made.run("set-database-uri", "--database_name", DATABASE_NAME, "--uri", address)
    with made.serving() as serving:
        yield serving
    shutil.rmtree(folder, ignore_errors=True)


def _serve(home: Home, database) -> int:
    settings = Settings.load(home=home.path, postgres_url=database.url(), postgres_seconds=60)
    return serve(settings).release


@pytest.fixture(scope="module")
def ask(superset):
    """``ask(chart)`` gives the rows that Superset's API answers for a chart of ours."""
    listed = superset.get("chart/", page_size=100, columns=["id", "uuid", "slice_name"])
    numbers = {found["slice_name"]: found["id"] for found in listed["result"]}

    def rows(chart: Chart) -> list[dict]:
        (answer,) = superset.get(f"chart/{numbers[chart.title]}/data/")["result"]
        assert answer["error"] is None, chart.name
        assert not answer["is_cached"], chart.name
        return answer["data"]

    return rows


def _marts(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(str(home.path / "published" / "smed.duckdb"), read_only=True) as found:
        return found.execute(query).fetchall()


def _is_same_release(ask, home: Home) -> None:
    """Superset's figures are those of the marts, value by value."""
    charts = read_charts()
    (shown,) = ask(charts["as_of"])
    as_of = datetime.fromtimestamp(shown["newest_as_of_date"] / 1000, UTC)
    assert as_of.date().isoformat() == home.manifest()["as_of"]
    values = {
        (row["observation_year"], row["country_name"], row["kpi_code"]): row["mean_value"]
        for row in ask(charts["country_lines"])
    }
    wanted = _marts(
        home, "select observation_year, country_name, kpi_code, value from marts.kpi_observations"
    )
    assert len(wanted) > 1000
    assert values == {tuple(key): value for *key, value in wanted}
    cells = {
        (row["kpi_label"][: row["kpi_label"].index(" ")], row["country_name"]): row
        for row in ask(charts["status_matrix"])
    }
    statuses = _marts(home, "select kpi_code, country_name, status from marts.kpi_achievements")
    assert {key: row["the_status_words_badged"][0] for key, row in cells.items()} == {
        tuple(key): {"on_track": "▲", "achieved": "★", "acceleration_needed": "◆", "limited": "■",
                     "deterioration": "▼", "not_assessed": "○"}[status]
        for *key, status in statuses
    }  # fmt: skip
    (passed,) = ask(charts["checks_numbers"])
    assert [(passed["rows_count"],)] == _marts(
        home, "select count(*) from marts.quality_results where status = 'passed'"
    )


def test_import_makes_the_four_dashboards(superset):
    listed = superset.get("dashboard/", columns=["dashboard_title", "published"])["result"]
    assert {(found["dashboard_title"], found["published"]) for found in listed} == {
        ("Plan at a glance", True),
        ("Goal", True),
        ("Country", True),
        ("Data quality", True),
    }


def test_every_chart_answers_from_the_published_release(ask, home):
    with timed("all charts through the API, PostgreSQL"):
        rows = {name: ask(chart) for name, chart in read_charts().items()}
    assert {name for name in rows if rows[name] in ([], [{"rows_count": 0}])} - EMPTY == set()
    _is_same_release(ask, home)


def test_another_release_shows_at_once(ask, home, database):
    finished(home.refresh())
    with timed("PostgreSQL loads the next release"):
        assert _serve(home, database) == 2
    _is_same_release(ask, home)


@pytest.fixture(scope="module")
def page(superset):
    """A page of Chromium in which the administrator is logged in."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        opened = browser.new_page(viewport={"width": 1600, "height": 3200})
        opened.goto(f"{superset.url}/login/")
        opened.wait_for_selector("input[type=password]", timeout=60_000)
        opened.locator("input:visible").first.fill(ADMIN)
        opened.locator("input[type=password]").fill(superset.password)
        opened.keyboard.press("Enter")
        opened.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
        yield opened
        browser.close()


@pytest.mark.parametrize("name", list(read_pages()["dashboards"]))
def test_a_browser_draws_every_chart_of_a_dashboard(page, superset, home, name, tmp_path):
    answers, wrong = [], []
    page.on("response", lambda said: answers.append((said.status, said.url)))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    charts = chart_names(read_pages()["dashboards"][name])
    with timed(f"dashboard {name} in Chromium"):
        page.goto(f"{superset.url}/superset/dashboard/smed-{name}/")
        page.locator(DRAWN).nth(len(charts) - 1).wait_for(timeout=60_000)
        page.wait_for_load_state("networkidle", timeout=90_000)
        page.wait_for_function(IS_DRAWN, timeout=60_000)
    picture = tmp_path / f"{name}.png"
    page.screenshot(path=picture)
    assert page.locator(DRAWN).count() == len(charts)
    assert [answer for answer in answers if answer[0] >= 400] == []
    asked = [url for _, url in answers if "/api/v1/chart/data" in url]
    assert len(asked) >= len(charts)
    assert page.locator(f"{DRAWN} [role=alert]").count() == 0
    as_of = date.fromisoformat(home.manifest()["as_of"])
    assert page.get_by_text(f"{as_of:%d %b %Y}", exact=True).count() >= 1
    assert wrong == []
    # Superset's own colours and figures, not an empty frame
    assert picture.stat().st_size > 100_000


def test_the_published_file_shows_the_next_release_too(ask, superset, home):
    """Superset opens the file for each query, so that no open handle holds on to an old one."""
    uri = f"duckdb:///{home.path / 'published' / 'smed.duckdb'}?access_mode=read_only"
    superset.run("set-database-uri", "--database_name", DATABASE_NAME, "--uri", uri)
    with timed("all charts through the API, DuckDB's file"):
        for chart in read_charts().values():
            ask(chart)
    _is_same_release(ask, home)
    finished(home.smed("rollback", "1"))
    assert home.shown == 1
    _is_same_release(ask, home)


def _import_assets(superset, bundle):
    with bundle.open("rb") as file:
        answer = superset.session.post(
            f"{superset.url}/api/v1/assets/import/", files={"bundle": file}, timeout=120
        )
    assert answer.ok, answer.text


def _import_directory(superset, bundle):
    superset.run("import-directory", "--overwrite", str(REPOSITORY / "deploy" / "superset"))


@pytest.mark.parametrize("again", [_import_assets, _import_directory])
def test_the_files_overwrite_what_an_older_import_made(superset, bundle, again):
    """``import-dashboards`` leaves charts that are there as they are; these imports do not."""
    asked = {"columns": ["id", "slice_name"], "page_size": 100}
    before = superset.get("chart/", **asked)["result"]
    number = before[0]["id"]
    url = f"{superset.url}/api/v1/chart/{number}"
    assert superset.session.put(url, json={"params": json.dumps({"viz_type": "old"})}).ok
    again(superset, bundle)
    params = json.loads(superset.get(f"chart/{number}")["result"]["params"])
    assert params["viz_type"] != "old"
    assert {chart["id"] for chart in before} == {
        chart["id"] for chart in superset.get("chart/", **asked)["result"]
    }
