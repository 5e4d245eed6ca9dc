with kpi_series as (
    select * from {{ ref('int_series_dated') }}
    where kpi_code is not null
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

valued_series as (
    select distinct
        series_code,
        country_code
    from {{ ref('int_observations_corrected') }}
    where is_current and value is not null
),

held_series as (
    select
        series_code,
        max(vintage_date) as last_vintage_date
    from {{ ref('int_observations_united') }}
    group by series_code
),

held_back_partitions as (
    select * from {{ ref('int_partitions_held_back') }}
),

-- one series serves all years of a KPI and country: two are never mixed in one trend
ranked as (
    select
        kpi_series.*,
        countries.country_code,
        held_back_partitions.held_back_since_date,
        held_back_partitions.held_back_check_id,
        row_number() over (
            partition by kpi_series.kpi_code, countries.country_code
            order by
                case when valued_series.series_code is null then 1 else 0 end,
                -- where none has a value, one that would have it but for the gate is chosen, and
                -- one that is held before one that is not
                case when held_back_partitions.series_code is null then 1 else 0 end,
                case when held_series.series_code is null then 1 else 0 end,
                kpi_series.preference_number
        ) as choice_rank
    from kpi_series
    cross join countries
    left join held_series
        on kpi_series.series_code = held_series.series_code
    left join valued_series
        on
            kpi_series.series_code = valued_series.series_code
            and countries.country_code = valued_series.country_code
    left join held_back_partitions
        on
            kpi_series.series_code = held_back_partitions.series_code
            and countries.country_code = held_back_partitions.country_code
),

chosen as (
    select
        ranked.kpi_code,
        ranked.country_code,
        ranked.source_code,
        ranked.series_code,
        ranked.unit_code,
        ranked.source_state,
        ranked.preference_number,
        ranked.plausible_min,
        ranked.plausible_max,
        ranked.source_state = 'substituted' or ranked.preference_number > 1 as is_substitute,
        coalesce(held_series.last_vintage_date >= builds.plan_start_date, false) as is_vintage_held,
        ranked.state_from_date,
        ranked.held_back_since_date is not null as is_held_back,
        ranked.held_back_since_date,
        ranked.held_back_check_id
    from ranked
    cross join builds
    left join held_series
        on ranked.series_code = held_series.series_code
    where ranked.choice_rank = 1
)

select * from chosen
