with source as (
    select * from {{ ref('kpi_availability') }}
),

renamed as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(country_code as string) as country_code,
        cast(availability as string) as availability
    from source
)

select * from renamed
order by kpi_code, country_code
