"""Writes the report: pages for people who would rather look than read tables, in each language."""

import hashlib
import json
import logging
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

import jinja2
import jinja2.bccache
from markupsafe import Markup

from publish.contents import opened
from publish.report.charts import Charts
from publish.report.facts import missing_tables, read_changes, read_facts, thresholds
from publish.report.findings import Findings
from publish.report.labels import N_
from publish.report.pages import Page, list_pages
from publish.report.wording import LANGUAGES, SOURCE_LANGUAGE, Words
from publish.tables import DATABASE
from smed.files import json_bytes

LOG = logging.getLogger("smed.publish")
REPORT = "report"
ASSETS = "assets"
# two hashes a page: of what it was made of, so that the next release need not make it again, and
# its own, so that one that somebody wrote into is made again
PAGES_FILE = "pages.json"
ROOM = Path(__file__).parent
TEMPLATES = ROOM / "templates"
COMPILED = TEMPLATES / "__pycache__"
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


def write_report(folder: Path, run: dict) -> list[str]:
    """Writes ``report/`` into the folder of a release, from the release's own database.

    ``run`` holds as_of, sources, run_id, ``base`` (the number of the release before, whose pages
    are taken over where nothing in them changed) and, where they are known, release,
    quarantined and waiting. Returns the tables that the release lacks: then nothing is
    written, since the report is about all of them.
    """
    before = folder.parent / str(run["base"]) if run.get("base") else None
    with opened(folder) as connection:
        missing = missing_tables(connection)
        if missing:
            LOG.warning("no report is written, since the release lacks %s", ", ".join(missing))
            return missing
        facts = read_facts(connection)
        old = before / DATABASE if before else None
        changes = read_changes(connection, str(old) if old and old.is_file() else None)
    pages = list_pages(facts, changes, run.get("quarantined", []), run.get("waiting", []))
    report = folder / REPORT
    shutil.copytree(ROOM / ASSETS, report / ASSETS)
    _write_release_script(report, run)
    writer = _Writer(report, before / REPORT if before else None, facts, pages)
    for language in LANGUAGES:
        writer.write(language)
    (report / PAGES_FILE).write_bytes(json_bytes(writer.made))
    return []


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

    def __init__(self, report: Path, before: Path | None, facts: dict, pages: list[Page]) -> None:
        self.report, self.before, self.facts = report, before, facts
        self.moving_score = thresholds(facts).get("goal_moving_score", 0)
        self.templates = _environment()
        names = [page.name for page in pages]
        self.templates.globals.update(pages=frozenset(names))
        # units are on every page, and so are links to the others, and no page says so
        shared = _sha256([facts["units"], names, _code_sha256()])
        self.pages = [(page, _sha256([page, shared])) for page in pages]
        self.made: dict[str, str] = {}
        self.old = _read_made(before)

    def write(self, language: str) -> None:
        words = Words(language, self.facts["units"], self.facts["countries"])
        is_source = language == SOURCE_LANGUAGE
        folder = self.report if is_source else self.report / language
        folder.mkdir(exist_ok=True)
        # one set of compiled templates serves all languages
        self.templates.install_gettext_translations(words.texts, newstyle=True)
        self.templates.globals.update(
            w=words, say=Findings(words, self.moving_score), charts=Charts(words)
        )
        shared = {
            "language": language,
            "root": "" if is_source else "../",
            "menu": MENU,
            "languages": LANGUAGE_NAMES,
        }
        for page, key in self.pages:
            path = folder / f"{page.name}.html"
            name = str(path.relative_to(self.report))
            said = self._taken_over(name, key)
            if said is None:
                template = self.templates.get_template(f"{page.template}.html")
                said = template.render(**page.context, **shared, page=page).encode()
            path.write_bytes(said)
            self.made[name] = _mark(key, said)

    def _taken_over(self, name: str, key: str) -> bytes | None:
        """The page of the release before, if it would be the same and is as it was written."""
        old = self.old.get(name)
        if old is None or not str(old).startswith(key):
            return None
        with suppress(OSError):
            said = (self.before / name).read_bytes()
            return said if old == _mark(key, said) else None
        return None


def _mark(key: str, page: bytes) -> str:
    return f"{key} {hashlib.sha256(page).hexdigest()}"


def _read_made(before: Path | None) -> dict[str, str]:
    """The marks of the pages of the release before; empty if it has no report to be read."""
    with suppress(OSError, ValueError):
        made = json.loads((before / PAGES_FILE).read_bytes()) if before else {}
        return made if isinstance(made, dict) else {}
    return {}


def _sha256(content) -> str:
    """What content is known by: that of a page are its rows, its template and all of this code."""
    said = json.dumps(content, default=_plain, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(value) -> object:
    return vars(value) if isinstance(value, Page) else str(value)


@cache
def _code_sha256() -> str:
    digest = hashlib.sha256()
    kinds = (".py", ".html", ".po", ".json")
    for path in sorted(path for path in ROOM.rglob("*") if path.suffix in kinds):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _environment() -> jinja2.Environment:
    """The templates; what they say is in the language that a page is rendered with."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Compiled(),
    )
    environment.globals.update(as_json=_json)
    return environment


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Compiled templates, beside Python's own; where they cannot be written it costs only time.

    They hang on jinja and on the options of the environment too, which this module holds.
    """

    def __init__(self) -> None:
        made_by = jinja2.__version__.encode() + Path(__file__).read_bytes()
        super().__init__(str(COMPILED), f"{hashlib.sha256(made_by).hexdigest()[:12]}-%s.cache")

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        with suppress(OSError):
            COMPILED.mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def _json(value) -> Markup:
    """JSON that may stand in a script element: no end tag can come from it."""
    said = json.dumps(value, default=str, separators=(",", ":"), ensure_ascii=False)
    return Markup(said.replace("<", "\\u003c").replace("\u2028", "\\u2028"))
