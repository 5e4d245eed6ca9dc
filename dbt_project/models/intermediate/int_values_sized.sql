with observations as (
    select * from {{ ref('int_observations_matched') }}
),

offered_baselines as (
    select * from {{ ref('int_baselines_offered') }}
),

year_values as (
    select
        kpi_code,
        observation_year,
        value
    from observations
    union all
    select
        kpi_code,
        baseline_year as observation_year,
        baseline_value as value
    from offered_baselines
    union all
    select
        kpi_code,
        baseline_year as observation_year,
        baseline_value_first_known as value
    from offered_baselines
),

sized as (
    select
        kpi_code,
        observation_year,
        coalesce(nullif(max(abs(value)), 0), 1) as largest_value,
        min(value) as least_value
    from year_values
    group by kpi_code, observation_year
)

select * from sized
