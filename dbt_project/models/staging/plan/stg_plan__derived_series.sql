with source as (
    select * from {{ ref('derived_series') }}
),

renamed as (
    select
        cast(series_code as string) as series_code,
        cast(numerator_series_code as string) as numerator_series_code,
        cast(denominator_series_code as string) as denominator_series_code,
        cast(unit_code as string) as unit_code,
        cast(note as string) as note
    from source
)

select * from renamed
order by series_code
