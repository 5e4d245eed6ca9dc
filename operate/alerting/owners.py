"""Whose a thing is: the parties of a country, the champions of a goal, the engineers."""

from expectations.alerts.incidents import ENGINEERS
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR


class Owners:
    """Codes of parties by what they answer for; never empty: what is nobody's is the engineers'."""

    def __init__(self, plan: Plan):
        self._parties = {
            party.country_code: party.party_code for party in plan.parties if party.country_code
        }
        self._champions: dict[str, list[str]] = {}
        for row in plan.country_champions:
            self._champions.setdefault(row.goal_code, []).append(row.country_code)
        goals = {row.outcome_code: row.goal_code for row in plan.desired_outcomes}
        actions = {row.action_code: goals.get(row.outcome_code, "") for row in plan.actions}
        self._goals = {
            line.action_line_code: actions.get(line.action_code, "") for line in plan.action_lines
        }

    def of_country(self, country_code: str) -> tuple[str, ...]:
        """The party that speaks for a country."""
        return self._of_countries([country_code])

    def of_list(self, codes: str | None) -> tuple[str, ...]:
        """The parties of countries in one cell, as ``quality_results.owner_code`` has them."""
        return self._of_countries(codes.split(LIST_SEPARATOR) if codes else [])

    def of_lines(self, line_codes: list[str]) -> tuple[str, ...]:
        """The champions of the goals that these action lines belong to."""
        goals = {self._goals.get(code, "") for code in line_codes}
        return self._of_countries([c for goal in goals for c in self._champions.get(goal, [])])

    def _of_countries(self, codes: list[str]) -> tuple[str, ...]:
        found = {self._parties[code] for code in codes if code in self._parties}
        return tuple(sorted(found)) or (ENGINEERS,)
