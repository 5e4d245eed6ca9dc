{{ config(materialized='table') }}

with kpis as (
    select * from {{ ref('int_kpis_dated') }}
),

goals as (
    select * from {{ ref('stg_plan__goals') }}
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

kpi_availability as (
    select * from {{ ref('stg_plan__kpi_availability') }}
),

targets as (
    select * from {{ ref('stg_plan__targets') }}
),

chosen_series as (
    select * from {{ ref('int_series_chosen') }}
),

held_back_partitions as (
    select * from {{ ref('int_partitions_held_back') }}
),

-- every KPI for every member state: what is not reported is a row too
expected as (
    select
        kpis.kpi_code,
        countries.country_code,
        kpis.goal_code,
        countries.group_code,
        chosen_series.source_code,
        chosen_series.series_code,
        chosen_series.unit_code,
        kpis.kpi_name,
        countries.country_name,
        goals.goal_name,
        kpis.direction,
        chosen_series.source_state,
        coalesce(kpi_availability.availability, 'unknown') as availability,
        kpis.valid_from_year,
        kpis.valid_from_date,
        kpis.natural_limit,
        coalesce(chosen_series.plausible_min, kpis.plausible_min) as plausible_min,
        coalesce(chosen_series.plausible_max, kpis.plausible_max) as plausible_max,
        kpis.max_yearly_change_pct,
        kpis.staleness_limit_years,
        kpis.publication_lag_years,
        kpis.baseline_tolerance_years,
        targets.target_value,
        targets.target_year,
        chosen_series.is_substitute,
        chosen_series.is_vintage_held,
        chosen_series.state_from_date,
        chosen_series.is_held_back,
        chosen_series.held_back_since_date,
        chosen_series.held_back_check_id,
        chosen_series.is_held_back or held_back_partitions.series_code is not null
            as has_held_back_part
    from kpis
    cross join countries
    inner join goals
        on kpis.goal_code = goals.goal_code
    inner join chosen_series
        on
            kpis.kpi_code = chosen_series.kpi_code
            and countries.country_code = chosen_series.country_code
    left join kpi_availability
        on
            kpis.kpi_code = kpi_availability.kpi_code
            and countries.country_code = kpi_availability.country_code
    left join targets
        on
            kpis.kpi_code = targets.kpi_code
            and countries.country_code = targets.country_code
    left join held_back_partitions
        on
            kpis.aggregation_code = 'weighted_mean'
            and kpis.weight_series_code = held_back_partitions.series_code
            and countries.country_code = held_back_partitions.country_code
)

select * from expected
