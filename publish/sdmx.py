"""``sdmx/kpi_observations.csv``: the figures as SDMX-CSV 2.0, for statistical tools.

Format: https://github.com/sdmx-twg/sdmx-csv (version 2.0.0). Status of an observation: SDMX's code
list CL_OBS_STATUS 2.2. What is not yet due is no observation and is left out.
"""

from pathlib import Path

from publish.contents import MARTS, Content

FOLDER = "sdmx"
OBSERVATIONS = "kpi_observations"
STRUCTURE_ID = "SMED:KPI_OBSERVATIONS(1.0)"
ANNUAL = "A"
NOT_YET_DUE = "not_yet_due"
# ours -> CL_OBS_STATUS: A normal value, O missing value, M missing since it cannot exist
STATUSES = {"reported": "A", "missing": "O", "withdrawn": "O", "not_applicable": "M"}
# a break in the series, a definition that differs: where there is a value
BREAK, OTHER_DEFINITION = "B", "D"


def write_sdmx(connection, folder: Path, contents: list[Content]) -> None:
    """Writes the file; nothing if the release has no observations."""
    if not any((c.schema, c.name) == (MARTS, OBSERVATIONS) for c in contents):
        return
    (folder / FOLDER).mkdir()
    path = str(folder / FOLDER / f"{OBSERVATIONS}.csv").replace("'", "''")
    connection.execute(f"copy ({_query()}) to '{path}' (format csv, header)")


def _query() -> str:
    statuses = "\n".join(f"when '{ours}' then '{code}'" for ours, code in STATUSES.items())
    return f"""
    select
        'dataflow' as "STRUCTURE",
        '{STRUCTURE_ID}' as "STRUCTURE_ID",
        'I' as "ACTION",
        '{ANNUAL}' as "FREQ",
        kpi_code as "INDICATOR",
        country_code as "REF_AREA",
        observation_year as "TIME_PERIOD",
        value as "OBS_VALUE",
        unit_code as "UNIT_MEASURE",
        case
            when value is not null and is_break then '{BREAK}'
            when value is not null and is_substitute then '{OTHER_DEFINITION}'
            else case observation_status {statuses} end
        end as "OBS_STATUS",
        source_code as "SOURCE_AGENCY",
        series_code as "SERIES_CODE",
        vintage_date as "VINTAGE_DATE",
        is_illustrative as "IS_ILLUSTRATIVE",
        is_recorded as "IS_RECORDED"
    from {MARTS}.{OBSERVATIONS}
    where observation_status != '{NOT_YET_DUE}'
    order by all
    """
