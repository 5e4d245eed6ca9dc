with source as (
    select * from {{ ref('country_aliases') }}
),

renamed as (
    select
        cast(country_code as string) as country_code,
        cast(printed_name as string) as printed_name,
        cast(explanation as string) as explanation
    from source
)

select * from renamed
order by printed_name
