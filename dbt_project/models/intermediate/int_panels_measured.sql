{{ config(materialized='table') }}

with pairs as (
    select * from {{ ref('int_panels_paired') }}
),

totals as (
    select
        kpi_code,
        group_code,
        baseline_year,
        observation_year,
        baseline_years_away,
        count(*) as members_count,
        count(value) as members_reporting_count,
        count(panel_country_code) as panel_count,
        {{ joined_sorted('panel_country_code') }} as panel_country_codes,
        max(case when is_valued and not is_unbroken then 1 else 0 end) = 1 as has_break,
        count(*) > count(weight)
        or count(*) > count(baseline_weight)
        or count(distinct weight_unit_code) > 1
        or count(distinct baseline_weight_unit_code) > 1 as has_weight_hole,
        {{ over_members('sum', 'weight') }} as weight,
        {{ over_members('sum', 'baseline_weight') }} as baseline_weight,
        {{ over_members('sum', 'valued_weight') }} as valued_weight,
        {{ over_members('sum', 'valued_baseline_weight') }} as valued_baseline_weight,
        {{ over_members('sum', 'panel_weight') }} as panel_weight,
        {{ over_members('sum', 'panel_baseline_weight') }} as panel_baseline_weight,
        min(panel_unit_code) as unit_code,
        -- the same unit of two currencies or base years is not the same
        count(distinct panel_unit_code) > 1
        or count(distinct panel_unit_detail) > 1 as has_mixed_units,
        {{ over_members('sum', 'baseline_value * panel_baseline_weight') }} as baseline_sum,
        {{ over_members(
            'sum', 'baseline_value_first_known * panel_baseline_weight'
        ) }} as baseline_first_known_sum,
        {{ over_members('sum', 'value * panel_weight') }} as value_sum,
        {{ over_members(
            'avg', 'case when panel_country_code is null then null else baseline_value end'
        ) }} as baseline_mean,
        {{ over_members(
            'avg', 'case when panel_country_code is null then null else value end'
        ) }} as value_mean,
        {{ over_members(
            'stddev_pop', 'case when panel_country_code is null then null else baseline_value end'
        ) }} as baseline_deviation,
        {{ over_members(
            'stddev_pop', 'case when panel_country_code is null then null else value end'
        ) }} as value_deviation,
        max(case when is_recorded then 1 else 0 end) = 1 as is_recorded,
        max(
            case when is_illustrative or coalesce(is_baseline_illustrative, false) then 1 else 0 end
        ) = 1 as is_illustrative,
        max(vintage_date) as vintage_date
    from pairs
    group by kpi_code, group_code, baseline_year, observation_year, baseline_years_away
),

-- what is missing at either end is missing
measured as (
    select
        *,
        case
            when has_weight_hole then null
            else 1 - least(valued_weight / weight, valued_baseline_weight / baseline_weight)
        end as missing_share,
        case
            when has_weight_hole then null
            when panel_count = 0 then 1
            else 1 - least(panel_weight / weight, panel_baseline_weight / baseline_weight)
        end as missing_panel_share,
        baseline_sum / nullif(panel_baseline_weight, 0) as baseline_value,
        baseline_first_known_sum / nullif(panel_baseline_weight, 0) as baseline_value_first_known,
        value_sum / nullif(panel_weight, 0) as panel_value,
        baseline_deviation / nullif(baseline_mean, 0) as baseline_variation,
        value_deviation / nullif(value_mean, 0) as variation
    from totals
)

select * from measured
