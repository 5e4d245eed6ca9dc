with source as (
    select * from {{ ref('data_sources') }}
),

renamed as (
    select
        cast(source_code as string) as source_code,
        cast(source_name as string) as source_name,
        cast(licence as string) as licence,
        cast(citation as string) as citation,
        cast(cadence_days as integer) as cadence_days
    from source
)

select * from renamed
order by source_code
