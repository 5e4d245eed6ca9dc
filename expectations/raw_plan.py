"""The plan as small tables beside raw, so that the gate on raw is plain SQL.

Each is temporary: a candidate keeps only what the gate found.
"""

import csv
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR
from smed.series_rows import KpiSeries

# what a next step names of a finding, and how its notes, which speak of all findings, have it
NAMED = {
    "{trace}": "smed trace --kpi KPI --country COUNTRY --year YEAR",
    "{kpi}": "the KPI",
    "{snapshot}": "ID",
}
CHECKS = Path(__file__).with_name("raw_checks.csv")
# thresholds that SQL reads by their names
LIMITS = (
    *("value_noise_ratio", "revision_large_pct", "coverage_drop_pct"),
    *("scale_tolerance_pct", "scale_outlier_ratio", "scale_outlier_countries_number"),
    *("moved_share_pct", "moved_cells_number"),
    *("jump_deviations_ratio", "jump_smallest_pct", "jump_revised_smallest_pct"),
    *("jump_past_number", "factor_spread_pct", "factor_revised_spread_pct"),
    *("factor_revised_smallest_pct", "factor_revised_cells_number"),
)
SCALE_FACTOR = "scale_factor_"
# as many years as the bits of one number hold
YEARS_AT_MOST = 125
ENDED = ("discontinued", "frozen")
SUBMITTED = "submitted"
FIRST_CHOICE = 1
# whose economies go by the member's own code, and by ADB's
BY_MEMBER = ("inputs.world_bank_observations", "inputs.kpi_submissions")
BY_ADB = "inputs.adb_observations"


@cache
def checks() -> tuple[dict[str, str], ...]:
    """The rows of raw_checks.csv, in the order in which a reader is told of them."""
    with CHECKS.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def next_step(check: dict[str, str]) -> str:
    """What to do about any finding of a check."""
    said = check["next_step"]
    for name, anything in NAMED.items():
        said = said.replace(name, anything)
    return said


def write_plan(connection, plan: Plan, as_of: date) -> None:
    """Makes the temporary tables ``raw_...`` of the plan that holds on a day."""
    plan = plan.as_of(as_of)
    series = _series(plan, as_of)
    numbers = {row[2]: row[0] for row in series}
    countries = {code: number for number, code in enumerate(plan.country_codes)}
    limits, values = _limits(plan, as_of)
    _write(connection, "raw_limits", limits, [values])
    tables = {
        "raw_series": series,
        "raw_titles": _titles(plan),
        "raw_countries": countries.items(),
        "raw_economies": _economies(plan, countries),
        "raw_submitted_kpis": _submitted(plan, numbers),
        "raw_kpi_series": _of_kpis(plan, numbers),
        "raw_available": _available(plan, numbers, countries),
        "raw_scales": _scales(plan),
        "raw_corrections": _corrections(plan, as_of),
        "raw_acknowledged_revisions": [
            (row.series_code, row.vintage_date, row.country_code, row.largest_revision_pct)
            for row in plan.acknowledged_revisions
        ],
        "raw_checks": _checks(),
    }
    for name, rows in tables.items():
        _write(connection, name, _COLUMNS[name], rows)


_COLUMNS = {
    "raw_series": "series_number integer, source_code varchar, series_code varchar,"
    " unit_code varchar, kpi_code varchar, plausible_min double, plausible_max double,"
    " is_comparable boolean, is_first_choice boolean, is_living boolean, is_submitted boolean,"
    " newest_due_year integer",
    "raw_titles": "series_code varchar, series_title varchar, unit_code varchar",
    "raw_countries": "country_code varchar, country_number integer",
    "raw_economies": "table_name varchar, economy_code varchar, country_number integer",
    "raw_submitted_kpis": "kpi_code varchar, series_number integer",
    "raw_kpi_series": "kpi_code varchar, series_number integer",
    "raw_available": "series_number integer, country_number integer",
    "raw_scales": "factor double",
    "raw_corrections": "series_code varchar, country_code varchar, observation_year integer,"
    " expected_old_value double, corrected_value double",
    "raw_acknowledged_revisions": "series_code varchar, vintage_date date, country_code varchar,"
    " largest_revision_pct integer",
    "raw_checks": "check_number integer, check_id varchar, severity varchar,"
    " is_acknowledgeable boolean, of_sources varchar, expected varchar, next_step varchar",
}


def _write(connection, name: str, columns: str, rows) -> None:
    """One table from lists of its columns: a row at a time would cost a statement each."""
    types = [column.split()[1] for column in columns.split(", ")]
    lists = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in types]
    names = [column.split()[0] for column in columns.split(", ")]
    unnested = ", ".join(
        f"unnest(cast(${number + 1} as {type_}[])) as {column}"
        for number, (column, type_) in enumerate(zip(names, types, strict=True))
    )
    connection.execute(f"create or replace temp table {name} as select {unnested}", lists)


