"""What is known when a file comes: what was accepted before, what others say, what is published."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Standing:
    """Plain dicts made by whoever reads what landed; nothing here reads or writes.

    ``accepted_values``: (KPI, country, year) -> value, unit_code, definition_state, submission_id,
    reporting_period. ``accepted_lines``: (action line, period) -> the landed row with
    submission_id and party_code. ``other_values``: (KPI, country, year) -> series_code, value,
    unit_code of another source. ``published_periods``: (party, form, period). ``published_ids``: of
    submissions. ``today``: UTC.
    """

    accepted_values: dict[tuple[str, str, int], dict] = field(default_factory=dict)
    accepted_lines: dict[tuple[str, str], dict] = field(default_factory=dict)
    other_values: dict[tuple[str, str, int], dict] = field(default_factory=dict)
    published_periods: frozenset[tuple[str, str, str]] = frozenset()
    published_ids: frozenset[str] = frozenset()
    today: date = field(kw_only=True)

    def shown(self, accepted: dict, said: str) -> str:
        """A value that stands, in words: of which period, and whether readers see it."""
        is_published = accepted.get("submission_id") in self.published_ids
        return (
            f"{said} of {accepted['reporting_period']},"
            f" which is {'published' if is_published else 'accepted'}"
        )


def is_outranked(accepted: dict, reporting_period: str, version: int) -> bool:
    """Whether what stands is of a later period, or a higher version: nothing older overrides it."""
    stands = (accepted["reporting_period"], accepted.get("submission_version") or 0)
    return stands > (reporting_period, version)
