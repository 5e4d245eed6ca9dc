{{ config(materialized='table') }}

with ratios as (
    select * from {{ ref('int_ratios_measured') }}
),

judged as (
    select
        *,
        case
            when point_reason_code is not null then 'not_assessed'
            when is_target_met_at_end then 'achieved'
            when is_target_met_at_baseline then 'deterioration'
            when is_limit_met_at_baseline and is_limit_met_at_end then 'achieved'
            when is_limit_met_at_baseline then 'deterioration'
            when progress_ratio >= on_track_cut then 'on_track'
            when progress_ratio >= acceleration_cut then 'acceleration_needed'
            when progress_ratio >= limited_cut then 'limited'
            else 'deterioration'
        end as status,
        case
            when point_reason_code is not null then 'not_assessed'
            when is_target_met_at_end then 'achieved'
            when is_target_met_at_baseline then 'stagnation_or_regression'
            when has_target and un_chart_ratio >= un_target_on_track_ratio then 'on_track'
            when has_target and un_chart_ratio >= un_target_fair_ratio then 'fair'
            when has_target then 'stagnation_or_regression'
            when un_chart_ratio >= un_on_track_pct / 100 then 'on_track'
            when un_chart_ratio >= un_fair_pct / 100 then 'fair'
            else 'stagnation_or_regression'
        end as un_chart_status,
        case
            when not has_target then 'not_applicable'
            when point_reason_code is not null then 'not_assessed'
            when is_target_met_at_end then 'achieved'
            when is_target_met_at_baseline then 'deterioration'
            when linear_path_ratio >= target_on_track_ratio then 'on_track'
            when linear_path_ratio >= target_acceleration_ratio then 'acceleration_needed'
            when linear_path_ratio >= target_limited_ratio then 'limited'
            else 'deterioration'
        end as linear_path_status
    from ratios
),
{% set score_lines = {
    "growth": [
        ("cagr_score_floor_pct / 100", "-score_extreme"),
        ("limited_cut", "-score_half"),
        ("acceleration_cut", "0"),
        ("on_track_cut", "score_half"),
        ("cagr_score_ceiling_pct / 100 * limit_factor", "score_extreme"),
    ],
    "required_growth": [
        ("target_score_floor_ratio", "-score_extreme"),
        ("target_score_middle_ratio", "0"),
        ("target_score_ceiling_ratio", "score_extreme"),
    ],
} %}
-- a target that was met and is lost has no required growth to compare with: it scores the lowest
scored as (
    select
        *,
        case
            when status = 'not_assessed' then null
            when status = 'achieved' then score_extreme
            when is_target_met_at_baseline then -score_extreme
            when has_target
                then {{ interpolated("progress_ratio", score_lines["required_growth"]) }}
            else {{ interpolated("progress_ratio", score_lines["growth"]) }}
        end as score
    from judged
)

select * from scored
