with source as (
    select * from {{ ref('countries') }}
),

renamed as (
    select
        cast(country_code as string) as country_code,
        cast(group_code as string) as group_code,
        cast(iso2_code as string) as iso2_code,
        cast(country_name as string) as country_name
    from source
)

select * from renamed
order by country_code
