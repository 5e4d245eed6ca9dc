{{ config(materialized='table') }}

{%- set codes = [
    'value_noise_ratio',
    'cagr_on_track_pct',
    'cagr_acceleration_pct',
    'cagr_limited_pct',
    'cagr_limit_exponent',
    'cagr_score_floor_pct',
    'cagr_score_ceiling_pct',
    'target_on_track_ratio',
    'target_acceleration_ratio',
    'target_limited_ratio',
    'target_score_floor_ratio',
    'target_score_middle_ratio',
    'target_score_ceiling_ratio',
    'score_extreme',
    'score_half',
    'un_on_track_pct',
    'un_fair_pct',
    'un_target_on_track_ratio',
    'un_target_fair_ratio',
    'goal_assessed_share',
    'goal_countries_share',
    'goal_delivered_pct',
    'goal_moving_score',
    'region_missing_weight_share',
    'gap_group_missing_share',
    'gap_tolerance_share',
    'light_green_index',
    'light_amber_index',
    'quality_green_number',
    'quality_amber_number',
    'submission_grace_days',
] -%}

with thresholds as (
    select * from {{ ref('stg_plan__thresholds') }}
),

pivoted as (
    select
    {% for code in codes %}
            max(
                case when threshold_code = '{{ code }}' then threshold_value else null end
            ) as {{ code }}{{ "," if not loop.last }}
    {% endfor %}
    from thresholds
)

select * from pivoted
