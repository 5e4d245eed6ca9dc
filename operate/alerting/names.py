"""Figures as people call them: the name first, the code in brackets."""

from operate import quarantines
from smed.plan import Plan


def kpis(names: list[str], codes: list[str]) -> str:
    """``Expenditure on R&D (KPI-02)``; of several, one after the other; both in the same order."""
    return ", ".join(f"{name} ({code})" for name, code in zip(names, codes, strict=True))


def kpis_of(plan: Plan, series_or_kpi_code: str) -> tuple[str, str]:
    """The KPIs that a series serves, or the KPI itself: with names and as codes alone.

    Of what serves none of the plan's, the code that was given stands for both.
    """
    by_code = {kpi.kpi_code: kpi.kpi_name for kpi in plan.kpis}
    served = quarantines.kpi_codes(plan, series_or_kpi_code) or [series_or_kpi_code]
    codes = [code for code in served if code in by_code]
    if not codes:
        return series_or_kpi_code, series_or_kpi_code
    return kpis([by_code[code] for code in codes], codes), ", ".join(codes)


def unit_of(plan: Plan | None, series_or_kpi_code: str) -> str:
    """The unit of a series' or KPI's figures in words; empty where none or several are known."""
    if plan is None:
        return ""
    rows = (*plan.kpi_series, *plan.weight_series, *plan.component_series)
    codes = {row.unit_code for row in rows if row.series_code == series_or_kpi_code}
    codes |= {row.unit_code for row in plan.kpi_series if row.kpi_code == series_or_kpi_code}
    names = [unit.unit_name for unit in plan.units if {unit.unit_code} == codes]
    return names[0] if names else ""
