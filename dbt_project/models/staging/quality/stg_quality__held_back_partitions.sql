with source as (
    select * from {{ source('inputs', 'held_back_partitions') }}
),

renamed as (
    select
        cast(finding_id as string) as finding_id,
        cast(source_code as string) as source_code,
        cast(series_code as string) as series_code,
        cast(kpi_code as string) as kpi_code,
        cast(country_code as string) as country_code,
        cast(snapshot_id as string) as snapshot_id,
        cast(check_id as string) as check_id,
        cast(is_in_force as boolean) as is_in_force,
        cast(vintage_date as date) as vintage_date,
        cast(held_since_date as date) as held_since_date
    from source
)

select * from renamed
