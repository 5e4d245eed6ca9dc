with growths as (
    select * from {{ ref('int_growths_measured') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

-- the nearer a baseline is to its natural limit, the less growth is asked of it
limited as (
    select
        growths.*,
        thresholds.*,
        case
            when has_target or natural_limit is null then 1
            when baseline_value is null or baseline_value <= 0 then null
            when baseline_value <= natural_limit
                then 1 - power(baseline_value / natural_limit, cagr_limit_exponent)
            when baseline_value < natural_limit * 2
                then
                    1 - power(
                        (natural_limit * 2 - baseline_value) / natural_limit, cagr_limit_exponent
                    )
            else 1
        end as limit_factor
    from growths
    cross join thresholds
),

measured as (
    select
        *,
        case
            when has_target then target_on_track_ratio
            else cagr_on_track_pct / 100 * limit_factor
        end as on_track_cut,
        case
            when has_target then target_acceleration_ratio
            else cagr_acceleration_pct / 100 * limit_factor
        end as acceleration_cut,
        case
            when has_target then target_limited_ratio
            else cagr_limited_pct / 100 * limit_factor
        end as limited_cut,
        case
            when not has_target then growth_ratio * direction_sign
            when is_target_met_at_baseline then null
            else growth_ratio * direction_sign / nullif(abs(required_growth_ratio), 0)
        end as progress_ratio,
        case
            when not has_target then growth_ratio * direction_sign
            when is_target_met_at_baseline or growth_ratio is null then null
            else
                (end_value * power(1 + growth_ratio, target_year - end_year) - baseline_value)
                / nullif(target_value - baseline_value, 0)
        end as un_chart_ratio,
        case
            when is_target_met_at_baseline or growth_ratio is null then null
            else
                (end_value - baseline_value) / nullif(target_value - baseline_value, 0)
                / nullif(elapsed_years / nullif(target_years, 0), 0)
        end as linear_path_ratio
    from limited
)

select * from measured
