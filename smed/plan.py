"""The plan, read from its seeds and checked, so that a slip is found before it is a number.

Grain: one attribute of ``Plan`` per seed file, one object per row. Everything that names a goal,
a KPI, a series, a country or a threshold lives in those files; nothing in the code does.
"""

from datetime import date
from functools import cached_property
from pathlib import Path

from smed import plan_rows, series_rows
from smed.errors import PlanInvalid
from smed.plan_checks import check_plan, threshold_missing
from smed.plan_files import read_seed
from smed.plan_rows import Row
from smed.plan_seeds import SEEDS


class Plan:
    """The rows of every seed, as tuples under the seed's name (``plan.kpis``, ``plan.goals``)."""

    plans: tuple[plan_rows.PlanFacts, ...]
    goals: tuple[plan_rows.Goal, ...]
    kpis: tuple[plan_rows.Kpi, ...]
    kpi_series: tuple[series_rows.KpiSeries, ...]
    weight_series: tuple[series_rows.WeightSeries, ...]
    component_series: tuple[series_rows.ComponentSeries, ...]
    derived_series: tuple[series_rows.DerivedSeries, ...]
    adb_economies: tuple[series_rows.AdbEconomy, ...]
    former_series_titles: tuple[series_rows.FormerSeriesTitle, ...]
    countries: tuple[plan_rows.Country, ...]
    action_lines: tuple[plan_rows.ActionLine, ...]
    parties: tuple[plan_rows.Party, ...]
    line_proponents: tuple[plan_rows.LineProponent, ...]
    data_sources: tuple[plan_rows.DataSource, ...]
    acknowledged_revisions: tuple[plan_rows.AcknowledgedRevision, ...]

    def __init__(self, folder: Path, rows: dict[str, tuple[Row, ...]]):
        self.folder = folder
        self.__dict__.update(rows)

    @property
    def facts(self) -> plan_rows.PlanFacts:
        """The plan's own dates and policies."""
        return self.plans[0]

    @property
    def first_observation_year(self) -> int:
        """The first year of which values are kept."""
        return self.facts.first_observation_year

    @property
    def country_codes(self) -> tuple[str, ...]:
        """ISO 3166-1 alpha-3 codes of the members, sorted."""
        return tuple(sorted(country.country_code for country in self.countries))

    @property
    def group_codes(self) -> tuple[str, ...]:
        """The groups of members, and the region if the plan names it, sorted."""
        groups = {country.group_code for country in self.countries}
        return tuple(sorted(groups | ({self.facts.region_code} - {None})))

    def as_of(self, day: date) -> "Plan":
        """The plan with the KPIs that were valid on a day: others owe nothing and count nowhere."""
        valid = tuple(kpi for kpi in self.kpis if kpi.is_valid_on(day))
        return Plan(self.folder, {name: getattr(self, name) for name in SEEDS} | {"kpis": valid})

    @cached_property
    def _thresholds(self) -> dict[str, float]:
        return {row.threshold_code: row.threshold_value for row in self.thresholds}

    def threshold(self, code: str) -> float:
        """The value of a threshold; PlanInvalid if the plan has no such row."""
        if code not in self._thresholds:
            raise threshold_missing(self.folder, code)
        return self._thresholds[code]


def read_plan(folder: Path) -> Plan:
    """Reads and checks every seed of ``folder``.

    Raises PlanInvalid, one line that names the file, the row and what to do, for the first fault.
    Two gaps are meant and no fault: a KPI and country without a row in kpi_availability.csv (the
    plan does not say: ``unknown``), and a goal without a KPI (its scorecard has no score).
    """
    if not folder.is_dir():
        raise PlanInvalid("no such folder of seeds", str(folder), "set SMED_PLAN to one that is")
    unknown = sorted({path.stem for path in folder.glob("*.csv")} - SEEDS.keys())
    if unknown:
        raise PlanInvalid(
            f"not a seed of a plan (they are {', '.join(sorted(SEEDS))})",
            str(folder / f"{unknown[0]}.csv"),
            "correct its name or move it away",
        )
    rows = {name: read_seed(folder / f"{name}.csv", seed) for name, seed in SEEDS.items()}
    check_plan(folder, rows)
    return Plan(folder, {name: tuple(row for _, row in lines) for name, lines in rows.items()})
