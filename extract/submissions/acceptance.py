"""Acceptance: by rule or by a second person; what it displaces, and where champions disagree."""

from extract.submissions.book import PROGRESS, Submission, row_key
from extract.submissions.checked import stated
from extract.submissions.desk import Desk
from extract.submissions.forms import is_free_text
from extract.submissions.lifecycle import ACCEPTED, VALID
from smed.plan import Plan

# who acts where a rule does
RULE = "rule"
BY_RULE = "nothing in it asks for a second person"
# event -> its words; which of them a submission waits for is in its `waits_for`
AMENDS_PUBLISHED = "amends a published period"
RULE_ASKS = "falls under the rule {rule_code}, which asks for a second person"
MANY_WARNINGS = "carries {count} warnings, more than {limit:g}"
CONTRADICTS_PUBLISHED = "contradicts what {party} reported for {line}, which is published"


def review_reasons(
    desk: Desk,
    submission: Submission,
    rows: list[dict],
    needs_review: tuple[str, ...],
    warnings: int,
) -> list[str]:
    """Why a second person must look before it counts; empty if a rule may accept it.

    ``needs_review`` are the rules that ask for it, ``warnings`` how many warnings there are.
    """
    limit = _limit(desk.plan)
    reasons = []
    is_locked = submission.key in desk.locked_periods()
    # rows of which something newer stands already amend nothing
    if is_locked and len(_superseded(submission, _stood(desk, submission, rows))) < len(rows):
        reasons.append(AMENDS_PUBLISHED)
    reasons += [RULE_ASKS.format(rule_code=code) for code in needs_review]
    if warnings > limit:
        reasons.append(MANY_WARNINGS.format(count=warnings, limit=limit))
    for row, other in _contradicted(desk, submission, rows):
        if other["submission_id"] in desk.published:
            line = row["action_line_code"]
            reasons.append(CONTRADICTS_PUBLISHED.format(party=other["party_code"], line=line))
    return reasons


def published_contradicted(
    desk: Desk, submission: Submission, rows: list[dict]
) -> list[tuple[str, int]]:
    """(submission, row number) of what another party reported otherwise and a release shows."""
    return [
        (other["submission_id"], other["row_number"])
        for _, other in _contradicted(desk, submission, rows)
        if other["submission_id"] in desk.published
    ]


def _limit(plan: Plan) -> float:
    return plan.threshold("submission_warnings_limit")


def _contradicted(desk: Desk, submission: Submission, rows: list[dict]) -> list[tuple[dict, dict]]:
    """(row, standing row of another party) where the two say different things of one line."""
    if submission.form_code != PROGRESS:
        return []
    found = []
    for row in rows:
        other = desk.book.lines.get(row_key(PROGRESS, row))
        is_others = other is not None and other["party_code"] != submission.party_code
        if is_others and stated(row) != stated(other):
            found.append((row, other))
    return found


def accept(
    desk: Desk, submission: Submission, actor: str, reason: str, by_rule: bool
) -> list[Submission]:
    """Accepts a valid submission and lands its rows; returns the others that this touched.

    By a rule, rows that another champion contradicts land from neither until the two agree; a
    person who accepts decides for these rows.
    """
    rows = desk.book.checked(submission).rows
    held, touched = _settle_conflicts(desk, submission, rows) if by_rule else (set(), {})
    rows = [row for row in rows if row["row_number"] not in held]
    if not rows:
        desk.record("quarantined", submission, RULE, reason="another champion reports otherwise")
        return list(touched.values())
    stood = _stood(desk, submission, rows)
    displaced = {was["submission_id"] for _, was in stood}
    landing = {
        "submission_id": submission.submission_id,
        "row_numbers": [row["row_number"] for row in rows],
        "superseded": _superseded(submission, stood),
        "is_retracted": False,
    }
    desk.record(
        "accepted",
        submission,
        actor,
        reason=reason,
        rules_version=submission.rules_version,
        differences=_differences(submission.form_code, stood),
        held_rows=sorted(held),
        landings=[landing],
    )
    touched |= {name: desk.book.submissions[name] for name in displaced}
    touched |= _supersede(desk, submission, displaced)
    touched.pop(submission.submission_id, None)
    return list(touched.values())


def _stood(desk: Desk, submission: Submission, rows: list[dict]) -> list[tuple[dict, dict]]:
    """(row, what stands of the same) of the rows of which something stands."""
    standing, form_code = desk.book.standing_rows(submission.form_code), submission.form_code
    pairs = [(row, standing.get(row_key(form_code, row))) for row in rows]
    return [(row, before) for row, before in pairs if before is not None]


