"""What the plan, the last submission and other sources say of one submitted KPI value."""

from collections.abc import Iterable
from dataclasses import dataclass

from extract.submissions.documents import Row
from extract.submissions.notes import Notes
from extract.submissions.owed import KPI
from extract.submissions.periods import Period
from extract.submissions.registry import Registry, SentKpi
from extract.submissions.standing import Standing, is_outranked

CHANGED = "changed"
UNIT, VALUE = "unit_code", "value"
# of a ratio
PARTS = ("numerator", "denominator")


@dataclass(frozen=True)
class KpiContext:
    """What every row of a KPI form is judged against; ``in_file``: (KPI, year) -> value."""

    registry: Registry
    standing: Standing
    period: Period
    submission_version: int
    party_code: str
    country_code: str
    in_file: dict[tuple[str, int], float]
    notes: Notes

    def threshold(self, code: str) -> float:
        """A threshold of the plan."""
        return self.registry.plan.threshold(code)


def is_reported(row: Row, notes: Notes) -> bool:
    """Whether a row says anything: the template fills all but the entries."""
    if row.value(VALUE) is not None:
        return True
    if any(row.value(part) is not None for part in PARTS):
        return True
    return row.value("definition_state") == CHANGED or notes.has_unread(row)


def plausible_values(registry: Registry, rows: Iterable[Row]) -> dict[tuple[str, int], float]:
    """(KPI, year) -> value of the rows whose values may be compared with those of others."""
    values = {}
    for row in rows:
        value = row.value(VALUE)
        if value is None:
            continue
        code, year = registry.kpi_code(row.value("kpi_code")), row.value("observation_year")
        sent = registry.sent.get(code)
        if sent and sent.plausible_min <= value <= sent.plausible_max:
            values[code, year] = value
    return values


def check_value(context: KpiContext, row: Row) -> dict | None:
    """The row as it lands, where its KPI and year can be told; findings go to the notes."""
    sent = _sent_kpi(context, row)
    year = row.value("observation_year")
    if sent is None or year is None:
        return None
    _check_year(context, row, sent, year)
    _check_unit(context, row, sent)
    _check_ratio(context, row, sent)
    value = row.value(VALUE)
    if value is None:
        if not context.notes.is_unread(row, VALUE):
            context.notes.add("kpi.value.missing", row, VALUE)
        return None
    _check_range(context, row, sent, value)
    key = (sent.kpi.kpi_code, context.country_code, year)
    _check_definition(context, row, key)
    _check_change(context, row, sent, key)
    _check_other_source(context, row, sent, key)
    _check_published(context, row, sent, key)
    return _landed(context, row, sent, year)


def _sent_kpi(context: KpiContext, row: Row) -> SentKpi | None:
    registry, notes = context.registry, context.notes
    code = registry.kpi_code(row.value("kpi_code"))
    if code is None:
        if row.value("kpi_code") is not None:
            notes.add("kpi.unknown", row, "kpi_code", expected=", ".join(sorted(registry.sent)))
        return None
    sent = registry.sent.get(code)
    if sent is None:
        sources = {s.source_code for s in registry.plan.kpi_series if s.kpi_code == code}
        names = [s.source_name for s in registry.plan.data_sources if s.source_code in sources]
        notes.add("kpi.not_sent", row, "kpi_code", expected=", ".join(names))
    elif not sent.is_valid_in(context.period):
        notes.add("kpi.not_valid", row, "kpi_code", expected=context.period.code)
    return sent


def _check_year(context: KpiContext, row: Row, sent: SentKpi, year: int) -> None:
    first, last = context.registry.plan.first_observation_year, context.period.year
    if not first <= year <= last:
        expected = f"{first} to {last}"
        context.notes.add("kpi.year.outside", row, "observation_year", expected=expected)
        return
    since, until = sent.kpi.valid_from_date, sent.kpi.valid_to_date
    if (since and year < since.year) or (until and year > until.year):
        context.notes.add("kpi.not_valid", row, "kpi_code", expected=year)


def _check_unit(context: KpiContext, row: Row, sent: SentKpi) -> None:
    unit = row.value(UNIT)
    if unit is not None and str(unit).casefold() not in sent.unit_words:
        expected = f"{sent.unit_name} ({sent.unit_code})"
        context.notes.add("kpi.unit.other", row, UNIT, expected=expected)


def _check_ratio(context: KpiContext, row: Row, sent: SentKpi) -> None:
    part, whole, notes = row.value("numerator"), row.value("denominator"), context.notes
    if part is None or whole is None:
        given = "denominator" if part is None else "numerator"
        missing = "numerator" if part is None else "denominator"
        if row.value(given) is not None and not notes.is_unread(row, missing):
            notes.add("kpi.ratio.incomplete", row, missing)
        return
    if part < 0:
        notes.add("kpi.ratio.negative", row, "numerator")
    elif whole <= 0:
        notes.add("kpi.ratio.denominator", row, "denominator")
    elif sent.is_share and part > whole:
        notes.add("kpi.ratio.part_over_whole", row, "numerator", expected=f"{whole:.15g}")
    else:
        _check_ratio_gives_value(context, row, sent, part / whole * (100 if sent.is_share else 1))


