with cells as (
    select * from {{ ref('stg_adb__cells') }}
),

series_titles as (
    select * from {{ ref('int_title_units_known') }}
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
    from cells
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
