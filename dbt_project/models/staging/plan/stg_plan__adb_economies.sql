with source as (
    select * from {{ ref('adb_economies') }}
),

renamed as (
    select
        cast(country_code as string) as country_code,
        cast(adb_economy_code as string) as adb_economy_code,
        cast(currency_code as string) as currency_code
    from source
)

select * from renamed
order by country_code
