"""What was found wrong with a series, in the words of the reader who must act on it."""

from smed.errors import ResponseInvalid

CRITICAL = "critical"
WARNING = "warning"
SHOWN = 5
RAW_IS_KEPT = "the response is kept in raw: show it to the source; the last good vintage stays"


def finding(
    rule: str,
    severity: str,
    series: str,
    message: str,
    next_step: str,
    *,
    country: str | None = None,
    year: int | None = None,
    observed: str | None = None,
    expected: str | None = None,
) -> dict:
    """One finding as a JSON-able dict; ``rule`` is ``<source>.<thing>.<property>``."""
    return {
        "rule": rule,
        "severity": severity,
        "series": series,
        "country": country,
        "year": year,
        "observed": observed,
        "expected": expected,
        "message": message,
        "next_step": next_step,
    }


def counted(things: list[str]) -> str:
    """The first few things, and how many more there are."""
    more = len(things) - SHOWN
    return ", ".join(things[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def held_back(where: str, findings: list[dict]) -> ResponseInvalid:
    """The error that holds a series back; it carries the findings as ``findings``."""
    error = ResponseInvalid(
        counted([found["message"] for found in findings]), where, findings[0]["next_step"]
    )
    error.findings = findings
    return error
