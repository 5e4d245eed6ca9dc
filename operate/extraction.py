"""Extraction as a step: each series alone, its outcome in the ledger, the others go on."""

import logging
from datetime import date

from smed import home
from smed.errors import MendSetup, SendBack, SmedError
from smed.ledger import Ledger
from smed.plan import Plan
from smed.settings import Settings

LOG = logging.getLogger("smed.extraction")
KIND = "extraction"
SEARCH = "search"
# what an event says of an answer that was refused
OF_REFUSAL = (
    *("is_refused", "what", "next_step", "acknowledgeable"),
    *("source", "vintage_date", "held_since"),
)
DATABASES = "databases"


def open_ledger(settings: Settings) -> Ledger:
    """The home's ledger."""
    return Ledger(settings.home / "ledger.db")


def find_due_series(
    settings: Settings, plan: Plan, sources: str, until: date | None, full: bool
) -> dict:
    """What there is to fetch, as extract.indicators says it.

    What the search found wrong (a series that is gone or renamed, a database that does not answer)
    is kept in the ledger until a later search no longer finds it.
    """
    from extract import indicators
    from operate import quarantines

    ledger = open_ledger(settings)
    suspects = frozenset(row["series_code"] for row in quarantines.open_rows(settings))
    due = indicators.find_due_series(
        settings, plan, ledger, sources, until=until, full=full, suspects=suspects
    )
    facts = {name: due[name] for name in ("findings", "errors")}
    before = _last_search(ledger)
    known = {found["series"]: found["held_since"] for found in _refused_findings(before)}
    for found in facts["findings"]:
        if found.get("is_refused"):
            found["held_since"] = known.get(found["series"], found["vintage_date"])
    if facts != {name: before[name] for name in facts}:
        ledger.record(SEARCH, DATABASES, facts)
    for finding in due["findings"]:
        LOG.warning(finding["message"])
    return due


def _last_search(ledger: Ledger) -> dict:
    return ledger.latest(SEARCH, DATABASES) or {"findings": [], "errors": []}


def _refused_findings(search: dict) -> list[dict]:
    return [found for found in search["findings"] if found.get("is_refused")]


def unreached_databases(settings: Settings) -> list[str]:
    """The errors of the databases that the last search could not read."""
    return [error["message"] for error in _last_search(open_ledger(settings))["errors"]]


def extract_one(settings: Settings, plan: Plan, sources: str, item: dict, opened=None) -> dict:
    """Fetches and lands one series; records how it ended, then raises what stopped it.

    ``opened``, if given, are the open sources of ``extract.sources`` that several series share.
    """
    from extract import indicators

    ledger = open_ledger(settings)
    series = item["series"]
    try:
        outcome = indicators.extract_series(settings, plan, ledger, sources, item, opened)
    except MendSetup:
        raise  # a full disk or a wrong setting is no finding about the series
    except SmedError as error:
        facts = {
            **{"outcome": "failed", "message": str(error), "findings": []},
            **{"what": error.what, "next_step": error.next_step},
            # it answered, and nothing of the answer can be used
            "is_refused": isinstance(error, SendBack),
            "since": _failing_since(ledger, series),
            # what a person may let pass, if the error is of that kind
            "acknowledgeable": getattr(error, "acknowledgeable", None),
        }
        facts |= _answered(ledger, item, facts)
        if not facts["is_refused"]:
            facts |= _refused_before(ledger, series)
        ledger.record(KIND, series, facts)
        raise
    landed = len(outcome["landed"])
    result = "landed" if landed else "unchanged"
    facts = {"outcome": result, "message": "", "findings": outcome["findings"]}
    if landed or _is_news(ledger, series, facts):
        ledger.record(KIND, series, facts)
    for finding in outcome["findings"]:
        LOG.warning(finding["message"])
    LOG.info("%s: %s vintages landed, %s unchanged", series, landed, outcome["unchanged"])
    return outcome


def _answered(ledger: Ledger, item: dict, failure: dict) -> dict:
    """Whose answer failed: its source, its day, and that of the first one refused in a row."""
    named, before = failure["acknowledgeable"], ledger.latest(KIND, item["series"]) or {}
    day = named["vintage_date"] if named else item["stages"][-1]["lastupdated"]
    first = before.get("held_since") if before.get("is_refused") else None
    return {"source": item["source"], "vintage_date": day, "held_since": first or day}


