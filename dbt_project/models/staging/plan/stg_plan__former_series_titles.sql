with source as (
    select * from {{ ref('former_series_titles') }}
),

renamed as (
    select
        cast(series_code as string) as series_code,
        cast(unit_code as string) as unit_code,
        cast(series_title as string) as series_title,
        cast(first_seen_date as date) as first_seen_date
    from source
)

select * from renamed
order by series_code, series_title
