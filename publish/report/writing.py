"""Writes the report: pages for people who would rather look than read tables, in each language."""

import hashlib
import json
import shutil
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from publish.contents import opened
from publish.report.charts import Charts
from publish.report.facts import read_changes, read_facts
from publish.report.findings import Findings
from publish.report.labels import N_
from publish.report.pages import Page, list_pages
from publish.report.wording import LANGUAGES, SOURCE_LANGUAGE, Words
from publish.tables import DATABASE
from smed.files import json_bytes

REPORT = "report"
ASSETS = "assets"
# which content each page was made of, so that the next release need not make it again
PAGES_FILE = "pages.json"
ROOM = Path(__file__).parent
MENU = (
    ("index", N_("Plan at a glance")),
    ("action-lines", N_("Action lines")),
    ("reporting", N_("Who has reported")),
    ("changes", N_("What changed")),
    ("quality", N_("Data quality")),
    ("methods", N_("Methods")),
    ("sources", N_("Sources")),
)
LANGUAGE_NAMES = {"en": "English", "id": "Bahasa Indonesia"}


def write_report(folder: Path, run: dict) -> None:
    """Writes ``report/`` into the folder of a release, from the release's own database.

    ``run`` holds as_of, sources, run_id, ``base`` (the number of the release before, whose pages
    are taken over where nothing in them changed) and, where they are known, release and
    quarantined. Nothing is written if the release lacks the tables that the report is about.
    """
    before = folder.parent / str(run["base"]) if run.get("base") else None
    with opened(folder) as connection:
        facts = read_facts(connection)
        if facts is None:
            return
        old = before / DATABASE if before else None
        changes = read_changes(connection, str(old) if old and old.is_file() else None)
    held_back = run.get("quarantined", [])
    pages = list_pages(facts, changes, held_back)
    report = folder / REPORT
    shutil.copytree(ROOM / ASSETS, report / ASSETS)
    _write_release_script(report, run)
    writer = _Writer(report, before / REPORT if before else None, facts)
    for language in LANGUAGES:
        writer.write(language, pages)
    (report / PAGES_FILE).write_bytes(json_bytes(writer.keys))


def _write_release_script(report: Path, run: dict) -> None:
    """What every page says of its release: beside the pages, so that those need not change."""
    said = {
        "release": run.get("release"),
        "as_of": run["as_of"],
        "run_id": run["run_id"],
        "sources": run["sources"],
    }
    script = b"window.SMED_RELEASE = " + json_bytes(said).rstrip() + b";\n"
    (report / ASSETS / "release.js").write_bytes(script)


class _Writer:
    """Renders pages, or takes them over from the release before."""

    def __init__(self, report: Path, before: Path | None, facts: dict) -> None:
        self.report, self.before, self.facts = report, before, facts
        self.keys: dict[str, str] = {}
        self.old_keys = _read_keys(before)

    def write(self, language: str, pages: list[Page]) -> None:
        words = Words(language, self.facts["units"], self.facts["countries"])
        root = "" if language == SOURCE_LANGUAGE else "../"
        templates = _environment(words)
        folder = self.report if language == SOURCE_LANGUAGE else self.report / language
        folder.mkdir(exist_ok=True)
        shared = {"language": language, "root": root, "menu": MENU, "languages": LANGUAGE_NAMES}
        for page in pages:
            path = folder / f"{page.name}.html"
            name = str(path.relative_to(self.report))
            self.keys[name] = _key(page, language, self.facts)
            if self.old_keys.get(name) == self.keys[name]:
                shutil.copyfile(self.before / name, path)
                continue
            template = templates.get_template(f"{page.template}.html")
            charts = Charts(words)
            said = template.render(**page.context, **shared, page=page, charts=charts)
            path.write_text(said, encoding="utf-8")


def _read_keys(before: Path | None) -> dict[str, str]:
    """The keys of the pages of the release before; none if it has no report that can be read."""
    try:
        return json.loads((before / PAGES_FILE).read_bytes()) if before else {}
    except (OSError, ValueError):
        return {}


def _key(page: Page, language: str, facts: dict) -> str:
    """What a page is made of: its rows, the units' digits, the language, and all of this code."""
    said = [page.template, page.menu, page.context, language, facts["units"], _code_sha256()]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


@cache
def _code_sha256() -> str:
    digest = hashlib.sha256()
    kinds = (".py", ".html", ".po")
    for path in sorted(path for path in ROOM.rglob("*") if path.suffix in kinds):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _environment(words: Words) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOM / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(words.texts, newstyle=True)
    environment.globals.update(w=words, say=Findings(words), as_json=_json)
    return environment


def _json(value) -> Markup:
    """JSON that may stand in a script element: no end tag can come from it."""
    said = json.dumps(value, default=str, separators=(",", ":"), ensure_ascii=False)
    return Markup(said.replace("<", "\\u003c").replace("\u2028", "\\u2028"))
