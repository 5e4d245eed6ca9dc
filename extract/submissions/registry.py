"""The plan as a submission meets it: who sends which KPI in which unit, who reports on what."""

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from extract.submissions.periods import Period
from smed.errors import SubmissionInvalid
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR
from smed.plan_rows import ActionLine, Kpi, Party

SUBMITTED = "submitted"
MEMBER_STATE = "member_state"
# of units, the first word of a share: their values run from 0 to 100
SHARE = "pct"


@dataclass(frozen=True)
class SentKpi:
    """A KPI whose values members send: in which unit, and within which bounds."""

    kpi: Kpi
    unit_code: str
    unit_name: str
    unit_words: frozenset[str]
    plausible_min: float
    plausible_max: float

    @cached_property
    def is_share(self) -> bool:
        """Whether its values are per cent."""
        return self.unit_code.split("_")[0] == SHARE

    def is_valid_in(self, period: Period) -> bool:
        """Whether the plan has the KPI in a period."""
        first, last = self.kpi.valid_from_date, self.kpi.valid_to_date
        return (first is None or first <= period.end_date) and (
            last is None or period.start_date <= last
        )


class Registry:
    """What the checks look up, by codes as they are written and as they are printed."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.parties: dict[str, Party] = {party.party_code: party for party in plan.parties}
        self.kpis: dict[str, Kpi] = {kpi.kpi_code.casefold(): kpi for kpi in plan.kpis}
        self._kpi_codes = {kpi.kpi_code: kpi.kpi_code for kpi in plan.kpis}
        self.sent: dict[str, SentKpi] = dict(_sent_kpis(plan))
        self.availability = {
            (row.kpi_code, row.country_code): row.availability for row in plan.kpi_availability
        }
        self.lines: dict[str, ActionLine] = {
            line.action_line_code.casefold(): line for line in plan.action_lines
        }
        self.lines_without_text = {
            line.action_line_code.casefold() for line in plan.action_lines_known_missing
        }
        self.lines_as_printed = self._lines_as_printed()
        self._reporters = self._reporters_of_lines()
        self._party_names = dict(self._names_of_parties())
        self._explanations = {
            alias.printed_name.casefold(): alias.explanation
            for alias in plan.country_aliases
            if alias.explanation
        }

    def kpi_code(self, text: object) -> str | None:
        """The code of a KPI as the plan writes it; None where it has none."""
        if (code := self._kpi_codes.get(text)) is not None:
            return code
        kpi = self.kpis.get(str(text or "").casefold())
        return kpi.kpi_code if kpi else None

    def party_named(self, text: str) -> str | None:
        """The party that a code, a name or an alias of its country means, however it is spelt."""
        return self._party_names.get(_normal(text))

    def require_party(self, text: str) -> str:
        """``party_named``; SubmissionInvalid, with why or what was meant, where there is none."""
        if found := self.party_named(text):
            return found
        known = sorted(self.parties)
        near = next(iter(difflib.get_close_matches(text.upper(), known, n=1)), None)
        why = self.explanation_of(text)
        meant = f"did you mean {near}? " if near and not why else ""
        raise SubmissionInvalid(
            f"no party to this plan{f': {why}' if why else ''}",
            text or "(empty)",
            f"{meant}its parties are {', '.join(known)}",
        )

    def explanation_of(self, text: str) -> str:
        """Why a name that is known is of no party; "" where nothing is known of it."""
        return self._explanations.get(_normal(text), "")

    def country_of(self, party_code: str) -> str | None:
        """The member state for which a party sends values; None for an organisation."""
        party = self.parties.get(party_code)
        return party.country_code if party and party.party_type == MEMBER_STATE else None

    def reports_on(self, party_code: str, action_line_code: str) -> bool:
        """Whether a party leads a line or carries it out."""
        return (action_line_code, party_code) in self._reporters

    def _names_of_parties(self) -> Iterator[tuple[str, str]]:
        states = {}
        for code, party in self.parties.items():
            yield code.casefold(), code
            yield party.party_name.casefold(), code
            if party.party_type == MEMBER_STATE:
                states[party.country_code] = code
        for country in self.plan.countries:
            if country.country_code in states:
                for name in (country.iso2_code, country.country_name):
                    yield name.casefold(), states[country.country_code]
        for alias in self.plan.country_aliases:
            if alias.country_code in states:
                yield alias.printed_name.casefold(), states[alias.country_code]

    def _lines_as_printed(self) -> dict[str, ActionLine]:
        """Slips of the printed plan that stand for one line and are the code of no other."""
        printed = [
            (f"{line.printed_action_code}.{line.line_number}".casefold(), line)
            for line in self.plan.action_lines
        ]
        seen = Counter(code for code, _ in printed)
        taken = self.lines.keys() | self.lines_without_text
        return {code: line for code, line in printed if seen[code] == 1 and code not in taken}

    def _reporters_of_lines(self) -> set[tuple[str, str]]:
        states = {
            party.country_code: code
            for code, party in self.parties.items()
            if party.party_type == MEMBER_STATE
        }
        leads = {
            (line.action_line_code, states[country])
            for line in self.plan.action_lines
            for country in line.lead_country_codes.split(LIST_SEPARATOR)
            if country in states
        }
        rows = self.plan.line_proponents
        return leads | {(row.action_line_code, row.party_code) for row in rows}


def _normal(text: str) -> str:
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=4)
def registry_of(plan: Plan) -> Registry:
    """The registry of a plan, made once."""
    return Registry(plan)


def _sent_kpis(plan: Plan):
    kpis = {kpi.kpi_code: kpi for kpi in plan.kpis}
    names = {unit.unit_code: unit.unit_name for unit in plan.units}
    for series in plan.kpi_series:
        if series.source_state != SUBMITTED:
            continue
        kpi = kpis[series.kpi_code]
        words = [series.unit_code, names[series.unit_code]]
        if series.unit_code == kpi.unit_code and kpi.printed_unit:
            words.append(kpi.printed_unit)
        own_range = series.plausible_min is not None
        yield (
            series.kpi_code,
            SentKpi(
                kpi,
                series.unit_code,
                names[series.unit_code],
                frozenset(word.casefold() for word in words),
                series.plausible_min if own_range else kpi.plausible_min,
                series.plausible_max if own_range else kpi.plausible_max,
            ),
        )
