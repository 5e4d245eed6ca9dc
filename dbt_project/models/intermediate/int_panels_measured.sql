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
        {{ joined_members('panel_country_code') }} as panel_country_codes,
        max(case when is_valued and not is_unbroken then 1 else 0 end) = 1 as has_break,
        count(*) > count(weight)
        or count(*) > count(baseline_weight)
        or {{ has_several('weight_unit_code', 'baseline_weight_unit_code') }} as has_weight_hole,
        {{ sum_over_members('weight') }} as weight,
        {{ sum_over_members('baseline_weight') }} as baseline_weight,
        {{ sum_over_members('valued_weight') }} as valued_weight,
        {{ sum_over_members('valued_baseline_weight') }} as valued_baseline_weight,
        {{ sum_over_members('panel_weight') }} as panel_weight,
        {{ sum_over_members('panel_baseline_weight') }} as panel_baseline_weight,
        min(panel_unit_code) as unit_code,
        -- the same unit of two currencies or base years is not the same
        {{ has_several('panel_unit_code', 'panel_unit_detail') }} as has_mixed_units,
        {{ sum_over_members('baseline_value * panel_baseline_weight', 'largest_baseline_value') }}
            as baseline_sum,
        {{ sum_over_members(
            'baseline_value_first_known * panel_baseline_weight', 'largest_baseline_value'
        ) }} as baseline_first_known_sum,
        {{ sum_over_members('value * panel_weight', 'largest_value') }} as value_sum,
        max(least_value / largest_value) as least_share,
        max(least_baseline_value / largest_baseline_value) as least_baseline_share,
        {{ sum_over_members('panel_rise') }} / nullif(count(panel_country_code), 0) as mean_rise,
        {{ sum_over_members('panel_rise * panel_rise') }} / nullif(count(panel_country_code), 0)
            as mean_square_rise,
        {{ sum_over_members('panel_baseline_rise') }} / nullif(count(panel_country_code), 0)
            as mean_baseline_rise,
        {{ sum_over_members('panel_baseline_rise * panel_baseline_rise') }}
        / nullif(count(panel_country_code), 0) as mean_square_baseline_rise,
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
        sqrt(greatest(mean_square_baseline_rise - mean_baseline_rise * mean_baseline_rise, 0))
        / nullif(least_baseline_share + mean_baseline_rise, 0) as baseline_variation,
        sqrt(greatest(mean_square_rise - mean_rise * mean_rise, 0))
        / nullif(least_share + mean_rise, 0) as variation
    from totals
)

select * from measured