def _superseded(submission: Submission, stood: list[tuple[dict, dict]]) -> list[int]:
    """The rows of which something newer stands already, by declared period, then version."""
    return [
        row["row_number"]
        for row, before in stood
        if before["party_code"] == submission.party_code
        and (before["reporting_period"], before["submission_version"]) > submission.rank
    ]


def _differences(form_code: str, stood: list[tuple[dict, dict]]) -> list[dict]:
    """What rows say otherwise than what stood: row, before_in, column -> [before, after]."""
    found = []
    for row, before in stood:
        said = stated(row).items()
        changed = {name: (before.get(name), now) for name, now in said if now != before.get(name)}
        if changed:
            texts = {
                name: [_kept(value, is_free_text(form_code, name)) for value in values]
                for name, values in changed.items()
            }
            place = {"row_number": row["row_number"], "before_in": before["submission_id"]}
            found.append({**place, "changed": texts})
    return found


def _kept(value: object, is_free_text: bool) -> str | None:
    """A value as the ledger keeps it: free text is in what was checked, and stays there."""
    if value is None:
        return None
    return "a text" if is_free_text else str(value)


def _supersede(desk: Desk, submission: Submission, displaced: set[str]) -> dict[str, Submission]:
    """Those of which nothing stands any more, and older ones of the same period that wait."""
    touched = {}
    known = desk.book.submissions
    concerned = {name: known[name] for name in (*displaced, submission.submission_id)}
    concerned |= desk.book.live.get(submission.key, {})
    for other in sorted(concerned.values(), key=lambda one: one.submission_id):
        is_older = other.submission_version <= submission.submission_version
        is_displaced = (
            other.submission_id in displaced or other is submission
        ) and other.state == ACCEPTED
        waits = other.state == VALID and other.key == submission.key and is_older
        if waits or (is_displaced and desk.book.provides[other.submission_id] <= 0):
            reason = (
                "what it says was said anew by a newer one"
                if other is submission
                else f"by {submission.submission_id}"
            )
            desk.record("superseded", other, RULE, reason=reason)
            touched[other.submission_id] = other
    touched.pop(submission.submission_id, None)
    return touched


def _settle_conflicts(
    desk: Desk, submission: Submission, rows: list[dict]
) -> tuple[set[int], dict[str, Submission]]:
    """Holds back rows that another champion contradicts, and withdraws the other's.

    Returns the numbers of the rows held back and the submissions of the others.
    """
    if submission.form_code != PROGRESS:
        return set(), {}
    held: set[int] = set()
    touched: dict[str, Submission] = {}
    contradicted = {
        row["row_number"]: other for row, other in _contradicted(desk, submission, rows)
    }
    for row in rows:
        key = row_key(PROGRESS, row)
        claims = dict(desk.book.conflicts.get(key, {}))
        other = contradicted.get(row["row_number"])
        if not claims and other is None:
            continue
        landings = []
        if other is not None:
            claims[other["party_code"]] = [other["submission_id"], other["row_number"]]
            landings = [withdrawal(other["submission_id"], [other["row_number"]])]
        claims[submission.party_code] = [submission.submission_id, row["row_number"]]
        agreed = agree(desk, claims)
        desk.record(
            "conflict_settled" if agreed else "conflict",
            submission,
            RULE,
            action_line_code=key[0],
            reporting_period=key[1],
            claims={} if agreed else claims,
            landings=landings,
        )
        if not agreed:
            held.add(row["row_number"])
        touched |= {name: desk.book.submissions[name] for name, _ in claims.values()}
    touched.pop(submission.submission_id, None)
    return held, touched


def withdrawal(submission_id: str, row_numbers: list[int]) -> dict:
    """The landing that takes standing rows of a submission back."""
    return {
        "submission_id": submission_id,
        "row_numbers": row_numbers,
        "superseded": [],
        "is_retracted": True,
    }


def agree(desk: Desk, claims: dict[str, list]) -> bool:
    """Whether the parties that report on a line (party -> submission, row) say the same."""
    said = []
    for name, number in claims.values():
        rows = desk.book.checked(desk.book.submissions[name]).rows
        said += [stated(row) for row in rows if row["row_number"] == number]
    return all(one == said[0] for one in said)
