"""Guards ``reporting_coverage``: is everything listed that a party owes, and nothing else?"""

import pandas as pd

from expectations import action_line_progress
from expectations.periods import reporting_periods
from expectations.suites import Suite, key_suite
from expectations.tables import Tables
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR

TABLE = "reporting_coverage"
KEY = ("obligation_id",)


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    return [
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly what the plan's parties owe",
            notes="Who is not listed is never asked, and coverage looks better than it is. Look at "
            "the availability of KPIs, at the leads of action lines and at the parties.",
        )
    ]


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per report that is owed, as its obligation_id.

    Member states owe the KPIs that they have and only they can send, and the progress of the lines
    that they lead until these are completed.
    """
    parties = [party for party in plan.parties if party.party_type == "member_state"]
    owed = {
        f"{kind}.{party.party_code}.{item}.{period}"
        for kind, country, item, period in (*_kpis(tables, plan), *_lines(tables))
        for party in parties
        if party.country_code == country
    }
    return pd.DataFrame({"obligation_id": sorted(owed)}, dtype=object)


def _kpis(tables: Tables, plan: Plan):
    lacking = {
        (row.kpi_code, row.country_code)
        for row in plan.kpi_availability
        if row.availability == "no"
    }
    submitted = {row.kpi_code for row in plan.kpi_series if row.source_state == "submitted"}
    periods = reporting_periods(tables, plan)["reporting_period"]
    for kpi in plan.kpis:
        first = kpi.valid_from_date
        begin = f"{first.year}H{1 if first.month <= 6 else 2}" if first else ""
        for country in plan.country_codes:
            if kpi.kpi_code in submitted and (kpi.kpi_code, country) not in lacking:
                yield from (
                    ("kpi", country, kpi.kpi_code, each) for each in periods if each >= begin
                )


def _lines(tables: Tables):
    lines = tables.now(action_line_progress.TABLE)
    running = lines["completed_date"].isna() | (
        lines["completed_date"] >= lines["period_start_date"]
    )
    columns = ["lead_country_codes", "action_line_code", "reporting_period"]
    for leads, line, period in lines.loc[running, columns].itertuples(index=False):
        yield from (("progress", lead, line, period) for lead in leads.split(LIST_SEPARATOR))
