"""What the gate says: one row per check and partition, and whether anyone may read the marts.

Light on purpose: the process that builds and publishes imports it, and must not pay for pandas or
Great Expectations.
"""

from dataclasses import asdict, dataclass
from typing import TypedDict

CRITICAL = "critical"
WHOLE_TABLE = "all"
COULD_NOT_RUN = "could_not_run"
# what the gate on raw held back: it is no part of the marts, so it stops nothing
QUARANTINED = "quarantined"
STOPPING = ("failed", COULD_NOT_RUN)
# how the checks of raw begin: they say nothing of the marts
RAW = "raw."


class QualityResult(TypedDict):
    """One row of ``quality_results``, and why its check exists (``notes``).

    ``partition_code`` is a KPI's code, of raw ``<series>/<country>``, or ``all`` for a check of the
    whole table. ``owner_code`` is the Country Champions of the KPI's goal if members send its
    figures, of raw the country, None where the warehouse's engineers must look.
    """

    check_id: str
    run_id: str
    partition_code: str
    table_name: str
    severity: str
    status: str
    observed_value: str
    expected: str
    rows_count: int
    failing_rows_count: int
    sample: str | None
    owner_code: str | None
    notes: str


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate may be published, and every check that says so, in a fixed order."""

    passed: bool
    results: list[QualityResult]

    @classmethod
    def of(cls, results: list[QualityResult]) -> "Verdict":
        """Passes only if the marts have checks, all ran, and none that is critical failed."""
        stopped = any(result["status"] in STOPPING for result in results)
        of_marts = any(not result["check_id"].startswith(RAW) for result in results)
        return cls(of_marts and not stopped, results)

    @classmethod
    def from_dict(cls, facts: dict) -> "Verdict":
        """The inverse of ``to_dict``."""
        return cls(**facts)

    def to_dict(self) -> dict:
        """Plain types, fit for JSON."""
        return asdict(self)
