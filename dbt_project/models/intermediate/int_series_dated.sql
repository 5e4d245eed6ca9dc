with builds as (
    select * from {{ ref('int_builds_described') }}
),

kpi_series as (
    select * from {{ ref('stg_plan__kpi_series') }}
),

weight_series as (
    select * from {{ ref('stg_plan__weight_series') }}
),

titled_series as (
    select * from {{ ref('int_series_titled') }}
),

declared as (
    select
        kpi_code,
        cast(null as string) as weight_series_code,
        source_code,
        series_code,
        unit_code,
        series_title,
        source_state,
        preference_number,
        state_from_date
    from kpi_series
    union all
    select
        cast(null as string) as kpi_code,
        series_code as weight_series_code,
        source_code,
        series_code,
        unit_code,
        series_title,
        source_state,
        cast(null as integer) as preference_number,
        state_from_date
    from weight_series
),

-- the newest state that has come; where none has, the first to come, which is not in force yet
states as (
    select
        declared.*,
        case
            when declared.state_from_date <= builds.as_of_date then declared.state_from_date
            else null
        end as in_force_from_date
    from declared
    cross join builds
),

ranked as (
    select
        *,
        row_number() over (
            partition by kpi_code, preference_number, weight_series_code
            order by in_force_from_date desc nulls last, state_from_date asc
        ) as state_rank
    from states
),

-- title and unit are the vintage's; the plan says those of today
dated as (
    select
        ranked.kpi_code,
        ranked.source_code,
        ranked.series_code,
        case
            when titled_series.series_code is null then ranked.unit_code
            else titled_series.unit_code
        end as unit_code,
        coalesce(titled_series.series_title, ranked.series_title) as series_name,
        case
            when ranked.in_force_from_date is null then 'live'
            else ranked.source_state
        end as source_state,
        ranked.preference_number,
        ranked.in_force_from_date as state_from_date
    from ranked
    left join titled_series
        on ranked.series_code = titled_series.series_code
    where ranked.state_rank = 1
)

select * from dated