def _refused_before(ledger: Ledger, series: str) -> dict:
    """What stays of a refusal while the source does not answer; {} if there was none.

    The figures in use are as old as before.
    """
    before = ledger.latest(KIND, series) or {}
    if not before.get("is_refused"):
        return {}
    return {key: before[key] for key in OF_REFUSAL if key in before}


def _is_news(ledger: Ledger, series: str, facts: dict) -> bool:
    """Whether the newest event says otherwise; findings that stay are known since the first one.

    Nothing found is no news: an attempt that is made twice has nothing left to do.
    """
    before = ledger.latest(KIND, series) or {"outcome": "", "findings": []}
    was_other = before["findings"] != facts["findings"]
    return before["outcome"] == "failed" or (bool(facts["findings"]) and was_other)


def _failing_since(ledger: Ledger, series: str) -> str:
    """When (UTC) the first of the failures in a row was; now, where the last attempt was none."""
    before = ledger.latest(KIND, series)
    is_first = before is None or before["outcome"] != "failed"
    return home.now().isoformat(timespec="seconds") if is_first else since(before)


def since(event: dict) -> str:
    """Since when (UTC) it is so as the newest event of a series, or of a search, says."""
    return event.get("since", event["recorded_at"])


def extract_all(settings: Settings, plan: Plan, sources: str, due: dict) -> list[str]:
    """Extracts every due series; returns the errors of those that could not be extracted.

    Raises MendSetup for what no other series would be spared: a full disk, a wrong setting.
    """
    from extract.sources import open_sources

    errors: list[str] = []
    with open_sources(settings, sources) as opened:
        for item in due["series"]:
            try:
                extract_one(settings, plan, sources, item, opened)
            except MendSetup:
                raise
            except SmedError as error:
                LOG.error("%s", error)
                errors.append(str(error))
    return errors


def findings(settings: Settings) -> list[dict]:
    """What the last search and the last extraction of each series found wrong.

    One dict per finding: series (or database), severity, message, since (UTC).
    """
    ledger = open_ledger(settings)
    found = []
    search = _last_search(ledger)
    for error in search["errors"]:
        found.append(_finding(f"database {error['database']}", "critical", error, search))
    for finding in search["findings"]:
        found.append(_finding(finding["series"], finding["severity"], finding, search))
    for series, facts in ledger.all(KIND):
        if facts["outcome"] == "failed":
            found.append(_finding(series, "critical", facts, facts))
        for finding in facts["findings"]:
            found.append(_finding(series, finding["severity"], finding, facts))
    return found


def refused(settings: Settings) -> list[tuple[str, dict]]:
    """The series, sorted, of which the source's last answer could not be used at all.

    Facts: source, vintage_date and held_since (days of that answer and of the first refused one in
    a row), what, message, next_step, since (UTC), acknowledgeable (None where nobody's word
    helps). A source that is merely away refuses nothing, and ends no refusal before it.
    """
    ledger = open_ledger(settings)
    found = {
        series: {**facts, "since": since(facts)}
        for series, facts in ledger.all(KIND)
        # an earlier version of the product did not say whose answer it was
        if facts["outcome"] == "failed" and facts.get("is_refused") and "source" in facts
    }
    search = _last_search(ledger)
    for title in _refused_findings(search):
        said = {"what": f"titled {title['observed']!r} instead of {title['expected']!r}"}
        found[title["series"]] = {**title, **said, "since": since(search), "acknowledgeable": None}
    return sorted(found.items())


def has_answered(settings: Settings, series: str) -> bool:
    """Whether the source's last answer of the series, as far as the ledger knows, could be used."""
    last = open_ledger(settings).latest(KIND, series)
    return last is not None and last["outcome"] != "failed"


def acknowledgeable(settings: Settings) -> list[dict]:
    """What holds a series back as a whole until a person says that it is right.

    Keys as ``quarantines.findings`` has them.
    """
    failed = [facts for _, facts in open_ledger(settings).all(KIND) if facts["outcome"] == "failed"]
    return [
        {**facts["acknowledgeable"], "message": facts["message"], "is_acknowledgeable": True}
        for facts in failed
        if facts.get("acknowledgeable")
    ]


def _finding(subject: str, severity: str, said: dict, event: dict) -> dict:
    return {
        "series": subject,
        "severity": severity,
        "message": said["message"],
        "since": since(event),
    }
