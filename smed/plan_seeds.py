"""The seeds of a plan: the row of each, its key, and what its columns refer to."""

from dataclasses import dataclass, field

from smed import plan_rows as rows
from smed import series_rows


@dataclass(frozen=True)
class Seed:
    """The shape of a seed file: its row, its key, and column -> (seeds, column) referred to."""

    row: type[rows.Row]
    key: tuple[str, ...]
    references: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)


# where a series is declared
SERIES = ("kpi_series", "weight_series", "component_series")

_GOAL = {"goal_code": (("goals",), "goal_code")}
_ACTION = {"action_code": (("actions",), "action_code")}
_KPI = {"kpi_code": (("kpis",), "kpi_code")}
_COUNTRY = {"country_code": (("countries",), "country_code")}
_UNIT = {"unit_code": (("units",), "unit_code")}
_SOURCE = {"source_code": (("data_sources",), "source_code")}
_SERIES = {"series_code": (SERIES, "series_code")}

SEEDS: dict[str, Seed] = {
    "plans": Seed(
        rows.PlanFacts,
        ("plan_code",),
        {
            "leading_group_code": (("countries",), "group_code"),
            "following_group_code": (("countries",), "group_code"),
        },
    ),
    "phases": Seed(rows.Phase, ("phase_code",)),
    "goals": Seed(rows.Goal, ("goal_code",)),
    "desired_outcomes": Seed(rows.DesiredOutcome, ("outcome_code",), _GOAL),
    "actions": Seed(
        rows.Action, ("action_code",), {"outcome_code": (("desired_outcomes",), "outcome_code")}
    ),
    "action_lines": Seed(
        rows.ActionLine,
        ("action_line_code",),
        {**_ACTION, "lead_country_codes": (("countries",), "country_code")},
    ),
    "action_lines_known_missing": Seed(rows.ActionLineKnownMissing, ("action_line_code",), _ACTION),
    "kpis": Seed(
        rows.Kpi,
        ("kpi_code",),
        {**_GOAL, **_UNIT, "weight_series_code": (("weight_series",), "series_code")},
    ),
    "kpi_series": Seed(
        series_rows.KpiSeries,
        ("kpi_code", "preference_number", "state_from_date"),
        {**_KPI, **_SOURCE, **_UNIT},
    ),
    "weight_series": Seed(
        series_rows.WeightSeries, ("series_code", "state_from_date"), {**_SOURCE, **_UNIT}
    ),
    "component_series": Seed(
        series_rows.ComponentSeries, ("series_code", "state_from_date"), {**_SOURCE, **_UNIT}
    ),
    "derived_series": Seed(
        series_rows.DerivedSeries,
        ("series_code",),
        {
            **_UNIT,
            "series_code": (("kpi_series", "weight_series"), "series_code"),
            "numerator_series_code": (("component_series",), "series_code"),
            "denominator_series_code": (("component_series",), "series_code"),
        },
    ),
    "adb_economies": Seed(series_rows.AdbEconomy, ("country_code",), _COUNTRY),
    "former_series_titles": Seed(
        series_rows.FormerSeriesTitle, ("series_code", "series_title"), {**_SERIES, **_UNIT}
    ),
    "kpi_availability": Seed(
        rows.KpiAvailability, ("kpi_code", "country_code"), {**_KPI, **_COUNTRY}
    ),
    "countries": Seed(rows.Country, ("country_code",)),
    "country_aliases": Seed(rows.CountryAlias, ("printed_name",), _COUNTRY),
    "country_champions": Seed(
        rows.CountryChampion, ("goal_code", "country_code"), {**_GOAL, **_COUNTRY}
    ),
    "parties": Seed(rows.Party, ("party_code",), _COUNTRY),
    "line_proponents": Seed(
        rows.LineProponent,
        ("action_line_code", "party_code"),
        {
            "action_line_code": (("action_lines",), "action_line_code"),
            "party_code": (("parties",), "party_code"),
        },
    ),
    "errata": Seed(rows.Erratum, ("erratum_code",)),
    "corrections": Seed(rows.Correction, ("correction_id",), {**_SERIES, **_COUNTRY}),
    "targets": Seed(rows.Target, ("kpi_code", "country_code"), {**_KPI, **_COUNTRY}),
    "releases": Seed(rows.NamedRelease, ("release_code",)),
    "units": Seed(rows.Unit, ("unit_code",)),
    "data_sources": Seed(rows.DataSource, ("source_code",)),
    "thresholds": Seed(rows.Threshold, ("threshold_code",)),
    "acknowledged_revisions": Seed(
        rows.AcknowledgedRevision,
        ("series_code", "vintage_date", "country_code"),
        {**_SERIES, **_COUNTRY},
    ),
}
