"""What a file does to what its party sent before for the same period: what it changes, and what
it says nothing of, so that it stays.

Grain: an entry of ``changes`` is one column of a row, or a row that is new in a published period;
one of ``left_out`` is a row that stands. ``what`` and the values are codes of the plan, numbers,
dates and choices; a sender's text is never repeated.
"""

from extract.submissions.book import PROGRESS, Submission, row_key
from extract.submissions.checked import stated
from extract.submissions.desk import Desk
from extract.submissions.forms import is_free_text, read_forms

NOTHING = "nothing"
# instead of its sender's own words
SOME_TEXT, OTHER_TEXT = "a text", "another text"


def effects(desk: Desk, submission: Submission, rows: list[dict], facts: dict) -> dict:
    """``changes`` and ``left_out`` of rows that are in order, as JSON-able lists.

    ``facts`` hold form_code, reporting_period and submission_version as the file declares them.
    """
    form_code, period = facts["form_code"], facts["reporting_period"]
    key = (submission.party_code, form_code, period)
    standing = desk.book.standing_rows(form_code)
    is_locked = key in desk.locked_periods()
    changes: list[dict] = []
    said = set()
    for row in rows:
        name = row_key(form_code, row)
        said.add(name)
        before = standing.get(name)
        place = {"row_number": row["row_number"], "what": _named(name, form_code)}
        if before is None:
            changes += [{**place, **_added(form_code, row)}] if is_locked else []
        elif _counts_over(before, submission.party_code, period, facts["submission_version"]):
            is_published = before["submission_id"] in desk.published
            for change in _changed(form_code, row, before):
                changes.append({**place, **change, "is_published": is_published})
    left = sorted(desk.book.reported.get(key, set()) - said)
    return {
        "changes": changes,
        "left_out": [_left(desk, form_code, name, standing[name]) for name in left],
    }


def _counts_over(before: dict, party_code: str, period: str, version: int) -> bool:
    is_own = before["party_code"] == party_code
    return is_own and (before["reporting_period"], before["submission_version"]) <= (
        period,
        version,
    )


def _named(name: tuple, form_code: str) -> str:
    """A row's key in words: the KPI and the year, or the action line."""
    return str(name[0]) if form_code == PROGRESS else f"{name[0]} {name[2]}"


def _added(form_code: str, row: dict) -> dict:
    return {
        "column": "",
        "before": NOTHING,
        "after": _shown(form_code, row),
        "is_published": False,
    }


def _changed(form_code: str, row: dict, before: dict):
    labels = {column.column_code: column for column in read_forms()[form_code].columns}
    for name, value in stated(row).items():
        was = before.get(name)
        if value == was:
            continue
        column = labels.get(name)
        label = column.column_label if column else name.replace("_", " ").capitalize()
        if is_free_text(form_code, name):
            told = (SOME_TEXT if was else NOTHING, OTHER_TEXT if was and value else SOME_TEXT)
            yield {"column": label, "before": told[0], "after": told[1] if value else NOTHING}
        else:
            yield {"column": label, "before": _said(was), "after": _said(value)}


def _left(desk: Desk, form_code: str, name: tuple, row: dict) -> dict:
    return {
        "what": _named(name, form_code),
        "value": _shown(form_code, row),
        "submission_id": row["submission_id"],
        "row_number": row["row_number"],
        "is_published": row["submission_id"] in desk.published,
    }


def _shown(form_code: str, row: dict) -> str:
    """What a row says, in a few words."""
    if form_code != PROGRESS:
        return _said(row.get("value"))
    percent = row.get("complete_pct")
    words = [row.get("reported_status"), None if percent is None else f"{percent:g} %"]
    return ", ".join(word for word in words if word) or NOTHING


def _said(value: object) -> str:
    if value is None:
        return NOTHING
    return f"{value:.15g}" if isinstance(value, float) else str(value)
