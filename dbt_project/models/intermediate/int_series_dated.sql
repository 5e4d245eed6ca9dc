with kpi_series as (
    select kpi_series.*
    from {{ ref('stg_plan__kpi_series') }} as kpi_series
    inner join {{ ref('int_kpis_dated') }} as kpis
        on kpi_series.kpi_code = kpis.kpi_code
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
        plausible_min,
        plausible_max,
        state_from_date
    from kpi_series
    {%- for serving_others in ['stg_plan__weight_series', 'stg_plan__component_series'] %}
        union
        select
            cast(null as string) as kpi_code,
            series_code as weight_series_code,
            source_code,
            series_code,
            unit_code,
            series_title,
            source_state,
            cast(null as integer) as preference_number,
            cast(null as double) as plausible_min,
            cast(null as double) as plausible_max,
            state_from_date
        from {{ ref(serving_others) }}
    {%- endfor %}
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
    cross join {{ ref('int_builds_described') }} as builds
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
        ranked.plausible_min,
        ranked.plausible_max,
        ranked.in_force_from_date as state_from_date
    from ranked
    left join {{ ref('int_series_titled') }} as titled_series
        on ranked.series_code = titled_series.series_code
    where ranked.state_rank = 1
)

select * from dated
