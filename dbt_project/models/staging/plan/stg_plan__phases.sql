with source as (
    select * from {{ ref('phases') }}
),

renamed as (
    select
        cast(phase_code as string) as phase_code,
        cast(phase_name as string) as phase_name,
        cast(phase_start_date as date) as phase_start_date,
        cast(phase_end_date as date) as phase_end_date
    from source
)

select * from renamed
order by phase_code
