with weighted_values as (
    select * from {{ ref('int_values_weighted') }}
),

summed as (
    select
        kpi_code,
        group_code,
        observation_year,
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
    group by kpi_code, group_code, observation_year
)

select * from summed