def _series(plan: Plan, as_of: date) -> list[tuple]:
    """One row per series of the plan's KPIs, weights and components."""
    kpis = {kpi.kpi_code: kpi for kpi in plan.kpis}
    cadence = {row.source_code: row.cadence_days for row in plan.data_sources}
    declared: dict[tuple[str, str], list] = defaultdict(list)
    for row in plan.kpi_series:
        if row.kpi_code in kpis:
            declared[row.source_code, row.series_code].append(row)
    for row in (*plan.weight_series, *plan.component_series):
        declared[row.source_code, row.series_code].append(row)
    found = []
    for number, ((source, code), rows) in enumerate(sorted(declared.items())):
        of_kpis = [row for row in rows if isinstance(row, KpiSeries)]
        lags = [kpis[row.kpi_code].publication_lag_years for row in of_kpis]
        due = (as_of - timedelta(days=cadence[source])).year - 1 - max(lags, default=0)
        low, high = _range(rows, kpis)
        found.append(
            (
                *(number, source, code, rows[0].unit_code),
                LIST_SEPARATOR.join(sorted({row.kpi_code for row in of_kpis})) or None,
                *(low, high),
                any(row.plausible_min is None for row in of_kpis),
                any(row.preference_number == FIRST_CHOICE for row in of_kpis),
                _state(rows, as_of) not in ENDED,
                any(row.source_state == SUBMITTED for row in rows),
                due,
            )
        )
    return found


def _range(rows: list, kpis: dict) -> tuple[float | None, float | None]:
    """The widest plausible range that a seed gives the series; none for a weight."""
    ranges = []
    for row in rows:
        own = getattr(row, "plausible_min", None) is not None
        holder = row if own or not isinstance(row, KpiSeries) else kpis[row.kpi_code]
        if getattr(holder, "plausible_min", None) is not None:
            ranges.append((holder.plausible_min, holder.plausible_max))
    if not ranges:
        return None, None
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _state(rows: list, as_of: date) -> str:
    """The state in force: the newest that has come."""
    come = [row for row in rows if row.state_from_date <= as_of] or rows[:1]
    return max(come, key=lambda row: row.state_from_date).source_state


def _limits(plan: Plan, as_of: date) -> tuple[str, tuple]:
    first = plan.first_observation_year
    last = min(as_of.year + 1, first + YEARS_AT_MOST)
    columns = ["as_of_date date", "first_year integer", "last_year integer"]
    columns += ["countries_count integer", *(f"{code} double" for code in LIMITS)]
    values = (as_of, first, last, len(plan.countries), *map(plan.threshold, LIMITS))
    return ", ".join(columns), values


def _titles(plan: Plan) -> list[tuple]:
    declared = (
        *(*plan.kpi_series, *plan.weight_series),
        *(*plan.component_series, *plan.former_series_titles),
    )
    return sorted({(row.series_code, row.series_title, row.unit_code) for row in declared})


def _economies(plan: Plan, countries: dict[str, int]) -> list[tuple]:
    of_adb = [
        (BY_ADB, row.adb_economy_code, countries[row.country_code]) for row in plan.adb_economies
    ]
    return of_adb + [(table, *country) for table in BY_MEMBER for country in countries.items()]


def _submitted(plan: Plan, numbers: dict[str, int]) -> list[tuple]:
    return sorted(
        {
            (row.kpi_code, numbers[row.series_code])
            for row in plan.kpi_series
            if row.source_state == SUBMITTED and row.series_code in numbers
        }
    )


def _of_kpis(plan: Plan, numbers: dict[str, int]) -> list[tuple]:
    return sorted(
        {
            (row.kpi_code, numbers[row.series_code])
            for row in plan.kpi_series
            if row.series_code in numbers
        }
    )


def _available(plan: Plan, numbers: dict[str, int], countries: dict[str, int]) -> list[tuple]:
    """The first series of each KPI and the countries that have it by the plan."""
    has = {
        (row.kpi_code, row.country_code)
        for row in plan.kpi_availability
        if row.availability == "yes"
    }
    first = {
        (row.kpi_code, numbers[row.series_code])
        for row in plan.kpi_series
        if row.preference_number == FIRST_CHOICE and row.series_code in numbers
    }
    return sorted(
        {
            (number, countries[country])
            for kpi, number in first
            for country in countries
            if (kpi, country) in has
        }
    )


def _scales(plan: Plan) -> list[tuple]:
    return [
        (row.threshold_value,)
        for row in plan.thresholds
        if row.threshold_code.startswith(SCALE_FACTOR)
    ]


def _corrections(plan: Plan, as_of: date) -> list[tuple]:
    """What a person put right already, on that day."""
    return [
        (
            *(row.series_code, row.country_code, row.observation_year),
            *(row.expected_old_value, row.corrected_value),
        )
        for row in plan.corrections
        if row.correction_action != "flag"
        and row.first_seen_date <= as_of
        and (row.retired_from_date is None or as_of < row.retired_from_date)
    ]


def _checks() -> list[tuple]:
    return [
        (
            *(number, row["check_id"], row["severity"], row["is_acknowledgeable"] == "yes"),
            *(row["of_sources"], row["expected"], row["next_step"]),
        )
        for number, row in enumerate(checks())
    ]
