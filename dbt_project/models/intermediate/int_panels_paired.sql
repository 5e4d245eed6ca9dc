with weighted_values as (
    select * from {{ ref('int_values_weighted') }}
),

baselines as (
    select * from {{ ref('int_baselines_weighted') }}
),

-- each year beside each year that may serve as baseline; a member counts if it has both in one
-- unit and by one definition
pairs as (
    select
        weighted_values.*,
        baselines.baseline_year,
        baselines.baseline_years_away,
        baselines.baseline_weight,
        baselines.baseline_weight_unit_code,
        baselines.largest_baseline_value,
        baselines.least_baseline_value,
        baselines.baseline_unit_code,
        baselines.baseline_value,
        baselines.baseline_value_first_known,
        baselines.is_baseline_illustrative,
        weighted_values.value is not null and baselines.baseline_value is not null as is_valued,
        weighted_values.value is not null
        and baselines.baseline_value is not null
        and baselines.baseline_definition_number = weighted_values.definition_number
            as is_unbroken,
        coalesce(baselines.baseline_unit_code, '')
        = coalesce(weighted_values.version_unit_code, '')
        and coalesce(baselines.baseline_unit_detail, '')
        = coalesce(weighted_values.unit_detail, '') as is_one_unit
    from weighted_values
    inner join baselines
        on
            weighted_values.kpi_code = baselines.kpi_code
            and weighted_values.group_code = baselines.group_code
            and weighted_values.country_code = baselines.country_code
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
