with endpoints as (
    select * from {{ ref('int_endpoints_found') }}
),

-- growth needs two positive values: of others it has no root, or the wrong sign
prepared as (
    select
        *,
        case when direction = 'higher' then 1 else -1 end as direction_sign,
        cast(end_year - baseline_year as double) as elapsed_years,
        cast(target_year - baseline_year as double) as target_years,
        case
            when endpoint_reason_code is not null then endpoint_reason_code
            when end_value is null then 'no_data'
            when baseline_value is null then 'no_baseline'
            when end_year <= baseline_year then 'one_point'
            when has_break then 'break'
            when baseline_unit_code != end_unit_code then 'unit_mismatch'
            when baseline_value <= 0 or end_value <= 0 or target_value < 0 then 'zero_base'
            else null
        end as point_reason_code
    from endpoints
),

grown as (
    select
        *,
        case
            when point_reason_code is null
                then power(end_value / baseline_value, 1 / elapsed_years) - 1
            else null
        end as growth_ratio,
        case
            when point_reason_code is null
                then power(target_value / baseline_value, 1 / nullif(target_years, 0)) - 1
            else null
        end as required_growth_ratio,
        coalesce(
            (baseline_value - target_value) * direction_sign >= 0, false
        ) as is_target_met_at_baseline,
        coalesce((end_value - target_value) * direction_sign >= 0, false) as is_target_met_at_end,
        not has_target
        and coalesce(baseline_value = natural_limit, false) as is_limit_met_at_baseline,
        coalesce((end_value - natural_limit) * direction_sign >= 0, false) as is_limit_met_at_end
    from prepared
)

select * from grown
