"""Guards ``regional_observations``: is every mean there, and does it lie among its members?

Recounted from ``kpi_observations`` by the plan's groups, not by the models that made it.
"""

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations import kpi_observations
from expectations.held_back import held_back_members, recount_held_back
from expectations.means import members_of_groups
from expectations.recounts import Recount, agrees
from expectations.suites import Suite, card, is_true, key_suite, kpis_by, kpis_by_year
from expectations.tables import Tables
from smed.plan import Plan

TABLE = "regional_observations"
KEY = ("kpi_code", "group_code", "observation_year")
# of what stands in the way of a mean, only this may be known from the members' number alone
TOO_FEW = "coverage"


def suites(plan: Plan) -> list[Suite]:
    """Every suite of the table but those beside the last release."""
    return [
        Suite(TABLE, TABLE, rows, expectations_of_rows(), KEY, "kpi_code", may_be_empty=True),
        key_suite(
            TABLE,
            KEY,
            planned,
            expected="exactly the plan's KPIs x groups x years",
            notes="A year without a mean is a row that says why. Look at the joins of the model "
            "that weighs the members.",
            partition="kpi_code",
        ),
    ]


def expectations_of_rows() -> list[Expectation]:
    """What is expected of the means, one by one."""
    return [*_among_members(), _recounted(), _not_withheld(), _mean()]


def _among_members() -> list[Expectation]:
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=larger,
            column_B=smaller,
            or_equal=True,
            ignore_row_if="neither",
            row_condition=Column("value").is_not_null(),
            severity="critical",
            notes="A mean, weighted or not, lies between the lowest and the highest of its "
            "members. Look for a sum without its division, weights of another year, or a member "
            "of another group.",
            meta=card(f"{TABLE}.{name}", f"{words} member's value", "value", worst),
        )
        for larger, smaller, name, words, worst in (
            ("value", "lowest_value", "lowest_member", "at least the lowest", "lowest"),
            ("highest_value", "value", "highest_member", "at most the highest", "highest"),
        )
    ]


def _recounted() -> Expectation:
    return gxe.ExpectColumnPairValuesToBeEqual(
        column_A="members_reporting_count",
        column_B="recounted_count",
        ignore_row_if="neither",
        severity="critical",
        notes="Coverage is what tells a mean of the region from a mean of some; it is counted "
        "again from the members' own rows. Look at the model's grouping of members.",
        meta=card(
            f"{TABLE}.members_reporting_count",
            "as many as have a value in kpi_observations",
            "members_reporting_count",
        ),
    )


def _mean() -> Expectation:
    return agrees(
        TABLE,
        "mean",
        "the mean of its members, their share as coverage, and those that are held back",
        "Counted again from the members' own rows, where every member weighs the same: a mean of "
        "another year or group, or of other figures, lies among its members too. Look at the "
        "model's grouping.",
    )


def _not_withheld() -> Expectation:
    return gxe.ExpectColumnValuesToNotBeNull(
        column="value",
        row_condition=is_true("is_owed"),
        severity="critical",
        notes="Where every member has a value, coverage is no reason to give none: a table of "
        "reasons without a mean is full, and says nothing. Look at the coverage rule.",
        meta=card(f"{TABLE}.value_where_all_report", "a mean where all members have a value"),
    )


def planned(tables: Tables, plan: Plan) -> pd.DataFrame:
    """One row per KPI x group x year that ought to exist."""
    groups = kpis_by("group_code", plan.group_codes, plan)
    return kpis_by_year(tables, plan).merge(groups, on="kpi_code")


def rows(tables: Tables, plan: Plan) -> pd.DataFrame:
    """The means beside what their members' rows say: how many, lowest and highest value."""
    frame = tables.now(TABLE)
    noise = plan.threshold("value_noise_ratio")
    values = tables.now(kpi_observations.TABLE).filter(items=[*kpi_observations.KEY, "value"])
    members = values.merge(members_of_groups(plan), on="country_code").groupby(
        list(KEY), as_index=False
    )
    found = members.agg(
        recounted_count=("value", "count"),
        lowest_value=("value", "min"),
        highest_value=("value", "max"),
        mean_value=("value", "mean"),
    )
    found["lowest_value"] -= found["lowest_value"].abs() * noise
    found["highest_value"] += found["highest_value"].abs() * noise
    frame = frame.merge(found, how="left", on=list(KEY))
    is_simple = frame["weight_series_code"].isna()
    recount = Recount(frame, plan)
    recount.same("value", frame["value"], frame["mean_value"], is_simple & frame["value"].notna())
    coverage = 100 * frame["members_reporting_count"] / frame["members_count"]
    has_coverage = is_simple & frame["coverage_pct"].notna()
    recount.same("coverage_pct", frame["coverage_pct"], coverage, has_coverage)
    held = held_back_members(tables, plan)
    recount_held_back(recount, frame, held, ["kpi_code", "group_code"], is_exact=is_simple)
    all_report = frame["members_reporting_count"].eq(frame["members_count"])
    reason = frame["reason_code"]
    is_owed = all_report & (reason.isna() | reason.eq(TOO_FEW))
    return frame.assign(is_owed=is_owed, mean=recount.findings)
