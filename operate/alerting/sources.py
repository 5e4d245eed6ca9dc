"""Sources that failed, are gone or drift, as the last search and extraction left them."""

from collections.abc import Iterator

from expectations.alerts.incidents import CRITICAL, ENGINEERS, WARNING, Incident
from operate import refused_series
from operate.alerting import names
from operate.extraction import DATABASES, KIND, SEARCH, open_ledger
from smed.plan import Plan
from smed.settings import Settings

FAILED = "source_failed"
# how a finding's rule ends -> what is told of it; anything else about a source is a drift
_MISSING = ".series.missing"
DRIFTING, DISCONTINUED = "source_drifting", "source_discontinued"
LAST_GOOD = "readers see the last good figures of it, marked with their date"
AGAIN = "see whether the source answers, then run: smed refresh"


def incidents(settings: Settings, plan: Plan | None) -> list[Incident]:
    """One per database that did not answer, series that failed, and series and rule found wrong.

    A finding about one country's cell is told of as that country's quarantine, not here. What
    readers see of a series is read from the release that they see.
    """
    ledger = open_ledger(settings)
    search = ledger.latest(SEARCH, DATABASES) or {"findings": [], "errors": []}
    found = [
        _failed(f"database {e['database']}", e["message"], LAST_GOOD) for e in search["errors"]
    ]
    findings = list(search["findings"])
    outcomes = ledger.all(KIND)
    refused = {row["series_code"]: row for row in refused_series.rows(settings, plan)}
    failed = {series: facts for series, facts in outcomes if facts["outcome"] == "failed"}
    for _, facts in outcomes:
        findings += facts["findings"]
    # what refused a whole series is told of below
    findings = [finding for finding in findings if not finding.get("is_refused")]
    seen = refused_series.seen_vintages(settings) if failed or findings else {}
    for series in sorted({*refused, *failed}):
        if series in refused:
            found.append(_refused(refused[series]))
        else:
            found.append(_failed(series, failed[series]["message"], _seen(seen, series)))
    return found + list(_told_once(findings, seen))


def _seen(seen: dict[str, str], series: str) -> str:
    return f"readers see {refused_series.meanwhile(seen[series])}" if series in seen else LAST_GOOD


def _failed(subject: str, message: str, meanwhile: str) -> Incident:
    return Incident(
        kind=FAILED,
        severity=CRITICAL,
        subject=subject,
        owners=(ENGINEERS,),
        title=message,
        meanwhile=meanwhile,
        action=AGAIN,
    )


def _refused(row: dict) -> Incident:
    """A series whose whole answer is held back, told of as a country's quarantine is."""
    name = names.kpis(row["kpi_names"], row["kpi_codes"]) or row["series_name"]
    of_all = f"of {row['country_name']}"
    return Incident(
        kind=FAILED,
        severity=CRITICAL,
        subject=row["series_code"],
        owners=(ENGINEERS,),
        title=f"{name} {of_all}: {row['observed_value']}; the answer is held back as a whole since"
        f" {row['since_date']} ({row['series_code']})",
        meanwhile=f"readers see {row['meanwhile']}",
        action=row["next_step"] or AGAIN,
        brief=f"{', '.join(row['kpi_codes']) or row['series_name']} {of_all} held back",
    )


def _told_once(findings: list[dict], seen: dict[str, str]) -> Iterator[Incident]:
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
                meanwhile=_seen(seen, finding["series"]),
                action=finding["next_step"],
            )
