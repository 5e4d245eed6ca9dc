"""Checks that failed, could not run or warned, by the verdict of a run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from expectations.alerts.incidents import CRITICAL, ENGINEERS, WARNING, Fact, Incident
from expectations.verdict import COULD_NOT_RUN, WHOLE_TABLE, QualityResult
from operate import quarantines
from operate.alerting import names
from operate.alerting.owners import Owners
from smed.plan import Plan

FAILED, WARNED = "failed", "warned"
# what a check of raw speaks of: series and country
PARTED_BY = "/"
# how a finding of raw begins that speaks of many years at once: there are no more rows to tell
OF_MANY_YEARS = ("none in ", "not a single value")
QUALITY = "quality_results"
_PERIOD = re.compile(r"\d{4}(H[12])?")


@dataclass(frozen=True)
class Telling:
    """What is the same for all checks of a run.

    ``meanwhile`` is what readers see where a check stops the release, ``findings`` the rows of
    ``quarantines.findings`` that a person may let pass, by check and partition.
    """

    plan: Plan
    run_id: str
    meanwhile: str
    findings: Mapping[tuple[str, str], dict]

    def incidents(self, results: list[QualityResult]) -> list[Incident]:
        """One per check and partition that did not pass; quarantines are told of by themselves."""
        told = (FAILED, COULD_NOT_RUN, WARNED)
        return [self._incident(row) for row in results if row["status"] in told]

    def _incident(self, row: QualityResult) -> Incident:
        stops = row["status"] != WARNED
        facts = self._facts(row)
        name, codes = self._names(row)
        unit = names.unit_of(self.plan, row["partition_code"].partition(PARTED_BY)[0])
        speaks_of_all = row["observed_value"].startswith(OF_MANY_YEARS)
        return Incident(
            kind="check_errored" if row["status"] == COULD_NOT_RUN else "check_failed",
            severity=CRITICAL if stops else WARNING,
            subject=f"{row['check_id']}:{row['partition_code']}",
            owners=self._owners(row),
            title=f"{name}: {row['observed_value']}; expected {row['expected']}"
            f" (check {row['check_id']}){f'; figures in {unit}' if unit else ''}",
            facts=facts,
            facts_count=len(facts) if speaks_of_all else row["failing_rows_count"],
            meanwhile=self.meanwhile if stops else _seen(row),
            action=self._action(row),
            run_id=self.run_id,
            brief=f"{codes}: {row['check_id']}",
        )

    def _owners(self, row: QualityResult) -> tuple[str, ...]:
        """Champions of the KPI's goal, or the country; what stops the release is the engineers'."""
        if row["status"] == COULD_NOT_RUN:
            return (ENGINEERS,)
        found = Owners(self.plan).of_list(row["owner_code"])
        return found if row["status"] == WARNED else tuple(sorted({*found, ENGINEERS}))

    def _names(self, row: QualityResult) -> tuple[str, str]:
        """What a check looked at: in plain words, and in codes."""
        if row["partition_code"] == WHOLE_TABLE:
            return row["table_name"], row["table_name"]
        series, _, country = row["partition_code"].partition(PARTED_BY)
        name, codes = names.kpis_of(self.plan, series)
        of_country = f" of {self._countries.get(country, country)}" if country else ""
        return f"{name}{of_country}", f"{codes}{of_country}"

    def _action(self, row: QualityResult) -> str:
        if row["status"] == COULD_NOT_RUN:
            return "mend the model or the check that it names, then run: smed refresh"
        if row["status"] == FAILED:
            return f"{row['notes']} Then mend the data or the seeds, and run: smed refresh"
        finding = self.findings.get((row["check_id"], row["partition_code"]))
        if finding is None:
            return row["notes"]
        command = quarantines.ACKNOWLEDGE.format(**finding)
        return f"{finding['next_step']}; only if it is right: {command}"

    def _facts(self, row: QualityResult) -> tuple[Fact, ...]:
        """The rows of a sample (``KPI-07 KHM 2015: 59.6; ...``), which stand worst first."""
        return tuple(self._fact(row, part) for part in (row["sample"] or "").split("; ") if part)

    def _fact(self, row: QualityResult, part: str) -> Fact:
        name, has_value, value = part.partition(": ")
        # a finding in raw says in its sample what was found and expected too
        says_it_all = value.startswith(f"{row['observed_value']} instead of")
        words = name.split()
        country = next((word for word in words if word in self._countries), "")
        period = next((word for word in words if _PERIOD.fullmatch(word)), "")
        rest = " ".join(word for word in words if word not in (country, period))
        return Fact(
            self._countries.get(country, ""),
            names.kpis_of(self.plan, rest)[1],
            period,
            row["observed_value"] if says_it_all or not has_value else value,
            row["expected"],
            names.unit_of(self.plan, rest),
        )

    @property
    def _countries(self) -> dict[str, str]:
        return {country.country_code: country.country_name for country in self.plan.countries}


def _seen(row: QualityResult) -> str:
    """What readers see where a check only warns."""
    is_gone = row["observed_value"].startswith(OF_MANY_YEARS)
    return f"readers see {'no figure there' if is_gone else 'the figures'}, and this in {QUALITY}"
