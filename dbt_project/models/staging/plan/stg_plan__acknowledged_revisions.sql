with source as (
    select * from {{ ref('acknowledged_revisions') }}
),

renamed as (
    select
        cast(series_code as string) as series_code,
        cast(country_code as string) as country_code,
        cast(largest_revision_pct as integer) as largest_revision_pct,
        cast(reason as string) as reason,
        cast(vintage_date as date) as vintage_date
    from source
)

select * from renamed
order by series_code, vintage_date, country_code
