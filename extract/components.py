"""Whether a component is what the plan declares: sent in its units, each figure in its range.

Only the ratio of two components reaches a mart, and the title of a series tells nothing of the
unit of a row: a figure in another unit would bend the ratio, and no later check would see it.
"""

from extract.cells import Grid
from extract.findings import CRITICAL, counted, finding
from extract.landing import FOLDERS
from extract.problems import Problem, set_apart
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR
from smed.series_rows import OWN_CURRENCY, ComponentSeries

UNITS = f"source_unit_codes of component_series.csv, or for {OWN_CURRENCY} adb_economies.csv"
RANGE = "plausible_min and plausible_max of component_series.csv"


def checked_component(plan: Plan, source_code: str, code: str, grid: Grid, where: str) -> Grid:
    """The grid, with what the plan does not declare set apart: units and values, each named.

    A series that is no component of the plan passes. Raises ResponseInvalid as set_apart does.
    """
    rows = [row for row in plan.component_series if row.series_code == code]
    rows = [row for row in rows if row.source_code == source_code]
    if not rows:
        return grid
    declared = max(rows, key=lambda row: row.state_from_date)
    currencies = {row.adb_economy_code: row.currency_code for row in plan.adb_economies}
    wrong = _wrong_units(declared, grid, currencies) + _wrong_values(declared, grid)
    return set_apart(grid, where, wrong)


def _wrong_units(declared: ComponentSeries, grid: Grid, currencies: dict) -> list[Problem]:
    """Of each economy the units that are not declared, or those that are if they are several."""
    wrong = []
    for economy, found in _times_by_unit(grid).items():
        # an empty list means a source that sends no unit
        own = currencies.get(economy, OWN_CURRENCY)
        allowed = (declared.source_unit_codes or "").replace(OWN_CURRENCY, own)
        others = sorted(found.keys() - set(allowed.split(LIST_SEPARATOR)))
        if others or len(found) > 1:
            units = others or list(found)
            shown = [f"{unit or 'none'} ({counted(found[unit])})" for unit in units]
            rule, wanted = ("declared", allowed or "none") if others else ("single", "one unit")
            times = tuple(time for unit in units for time in found[unit])
            said = (" and ".join(shown), wanted)
            wrong.append(_problem(declared, f"unit.{rule}", economy, times, said))
    return wrong


def _times_by_unit(grid: Grid) -> dict[str, dict[str, list[str]]]:
    """Economy -> unit, "" for none -> the times of which it has a value in that unit."""
    times: dict[str, dict[str, list[str]]] = {}
    for economy, time, value, *attributes in grid.cells:
        if value is not None:
            unit = dict(zip(grid.attributes, attributes, strict=True)).get("unit") or ""
            times.setdefault(economy, {}).setdefault(unit, []).append(time)
    return times


def _wrong_values(declared: ComponentSeries, grid: Grid) -> list[Problem]:
    lowest, highest = declared.plausible_min, declared.plausible_max
    wanted = f"{lowest:.10g} to {highest:.10g}"
    return [
        _problem(declared, "value.plausible", economy, (time,), (f"{value:.10g}", wanted))
        for economy, time, value, *_ in grid.cells
        if value is not None and not lowest <= value <= highest
    ]


def _problem(
    declared: ComponentSeries, rule: str, economy: str, times: tuple[str, ...], said: tuple
) -> Problem:
    observed, expected = said
    is_unit = rule.startswith("unit.")
    what = f"the unit of {economy}" if is_unit else f"the value of {economy} {times[0]}"
    found = finding(
        f"{FOLDERS[declared.source_code]}.{rule}",
        CRITICAL,
        declared.series_code,
        f"{what} is {observed} instead of {expected}",
        "the response is kept in raw; what is declared is believed, not verified: if the source is"
        f" right, correct {UNITS if is_unit else RANGE}; if not, show it to the source",
        country=economy,
        year=None if is_unit else int(times[0].removeprefix("YR")),
        observed=observed,
        expected=expected,
    )
    return Problem(economy, times, f"{observed} instead of {expected}", found)
