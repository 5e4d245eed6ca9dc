"""Figures that the gate on raw holds back, as the last build noted them."""

from expectations.alerts.incidents import CRITICAL, Fact, Incident
from operate import quarantines
from smed.settings import Settings

KIND = "quarantined"


def incidents(settings: Settings) -> list[Incident]:
    """One per series and country, with the cell, the rule and what readers see meanwhile."""
    return [_incident(row) for row in quarantines.open_rows(settings)]


def _incident(row: dict) -> Incident:
    kpi = ", ".join(row["kpi_codes"]) or row["series_name"]
    said = row["next_step"] or "mend it at its source"
    return Incident(
        kind=KIND,
        severity=CRITICAL,
        subject=f"{row['series_code']}:{row['country_code']}",
        owners=(row["owner_code"],),
        title=f"{row['country_name']}, {kpi} ({row['source_code']}, {row['series_code']}):"
        f" {row['message']}; held back by {row['check_id']} since the vintage of"
        f" {row['since_date']}",
        facts=(
            Fact(
                row["country_name"],
                kpi,
                str(row["observation_year"] or ""),
                row["observed_value"] or "",
                row["expected"] or "",
            ),
        ),
        meanwhile=f"readers see {row['meanwhile']}",
        action=f"{said}; {row['command']}" if row["command"] else said,
    )
