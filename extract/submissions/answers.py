"""What a sender gets back: all findings as JSON, a page in plain words, a copy with marked cells.

Nothing of the sender's runs or is shown as markup: the page is escaped throughout and holds no
script, the copy is written afresh and holds only texts and numbers.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from extract.submissions.book import Submission
from extract.submissions.documents import Document
from extract.submissions.findings import BLOCKING, FILE, Finding, printable
from smed.files import json_bytes, replace_file

ANSWER_JSON, ANSWER_PAGE, MARKED_COPY = "answer.json", "answer.html", "marked.xlsx"
PAGE_TEMPLATE = Path(__file__).with_name("answer.html.jinja")
# the page names so many findings, the grave ones first; the JSON has all
SHOWN_FINDINGS = 200
# and so many changes and rows left out
SHOWN_EFFECTS = 50

ACCEPTED, PART = "accepted", "accepted in part"
SEND_AGAIN = (
    "Mend what is named below in your own file.",
    "Raise submission_version by one (on the sheet About; in a CSV in the lines at the top).",
    "Send the file again: its rows replace those of this one.",
)
RAISED = "raise submission_version by one and send it: unchanged it is not taken a second time"
PUBLISHED_NEXT = "Nothing: what is accepted is published with the next release."
# state -> title, tone of the page, what to do next
VERDICTS = {
    "received": ("Received", "plain", ("Nothing for now: it has not been looked at yet.",)),
    "quarantined": ("Held back: please mend it and send it again", "bad", SEND_AGAIN),
    "valid": (
        "Received; a second person will look at it",
        "wait",
        ("Nothing for now: you will get another answer.", "Its values do not count until then."),
    ),
    ACCEPTED: (
        "Accepted",
        "good",
        (PUBLISHED_NEXT, "Look at the remarks, if any."),
    ),
    PART: (
        "Accepted in part: some rows are held back",
        "wait",
        ("The other rows are accepted and published with the next release.", *SEND_AGAIN),
    ),
    "published": ("Published", "good", ("Nothing.",)),
    "returned": ("Returned to you", "bad", SEND_AGAIN),
    "superseded": (
        "Replaced by another file",
        "plain",
        ("Nothing: the other file counts.", f"If this one is to count after all {RAISED}."),
    ),
    "retracted": (
        "Withdrawn",
        "plain",
        (
            "Nothing. To report again send another file.",
            f"If this one is to count after all {RAISED}.",
        ),
    ),
    "duplicate": (
        "Already here: the same was sent before",
        "plain",
        ("Nothing: the answer to the first file stands.",),
    ),
}


@dataclass(frozen=True)
class Answer:
    """Where an answer lies; ``marked_copy`` is None where there is nothing to mark."""

    json_file: Path
    page: Path
    marked_copy: Path | None


def answer_facts(submission: Submission, findings: list[Finding]) -> dict:
    """What an answer says beside its findings."""
    blocking = sum(found.severity == BLOCKING for found in findings)
    return {
        "submission_id": submission.submission_id,
        "party_code": submission.party_code,
        "form_code": submission.form_code,
        "reporting_period": submission.reporting_period,
        "submission_version": submission.submission_version,
        "original_name": submission.original_name,
        "sender": submission.sender,
        "received_at": submission.received_at,
        "state": submission.state,
        "waits_for": list(submission.waits_for) if submission.state == "valid" else [],
        "reason": submission.reason,
        "decided_at": submission.decided_at,
        "decided_by": submission.decided_by,
        "rules_version": submission.rules_version,
        "is_illustrative": submission.is_illustrative,
        "blocking_count": blocking,
        "warnings_count": len(findings) - blocking,
    }


def write_answer(
    folder: Path,
    facts: dict,
    findings: list[Finding],
    original_path: Path | None = None,
    document: Document | None = None,
    shown: dict[int, dict] | None = None,
) -> Answer:
    """Writes (or replaces) the answer to one submission.

    ``facts`` is JSON-able; the page shows submission_id, party_code, party_name, form_code,
    reporting_period, original_name, sender, received_at, state, waits_for, reason, rows_count,
    changes, left_out, is_illustrative where they are given. ``original_path`` is what was kept of
    the file; it is named and never opened. The marked copy is made where there is a ``document``
    and something to mark in it; without a document one that is there already stays. ``shown`` is
    what its columns for reading only hold, by row number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept_as = {"kept_as": original_path.name} if original_path else {}
    everything = {**facts, **kept_as, "findings": [found.facts() for found in findings]}
    marked = folder / MARKED_COPY
    if document is not None and document.rows and findings:
        from extract.submissions.marked_copy import marked_copy_bytes

        data = marked_copy_bytes(document, findings, facts.get("submission_id", ""), shown)
        replace_file(marked, data, is_durable=False)
    has_copy = marked.exists()
    replace_file(folder / ANSWER_JSON, json_bytes(everything), is_durable=False)
    page = _page(everything, findings, MARKED_COPY if has_copy else "")
    replace_file(folder / ANSWER_PAGE, page.encode("utf-8", "replace"), is_durable=False)
    return Answer(folder / ANSWER_JSON, folder / ANSWER_PAGE, marked if has_copy else None)


def _page(facts: dict, findings: list[Finding], marked_copy: str) -> str:
    blocking = [found for found in findings if found.severity == BLOCKING]
    held_back = sorted({found.row_number for found in blocking if found.row_number is not None})
    state = facts.get("state", "received")
    if state == ACCEPTED and held_back:
        state = PART
    title, tone, steps = VERDICTS.get(state, (state, "plain", ()))
    shown = sorted(findings, key=lambda found: found.severity != BLOCKING)[:SHOWN_FINDINGS]
    return _template().render(
        facts=facts,
        title=title,
        tone=tone,
        steps=steps,
        marked_copy=marked_copy,
        blocking_count=len(blocking),
        warnings_count=len(findings) - len(blocking),
        held_back=held_back,
        effects_shown=SHOWN_EFFECTS,
        of_file=[found for found in shown if found.row_number is None],
        by_row=_by_row(shown),
        more_count=len(findings) - len(shown),
        stops_file=any(found.scope == FILE for found in blocking),
    )


def _by_row(findings: list[Finding]) -> list[tuple[int, list[Finding]]]:
    rows: dict[int, list[Finding]] = {}
    for found in findings:
        if found.row_number is not None:
            rows.setdefault(found.row_number, []).append(found)
    return sorted(rows.items())


@cache
def _template():
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["printable"] = printable
    return environment.from_string(PAGE_TEMPLATE.read_text(encoding="utf-8"))
