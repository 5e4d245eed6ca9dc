-- kept, though it is read once: an engine that knows how small it is joins it to the values the
-- right way round, and does not hold all of these in memory
{{ config(materialized='table') }}

with weighted_values as (
    select * from {{ ref('int_values_weighted') }}
),

baseline_years as (
    select * from {{ ref('int_baseline_years_needed') }}
),

offered_baselines as (
    select * from {{ ref('int_baselines_offered') }}
),

weighted as (
    select
        weighted_values.kpi_code,
        weighted_values.group_code,
        weighted_values.country_code,
        baseline_years.baseline_year,
        weighted_values.years_away as baseline_years_away,
        weighted_values.weight as baseline_weight,
        weighted_values.weight_unit_code as baseline_weight_unit_code,
        weighted_values.largest_value as largest_baseline_value,
        weighted_values.least_value as least_baseline_value,
        offered_baselines.definition_number as baseline_definition_number,
        offered_baselines.baseline_unit_code,
        offered_baselines.baseline_unit_detail,
        offered_baselines.baseline_value,
        offered_baselines.baseline_value_first_known,
        offered_baselines.is_baseline_illustrative
    from weighted_values
    inner join baseline_years
        on
            weighted_values.kpi_code = baseline_years.kpi_code
            and weighted_values.observation_year = baseline_years.baseline_year
    left join offered_baselines
        on
            weighted_values.kpi_code = offered_baselines.kpi_code
            and weighted_values.country_code = offered_baselines.country_code
            and weighted_values.observation_year = offered_baselines.baseline_year
)

select * from weighted
