-- One row per vintage and country that is held back: what the models leave out, and status and alerts tell.
create or replace table inputs.held_back_partitions as
select
    told.source_code,
    told.series_code,
    any_value(told.kpi_code) as kpi_code,
    told.country_code,
    told.snapshot_id,
    any_value(told.table_name) as table_name,
    any_value(told.vintage_date) as vintage_date,
    string_agg(told.check_id, '|' order by told.check_number) as check_id,
    arg_min(told.finding_id, told.check_number) as finding_id,
    -- the year of the check that is told of, even if it has none
    arg_min_null(told.observation_year, told.check_number) as observation_year,
    arg_min(told.observed_value, told.check_number) as observed_value,
    arg_min(told.expected, told.check_number) as expected,
    arg_min(told.message, told.check_number) as message,
    arg_min(told.next_step, told.check_number) as next_step,
    bool_and(checks.is_acknowledgeable) as is_acknowledgeable,
    any_value(told.is_in_force) as is_in_force,
    any_value(told.held_since_date) as held_since_date,
    any_value(good.snapshot_id) as last_good_snapshot_id,
    any_value(good.vintage_date) as last_good_vintage_date
from raw_told as told
inner join raw_checks as checks on told.check_id = checks.check_id
left join raw_vintage_names as good on told.good_vintage_number = good.vintage_number
where told.severity = 'critical' and not told.is_acknowledged
group by told.source_code, told.series_code, told.country_code, told.snapshot_id
order by told.series_code, told.country_code, vintage_date, told.snapshot_id;