def _check_ratio_gives_value(context: KpiContext, row: Row, sent: SentKpi, computed: float) -> None:
    value = row.value(VALUE)
    if value is None:
        return
    tolerance = context.threshold("submission_tolerance_pct")
    # written so that what is no number, of two figures far apart, is a mismatch too
    if not _difference_pct(value, computed) <= tolerance:
        context.notes.add("kpi.ratio.mismatch", row, VALUE, expected=f"{computed:.6g}")


def _check_range(context: KpiContext, row: Row, sent: SentKpi, value: float) -> None:
    limit = sent.kpi.natural_limit
    if sent.is_share and 0 < value < 1:
        context.notes.add("kpi.value.fraction", row, VALUE, expected=f"{value * 100:.6g}")
    if sent.is_share and limit is not None and value > limit:
        context.notes.add("kpi.value.over_limit", row, VALUE, expected=f"{limit:g}")
    elif not sent.plausible_min <= value <= sent.plausible_max:
        bounds = f"{sent.plausible_min:g} to {sent.plausible_max:g}"
        context.notes.add("kpi.value.implausible", row, VALUE, expected=bounds)


def _check_definition(context: KpiContext, row: Row, key: tuple[str, str, int]) -> None:
    if row.value("definition_state") == CHANGED:
        before = f"those before {key[2]}"
        context.notes.add("kpi.definition.changed", row, "definition_state", expected=before)


def _check_change(context: KpiContext, row: Row, sent: SentKpi, key: tuple[str, str, int]) -> None:
    """Against the nearest earlier year, the yearly limit counted once for each year between."""
    if row.value("definition_state") == CHANGED:
        return
    code, country, year = key
    value = row.value(VALUE)
    for earlier in range(year - 1, context.registry.plan.first_observation_year - 1, -1):
        before = context.in_file.get((code, earlier))
        if before is None:
            before = context.standing.accepted_values.get((code, country, earlier), {}).get("value")
        if before is None:
            continue
        limit = sent.kpi.max_yearly_change_pct * (year - earlier)
        if before and abs(value - before) / abs(before) * 100 > limit:
            expected = f"{before:.6g} of {earlier}"
            context.notes.add("kpi.change.large", row, VALUE, expected=expected)
        return


def _check_other_source(
    context: KpiContext, row: Row, sent: SentKpi, key: tuple[str, str, int]
) -> None:
    other = context.standing.other_values.get(key)
    if other is None or other.get("value") is None or other["unit_code"] != sent.unit_code:
        return
    tolerance = context.threshold("submission_tolerance_pct")
    if _difference_pct(row.value(VALUE), other["value"]) > tolerance:
        expected = f"{other['value']:.6g} ({other['series_code']})"
        context.notes.add("kpi.other_source", row, VALUE, expected=expected)


def _check_published(
    context: KpiContext, row: Row, sent: SentKpi, key: tuple[str, str, int]
) -> None:
    accepted = context.standing.accepted_values.get(key)
    if accepted is None or accepted.get("value") is None:
        return
    noise_pct = context.threshold("value_noise_ratio") * 100
    is_same = _difference_pct(row.value(VALUE), accepted["value"]) <= noise_pct
    if is_same and accepted["unit_code"] == sent.unit_code:
        return
    expected = context.standing.shown(accepted, f"{accepted['value']:.15g}")
    place = (context.party_code, KPI, accepted["reporting_period"])
    if is_outranked(accepted, context.period.code, context.submission_version):
        context.notes.add("row.older", row, VALUE, expected=expected)
    elif place in context.standing.published_periods:
        context.notes.add("row.amends_published", row, VALUE, expected=expected)


def _difference_pct(value: float, other: float) -> float:
    """How far a value is from another, in per cent of the larger; 0 for two zeros."""
    larger = max(abs(value), abs(other))
    return abs(value - other) / larger * 100 if larger else 0.0


def _landed(context: KpiContext, row: Row, sent: SentKpi, year: int) -> dict:
    # only where given: a file without them says what it said before there were such columns
    parts = {name: row.value(name) for name in PARTS if row.value(name) is not None}
    return {
        "party_code": context.party_code,
        "kpi_code": sent.kpi.kpi_code,
        "country_code": context.country_code,
        "observation_year": year,
        "value": float(row.value(VALUE)),
        **parts,
        "unit_code": sent.unit_code,
        "definition_state": row.value("definition_state"),
        "value_status": row.value("value_status"),
        "origin": row.value("origin"),
        "source_title": row.value("source_title"),
        "note": row.value("note"),
        "reporting_period": context.period.code,
        "row_number": row.number,
        "cell_reference": row.reference(VALUE),
    }
