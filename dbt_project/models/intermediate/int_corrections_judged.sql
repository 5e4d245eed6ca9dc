{{ config(materialized='table') }}

with corrections as (
    select * from {{ ref('stg_plan__corrections') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

versions as (
    select * from {{ ref('int_observations_versioned') }}
    where is_current
),

component_codes as (
    select distinct series_code from {{ ref('stg_plan__component_series') }}
),

-- what is seen, or retired, on a day leaves what was known before that day alone
in_force as (
    select
        corrections.*,
        count(*) over (
            partition by
                corrections.series_code, corrections.country_code, corrections.observation_year
        ) as corrections_count
    from corrections
    inner join builds
        on
            corrections.first_seen_date <= builds.as_of_date
            and coalesce(corrections.retired_from_date > builds.as_of_date, true)
),

compared as (
    select
        in_force.*,
        versions.series_code is not null as has_version,
        versions.value as upstream_value,
        versions.known_from as upstream_from_date,
        component_codes.series_code is not null as is_component,
        coalesce(
            abs(versions.value - in_force.expected_old_value)
            <= abs(in_force.expected_old_value) * thresholds.value_noise_ratio,
            false
        ) as is_upstream_as_expected
    from in_force
    cross join thresholds
    left join versions
        on
            in_force.series_code = versions.series_code
            and in_force.country_code = versions.country_code
            and in_force.observation_year = versions.observation_year
    left join component_codes
        on in_force.series_code = component_codes.series_code
),

judged as (
    select
        correction_id,
        'corrections: ' || correction_id || ', ' || series_code || ' ' || country_code || ' '
        || cast(observation_year as string) || ': '
        || case
            when is_component
                then 'it serves only in a ratio: correct the series derived from it'
            when not has_version then 'matches nothing: correct or remove it'
            when not is_upstream_as_expected
                then
                    'upstream is ' || coalesce(cast(upstream_value as string), 'withdrawn')
                    || ' since ' || cast(upstream_from_date as string)
                    || ': retire it from that day on, or renew it in a row that begins there'
            when corrections_count > 1
                then 'is corrected twice on one day: keep one, or retire one before the other'
            else null
        end as finding,
        series_code,
        country_code,
        observation_year,
        correction_action,
        expected_old_value,
        corrected_value,
        upstream_value
    from compared
)

select * from judged
