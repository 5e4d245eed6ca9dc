"""Sources that failed, are gone or drift, as the last search and extraction left them."""

from collections.abc import Iterator

from expectations.alerts.incidents import CRITICAL, ENGINEERS, WARNING, Incident
from operate.extraction import DATABASES, KIND, SEARCH, open_ledger
from smed.settings import Settings

FAILED = "source_failed"
# how a finding's rule ends -> what is told of it; anything else about a source is a drift
_MISSING = ".series.missing"
DRIFTING, DISCONTINUED = "source_drifting", "source_discontinued"
MEANWHILE = "readers see the last good figures of it, marked with their date"
AGAIN = "see whether the source answers, then run: smed refresh"


def incidents(settings: Settings) -> list[Incident]:
    """One per database that did not answer, series that failed, and series and rule found wrong.

    A finding about one country's cell is told of as that country's quarantine, not here.
    """
    ledger = open_ledger(settings)
    search = ledger.latest(SEARCH, DATABASES) or {"findings": [], "errors": []}
    found = [_failed(f"database {e['database']}", e["message"]) for e in search["errors"]]
    findings = list(search["findings"])
    for series, facts in ledger.all(KIND):
        if facts["outcome"] == "failed":
            found.append(_failed(series, facts["message"]))
        findings += facts["findings"]
    return found + list(_told_once(findings))


def _failed(subject: str, message: str) -> Incident:
    return Incident(
        kind=FAILED,
        severity=CRITICAL,
        subject=subject,
        owners=(ENGINEERS,),
        title=message,
        meanwhile=MEANWHILE,
        action=AGAIN,
    )


def _told_once(findings: list[dict]) -> Iterator[Incident]:
    told = set()
    for finding in findings:
        key = finding["series"], finding["rule"]
        if finding["country"] is None and key not in told:
            told.add(key)
            is_missing = finding["rule"].endswith(_MISSING)
            yield Incident(
                kind=DISCONTINUED if is_missing else DRIFTING,
                severity=CRITICAL if finding["severity"] == CRITICAL else WARNING,
                subject=":".join(key),
                owners=(ENGINEERS,),
                title=finding["message"],
                meanwhile=MEANWHILE,
                action=finding["next_step"],
            )
