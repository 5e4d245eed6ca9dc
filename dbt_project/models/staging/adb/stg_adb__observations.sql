with source as (
    select * from {{ source('inputs', 'adb_observations') }}
),

adb_economies as (
    select * from {{ ref('stg_plan__adb_economies') }}
),

series_titles as (
    select * from {{ ref('int_title_units_known') }}
),

snapshots as (
    select
        snapshot_id,
        source as source_code,
        series as series_code,
        series_title,
        vintage_basis,
        is_recorded,
        vintage_date,
        retrieved_at,
        min(time) as first_time
    from source
    group by
        snapshot_id, source, series, series_title, vintage_basis, is_recorded, vintage_date,
        retrieved_at
),

-- a country that a vintage leaves out altogether has a row without a value in it
spread as (
    select
        snapshots.*,
        adb_economies.country_code,
        coalesce(source.time, snapshots.first_time) as year_text,
        source.value,
        source.obs_status,
        case
            when source.value is null then null
            else coalesce(source.unit, '') || ' ' || coalesce(source.base_year, '')
        end as unit_detail
    from snapshots
    cross join adb_economies
    left join source
        on
            snapshots.snapshot_id = source.snapshot_id
            and adb_economies.adb_economy_code = source.economy
),

-- within a vintage, another unit or base year than in the year before breaks the series too
compared as (
    select
        *,
        max(unit_detail) over (partition by snapshot_id, country_code) as vintage_unit_detail,
        lag(unit_detail) over (
            partition by snapshot_id, country_code, value is null
            order by year_text
        ) as earlier_unit_detail
    from spread
),

renamed as (
    select
        compared.snapshot_id,
        compared.source_code,
        compared.series_code,
        compared.country_code,
        series_titles.unit_code,
        compared.series_title,
        compared.vintage_basis,
        cast(compared.year_text as integer) as observation_year,
        compared.value,
        compared.is_recorded,
        false as is_illustrative,
        true as is_whole,
        compared.vintage_date,
        compared.vintage_date as known_from,
        compared.retrieved_at,
        -- flags may stand together
        coalesce(compared.obs_status like '%B%', false)
        or coalesce(compared.unit_detail != compared.earlier_unit_detail, false) as is_break,
        compared.vintage_unit_detail as unit_detail
    from compared
    left join series_titles
        on
            compared.series_code = series_titles.series_code
            and compared.series_title = series_titles.series_title
)

select * from renamed
