"""What only several rows or files of a plan together can tell.

Each check raises PlanInvalid for the first row that contradicts another one, and names both.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from smed.errors import PlanInvalid
from smed.plan_cells import LIST_SEPARATOR
from smed.plan_files import SHIPPED, Lines, invalid, read_seed
from smed.plan_rows import Row
from smed.plan_seeds import SEEDS, SERIES
from smed.threshold_order import check_threshold_order

TITLES = (*SERIES, "former_series_titles")


def check_plan(folder: Path, rows: dict[str, Lines]) -> None:
    """Every check, references first: the others may then look rows up."""
    if len(rows["plans"]) != 1:
        raise PlanInvalid("a plan is exactly one row", str(folder / "plans.csv"), "keep one row")
    for check in (
        _check_references,
        _check_aliases,
        _check_groups_compared,
        _check_phases,
        _check_adb_economies,
        _check_kpis_are_served,
        _check_preferences,
        _check_derived_series,
        _check_databases,
        _check_titles_have_one_unit,
        _check_kpis_have_the_unit_of_their_series,
        _check_targets,
        _check_thresholds,
        check_threshold_order,
    ):
        check(folder, rows)


def threshold_missing(folder: Path, code: str) -> PlanInvalid:
    """The error of a threshold that is asked for and has no row."""
    return PlanInvalid(
        f"threshold {code} is missing", str(folder / "thresholds.csv"), "add a row with its reason"
    )


def _lines(rows: dict[str, Lines], names: Iterable[str]) -> Iterator[tuple[str, int, Row]]:
    """The rows of several seeds, each with its seed's name and its row number."""
    return ((name, line, row) for name in names for line, row in rows[name])


def _references(row: Row, column: str) -> Iterable[str]:
    value = getattr(row, column)
    return () if value is None else str(value).split(LIST_SEPARATOR)


def _check_references(folder: Path, rows: dict[str, Lines]) -> None:
    for name, seed in SEEDS.items():
        for column, (others, other_column) in seed.references.items():
            known = {str(getattr(row, other_column)) for _, _, row in _lines(rows, others)}
            files = " or ".join(f"{other}.csv" for other in others)
            for line, row in rows[name]:
                for value in _references(row, column):
                    if value not in known:
                        raise invalid(
                            folder / f"{name}.csv",
                            line,
                            f"{column} {value} is not in {files}",
                            f"correct it or add a row to {files}",
                        )


def _check_aliases(folder: Path, rows: dict[str, Lines]) -> None:
    for line, alias in rows["country_aliases"]:
        if (alias.country_code is None) == (alias.explanation is None):
            raise invalid(
                folder / "country_aliases.csv",
                line,
                f"{alias.printed_name} needs either a country_code or an explanation",
                "give the member state that it is, or say why it is no party",
            )


def _check_groups_compared(folder: Path, rows: dict[str, Lines]) -> None:
    for line, plan in rows["plans"]:
        groups = (plan.leading_group_code, plan.following_group_code)
        if any(groups) and None in (plan.region_code, *groups):
            raise invalid(
                folder / "plans.csv",
                line,
                "a gap lies between two groups of a region",
                "name the three or neither group",
            )


def _check_phases(folder: Path, rows: dict[str, Lines]) -> None:
    """A day lies in one phase, so an action line does."""
    phases = sorted(rows["phases"], key=lambda numbered: numbered[1].phase_start_date)
    for (first_line, first), (line, phase) in pairwise(phases):
        if phase.phase_start_date <= first.phase_end_date:
            raise invalid(
                folder / "phases.csv",
                line,
                f"{phase.phase_code} begins on {phase.phase_start_date}, before {first.phase_code}"
                f" ends (row {first_line})",
                "let each begin after the one before",
            )


def _check_adb_economies(folder: Path, rows: dict[str, Lines]) -> None:
    seen: dict[str, int] = {}
    for line, row in rows["adb_economies"]:
        first_line = seen.setdefault(row.adb_economy_code, line)
        if first_line != line:
            raise invalid(
                folder / "adb_economies.csv",
                line,
                f"adb_economy_code {row.adb_economy_code} stands in row {first_line} too",
                "give each member state its own",
            )


def _check_kpis_are_served(folder: Path, rows: dict[str, Lines]) -> None:
    served = {row.kpi_code for _, row in rows["kpi_series"]}
    for line, kpi in rows["kpis"]:
        if kpi.kpi_code not in served:
            raise invalid(
                folder / "kpis.csv",
                line,
                f"{kpi.kpi_code} has no series",
                "add a row to kpi_series.csv that says which series serves it",
            )


def _check_preferences(folder: Path, rows: dict[str, Lines]) -> None:
    """The rows of one KPI and preference are the states of one series."""
    seen: dict[tuple, tuple[int, str]] = {}
    for line, row in rows["kpi_series"]:
        key = (row.kpi_code, row.preference_number)
        first_line, series = seen.setdefault(key, (line, row.series_code))
        if row.series_code != series:
            raise invalid(
                folder / "kpi_series.csv",
                line,
                f"{row.series_code} has preference_number {row.preference_number} of"
                f" {row.kpi_code}, as {series} in row {first_line}",
                "give one of them another number",
            )


