with source as (
    select * from {{ ref('errata') }}
),

renamed as (
    select
        cast(erratum_code as string) as erratum_code,
        cast(place as string) as place,
        cast(what as string) as what,
        cast(as_printed as string) as as_printed,
        cast(canonical_reading as string) as canonical_reading,
        cast(reason as string) as reason
    from source
)

select * from renamed
order by erratum_code
