-- One row per finding; per check and series without one, a row that says how many rows were looked at.
create or replace table inputs.partition_checks as
with series_told as (
    select
        series.series_number,
        any_value(series.source_code) as source_code,
        any_value(series.series_code) as series_code,
        any_value(series.kpi_code) as kpi_code,
        any_value(series.is_submitted) as is_submitted,
        any_value(snapshots.table_name) as table_name,
        sum(vintages.rows_count) as rows_count
    from raw_vintages as vintages
    inner join raw_snapshots as snapshots on vintages.snapshot_number = snapshots.snapshot_number
    inner join raw_series as series on vintages.series_number = series.series_number
    group by series.series_number
),

-- a check that no series calls for has a row too: it is there to say that it ran
passed as (
    select
        checks.check_id,
        series_told.* exclude (series_number, is_submitted),
        checks.severity,
        checks.next_step,
        'nothing amiss' as observed_value,
        true as is_passed,
        false as is_acknowledged,
        true as is_in_force,
        0 as failing_rows_count
    from raw_checks as checks
    left join series_told
        on list_contains(
            string_split(checks.of_sources, '|'),
            case when series_told.is_submitted then 'submitted' else 'fetched' end
        )
    anti join raw_told as told
        on
            checks.check_id = told.check_id
            and coalesce(series_told.series_code, told.series_code) = told.series_code
    where (select count(*) from raw_vintages) > 0
)

select
    check_id,
    table_name,
    source_code,
    series_code,
    kpi_code,
    country_code,
    snapshot_id,
    vintage_date,
    severity,
    cast(observation_year as integer) as observation_year,
    observed_value,
    expected,
    cast(coalesce(rows_count, failing_rows_count) as bigint) as rows_count,
    cast(failing_rows_count as bigint) as failing_rows_count,
    is_passed,
    is_acknowledged,
    is_in_force,
    finding_id,
    message,
    next_step
from (
    select *, false as is_passed from raw_told
    union all by name
    select * from passed
)
order by check_id, series_code, country_code, vintage_date, snapshot_id;
