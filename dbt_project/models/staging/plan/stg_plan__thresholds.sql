with source as (
    select * from {{ ref('thresholds') }}
),

renamed as (
    select
        cast(threshold_code as string) as threshold_code,
        cast(reason as string) as reason,
        cast(threshold_value as double) as threshold_value
    from source
)

select * from renamed
order by threshold_code
