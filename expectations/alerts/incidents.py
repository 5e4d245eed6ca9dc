"""What went wrong, in the words of the reader who must act on it.

Grain: one ``Incident`` per thing that is wrong (its ``subject``), however many rows show it. What
it says goes into mails and chats, so every text is made inert where it comes in: no secret, no
address of a person, nothing that a mail program or a chat would take for a command.
"""

import hashlib
from dataclasses import asdict, dataclass, field

from expectations.alerts.texts import inert

KINDS = (
    "check_failed",
    "check_errored",
    "quarantined",
    "submission_late",
    "submission_quarantined",
    "source_discontinued",
    "source_drifting",
    "source_failed",
    "revision_large",
    "task_failed",
    "refresh_overdue",
    "serving_failed",
)
CRITICAL, WARNING = "critical", "warning"
SECRETARIAT, ENGINEERS = "secretariat", "engineers"
FINGERPRINT_DIGITS = 12


@dataclass(frozen=True)
class Fact:
    """A row that shows what is wrong; each a text as the reader knows it, empty where none.

    ``unit`` is that of the KPI's or series' figures, in words; ``value`` may be a sentence.
    """

    country: str = ""
    kpi: str = ""
    year: str = ""
    value: str = ""
    expected: str = ""
    unit: str = ""

    def __post_init__(self):
        for name, value in asdict(self).items():
            object.__setattr__(self, name, inert(value))


@dataclass(frozen=True)
class Incident:
    """One thing that is wrong.

    ``subject`` says what, in a stable way: it and ``kind`` make the fingerprint, so it holds no
    value and no date (``check:kpi_observations.range:KPI-02``). ``owners`` are codes of parties or
    ``engineers``; the secretariat gets everything anyway. ``facts`` stand worst first;
    ``facts_count`` says how many there are where not all are given. ``meanwhile`` is what readers
    see until it is mended, ``action`` the command or link to act. ``brief`` names it in a few
    words, for a subject that counts others too. ``part_of`` is the fingerprint of an incident that
    tells who gets everything of this one and others like it: then only its owners hear of it.
    """

    kind: str
    severity: str
    subject: str
    owners: tuple[str, ...]
    title: str
    facts: tuple[Fact, ...] = ()
    facts_count: int = 0
    meanwhile: str = ""
    action: str = ""
    run_id: str = ""
    brief: str = ""
    part_of: str = ""
    fingerprint: str = field(init=False)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"no kind of an incident: {self.kind}")
        if self.severity not in (CRITICAL, WARNING):
            raise ValueError(f"no severity of an incident: {self.severity}")
        for name in ("title", "meanwhile", "run_id", "brief"):
            object.__setattr__(self, name, inert(getattr(self, name)))
        object.__setattr__(self, "action", inert(self.action, with_links=True))
        object.__setattr__(self, "facts_count", max(self.facts_count, len(self.facts)))
        object.__setattr__(self, "fingerprint", fingerprint(self.kind, self.subject))

    def to_dict(self) -> dict:
        """Plain types, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: dict) -> "Incident":
        """The inverse of ``to_dict``."""
        known = {name: value for name, value in facts.items() if name != "fingerprint"}
        rows = tuple(Fact(**row) for row in facts["facts"])
        return cls(**{**known, "owners": tuple(facts["owners"]), "facts": rows})


def fingerprint(kind: str, subject: str) -> str:
    """Short and the same every day for the same thing: what values came and when is not in it."""
    return hashlib.sha256(f"{kind}\0{subject}".encode()).hexdigest()[:FINGERPRINT_DIGITS]
