with source as (
    select * from {{ ref('targets') }}
),

renamed as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(country_code as string) as country_code,
        cast(target_source as string) as target_source,
        cast(target_value as double) as target_value,
        cast(target_year as integer) as target_year
    from source
)

select * from renamed
order by kpi_code, country_code