def _check_derived_series(folder: Path, rows: dict[str, Lines]) -> None:
    """A ratio is computed, so no database holds it, and its unit is the one it is declared with."""
    derived = {row.series_code: (line, row.unit_code) for line, row in rows["derived_series"]}
    for name, line, row in _lines(rows, SERIES):
        if row.series_code not in derived:
            continue
        derived_line, unit = derived[row.series_code]
        said = f"{row.series_code} (derived_series.csv row {derived_line})"
        if row.database_code:
            what = f"{said} is computed, but has database_code {row.database_code}"
            raise invalid(folder / f"{name}.csv", line, what, "leave it empty")
        if row.unit_code != unit:
            what = f"{said} is in {row.unit_code} here and in {unit} there"
            raise invalid(folder / f"{name}.csv", line, what, "correct the wrong one")


def _check_databases(folder: Path, rows: dict[str, Lines]) -> None:
    """A series lies in one place; a source that keeps databases keeps each series in one.

    But for what is derived from others: it is never fetched.
    """
    derived = {row.series_code for _, row in rows["derived_series"]}
    with_databases = {row.source_code for _, _, row in _lines(rows, SERIES) if row.database_code}
    seen: dict[str, tuple[str, int, tuple]] = {}
    for name, line, row in _lines(rows, SERIES):
        path = folder / f"{name}.csv"
        is_fetched = row.source_code in with_databases and row.series_code not in derived
        if is_fetched and row.database_code is None:
            raise invalid(
                path,
                line,
                f"{row.series_code} has no database_code, so it would never be fetched: other"
                f" series of {row.source_code} have one",
                "fill it in",
            )
        place = (row.source_code, row.database_code)
        first_name, first_line, first = seen.setdefault(row.series_code, (name, line, place))
        if place != first:
            raise invalid(
                path,
                line,
                f"{row.series_code} is in {_place(place)} here and in {_place(first)} in"
                f" {first_name}.csv row {first_line}",
                "put the one that holds it now into every row of it",
            )


def _place(place: tuple[str, str | None]) -> str:
    source, database = place
    return f"database {database} of {source}" if database else source


def _check_titles_have_one_unit(folder: Path, rows: dict[str, Lines]) -> None:
    """The title of a vintage tells its unit, so a title has exactly one."""
    seen: dict[tuple, tuple[str, int, str]] = {}
    for name, line, row in _lines(rows, TITLES):
        key = (row.series_code, row.series_title)
        first_name, first_line, unit = seen.setdefault(key, (name, line, row.unit_code))
        if row.unit_code != unit:
            raise invalid(
                folder / f"{name}.csv",
                line,
                f"{row.series_code} under the title {row.series_title!r} is in {row.unit_code}"
                f" here and in {unit} in {first_name}.csv row {first_line}",
                "correct the wrong one: a title tells one unit",
            )


def _check_kpis_have_the_unit_of_their_series(folder: Path, rows: dict[str, Lines]) -> None:
    """A series in another unit is no slip if it states the plausible range of its own."""
    units = {kpi.kpi_code: (line, kpi.unit_code) for line, kpi in rows["kpis"]}
    for line, row in rows["kpi_series"]:
        kpi_line, unit = units[row.kpi_code]
        if row.unit_code != unit and row.plausible_min is None:
            raise invalid(
                folder / "kpi_series.csv",
                line,
                f"{row.series_code} is in {row.unit_code}, but {row.kpi_code} in {unit}"
                f" (kpis.csv row {kpi_line})",
                "correct the wrong one or give the series its own plausible range; an older unit"
                " belongs into former_series_titles.csv",
            )


def _check_targets(folder: Path, rows: dict[str, Lines]) -> None:
    baseline_year = rows["plans"][0][1].baseline_year
    kpis = {kpi.kpi_code: (line, kpi) for line, kpi in rows["kpis"]}
    for line, target in rows["targets"]:
        kpi_line, kpi = kpis[target.kpi_code]
        if kpi.is_beyond_limit(target.target_value):
            raise invalid(
                folder / "targets.csv",
                line,
                f"target_value {target.target_value:g} lies beyond the natural_limit"
                f" {kpi.natural_limit:g} of {kpi.kpi_code} (kpis.csv row {kpi_line})",
                "correct the wrong one",
            )
        if target.target_year <= baseline_year:
            raise invalid(
                folder / "targets.csv",
                line,
                f"target_year {target.target_year} is not after the baseline_year {baseline_year}"
                " of plans.csv, so no growth leads to it",
                "correct it",
            )


def _check_thresholds(folder: Path, rows: dict[str, Lines]) -> None:
    """The thresholds are the shipped ones; the methods read no others and need all of them."""
    path = folder / "thresholds.csv"
    shipped = {
        row.threshold_code: row.threshold_value
        for _, row in read_seed(SHIPPED / "thresholds.csv", SEEDS["thresholds"])
    }
    missing = [c for c in shipped if c not in {r.threshold_code for _, r in rows["thresholds"]}]
    for line, row in rows["thresholds"]:
        code, value = row.threshold_code, row.threshold_value
        if code not in shipped:
            meant = f"; if it stands for {' or '.join(missing)}, write that" if missing else ""
            raise invalid(path, line, f"nothing reads a threshold {code}", f"remove it{meant}")
        # floors ship below 0 and cuts at 0 may move either way; all others are sizes
        if shipped[code] > 0 > value:
            raise invalid(path, line, f"{code} is {value:g}, below 0", "correct it")
    if missing:
        raise threshold_missing(folder, missing[0])
