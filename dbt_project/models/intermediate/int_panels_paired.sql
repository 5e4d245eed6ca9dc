with offered_baselines as (
    select * from {{ ref('int_baselines_offered') }}
),

baseline_years as (
    select * from {{ ref('int_baseline_years_needed') }}
),

-- each year beside each year that may serve as baseline; a member counts if it has both in one
-- unit and by one definition. The values are read twice: to keep them for two uses takes gigabytes
pairs as (
    select
        later_values.*,
        earlier_values.observation_year as baseline_year,
        earlier_values.years_away as baseline_years_away,
        earlier_values.weight as baseline_weight,
        earlier_values.weight_unit_code as baseline_weight_unit_code,
        earlier_values.largest_value as largest_baseline_value,
        earlier_values.least_value as least_baseline_value,
        offered.baseline_unit_code,
        offered.baseline_value,
        offered.baseline_value_first_known,
        offered.is_baseline_illustrative,
        later_values.value is not null and offered.baseline_value is not null as is_valued,
        later_values.value is not null
        and offered.baseline_value is not null
        and offered.definition_number = later_values.definition_number as is_unbroken,
        coalesce(offered.baseline_unit_code, '') = coalesce(later_values.version_unit_code, '')
        and coalesce(offered.baseline_unit_detail, '') = coalesce(later_values.unit_detail, '')
            as is_one_unit
    from {{ ref('int_values_weighted') }} as later_values
    inner join {{ ref('int_values_weighted') }} as earlier_values
        on
            later_values.kpi_code = earlier_values.kpi_code
            and later_values.group_code = earlier_values.group_code
            and later_values.country_code = earlier_values.country_code
    inner join baseline_years
        on
            earlier_values.kpi_code = baseline_years.kpi_code
            and earlier_values.observation_year = baseline_years.baseline_year
    left join offered_baselines as offered
        on
            earlier_values.kpi_code = offered.kpi_code
            and earlier_values.country_code = offered.country_code
            and earlier_values.observation_year = offered.baseline_year
),

weighed as (
    select
        *,
        case when is_valued then weight else 0 end as valued_weight,
        case when is_valued then baseline_weight else 0 end as valued_baseline_weight,
        case when is_unbroken and is_one_unit then weight else null end as panel_weight,
        case
            when is_unbroken and is_one_unit then baseline_weight
            else null
        end as panel_baseline_weight,
        case when is_unbroken and is_one_unit then country_code else null end as panel_country_code,
        case
            when is_unbroken and is_one_unit then version_unit_code
            else null
        end as panel_unit_code,
        case when is_unbroken and is_one_unit then unit_detail else null end as panel_unit_detail,
        -- how far above the year's least value: deviations of these lose no digits
        case
            when is_unbroken and is_one_unit then (value - least_value) / largest_value
            else null
        end as panel_rise,
        case
            when is_unbroken and is_one_unit
                then (baseline_value - least_baseline_value) / largest_baseline_value
            else null
        end as panel_baseline_rise
    from pairs
)

select * from weighed
