with source as (
    select * from {{ source('inputs', 'held_back_partitions') }}
),

submitted_series as (
    select distinct
        kpi_code,
        series_code
    from {{ ref('stg_plan__kpi_series') }}
    where source_state = 'submitted'
),

-- what parties send is told by its KPI, whichever of its two names the gate gave it
renamed as (
    select
        cast(source.finding_id as string) as finding_id,
        cast(source.source_code as string) as source_code,
        cast(coalesce(submitted_series.series_code, source.series_code) as string) as series_code,
        cast(source.country_code as string) as country_code,
        cast(source.snapshot_id as string) as snapshot_id,
        cast(coalesce(submitted_series.kpi_code, source.series_code) as string) as item_code,
        cast(source.check_id as string) as check_id,
        cast(source.observed_value as string) as observed_value,
        cast(source.expected as string) as expected,
        cast(source.message as string) as message,
        cast(source.observation_year as integer) as observation_year,
        cast(source.vintage_date as date) as vintage_date
    from source
    left join submitted_series
        on source.series_code in (submitted_series.kpi_code, submitted_series.series_code)
)

select * from renamed
