"""A report of a small release, and a real browser to open it in."""

import shutil

import duckdb
import pytest

from publish.report.writing import write_report
from publish.tables import DATABASE
from tests.completeness import lacking
from tests.publish.report.small_release import RUN, small_tables, write_release, write_status

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def make_report(tmp_path):
    """Writes the report of a release whose tables are the small ones but for those given.

    None if no report was written, since the release is ``without`` some of its tables.
    """

    def make(number=1, run=None, without=(), **tables):
        folder = write_release(
            tmp_path / "home" / "releases" / str(number), {**small_tables(), **tables}
        )
        with duckdb.connect(folder / DATABASE) as connection:
            for table in without:
                connection.execute(f"drop table {table}")
        lacks = write_report(folder, {**RUN, "release": number, **(run or {})})
        assert lacks == list(without)
        assert (folder / "report").exists() != bool(lacks)
        return folder / "report" if not lacks else None

    return make


@pytest.fixture(scope="session")
def small_home(tmp_path_factory):
    """A home with the report of one small release, published and fresh for ever."""
    home = tmp_path_factory.mktemp("report-home")
    folder = write_release(home / "releases" / "1", small_tables())
    write_report(folder, RUN)
    (home / "published").symlink_to("releases/1")
    for schema in ("csv", "spreadsheet"):
        (folder / schema).mkdir()
    write_status(home, fresh_until="9999-12-31")
    return home


@pytest.fixture(scope="session")
def report(small_home):
    """The folder of its report; not to be written to."""
    return small_home / "releases" / "1" / "report"


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    if CHROMIUM is None:
        lacking("Chromium", "chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
