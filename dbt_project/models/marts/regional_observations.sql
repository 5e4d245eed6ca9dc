with weighted_values as (
    select * from {{ ref('int_values_weighted') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

summed as (
    select
        kpi_code,
        group_code,
        observation_year,
        goal_code,
        aggregation_code,
        weight_series_code,
        kpi_name,
        goal_name,
        coalesce(min(version_unit_code), min(unit_code)) as unit_code,
        {{ has_several('version_unit_code', 'unit_detail') }} as has_mixed_units,
        {{ joined_members('case when value is null then null else country_code end') }}
            as reporting_country_codes,
        {{ joined_members('held_back_country_code') }} as held_back_country_codes,
        count(value) as members_reporting_count,
        count(*) as members_count,
        count(*) > count(weight) or {{ has_several('weight_unit_code') }} as has_weight_hole,
        {{ sum_over_members('case when value is null then 0 else weight end') }} as known_weight,
        {{ sum_over_members('weight') }} as weight,
        {{ sum_over_members('value * weight', 'largest_value') }} as weighted_sum,
        max(case when is_recorded then 1 else 0 end) = 1 as is_recorded,
        max(case when is_illustrative then 1 else 0 end) = 1 as is_illustrative,
        max(vintage_date) as vintage_date
    from weighted_values
    group by
        kpi_code, group_code, observation_year, goal_code, aggregation_code, weight_series_code,
        kpi_name, goal_name
),

-- nothing is averaged over a hole: neither of values nor of weights
reasoned as (
    select
        summed.*,
        case
            when members_reporting_count > 0 and has_weight_hole then null
            else coalesce(known_weight / weight, 0)
        end as coverage_share,
        case
            when members_reporting_count = 0 then 'coverage'
            when has_weight_hole then 'no_weight'
            when 1 - known_weight / weight > region_missing_weight_share then 'coverage'
            when has_mixed_units then 'unit_mismatch'
            else null
        end as reason_code
    from summed
    cross join thresholds
),

final as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(group_code as string) as group_code,
        cast(observation_year as integer) as observation_year,
        cast(goal_code as string) as goal_code,
        cast(aggregation_code as string) as aggregation_code,
        cast(weight_series_code as string) as weight_series_code,
        cast(unit_code as string) as unit_code,
        cast(kpi_name as string) as kpi_name,
        cast(goal_name as string) as goal_name,
        cast(reporting_country_codes as string) as reporting_country_codes,
        cast(held_back_country_codes as string) as held_back_country_codes,
        cast(reason_code as string) as reason_code,
        cast(members_reporting_count as integer) as members_reporting_count,
        cast(members_count as integer) as members_count,
        cast(case when reason_code is null then weighted_sum / known_weight else null end as double)
            as value,
        cast(coverage_share * 100 as double) as coverage_pct,
        cast(is_recorded as boolean) as is_recorded,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(vintage_date as date) as vintage_date,
        cast(builds.as_of_date as date) as as_of_date
    from reasoned
    cross join builds
)

select * from final
order by kpi_code, group_code, observation_year
