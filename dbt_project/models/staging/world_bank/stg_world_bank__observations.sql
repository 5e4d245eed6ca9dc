with source as (
    select * from {{ source('inputs', 'world_bank_observations') }}
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

series_titles as (
    select
        series_code,
        series_title,
        unit_code
    from {{ ref('stg_plan__kpi_series') }}
    union
    select
        series_code,
        series_title,
        unit_code
    from {{ ref('stg_plan__weight_series') }}
    union
    select
        series_code,
        series_title,
        unit_code
    from {{ ref('stg_plan__former_series_titles') }}
),

-- the unit belongs to the vintage: its title tells it; rows of other countries stay in raw
renamed as (
    select
        source.snapshot_id,
        source.source as source_code,
        source.series as series_code,
        source.economy as country_code,
        series_titles.unit_code,
        source.series_title,
        source.vintage_basis,
        cast(replace(source.time, 'YR', '') as integer) as observation_year,
        source.value,
        source.is_recorded,
        source.vintage_date,
        source.retrieved_at
    from source
    inner join countries
        on source.economy = countries.country_code
    left join series_titles
        on
            source.series = series_titles.series_code
            and source.series_title = series_titles.series_title
)

select * from renamed
