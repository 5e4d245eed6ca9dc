"""Guards ``reporting_coverage``: is everything listed that a party owes, and nothing else?"""

import pandas as pd

from expectations import action_line_progress
from expectations.periods import reporting_periods
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, key_suite
from expectations.tables import Tables
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR

TABLE = "reporting_coverage"
KEY = ("obligation_id",)
# sent or not, before or past the due date
STATUS_SIDES = {
    "on_time": "sent before",
    "late": "sent past",
    "overdue": "open past",
    "due": "open before",
    "not_yet_due": "open before",
}


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
        ),
        Suite(
            TABLE,
            TABLE,
            recounted,
            [
                agrees(
                    TABLE,
                    "punctuality",
                    "what the due date and the day of sending say, of the party that owes it",
                    "Who is called late or overdue is asked about it: it must be true of the "
                    "right party. Look at the model's dates and at submission_grace_days.",
                )
            ],
            KEY,
            may_be_empty=True,
        ),
    ]


def recounted(tables: Tables, plan: Plan) -> pd.DataFrame:
    """What is owed beside the status that its own dates give."""
    frame = tables.now(TABLE)
    owed = frame["kpi_code"].fillna(frame["action_line_code"])
    named = frame["kind"] + "." + frame["party_code"] + "." + owed + "." + frame["reporting_period"]
    recount = Recount(frame, plan)
    recount.same("obligation_id", frame["obligation_id"], named)
    recount.holds("no due date", frame["due_date"].notna())
    sent = frame["submitted_at"].dt.normalize()
    is_sent = sent.notna()
    past = (frame["due_date"] < sent.where(is_sent, frame["as_of_date"])).map(
        {True: "past", False: "before"}
    )
    status = frame["reporting_status"].map(STATUS_SIDES)
    due = is_sent.map({True: "sent ", False: "open "}) + past
    recount.same("reporting_status", status, due)
    return frame.assign(punctuality=recount.findings)


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per report that is owed, as its obligation_id.

    Member states owe the KPIs that they have and only they can send, and parties the progress of
    the lines that they lead or carry out, until these are completed.
    """
    owed = {".".join(row) for row in (*_kpis(tables, plan), *_lines(tables, plan))}
    return pd.DataFrame({"obligation_id": sorted(owed)}, dtype=object)


def _parties_by_country(plan: Plan) -> dict[str, str]:
    states = [party for party in plan.parties if party.party_type == "member_state"]
    return {party.country_code: party.party_code for party in states}


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
        for country, party in _parties_by_country(plan).items():
            if kpi.kpi_code in submitted and (kpi.kpi_code, country) not in lacking:
                yield from (("kpi", party, kpi.kpi_code, each) for each in periods if each >= begin)


def _lines(tables: Tables, plan: Plan):
    states = _parties_by_country(plan)
    proponents: dict[str, set[str]] = {}
    for row in plan.line_proponents:
        proponents.setdefault(row.action_line_code, set()).add(row.party_code)
    lines = tables.now(action_line_progress.TABLE)
    running = lines["completed_date"].isna() | (
        lines["completed_date"] >= lines["period_start_date"]
    )
    columns = ["lead_country_codes", "action_line_code", "reporting_period"]
    for leads, line, period in lines.loc[running, columns].itertuples(index=False):
        leading = {states[lead] for lead in leads.split(LIST_SEPARATOR) if lead in states}
        parties = leading | proponents.get(line, set())
        yield from (("progress", party, line, period) for party in parties)
