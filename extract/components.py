"""Whether a component is what the plan declares: sent in its units, each figure in its range.

Only the ratio of two components reaches a mart, and the title of a series tells nothing of the
unit of a row: a figure in another unit would bend the ratio, and no later check would see it.
"""

from extract.findings import CRITICAL, counted, finding, held_back
from extract.grid import Grid
from extract.landing import FOLDERS
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR
from smed.series_rows import OWN_CURRENCY, ComponentSeries

UNITS = f"source_unit_codes of component_series.csv, or for {OWN_CURRENCY} adb_economies.csv"
RANGE = "plausible_min and plausible_max of component_series.csv"


def check_component(plan: Plan, source_code: str, code: str, grid: Grid, where: str) -> None:
    """Raises ResponseInvalid that names each unit and value that the plan does not declare.

    A series that is no component of the plan passes.
    """
    rows = [row for row in plan.component_series if row.series_code == code]
    rows = [row for row in rows if row.source_code == source_code]
    if not rows:
        return
    declared = max(rows, key=lambda row: row.state_from_date)
    currencies = {row.adb_economy_code: row.currency_code for row in plan.adb_economies}
    wrong = _wrong_units(declared, grid, currencies) + _wrong_values(declared, grid)
    if wrong:
        raise held_back(where, wrong)


def _wrong_units(declared: ComponentSeries, grid: Grid, currencies: dict) -> list[dict]:
    """Of each economy the units that are not declared, or those that are if they are several."""
    wrong = []
    for economy, found in _years_by_unit(grid).items():
        # an empty list means a source that sends no unit
        own = currencies.get(economy, OWN_CURRENCY)
        allowed = (declared.source_unit_codes or "").replace(OWN_CURRENCY, own)
        others = sorted(found.keys() - set(allowed.split(LIST_SEPARATOR)))
        if others or len(found) > 1:
            shown = [f"{unit or 'none'} ({counted(found[unit])})" for unit in others or found]
            rule, wanted = ("declared", allowed or "none") if others else ("single", "one unit")
            said = (economy, None, " and ".join(shown), wanted)
            wrong.append(_finding(declared, f"unit.{rule}", "the unit of", said, UNITS))
    return wrong


def _years_by_unit(grid: Grid) -> dict[str, dict[str, list[str]]]:
    """Economy -> unit, "" for none -> the years of which it has a value in that unit."""
    years: dict[str, dict[str, list[str]]] = {}
    for economy, time, value, *attributes in grid.cells:
        if value is not None:
            unit = dict(zip(grid.attributes, attributes, strict=True)).get("unit") or ""
            years.setdefault(economy, {}).setdefault(unit, []).append(time)
    return years


def _wrong_values(declared: ComponentSeries, grid: Grid) -> list[dict]:
    lowest, highest = declared.plausible_min, declared.plausible_max
    return [
        _finding(
            declared,
            "value.plausible",
            "the value of",
            (economy, time, f"{value:.10g}", f"{lowest:.10g} to {highest:.10g}"),
            RANGE,
        )
        for economy, time, value, *_ in grid.cells
        if value is not None and not lowest <= value <= highest
    ]


def _finding(declared: ComponentSeries, rule: str, of: str, said: tuple, seed: str) -> dict:
    economy, time, observed, expected = said
    cell = f"{economy} {time}" if time else economy
    return finding(
        f"{FOLDERS[declared.source_code]}.{rule}",
        CRITICAL,
        declared.series_code,
        f"{of} {cell} is {observed} instead of {expected}",
        "nothing landed, the response is kept in raw; what is declared is believed, not verified:"
        f" if the source is right, correct {seed}; if not, show it to the source",
        country=economy,
        year=int(time.removeprefix("YR")) if time else None,
        observed=observed,
        expected=expected,
    )
