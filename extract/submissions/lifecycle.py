"""The states of a submission, and which event leads from which to which.

    received ─▶ quarantined ─▶ (other rules) ─▶ valid
        ├─▶ duplicate
        └─▶ valid ─▶ accepted ─▶ superseded, retracted
              └─▶ returned, superseded, retracted

``published`` is no event: a submission is published when a release is made of it.
"""

from smed.errors import ActRefused

RECEIVED, QUARANTINED, VALID = "received", "quarantined", "valid"
ACCEPTED, PUBLISHED, RETURNED = "accepted", "published", "returned"
SUPERSEDED, RETRACTED, DUPLICATE = "superseded", "retracted", "duplicate"

# a state in the words of an answer, where it is not its own word
STATE_WORDS = {QUARANTINED: "held back", DUPLICATE: "sent before", VALID: "in order and waiting"}

# (state before, event) -> state after
TRANSITIONS: dict[tuple[str | None, str], str] = {
    (None, "received"): RECEIVED,
    (RECEIVED, "quarantined"): QUARANTINED,
    (RECEIVED, "duplicate"): DUPLICATE,
    (RECEIVED, "validated"): VALID,
    (QUARANTINED, "validated"): VALID,
    (QUARANTINED, "quarantined"): QUARANTINED,
    # anew, where a crash came before it was accepted or its reasons to wait were written
    (VALID, "validated"): VALID,
    (VALID, "duplicate"): DUPLICATE,
    (VALID, "quarantined"): QUARANTINED,
    (VALID, "accepted"): ACCEPTED,
    (VALID, "returned"): RETURNED,
    (VALID, "superseded"): SUPERSEDED,
    (VALID, "retracted"): RETRACTED,
    (ACCEPTED, "superseded"): SUPERSEDED,
    (ACCEPTED, "retracted"): RETRACTED,
}
# events that tell something and leave every state as it is
REMARKS = frozenset(
    {
        "conflict",
        "conflict_settled",
        "contradicted",
        "period_reopened",
        "review_needed",
        "revalidated",
        "rows_retracted",
    }
)


def next_state(state: str | None, event: str, submission_id: str) -> str | None:
    """The state after an event; ActRefused where the event may not come in that state."""
    if event in REMARKS:
        return state
    if (state, event) not in TRANSITIONS:
        possible = sorted(name for before, name in TRANSITIONS if before == state)
        raise ActRefused(
            f"it is {state or 'unknown'} and cannot become {event}",
            f"submission {submission_id}",
            f"possible now: {', '.join(possible)}" if possible else "nothing follows that state",
        )
    return TRANSITIONS[state, event]
