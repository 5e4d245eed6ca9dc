{{ config(materialized='table') }}

{#- far more years than a plan has -#}
{%- set years_at_most = 256 -%}

with expected_kpis as (
    select * from {{ ref('int_kpis_expected') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

versions as (
    select * from {{ ref('int_observations_corrected') }}
    where is_current
),

numbers as (
    {{ generate_series(years_at_most) }}
),

years as (
    select
        builds.*,
        cast(
            builds.first_observation_year + numbers.generated_number - 1 as integer
        ) as observation_year
    from builds
    cross join numbers
    where builds.first_observation_year + numbers.generated_number - 1 <= builds.as_of_year
),

-- points of one number are of one definition; to keep all versions for this too takes gigabytes
break_counts as (
    select
        breaks.series_code,
        breaks.country_code,
        years.observation_year,
        count(*) as breaks_count
    from {{ ref('int_observations_corrected') }} as breaks
    inner join years
        on breaks.observation_year <= years.observation_year
    where breaks.is_current and breaks.is_break
    group by breaks.series_code, breaks.country_code, years.observation_year
),

matched as (
    select
        expected_kpis.*,
        years.observation_year,
        years.as_of_year,
        years.as_of_date,
        versions.value,
        versions.unit_code as version_unit_code,
        versions.unit_detail,
        versions.snapshot_id,
        versions.vintage_basis,
        versions.change_type,
        coalesce(break_counts.breaks_count, 0) as definition_number,
        versions.previous_value,
        versions.relative_change_pct,
        versions.is_revision_acknowledged,
        versions.correction_id,
        versions.is_corrected,
        versions.is_break,
        versions.is_recorded,
        versions.is_illustrative,
        versions.vintage_date,
        versions.known_from,
        versions.retrieved_at
    from expected_kpis
    cross join years
    left join versions
        on
            expected_kpis.series_code = versions.series_code
            and expected_kpis.country_code = versions.country_code
            and years.observation_year = versions.observation_year
    left join break_counts
        on
            expected_kpis.series_code = break_counts.series_code
            and expected_kpis.country_code = break_counts.country_code
            and years.observation_year = break_counts.observation_year
    -- only years of which the KPI is owed
    where
        expected_kpis.valid_from_year is null
        or expected_kpis.valid_from_year <= years.observation_year
)

select * from matched
