with source as (
    select * from {{ ref('parties') }}
),

renamed as (
    select
        cast(party_code as string) as party_code,
        cast(country_code as string) as country_code,
        cast(party_name as string) as party_name,
        cast(party_type as string) as party_type
    from source
)

select * from renamed
order by party_code
