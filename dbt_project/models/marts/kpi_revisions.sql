with versions as (
    select * from {{ ref('int_observations_versioned') }}
),

kpi_series as (
    select * from {{ ref('int_series_dated') }}
    where kpi_code is not null
),

kpis as (
    select * from {{ ref('stg_plan__kpis') }}
),

goals as (
    select * from {{ ref('stg_plan__goals') }}
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

final as (
    select
        cast(kpi_series.kpi_code as string) as kpi_code,
        cast(versions.country_code as string) as country_code,
        cast(versions.series_code as string) as series_code,
        cast(versions.observation_year as integer) as observation_year,
        cast(versions.version_number as integer) as version_number,
        cast(goals.goal_code as string) as goal_code,
        cast(countries.group_code as string) as group_code,
        cast(versions.source_code as string) as source_code,
        cast(versions.unit_code as string) as unit_code,
        cast(versions.previous_unit_code as string) as previous_unit_code,
        cast(versions.snapshot_id as string) as snapshot_id,
        cast(kpis.kpi_name as string) as kpi_name,
        cast(goals.goal_name as string) as goal_name,
        cast(countries.country_name as string) as country_name,
        cast(versions.vintage_basis as string) as vintage_basis,
        cast(versions.change_type as string) as change_type,
        cast(versions.value as double) as value,
        cast(versions.previous_value as double) as previous_value,
        cast(versions.relative_change_pct as double) as relative_change_pct,
        cast(versions.is_current as boolean) as is_current,
        cast(versions.is_revision_acknowledged as boolean) as is_revision_acknowledged,
        cast(versions.is_recorded as boolean) as is_recorded,
        cast(versions.is_illustrative as boolean) as is_illustrative,
        cast(versions.known_from as date) as known_from,
        cast(versions.known_to as date) as known_to,
        cast(versions.vintage_date as date) as vintage_date,
        cast(builds.as_of_date as date) as as_of_date
    from versions
    inner join kpi_series
        on versions.series_code = kpi_series.series_code
    inner join kpis
        on kpi_series.kpi_code = kpis.kpi_code
    inner join goals
        on kpis.goal_code = goals.goal_code
    inner join countries
        on versions.country_code = countries.country_code
    cross join builds
)

select * from final
order by kpi_code, country_code, series_code, observation_year, version_number
