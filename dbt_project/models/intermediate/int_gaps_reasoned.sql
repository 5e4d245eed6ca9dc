with gaps as (
    select * from {{ ref('int_gaps_measured') }}
),

expected_entities as (
    select * from {{ ref('int_entities_expected') }}
    where entity_kind = 'group'
),

reasons as (
    select * from {{ ref('int_groups_reasoned') }}
),

regional_observations as (
    select * from {{ ref('regional_observations') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
    where leading_group_code is not null
),

reasoned as (
    select
        regional_observations.*,
        gaps.baseline_year,
        gaps.panel_count,
        gaps.panel_country_codes,
        gaps.leading_value,
        gaps.following_value,
        gaps.variation,
        gaps.baseline_variation,
        expected_entities.source_state,
        -- a ratio of what is not positive has no logarithm
        case
            when gaps.leading_value > 0 and gaps.following_value > 0
                then abs(ln(gaps.leading_value / gaps.following_value))
            else null
        end as log_gap,
        case
            when gaps.leading_baseline_value > 0 and gaps.following_baseline_value > 0
                then abs(ln(gaps.leading_baseline_value / gaps.following_baseline_value))
            else null
        end as baseline_log_gap,
        case
            when not expected_entities.is_vintage_held then 'no_vintage_held'
            when regional_observations.members_reporting_count = 0 then 'no_data'
            when gaps.kpi_code is null then coalesce(reasons.reason_code, 'coverage')
            else gaps.panel_reason_code
        end as value_reason_code
    from regional_observations
    inner join builds
        on regional_observations.group_code = builds.region_code
    inner join expected_entities
        on
            regional_observations.kpi_code = expected_entities.kpi_code
            and regional_observations.group_code = expected_entities.entity_code
    inner join reasons
        on
            regional_observations.kpi_code = reasons.kpi_code
            and regional_observations.group_code = reasons.group_code
    left join gaps
        on
            regional_observations.kpi_code = gaps.kpi_code
            and regional_observations.observation_year = gaps.observation_year
)

select * from reasoned
