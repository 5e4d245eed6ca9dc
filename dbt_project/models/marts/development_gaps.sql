with gaps as (
    select * from {{ ref('int_gaps_reasoned') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

reasoned as (
    select
        *,
        value_reason_code is null as has_values,
        case
            when value_reason_code is not null then value_reason_code
            when observation_year <= baseline_year then 'one_point'
            when log_gap is null or baseline_log_gap is null then 'zero_base'
            else null
        end as status_reason_code
    from gaps
),

-- both measures must move the same way, and by more than noise
judged as (
    select
        reasoned.*,
        case
            when status_reason_code is not null then 'not_assessed'
            when
                log_gap < baseline_log_gap * (1 - gap_tolerance_share)
                and variation < baseline_variation * (1 - gap_tolerance_share)
                then 'converging'
            when
                log_gap > baseline_log_gap * (1 + gap_tolerance_share)
                and variation > baseline_variation * (1 + gap_tolerance_share)
                then 'diverging'
            else 'unclear'
        end as gap_status
    from reasoned
    cross join thresholds
),

final as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(observation_year as integer) as observation_year,
        cast(goal_code as string) as goal_code,
        cast(unit_code as string) as unit_code,
        cast(kpi_name as string) as kpi_name,
        cast(goal_name as string) as goal_name,
        cast(source_state as string) as source_state,
        cast(case when has_values then panel_country_codes else null end as string)
            as panel_country_codes,
        cast(held_back_country_codes as string) as held_back_country_codes,
        cast(gap_status as string) as gap_status,
        cast(status_reason_code as string) as reason_code,
        cast(baseline_year as integer) as baseline_year,
        cast(case when has_values then panel_count else 0 end as integer) as members_count,
        cast(case when has_values then leading_value else null end as double) as asean6_value,
        cast(case when has_values then following_value else null end as double) as clmv_value,
        cast(
            case when has_values then leading_value / nullif(following_value, 0) else null end
            as double
        ) as gap_ratio,
        cast(
            case when has_values then leading_value - following_value else null end as double
        ) as gap_difference,
        cast(case when has_values then log_gap else null end as double) as log_gap,
        cast(case when has_values then baseline_log_gap else null end as double)
            as baseline_log_gap,
        cast(case when has_values then variation else null end as double)
            as variation_coefficient,
        cast(case when has_values then baseline_variation else null end as double)
            as baseline_variation_coefficient,
        cast(is_recorded as boolean) as is_recorded,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(as_of_date as date) as as_of_date
    from judged
)

select * from final
order by kpi_code, observation_year
