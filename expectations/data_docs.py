"""The Data Docs of an examination: every result with its notes, and Great Expectations' own pages.

Great Expectations' page frame loads a dozen files from other people's servers, shows next to
nothing without them, and leaves the notes out. So its sections stand in a frame of our own that
needs nothing from outside. The same results give the same bytes: no clock, no random ids, no paths.
"""

import re
from collections import Counter
from html import escape
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaSectionView

from expectations.suites import Suite
from expectations.verdict import QualityResult, Verdict
from smed.files import disk_errors

INDEX = "index.html"
STYLE_SHEET = Path(__file__).with_name("data_docs.css")
RANDOM_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLUMNS = (
    ("status", "Status"),
    ("partition_code", "Part"),
    ("observed_value", "Observed"),
    ("rows_count", "Rows"),
    ("failing_rows_count", "Failing"),
    ("sample", "Worst rows"),
    ("owner_code", "Owner"),
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="stylesheet" href="{style}"></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""


def write_data_docs(
    folder: Path, verdict: Verdict, pages: list[tuple[Suite, ExpectationSuiteValidationResult]]
) -> None:
    """Writes ``index.html``, one page per suite and the style sheet into ``folder``.

    Raises NoSpace or HomeInvalid where the folder cannot be written.
    """
    files = {STYLE_SHEET.name: STYLE_SHEET.read_text(encoding="utf-8")}
    files[INDEX] = _page("Data checks", _index(verdict, [suite.name for suite, _ in pages]))
    for suite, result in pages:
        back = f'<p><a href="{INDEX}">All checks</a></p>'
        body = "\n".join([back, *_asked_by(suite), _sections(result)])
        files[f"{suite.name}.html"] = _page(suite.name, body)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")


def _page(title: str, body: str) -> str:
    return PAGE.format(title=escape(title), style=STYLE_SHEET.name, body=body)


def _index(verdict: Verdict, suites: list[str]) -> str:
    said = "passed" if verdict.passed else "not passed: the release before stays"
    links = " · ".join(f'<a href="{name}.html">{name}</a>' for name in suites)
    parts = [
        f"<p>The gate has {said}.</p>",
        *_to_look_at(verdict),
        f"<p>As Great Expectations shows them: {links}</p>",
    ]
    for check_id, results in groupby(verdict.results, key=itemgetter("check_id")):
        parts.append(_check(check_id, list(results)))
    return "\n".join(parts)


def _to_look_at(verdict: Verdict) -> list[str]:
    """What did not simply pass, by status, with links: a gate that has passed may hold back."""
    found: dict[str, Counter[str]] = {}
    for result in verdict.results:
        if result["status"] != "passed":
            found.setdefault(result["status"], Counter())[result["check_id"]] += 1
    return [
        f"<p><b>{status}</b>: "
        + ", ".join(
            f'<a href="#{escape(check)}">{escape(check)}</a> ({n})' for check, n in counts.items()
        )
        + "</p>"
        for status, counts in sorted(found.items())
    ]


def _check(check_id: str, results: list[QualityResult]) -> str:
    about = results[0]
    head = "".join(f"<th>{title}</th>" for _, title in COLUMNS)
    rows = "\n".join(_row(result) for result in results)
    return (
        f'<section id="{escape(check_id)}"><h2>{escape(check_id)}</h2>\n'
        f"{_asked(about['severity'], about['expected'], about['notes'])}\n"
        f"<table><tr>{head}</tr>\n{rows}</table></section>"
    )


def _asked_by(suite: Suite) -> list[str]:
    """What each check of a suite asks, with a link to what it came to part by part."""
    return [
        f'<h2><a href="{INDEX}#{escape(check_id)}">{escape(check_id)}</a></h2>\n'
        f"{_asked(each.severity.value, each.meta['expected'], each.notes)}"
        for each in suite.expectations
        for check_id in [each.meta["check_id"]]
    ]


def _asked(severity: str, expected: str, notes: str) -> str:
    """The notes say why it is asked, and what to look at where it fails."""
    return f"<p><b>{severity}</b>: expected {escape(expected)}</p>\n<p>{escape(notes)}</p>"


def _row(result: QualityResult) -> str:
    values = [result[column] for column, _ in COLUMNS]
    cells = "".join(f"<td>{'' if value is None else escape(str(value))}</td>" for value in values)
    return f'<tr class="{result["status"]}">{cells}</tr>'


def _sections(result: ExpectationSuiteValidationResult) -> str:
    for each in result.results:
        each.result = each.to_json_dict()["result"]  # numpy's types would print their names
        _drop_traceback(each.exception_info)
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(result).to_json_dict()
    # the first is an overview with links to pages that are not there, the last the run's clock
    sections = document["sections"][1:-1]
    view = DefaultJinjaSectionView()
    rendered = "\n".join(
        view.render({"section": section, "section_loop": {"index": number}})
        for number, section in enumerate(sections, 1)
    )
    return _numbered(rendered)


def _drop_traceback(facts: dict) -> None:
    """A traceback names files of this machine; the message says what the reader needs."""
    for record in [facts] if "exception_traceback" in facts else facts.values():
        record["exception_traceback"] = record["exception_message"]


def _numbered(text: str) -> str:
    """Numbers in place of random ids, the same one for the same id."""
    numbers: dict[str, str] = {}
    return RANDOM_ID.sub(lambda found: numbers.setdefault(found[0], f"id-{len(numbers)}"), text)
