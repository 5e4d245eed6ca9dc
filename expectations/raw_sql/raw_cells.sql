-- Every cell that the plan asks for, of every vintage known by the as-of date: numbers in place of names, so
-- that the one scan of raw carries little. Needs the tables that raw_plan.py makes.
create temp table raw_cells as
with landed as (
    select
        cast(
            snapshots.snapshot_number * limits.countries_count + economies.country_number as integer
        ) as vintage_number,
        case
            when length(landed.time) = 4 then try_cast(landed.time as smallint)
            when length(landed.time) = 6 and starts_with(landed.time, 'YR')
                then try_cast(right(landed.time, 4) as smallint)
            else null
        end as observation_year,
        landed.value,
        landed.is_break,
        landed.unit_detail
    from raw_landed as landed
    cross join raw_limits as limits
    inner join raw_snapshots as snapshots
        on
            landed.snapshot_id = snapshots.snapshot_id
            and landed.series_code = snapshots.series_code
            and landed.source_code = snapshots.source_code
    inner join raw_economies as economies
        on landed.table_name = economies.table_name and landed.economy = economies.economy_code
)

select * from landed
union all
select
    cast(
        snapshots.snapshot_number * limits.countries_count + countries.country_number as integer
    ) as vintage_number,
    cast(sent.observation_year as smallint) as observation_year,
    sent.value,
    coalesce(sent.definition_state = 'changed', false) as is_break,
    cast(null as varchar) as unit_detail
from raw_sent as sent
cross join raw_limits as limits
inner join raw_snapshots as snapshots
    on
        sent.submission_id = snapshots.snapshot_id
        and sent.series_number = snapshots.series_number
inner join raw_countries as countries on sent.country_code = countries.country_code;
