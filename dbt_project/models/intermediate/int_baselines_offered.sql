{{ config(materialized='table') }}

with builds as (
    select * from {{ ref('int_builds_described') }}
),

observations as (
    select * from {{ ref('int_observations_matched') }}
),

first_versions as (
    select * from {{ ref('int_observations_corrected') }}
    where version_number = 1
),

-- by the plan's policy the value known now serves, or the one that was known first
offered as (
    select
        observations.kpi_code,
        observations.country_code,
        observations.observation_year as baseline_year,
        observations.definition_number,
        abs(observations.observation_year - builds.plan_baseline_year) as years_away,
        first_versions.value as baseline_value_first_known,
        case
            when builds.baseline_policy = 'first_known' then first_versions.value
            else observations.value
        end as baseline_value,
        case
            when builds.baseline_policy = 'first_known' then first_versions.unit_code
            else observations.version_unit_code
        end as baseline_unit_code,
        case
            when builds.baseline_policy = 'first_known' then first_versions.unit_detail
            else observations.unit_detail
        end as baseline_unit_detail,
        case
            when builds.baseline_policy = 'first_known' then first_versions.snapshot_id
            else observations.snapshot_id
        end as baseline_snapshot_id,
        case
            when builds.baseline_policy = 'first_known' then first_versions.is_illustrative
            else observations.is_illustrative
        end as is_baseline_illustrative
    from observations
    cross join builds
    inner join first_versions
        on
            observations.series_code = first_versions.series_code
            and observations.country_code = first_versions.country_code
            and observations.observation_year = first_versions.observation_year
    where
        abs(observations.observation_year - builds.plan_baseline_year)
        <= observations.baseline_tolerance_years
)

select * from offered
