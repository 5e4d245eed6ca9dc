{{ config(materialized='table') }}

with weighted_values as (
    select * from {{ ref('int_values_weighted') }}
),

offered_baselines as (
    select * from {{ ref('int_baselines_offered') }}
    where baseline_value is not null
),

thresholds as (
    select least(region_missing_weight_share, gap_group_missing_share) as missing_share_at_most
    from {{ ref('int_thresholds_pivoted') }}
),

offered_years as (
    select distinct
        kpi_code,
        baseline_year
    from offered_baselines
),

valued as (
    select
        weighted_values.kpi_code,
        weighted_values.group_code,
        weighted_values.observation_year as baseline_year,
        weighted_values.years_away,
        weighted_values.weight,
        weighted_values.weight_unit_code,
        case
            when weighted_values.value is not null and offered_baselines.kpi_code is not null
                then weighted_values.weight
            else 0
        end as valued_weight
    from weighted_values
    inner join offered_years
        on
            weighted_values.kpi_code = offered_years.kpi_code
            and weighted_values.observation_year = offered_years.baseline_year
    left join offered_baselines
        on
            weighted_values.kpi_code = offered_baselines.kpi_code
            and weighted_values.country_code = offered_baselines.country_code
            and weighted_values.observation_year = offered_baselines.baseline_year
),

groups_covered as (
    select
        kpi_code,
        group_code,
        baseline_year,
        years_away,
        case
            when count(*) > count(weight) or {{ has_several('weight_unit_code') }} then 0
            when
                1 - {{ sum_over_members('valued_weight') }} / {{ sum_over_members('weight') }}
                <= max(missing_share_at_most)
                then 1
            else 0
        end as is_covered
    from valued
    cross join thresholds
    group by kpi_code, group_code, baseline_year, years_away
),

-- what lies beyond a year by which every group is covered serves none of them
compared as (
    select
        kpi_code,
        baseline_year,
        max(min(is_covered)) over (
            partition by kpi_code
            order by years_away, baseline_year
            rows between unbounded preceding and 1 preceding
        ) as is_nearer_covered
    from groups_covered
    group by kpi_code, baseline_year, years_away
),

needed as (
    select
        kpi_code,
        baseline_year
    from compared
    where is_nearer_covered is null or is_nearer_covered = 0
)

select * from needed
