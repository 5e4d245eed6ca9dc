with declared_series as (
    select * from {{ ref('int_series_dated') }}
),

data_sources as (
    select * from {{ ref('stg_plan__data_sources') }}
),

observations as (
    select * from {{ ref('int_observations_united') }}
),

versions as (
    select * from {{ ref('int_observations_versioned') }}
    where is_current and value is not null
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- a series may serve several KPIs: what it is stands with the first
ranked_series as (
    select
        *,
        row_number() over (
            partition by series_code
            order by case when kpi_code is null then 1 else 0 end, preference_number, kpi_code
        ) as use_rank
    from declared_series
),

uses as (
    select
        series_code,
        {{ joined_sorted('kpi_code') }} as kpi_codes
    from declared_series
    group by series_code
),

vintages as (
    select
        series_code,
        max(vintage_date) as last_vintage_date,
        min(retrieved_at) as first_retrieved_at,
        max(case when is_recorded then 1 else 0 end) = 1 as is_recorded,
        max(case when is_illustrative then 1 else 0 end) = 1 as is_illustrative
    from observations
    group by series_code
),

latest_years as (
    select
        series_code,
        max(observation_year) as latest_year
    from versions
    group by series_code
),

final as (
    select
        cast(ranked_series.series_code as string) as series_code,
        cast(ranked_series.source_code as string) as source_code,
        cast(ranked_series.unit_code as string) as unit_code,
        cast(uses.kpi_codes as string) as kpi_codes,
        cast(ranked_series.series_name as string) as series_name,
        cast(data_sources.source_name as string) as source_name,
        cast(data_sources.licence as string) as licence,
        cast(data_sources.citation as string) as citation,
        cast(ranked_series.source_state as string) as source_state,
        cast(latest_years.latest_year as integer) as latest_year,
        cast(coalesce(vintages.is_recorded, false) as boolean) as is_recorded,
        cast(coalesce(vintages.is_illustrative, false) as boolean) as is_illustrative,
        cast(ranked_series.state_from_date as date) as state_from_date,
        cast(vintages.last_vintage_date as date) as last_vintage_date,
        cast(vintages.first_retrieved_at as timestamp) as first_retrieved_at,
        cast(builds.as_of_date as date) as as_of_date
    from ranked_series
    cross join builds
    inner join uses on ranked_series.series_code = uses.series_code
    left join data_sources on ranked_series.source_code = data_sources.source_code
    left join vintages on ranked_series.series_code = vintages.series_code
    left join latest_years on ranked_series.series_code = latest_years.series_code
    where ranked_series.use_rank = 1
)

select * from final
order by series_code
