with source as (
    select * from {{ source('inputs', 'acknowledgements') }}
),

renamed as (
    select
        cast(finding_id as string) as finding_id,
        cast(source_code as string) as source_code,
        cast(series_code as string) as series_code,
        cast(country_code as string) as country_code,
        cast(snapshot_id as string) as snapshot_id,
        cast(actor as string) as actor,
        cast(reason as string) as reason,
        cast(vintage_date as date) as vintage_date,
        cast(acknowledged_at as timestamp) as acknowledged_at
    from source
)

select * from renamed
