-- The vintages known by the as-of date that the plan asks for: whole ones, and of submissions what was sent.
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
