-- Every cell that the plan asks for, of every vintage known by the as-of date: numbers in place of names, so
-- that the one scan of raw carries little. Needs the tables that raw_plan.py makes.
create temp view raw_landed as
select
    'inputs.world_bank_observations' as table_name,
    source as source_code,
    series as series_code,
    snapshot_id,
    series_title,
    vintage_date,
    retrieved_at,
    economy,
    time,
    value,
    cast(null as varchar) as unit_detail,
    false as is_break,
    problem,
    rule
from inputs.world_bank_observations
union all
select
    'inputs.adb_observations' as table_name,
    source as source_code,
    series as series_code,
    snapshot_id,
    series_title,
    vintage_date,
    retrieved_at,
    economy,
    time,
    value,
    case when value is null then null else concat(unit, ' ', base_year) end as unit_detail,
    coalesce(obs_status like '%B%', false) as is_break,
    problem,
    rule
from inputs.adb_observations;

create temp view raw_sent as
select
    series.series_number,
    submissions.*,
    coalesce(submissions.vintage_date, submissions.known_from) as told_date,
    coalesce(submissions.accepted_at, submissions.submitted_at) as decided_at
from inputs.kpi_submissions as submissions
left join raw_submitted_kpis as series on submissions.kpi_code = series.kpi_code
where
    submissions.known_from <= (select as_of_date from raw_limits)
    and not coalesce(submissions.is_superseded, false)
    and not coalesce(submissions.is_retracted, false);

create temp table raw_snapshots as
with landed as (
    select
        table_name,
        source_code,
        series_code,
        snapshot_id,
        any_value(series_title) as series_title,
        any_value(vintage_date) as vintage_date,
        any_value(retrieved_at) as retrieved_at
    from raw_landed
    where vintage_date <= (select as_of_date from raw_limits)
    group by table_name, source_code, series_code, snapshot_id
),

known as (
    select
        landed.* exclude (series_title),
        series.series_number,
        landed.vintage_date as known_from,
        titles.unit_code,
        true as is_whole
    from landed
    inner join raw_series as series
        on landed.source_code = series.source_code and landed.series_code = series.series_code
    left join raw_titles as titles
        on landed.series_code = titles.series_code and landed.series_title = titles.series_title
    union all by name
    select
        'inputs.kpi_submissions' as table_name,
        series.source_code,
        series.series_code,
        sent.submission_id as snapshot_id,
        min(sent.told_date) as vintage_date,
        min(sent.decided_at) as retrieved_at,
        series.series_number,
        min(sent.known_from) as known_from,
        series.unit_code,
        false as is_whole
    from raw_sent as sent
    inner join raw_series as series on sent.series_number = series.series_number
    group by all
)

select
    cast(row_number() over (order by source_code, series_code, snapshot_id) - 1 as integer)
        as snapshot_number,
    *
from known;

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
