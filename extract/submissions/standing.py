"""What is known when a file comes: what was accepted before, what others say, what is published."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Standing:
    """Plain dicts made by whoever reads what landed; nothing here reads or writes.

    ``accepted_values``: (KPI, country, year) -> value, unit_code, definition_state, submission_id,
    reporting_period. ``accepted_lines``: (action line, period) -> the landed row with
    submission_id and party_code. ``other_values``: (KPI, country, year) -> series_code, value,
    unit_code of another source. ``published_periods``: (party, form, period). ``today``: UTC.
    """

    accepted_values: dict[tuple[str, str, int], dict] = field(default_factory=dict)
    accepted_lines: dict[tuple[str, str], dict] = field(default_factory=dict)
    other_values: dict[tuple[str, str, int], dict] = field(default_factory=dict)
    published_periods: frozenset[tuple[str, str, str]] = frozenset()
    today: date = field(kw_only=True)
