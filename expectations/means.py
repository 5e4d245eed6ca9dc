"""What holds for every mean of members, whichever table it stands in."""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Condition

from expectations import kpi_observations
from expectations.suites import card
from expectations.tables import Tables
from smed.plan import Plan
from smed.plan_cells import LIST_SEPARATOR


def plausible_means(tables: Tables, means: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table of means with ``plausible_min`` and ``plausible_max`` of the KPI's members.

    Members may be served by series of different ranges, so the widest counts.
    """
    bounds = (
        tables.now(kpi_observations.TABLE)
        .groupby("kpi_code", as_index=False)
        .agg(plausible_min=("plausible_min", "min"), plausible_max=("plausible_max", "max"))
    )
    return means.merge(bounds, how="left", on="kpi_code")


def panel_means(
    tables: Tables, frame: pd.DataFrame, year: str, group: str | None = None
) -> pd.Series:
    """For each row the mean of what the members of its panel, or of a group of them, reported.

    ``year`` is the column that names the year; null where no panel is named.
    """
    panels = frame["panel_country_codes"].str.split(LIST_SEPARATOR)
    members = frame[["kpi_code", year]].assign(row=frame.index, country_code=panels)
    members = members.explode("country_code")
    values = tables.now(kpi_observations.TABLE).rename(columns={"observation_year": year})
    if group is not None:
        values = values[values["group_code"].eq(group)]
    values = values[["kpi_code", "country_code", year, "value"]]
    means = members.merge(values, on=["kpi_code", "country_code", year]).groupby("row")["value"]
    return means.mean().reindex(frame.index)


def in_plausible_range(
    table: str, lowest: str, highest: str, condition: Condition
) -> list[Expectation]:
    """Expectations that no mean of a table leaves the plausible range of its KPI's members."""
    notes = (
        "A mean of plausible figures is plausible; one that is not was summed, weighed or scaled "
        "wrongly, or mixes units. Look at the weights and at the units of the members."
    )
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=larger,
            column_B=smaller,
            or_equal=True,
            ignore_row_if="neither",
            row_condition=condition,
            severity="critical",
            notes=notes,
            meta=card(f"{table}.{bound}", f"{words} {bound}", shown, worst),
        )
        for larger, smaller, bound, words, shown, worst in (
            (lowest, "plausible_min", "plausible_min", "at least", lowest, "lowest"),
            ("plausible_max", highest, "plausible_max", "at most", highest, "highest"),
        )
    ]


def members_of_groups(plan: Plan) -> pd.DataFrame:
    """One row per group x member of it; the region is the group of all."""
    region = plan.facts.region_code
    pairs = [(country.group_code, country.country_code) for country in plan.countries]
    pairs += [(region, code) for code in plan.country_codes if region is not None]
    return pd.DataFrame(pairs, columns=["group_code", "country_code"]).drop_duplicates()
