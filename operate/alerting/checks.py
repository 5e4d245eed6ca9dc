"""Checks of the marts that failed, could not run or warned, by the verdict of a run."""

import re

from expectations.alerts.incidents import CRITICAL, ENGINEERS, WARNING, Fact, Incident
from expectations.verdict import COULD_NOT_RUN, WHOLE_TABLE, QualityResult
from operate.alerting.owners import Owners
from smed.plan import Plan

FAILED, WARNED = "failed", "warned"
_PERIOD = re.compile(r"\d{4}(H[12])?")


def incidents(
    plan: Plan, results: list[QualityResult], run_id: str, meanwhile: str
) -> list[Incident]:
    """One per check and partition that did not pass; ``meanwhile`` is said of those that stop."""
    owners = Owners(plan)
    told = (FAILED, COULD_NOT_RUN, WARNED)
    return [
        _incident(plan, owners, row, run_id, meanwhile) for row in results if row["status"] in told
    ]


def _incident(
    plan: Plan, owners: Owners, row: QualityResult, run_id: str, meanwhile: str
) -> Incident:
    could_not_run = row["status"] == COULD_NOT_RUN
    stops = row["status"] != WARNED
    facts = _facts(plan, row)
    return Incident(
        kind="check_errored" if could_not_run else "check_failed",
        severity=CRITICAL if stops else WARNING,
        subject=f"{row['check_id']}:{row['partition_code']}",
        owners=_owners(owners, row, stops),
        title=_title(plan, row),
        facts=facts,
        facts_count=max(row["failing_rows_count"], len(facts)),
        meanwhile=meanwhile if stops else "the figures are published with this warning",
        action=_action(row, stops),
        run_id=run_id,
    )


def _owners(owners: Owners, row: QualityResult, stops: bool) -> tuple[str, ...]:
    """Champions of the KPI's goal; what stops the release is the engineers' in any case."""
    if row["status"] == COULD_NOT_RUN:
        return (ENGINEERS,)
    found = owners.of_list(row["owner_code"])
    return tuple(sorted({*found, ENGINEERS})) if stops else found


def _title(plan: Plan, row: QualityResult) -> str:
    names = {kpi.kpi_code: kpi.kpi_name for kpi in plan.kpis}
    code = row["partition_code"]
    of = row["table_name"] if code == WHOLE_TABLE else " ".join([code, names.get(code, "")]).strip()
    return f"{row['check_id']} of {of}: {row['observed_value']}; expected {row['expected']}"


def _action(row: QualityResult, stops: bool) -> str:
    if row["status"] == COULD_NOT_RUN:
        return "mend the model or the check that it names, then run: smed refresh"
    if stops:
        return f"look: {row['notes']} Then mend the data or the seeds, and run: smed refresh"
    return f"look: {row['notes']}"


def _facts(plan: Plan, row: QualityResult) -> tuple[Fact, ...]:
    """The rows of a sample (``KPI-07 KHM 2015: 59.6; ...``), which stand worst first."""
    countries = {country.country_code: country.country_name for country in plan.countries}
    found = []
    for part in (row["sample"] or "").split("; "):
        name, has_value, value = part.partition(": ")
        words = name.split()
        country = next((countries[word] for word in words if word in countries), "")
        period = next((word for word in words if _PERIOD.fullmatch(word)), "")
        rest = [word for word in words if word not in countries and word != period]
        if part:
            shown = value if has_value else row["observed_value"]
            found.append(Fact(country, " ".join(rest), period, shown, row["expected"]))
    return tuple(found)
